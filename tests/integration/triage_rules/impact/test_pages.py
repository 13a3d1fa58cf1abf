"""The preview in a browser without a browser: start, progress, result, and who may see it."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import GREEN, RED, Followed, rules
from tests.integration.triage_rules.followup_pages.conftest import signed_in
from tests.integration.triage_rules.impact.conftest import draft, preview
from tests.integration.triage_rules.impact.test_service import LATER, another
from triage_rules.impact import service
from triage_rules.impact.models import ImpactRun
from triage_rules.tables import written

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def address(here: Followed) -> str:
    return f"/klinik/{here.place.clinic.id}/regler/{here.rule_set.id}/virkning"


def start(
    desk: FlaskClient, here: Followed, group: str = "followed", edition: int = 1
) -> TestResponse:
    return desk.post(address(here), data={"group": group, "edition": edition})


def test_a_clinician_tries_a_draft_and_sees_whom_it_changes(
    app: Flask, session: Session, followed: Followed
) -> None:
    plan = another(session, followed, RED, birth_date=date(1950, 1, 1), digital_exempt=True)
    another(session, followed, GREEN)
    draft(session, followed, LATER)
    session.commit()
    client = signed_in(app, followed.clinician.username)
    page = client.get(address(followed)).text
    assert "Alle, der følges efter dette regelsæt" in page
    assert "3 patienter" in page
    answer = start(client, followed)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert plan.patient.name in page
    assert f"/patienter/{plan.patient_id}/opfoelgning" in page
    for said in ("2 uger", "Version 1, som gælder i dag", "fritaget", "PHQ-9, spørgsmål 9"):
        assert said in page
    assert page.count('class="plot"') == 5
    looked = session.scalars(select(AuditEntry).where(AuditEntry.action == "look")).all()
    assert [[one.patient_id for one in entry.subjects] for entry in looked] == [[plan.patient_id]]


def test_it_says_which_of_the_calendars_contacts_it_is_held_against(
    app: Flask, session: Session, unpublished: Followed
) -> None:
    here = unpublished
    draft(session, here, LATER)
    session.commit()
    client = signed_in(app, here.clinician.username)
    there = start(client, here, "courses:Leddegigt").location
    assert "Den næste tid eller indkaldelse i kalenderen til Samtale" in client.get(there).text
    session.delete(here.pathway)
    session.commit()
    assert "uanset kontakttype. Knyt regelsættet" in client.get(there).text


def test_one_that_still_runs_shows_how_far_it_has_come(
    app: Flask, session: Session, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    another(session, followed, RED)
    draft(session, followed, LATER)
    session.commit()
    monkeypatch.setattr(service, "AT_ONCE", 1)
    client = signed_in(app, followed.clinician.username)
    page = client.get(start(client, followed).location).text
    assert "1 af 2 patienter" in page
    assert '<progress class="progress" id="progress-bar" value="1" max="2">' in page
    assert "I gang" in client.get(address(followed)).text


def test_a_preview_of_an_edited_draft_says_so(
    app: Flask, session: Session, followed: Followed
) -> None:
    found = draft(session, followed, LATER)
    run = preview(session, followed)
    session.commit()
    client = signed_in(app, followed.clinician.username)
    there = f"{address(followed)}/{run.id}"
    assert "Kladden er ændret" not in client.get(there).text
    found.body = written.written(rules(label="Ny"))
    session.commit()
    assert "Kladden er ændret, siden dette blev regnet ud" in client.get(there).text
    assert "Kladden er ændret siden" in client.get(address(followed)).text
    session.delete(found)
    session.commit()
    assert "Kladden er udgivet eller smidt væk siden" in client.get(there).text
    assert "Kladden er der ikke mere" in client.get(address(followed)).text


def test_what_cannot_be_tried_is_told_and_nothing_is_begun(
    app: Flask, session: Session, followed: Followed
) -> None:
    draft(session, followed, LATER)
    session.commit()
    client = signed_in(app, followed.clinician.username)
    answer = start(client, followed, group="courses:Findes ikke")
    assert answer.status_code == 422
    assert "Gruppen er tom nu" in answer.text
    answer = start(client, followed, edition=99)
    assert answer.status_code == 409
    assert session.scalars(select(ImpactRun.id)).all() == []


def test_without_a_draft_or_patients_the_page_says_what_to_do(
    app: Flask, session: Session, unpublished: Followed
) -> None:
    session.commit()
    client = signed_in(app, unpublished.clinician.username)
    assert "Der er ingen kladde at prøve" in client.get(address(unpublished)).text


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.APPROVER])
def test_others_do_not_see_it(app: Flask, session: Session, followed: Followed, role: Role) -> None:
    draft(session, followed, LATER)
    run = preview(session, followed)
    other = make.staff(session, followed.place.clinic, role)
    session.commit()
    client = signed_in(app, other.username)
    assert client.get(address(followed)).status_code == 403
    assert client.get(f"{address(followed)}/{run.id}").status_code == 403


def test_another_clinics_preview_is_not_found(
    app: Flask, session: Session, followed: Followed
) -> None:
    draft(session, followed, LATER)
    run = preview(session, followed)
    clinic = make.clinic(session)
    stranger = make.staff(session, clinic, Role.CLINICIAN)
    session.commit()
    client = signed_in(app, stranger.username)
    there = f"/klinik/{clinic.id}/regler/{followed.rule_set.id}/virkning"
    assert client.get(there).status_code == 404
    assert client.get(f"{there}/{run.id}").status_code == 404

"""Setting up how a clinic follows its patients."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import Followed
from tests.integration.triage_rules.followup_pages.conftest import says, signed_in
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.models import Pathway
from triage_rules.followup.setup_web import takes_effect

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def office(app: Flask, followed: Followed) -> FlaskClient:
    """The secretary's browser."""
    return signed_in(app, followed.place.staff.username)


def setup(here: Followed) -> str:
    return f"/klinik/{here.place.clinic.id}/opsaetning"


def test_a_pathway_is_made_and_changed(
    session: Session, followed: Followed, office: FlaskClient
) -> None:
    says(office.get(setup(followed)), "Se og ret opfølgningstyper", "1 i brug")
    home = f"{setup(followed)}/opfoelgning"
    says(office.get(home), "Depression", "14 dage til at svare", "4 timer ulæst", "Samtale")
    typed = {
        "name": "Angst",
        "rule_set": str(followed.rule_set.id),
        "answer_days": "10",
        "unread_hours": "200",
    }
    refused = office.post(f"{home}/ny", data=typed)
    says(refused, "Skriv et tal fra 1 til 168.", status=422)
    assert 'value="Angst"' in refused.text
    typed["unread_hours"] = "8"
    says(office.post(f"{home}/ny", data=typed), "Vælg mindst én kontakttype.", status=422)
    typed["contacts_doctor"] = str(followed.talk.id)
    done = office.post(f"{home}/ny", data=typed, follow_redirects=True)
    says(done, "Opfølgningstypen er oprettet", "Angst", "Intet", "10 dage til at svare")
    pathway = session.scalars(select(Pathway).where(Pathway.name == "Angst")).one()
    assert [(one.profession, one.visit_type_id) for one in pathway.contacts] == [
        ("doctor", followed.talk.id)
    ]
    number, version = pathway.id, pathway.version
    session.commit()
    says(office.get(f"{home}/{number}"), "Angst", "Er i brug")
    changed = typed | {"version": str(version), "contacts_any": str(followed.talk.id)}
    del changed["contacts_doctor"]
    done = office.post(f"{home}/{number}", data=changed, follow_redirects=True)
    says(done, "Opfølgningstypen er gemt", "Ikke i brug")
    late = office.post(f"{home}/{number}", data=changed)
    says(late, "En anden har ændret det samme imens", status=409)


def test_a_name_is_taken_once(followed: Followed, office: FlaskClient) -> None:
    typed = {
        "name": "depression",
        "rule_set": str(followed.rule_set.id),
        "answer_days": "10",
        "unread_hours": "8",
        "contacts_any": str(followed.talk.id),
    }
    refused = office.post(f"{setup(followed)}/opfoelgning/ny", data=typed)
    says(refused, "Klinikken har allerede en opfølgningstype med det navn.", status=422)


def test_another_clinics_are_not_found_and_clinicians_do_not_set_up(
    session: Session, followed: Followed, office: FlaskClient, desk: FlaskClient
) -> None:
    other = make.clinic(session)
    talk = make.visit_type(session, other)
    session.commit()
    assert desk.get(f"{setup(followed)}/opfoelgning").status_code == 403
    assert office.get(f"/klinik/{other.id}/opsaetning/opfoelgning").status_code == 404
    typed = {
        "name": "Angst",
        "rule_set": str(followed.rule_set.id),
        "answer_days": "10",
        "unread_hours": "8",
        "contacts_any": str(talk.id),
    }
    refused = office.post(f"{setup(followed)}/opfoelgning/ny", data=typed)
    says(refused, "Vælg blandt mulighederne.", status=422)


def test_an_approver_is_told_how_many_the_rules_will_count_for(
    app: Flask, session: Session, followed: Followed
) -> None:
    clinic = followed.place.clinic
    other = RuleSet(
        clinic_id=clinic.id, code="x", label="X", created_at=session.now(), created_by="Bo"
    )
    session.add(other)
    session.flush()
    with app.test_request_context():
        said = takes_effect(session, SYSTEM, followed.rule_set)
        assert said.startswith("1 patient følges efter reglerne;")
        assert (
            takes_effect(session, SYSTEM, other) == "Ingen patienter følges efter reglerne endnu."
        )

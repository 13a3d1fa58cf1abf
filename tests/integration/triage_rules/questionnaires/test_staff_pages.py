"""Staff ask, withdraw, type in paper, read answers and put them right; and are logged."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.triage_rules.questionnaires.conftest import NINE
from triage_rules.questionnaires import service
from triage_rules.questionnaires.models import (
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def desk(app: Flask, place: Place) -> FlaskClient:
    """The secretary's browser."""
    return signed_in(app, place.staff.username)


def signed_in(app: Flask, username: str) -> FlaskClient:
    """A browser of a member of staff."""
    client = app.test_client()
    client.post("/klinik/log-ind", data={"username": username, "password": make.PASSWORD})
    return client


def says(page: TestResponse, *texts: str, status: int = 200) -> None:
    """Assert the status, and that the page has each of these texts."""
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))
    assert page.status_code == status, text
    for one in texts:
        assert one in text, f"{one!r} is not on the page:\n{text}"


def home(place: Place) -> str:
    return f"/klinik/{place.clinic.id}/patienter/{place.patient.id}/spoergeskemaer"


def test_a_questionnaire_is_sent_from_the_patients_tab(
    session: Session, place: Place, desk: FlaskClient, versions: dict[str, QuestionnaireVersion]
) -> None:
    says(desk.get(home(place).removesuffix("/spoergeskemaer")), "Spørgeskemaer")
    says(desk.get(home(place)), "har ikke fået et spørgeskema endnu", "Send spørgeskema")
    fields = {"version": versions["phq9"].id, "course": place.course.id, "due_on": "2026-12-01"}
    sent = desk.post(home(place), data=fields, follow_redirects=True)
    says(sent, "Spørgeskemaet er sendt", "Venter på svar", "Indtast papirsvar")
    (asked,) = session.scalars(select(QuestionnaireRequest))
    assert (asked.asked_by, asked.source) == (place.staff.name, "staff")


def test_a_day_that_is_gone_and_nothing_chosen_are_refused(
    place: Place, desk: FlaskClient, versions: dict[str, QuestionnaireVersion]
) -> None:
    says(desk.post(home(place), data={}), "Vælg et spørgeskema.", status=422)
    fields = {"version": versions["phq9"].id, "course": place.course.id, "due_on": "2026-11-22"}
    says(desk.post(home(place), data=fields), "Dagen er gået", status=422)


def test_a_secretary_types_in_a_paper_and_puts_it_right(
    session: Session, place: Place, desk: FlaskClient, request_of_phq9: QuestionnaireRequest
) -> None:
    paper = f"{home(place)}/{request_of_phq9.id}/papir"
    says(desk.get(paper), "Lille interesse", "Udfyldt den", "Springes over")
    typed = {f"q-{name}": value for name, value in NINE.items()}
    lacking = {**typed, "q-phq9-9": "", "filled_on": "2026-11-24"}
    says(desk.post(paper, data=lacking), "Vælg et svar.", status=422)
    says(desk.post(paper, data=typed), "Skriv, hvilken dag papiret er udfyldt.", status=422)
    says(
        desk.post(paper, data={**typed, "filled_on": "2026-11-24"}),
        "Dagen er ikke kommet endnu.",
        status=422,
    )
    bygone = desk.post(paper, data={**typed, "filled_on": "01-01-1890"})
    says(bygone, "Skriv en dag, der har været, for eksempel 24-11-2025.", status=422)
    saved = desk.post(paper, data={**typed, "filled_on": "2026-11-20"}, follow_redirects=True)
    says(saved, "Skrevet ind fra papir", "PHQ-9, samlet (0–27) 9", "20. november 2026")
    says(saved, "Sig det til en behandler nu")  # the ninth answer
    session.expire(request_of_phq9)
    response = request_of_phq9.response
    assert response is not None
    session.commit()
    says(desk.get(home(place)), "Besvaret", "Se svarene")

    correcting = f"{home(place)}/svar/{response.id}/ret"
    assert desk.get(correcting).text.count(" checked") == 9
    wrong = {**typed, "q-phq9-1": "3"}
    says(desk.post(correcting, data=wrong), "Vælg, hvorfor svarene rettes.", status=422)
    right = desk.post(correcting, data={**wrong, "why": "typing"}, follow_redirects=True)
    says(right, "PHQ-9, samlet (0–27) 11", "Tastefejl", "Se svarene, som de var før")
    says(desk.get(f"{home(place)}/svar/{response.id}"), "gælder ikke længere")
    says(desk.post(correcting, data={**wrong, "why": "typing"}), status=409)


def test_a_corrected_answer_says_how_it_was_given_and_who_put_it_right(
    session: Session, place: Place, desk: FlaskClient, request_of_phq9: QuestionnaireRequest
) -> None:
    given = service.submit(session, place.as_patient, request_of_phq9, NINE)
    session.commit()
    typed = {f"q-{name}": value for name, value in NINE.items()}
    page = desk.post(
        f"{home(place)}/svar/{given.id}/ret",
        data={**typed, "q-phq9-1": "3", "why": "patient"},
        follow_redirects=True,
    )
    says(page, "Besvaret af patienten", given.actor_name)
    says(page, f"af {place.staff.name}: Patienten har rettet sit svar.")
    assert "papir" not in page.text
    again = desk.post(
        page.request.path + "/ret", data={**typed, "why": "typing"}, follow_redirects=True
    )
    says(again, "Besvaret af patienten", "Tastefejl")


def test_what_waits_can_be_taken_back(
    place: Place, desk: FlaskClient, request_of_phq9: QuestionnaireRequest
) -> None:
    taken = desk.post(f"{home(place)}/{request_of_phq9.id}/tilbage", follow_redirects=True)
    says(taken, "Spørgeskemaet er trukket tilbage.", "Trukket tilbage")


def test_every_look_is_logged_and_other_clinics_find_nothing(
    app: Flask,
    session: Session,
    place: Place,
    desk: FlaskClient,
    request_of_phq9: QuestionnaireRequest,
) -> None:
    response = service.submit(session, place.as_patient, request_of_phq9, NINE)
    other = make.clinic(session)
    stranger = make.staff(session, other, Role.CLINICIAN)
    session.commit()
    path = f"{home(place)}/svar/{response.id}"
    says(desk.get(path), "Besvaret af patienten")
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.place, entry.subjects[0].patient_id) == (
        "staff_questionnaires.answers",
        place.patient.id,
    )
    session.commit()
    elsewhere = signed_in(app, stranger.username)
    for address in (home(place), path, f"{path}/ret"):
        assert elsewhere.get(address).status_code == 404
    theirs = path.replace(f"/klinik/{place.clinic.id}/", f"/klinik/{other.id}/")
    assert elsewhere.get(theirs).status_code == 404


def test_what_is_late_stands_on_the_worklist_in_words(
    session: Session, place: Place, desk: FlaskClient, request_of_phq9: QuestionnaireRequest
) -> None:
    request_of_phq9.due_on = request_of_phq9.due_on.replace(month=11, day=20)
    session.flush()
    assert service.overdue(session) == 1
    service.wish_contact(session, place.as_patient, place.patient, place.clinic, "Ring")
    session.commit()
    says(
        desk.get(f"/klinik/{place.clinic.id}/arbejdsliste"),
        "Spørgeskemaet er ikke besvaret",
        "Humør og trivsel (PHQ-9)",
        "Patienten vil gerne kontaktes",
    )


def test_paper_of_what_is_answered_already_leads_back(
    session: Session, place: Place, desk: FlaskClient, request_of_phq9: QuestionnaireRequest
) -> None:
    service.submit(session, place.as_patient, request_of_phq9, NINE)
    session.commit()
    assert len(session.scalars(select(QuestionnaireResponse)).all()) == 1
    session.commit()
    back = desk.get(f"{home(place)}/{request_of_phq9.id}/papir", follow_redirects=True)
    says(back, "Besvaret")

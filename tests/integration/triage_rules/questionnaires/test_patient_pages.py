"""A patient answers page by page, stops and goes on, reads over and hands in; and wants contact."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.people.models import Proxy
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import Visitor, signed_in
from tests.integration.triage_rules.questionnaires.conftest import DUE, NINE, SINCE
from triage_rules.questionnaires import service
from triage_rules.questionnaires.alarm import ALARMING
from triage_rules.questionnaires.models import (
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def visitor(app: Flask, session: Session, place: Place) -> Visitor:
    """The patient, signed in."""
    return signed_in(app, session, place.patient)


def fill(visitor: Visitor, path: str, act: str = "next", **typed: str) -> Visitor:
    """Answer a page; a dash in a link id is an underscore here."""
    asked = " ".join(name.replace("_", "-") for name in typed)
    fields = {f"q-{name.replace('_', '-')}": text for name, text in typed.items()}
    return visitor.post(path, act=act, asked=asked, **fields)


def since(session: Session, place: Place, versions: dict[str, QuestionnaireVersion]) -> str:
    """The short questionnaire, asked; its address."""
    asked = service.ask(
        session, place.secretary, place.patient, place.course, versions["siden-sidst"], DUE
    )
    session.commit()
    return f"/spoergeskema/{asked.id}"


def test_phq_9_from_the_home_page_to_thanks(
    session: Session, place: Place, visitor: Visitor, request_of_phq9: QuestionnaireRequest
) -> None:
    visitor.get("/mine-tider").says(
        "Humør og trivsel (PHQ-9)", "Svar senest mandag 7. december 2026", "Svar på spørgeskemaet"
    )
    home = f"/spoergeskema/{request_of_phq9.id}"
    visitor.get(home).says("Begynd", "112")
    typed = {name.replace("-", "_"): value for name, value in NINE.items()}
    fill(visitor, f"{home}/del/1", **typed).says("Hverdagen", "side 2 af 2")
    fill(visitor, f"{home}/del/2", phq9_10="1").says("Læs dine svar igennem", "Flere dage")
    visitor.post(f"{home}/gennemse").says("Tak for svarene")
    session.expire_all()
    assert request_of_phq9.response is not None
    assert request_of_phq9.response.score("phq9-total") == 9
    session.commit()
    visitor.get(home).says("Tak for svarene")
    visitor.post(f"{home}/gennemse").says("Tak for svarene")


@pytest.mark.parametrize(("ninth", "alarms"), [("0", False), ("1", True), ("3", True)])
def test_thoughts_of_hurting_oneself_tell_whom_to_call_and_reach_the_clinic_today(
    session: Session,
    place: Place,
    visitor: Visitor,
    request_of_phq9: QuestionnaireRequest,
    ninth: str,
    alarms: bool,
) -> None:
    home = f"/spoergeskema/{request_of_phq9.id}"
    typed = {name.replace("-", "_"): "0" for name in NINE} | {"phq9_9": ninth}
    fill(visitor, f"{home}/del/1", **typed)
    fill(visitor, f"{home}/del/2", phq9_10="0")
    for _pressed in range(2):
        visitor.post(f"{home}/gennemse").says("Tak for svarene")
        assert ("Tal med nogen nu" in visitor.text) is alarms
    items = session.scalars(select(WorklistItem).where(WorklistItem.kind == ALARMING)).all()
    assert [(one.patient_id, one.due_on) for one in items] == (
        [(place.patient.id, date(2026, 11, 23))] if alarms else []
    )
    # It stands until somebody at the clinic has seen to it.
    assert ("Tal med nogen nu" in visitor.get("/mine-tider").text) is alarms
    for item in items:
        worklist.close(session, SYSTEM, item, "Talt sammen.")
    session.commit()
    assert "Tal med nogen nu" not in visitor.get("/mine-tider").text


def test_what_lacks_is_said_and_what_was_typed_is_kept(
    session: Session,
    place: Place,
    visitor: Visitor,
    versions: dict[str, QuestionnaireVersion],
) -> None:
    home = since(session, place, versions)
    typed = {"siden_tilstand": "same", "siden_dage": "8", "siden_nyt": ""}
    fill(visitor, f"{home}/del/1", **typed).says(
        "Skriv et tal fra 0 til 7.", "Vælg et svar.", status=422
    )
    assert 'value="8"' in visitor.page.text
    visitor.says("Er der kommet noget nyt, som bekymrer dig? – Vælg et svar.", status=422)
    assert "Ret dette" in visitor.text


def test_an_answer_opens_a_question_on_the_same_page(
    session: Session,
    place: Place,
    visitor: Visitor,
    versions: dict[str, QuestionnaireVersion],
) -> None:
    home = since(session, place, versions)
    typed = {"siden_tilstand": "worse", "siden_dage": "2", "siden_nyt": "ja"}
    fill(visitor, f"{home}/del/1", **typed).says("et spørgsmål mere", "Hvad er det?")
    # It is the next question, and no fault: nothing is marked, and the page opens there.
    assert "Ret dette" not in visitor.text
    assert "aria-invalid" not in visitor.page.text
    assert 'id="field-q-siden-nyt-hvad"' in visitor.page.text
    assert visitor.page.history[-1].location.endswith("/del/1#field-q-siden-nyt-hvad")
    more = {**typed, "siden_nyt_hvad": "En hævet hånd"}
    fill(visitor, f"{home}/del/1", **more).says("Hvad ønsker du?", "side 2 af 3")


def test_one_may_stop_and_go_on(
    session: Session,
    place: Place,
    visitor: Visitor,
    versions: dict[str, QuestionnaireVersion],
    app: Flask,
) -> None:
    home = since(session, place, versions)
    fill(visitor, f"{home}/del/1", "later", siden_dage="3", siden_tilstand="").says(
        "Dine svar er gemt", "Fortsæt spørgeskemaet"
    )
    again = signed_in(app, session, place.patient)
    again.get(home).says("Fortsæt, hvor du slap")
    again.get(f"{home}/del/1")
    assert 'name="q-siden-dage" value="3"' in again.page.text


def test_nothing_is_handed_in_while_answers_lack(
    session: Session,
    place: Place,
    visitor: Visitor,
    versions: dict[str, QuestionnaireVersion],
) -> None:
    home = since(session, place, versions)
    visitor.get(f"{home}/gennemse").says("4 spørgsmål mangler svar", "Ikke besvaret")
    visitor.post(f"{home}/gennemse").says("4 spørgsmål mangler svar", status=422)
    assert session.scalars(select(QuestionnaireResponse)).all() == []


def test_wanting_contact_is_one_press_and_keeps_what_was_typed(
    session: Session,
    place: Place,
    visitor: Visitor,
    versions: dict[str, QuestionnaireVersion],
) -> None:
    home = since(session, place, versions)
    fill(visitor, f"{home}/del/1", "contact", siden_dage="9").says(
        "Klinikken har fået besked", "112"
    )
    visitor.post(f"{visitor.path}/ord", words="").says(
        "Skriv, hvad klinikken skal vide.", status=422
    )
    address = f"/spoergeskema/kontakt/{place.patient.id}/{place.clinic.id}"
    visitor.post(f"{address}/ord", words="Efter kl. 15").says("Klinikken har fået det, du skrev")
    (item,) = session.scalars(select(WorklistItem))
    assert (item.kind, item.words, item.patient_id) == (
        "wants_contact",
        "Efter kl. 15",
        place.patient.id,
    )
    session.commit()
    visitor.get(f"{home}/del/1")
    assert 'name="q-siden-dage" value="9"' in visitor.page.text


def test_contact_can_be_wished_from_the_home_page_without_any_questionnaire(
    place: Place, visitor: Visitor
) -> None:
    visitor.get("/mine-tider").says(f"Jeg vil gerne kontaktes af {place.clinic.name}")


def test_a_proxy_answers_and_a_stranger_finds_nothing(
    app: Flask, session: Session, place: Place, request_of_phq9: QuestionnaireRequest
) -> None:
    holder, stranger = make.patient(session), make.patient(session)
    session.add(
        Proxy(
            holder_id=holder.id,
            patient_id=place.patient.id,
            kind="power_of_attorney",
            valid_from=date(2026, 1, 1),
        )
    )
    home = f"/spoergeskema/{request_of_phq9.id}"
    for path in (home, f"{home}/del/1", f"{home}/gennemse", f"{home}/tak"):
        signed_in(app, session, stranger).get(path).says(status=404)
    contact = f"/spoergeskema/kontakt/{place.patient.id}/{place.clinic.id}"
    signed_in(app, session, stranger).post(contact).says(status=404)
    visitor = signed_in(app, session, holder)
    visitor.get(home).says(f"Det gælder {place.patient.name}")
    typed = {name.replace("-", "_"): "0" for name in NINE}
    fill(visitor, f"{home}/del/1", **typed).says("Læs dine svar igennem")
    visitor.post(f"{home}/gennemse").says("Tak for svarene")
    session.expire_all()
    assert request_of_phq9.response is not None
    assert request_of_phq9.response.given_by == "proxy"


def test_what_was_withdrawn_says_so(
    session: Session, place: Place, visitor: Visitor, request_of_phq9: QuestionnaireRequest
) -> None:
    service.withdraw(session, place.secretary, request_of_phq9)
    session.commit()
    visitor.get(f"/spoergeskema/{request_of_phq9.id}").says("har trukket spørgeskemaet", status=410)


def test_a_page_that_is_not_there_is_not_found(
    visitor: Visitor, request_of_phq9: QuestionnaireRequest
) -> None:
    visitor.get(f"/spoergeskema/{request_of_phq9.id}/del/9").says(status=404)


def test_the_questions_are_asked_in_english(
    visitor: Visitor, request_of_phq9: QuestionnaireRequest
) -> None:
    visitor.get("/sprog/en")
    visitor.get(f"/spoergeskema/{request_of_phq9.id}/del/1").says(
        "Little interest or pleasure in doing things", "Nearly every day"
    )


def test_the_short_one_is_answered_whole(
    session: Session,
    place: Place,
    visitor: Visitor,
    versions: dict[str, QuestionnaireVersion],
) -> None:
    home = since(session, place, versions)
    first = {k.replace("-", "_"): v for k, v in SINCE.items() if k != "siden-oenske"}
    fill(visitor, f"{home}/del/1", **first)
    fill(visitor, f"{home}/del/2", siden_oenske="none", siden_andet="")
    measured = {"siden_vaegt": "72,5", "siden_systolisk": "", "siden_diastolisk": ""}
    fill(visitor, f"{home}/del/3", **measured).says("et spørgsmål mere")
    fill(visitor, f"{home}/del/3", **measured, siden_maalt="2026-11-20").says("72,5 kg")
    visitor.post(f"{home}/gennemse").says("Tak for svarene")

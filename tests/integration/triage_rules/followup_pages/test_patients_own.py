"""What a patient is told after answering, and on their own pages: never a colour or a figure."""

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from booking.people.models import Proxy
from booking.platform.database import Session
from tests import factories as make
from tests.integration.patient_web.conftest import Visitor, signed_in
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    YELLOW,
    Followed,
    phq9,
    rules,
)
from triage_rules.followup import queries, reviewing
from triage_rules.followup.reviewing import Instead
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireResponse

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


def hand_in(
    session: Session, visitor: Visitor, here: Followed, total: int, ninth: int = 0
) -> Visitor:
    """Answer PHQ-9 as a phone does, page by page."""
    request = session.query(QuestionnaireRequest).filter_by(status="open").one()
    home = f"/spoergeskema/{request.id}"
    session.commit()
    typed = phq9(total, ninth)
    fields = {f"q-{name}": text for name, text in typed.items()}
    visitor.post(f"{home}/del/1", act="next", asked=" ".join(typed), **fields)
    visitor.post(f"{home}/del/2", act="next", asked="phq9-10", **{"q-phq9-10": "1"})
    return visitor.post(f"{home}/gennemse")


def silent(visitor: Visitor) -> None:
    """Assert that no figure or colour of the rules is on the page."""
    for word in ("Rød", "Gul", "Grøn", "rød", "gul", "grøn", "point", "score", "Score"):
        assert word not in visitor.text, word


def test_green_is_told_when_the_next_questionnaire_comes(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    hand_in(session, visitor, followed, GREEN)
    visitor.says("Tak for svarene", "Hvad sker der nu?", "Du har det godt.", "om 12 uger")
    visitor.says("Jeg vil gerne kontaktes")
    silent(visitor)
    visitor.get("/mine-tider").says(
        "Du får et nyt spørgeskema omkring mandag 15. februar 2027", "Se hvorfor"
    )
    visitor.get("/opfoelgning").says(
        "Du får et nyt spørgeskema omkring", "Det fik du at vide mandag 23. november 2026"
    )
    silent(visitor)


def test_red_is_told_of_the_reserved_time(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    hand_in(session, visitor, followed, RED)
    visitor.says("Du bliver indkaldt til et besøg", "Tiden er reserveret:", "Se tiden, behold")
    assert "når den er fundet" not in visitor.text
    assert 'href="/tid/' in visitor.page.text
    silent(visitor)
    visitor.get("/opfoelgning").says("Du har en tid:", "Se tiden, behold eller flyt den")


def test_a_wish_is_said_under_what_happens_next_beside_a_time(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    hand_in(session, visitor, followed, RED)
    place = followed.place
    contacted = "En fra klinikken kontakter dig, som du har bedt om."
    assert contacted not in visitor.get("/opfoelgning").text
    visitor.post(f"/spoergeskema/kontakt/{place.patient.id}/{place.clinic.id}")
    visitor.get("/opfoelgning").says(contacted, "Du har en tid:")


def test_words_of_what_is_not_needed_give_way_to_the_time_that_stands(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    """Red, and then corrected to green: nobody has seen to the time yet."""
    wanted = rules()
    *first, contacts = wanted.tables
    rows = (
        *contacts.rows[:2],
        replace(contacts.rows[2], told="Du behøver ikke komme nu.", told_en="No need to come."),
    )
    followed.publish(session, replace(wanted, tables=(*first, replace(contacts, rows=rows))))
    hand_in(session, visitor, followed, RED)
    response = session.query(QuestionnaireResponse).one()
    asking.correct(session, followed.as_clinician, response, phq9(GREEN), "typing")
    session.commit()
    for page in ("/opfoelgning", f"/spoergeskema/{response.request_id}/tak"):
        visitor.get(page).says(
            "Du har det godt.", "Du er allerede indkaldt. Det gælder stadig, til"
        )
        assert "Du behøver ikke komme nu" not in visitor.text
    visitor.get("/opfoelgning").says("Du har en tid:")
    decision = queries.latest_decision(session, followed.plan.id)
    assert decision is not None
    assert decision.outcome is not None
    assert decision.outcome.worklist_item is not None
    reviewing.override(
        session, followed.as_clinician, decision, Instead("questionnaire"), "data_wrong"
    )
    followed.answer(session, GREEN)
    session.commit()
    visitor.get("/opfoelgning").says("Du behøver ikke komme nu.")


def test_a_red_flag_says_whom_to_call_once(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    hand_in(session, visitor, followed, YELLOW, ninth=1)
    visitor.says("Tal med nogen nu", "Vi vil gerne tale med dig.")
    assert 'så ring <a href="tel:112">112</a>.' in visitor.page.text
    assert "Ring nu" not in visitor.text  # the questionnaire's own alarm says it
    visitor.get("/opfoelgning").says("Tal med nogen nu", "Ring til klinikken:")
    assert "Ring nu" not in visitor.text


def test_yellow_is_told_that_someone_looks(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    hand_in(session, visitor, followed, YELLOW)
    visitor.says("En fra klinikken ser på det og kontakter dig, hvis der er brug for det.")
    visitor.get("/mine-tider").says("En fra klinikken ser på dine svar og kontakter dig.")


def test_what_a_clinician_did_instead_is_told_instead(
    session: Session, followed: Followed, visitor: Visitor
) -> None:
    hand_in(session, visitor, followed, YELLOW)
    decision = queries.latest_decision(session, followed.plan.id)
    assert decision is not None
    instead = Instead("questionnaire", interval_weeks=3)
    reviewing.override(
        session, followed.as_clinician, decision, instead, "known_condition", "Kendt."
    )
    session.commit()
    visitor.get("/opfoelgning").says(
        "Du får et nyt spørgeskema omkring mandag 14. december 2026",
        "En kliniker har set på svarene mandag 23. november 2026",
    )
    assert "kontakter dig" not in visitor.text


def test_a_waiting_questionnaire_is_the_next_step(visitor: Visitor) -> None:
    visitor.get("/opfoelgning").says("Svar på »Humør og trivsel (PHQ-9)« senest mandag 7. december")


def test_a_proxy_sees_for_whom(app: Flask, session: Session, followed: Followed) -> None:
    child = followed.place.patient
    parent = make.patient(session, followed.place.clinic)
    make.add(
        session,
        Proxy(
            patient_id=child.id,
            holder_id=parent.id,
            kind="power_of_attorney",
            valid_from=date(2026, 1, 1),
        ),
    )
    visitor = signed_in(app, session, parent)
    hand_in(session, visitor, followed, GREEN)
    visitor.says(f"Det gælder {child.name}.")
    visitor.get("/opfoelgning").says(child.name, f"{child.name} får et nyt spørgeskema omkring")


def test_nobody_sees_a_strangers_follow_up(
    app: Flask, session: Session, followed: Followed
) -> None:
    stranger = signed_in(app, session, make.patient(session, followed.place.clinic))
    stranger.get("/opfoelgning").says("Du følges ikke med spørgeskemaer lige nu")


def test_in_english(session: Session, followed: Followed, visitor: Visitor) -> None:
    hand_in(session, visitor, followed, GREEN)
    visitor.get("/sprog/en")
    visitor.get("/opfoelgning").says("Du har det godt. (en)")

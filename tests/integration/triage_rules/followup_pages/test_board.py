"""The board: red before yellow, who waits and why, whose they are, and what has been read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from booking.appointments.worklist.models import WorklistItem
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.patient_web.conftest import reread
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    TO_THE_CLINIC,
    YELLOW,
    Followed,
    phq9,
    rules,
)
from tests.integration.triage_rules.followup_pages.conftest import (
    board,
    of_patient,
    says,
    signed_in,
    words,
)
from triage_rules.followup import service
from triage_rules.questionnaires import service as asking

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


def another(session: Session, here: Followed, name: str, total: int) -> None:
    """Another patient of the same clinician, who has answered."""
    clinic = here.place.clinic
    given, family = name.split()
    patient = make.patient(session, clinic, given_name=given, family_name=family)
    course = make.course(session, clinic, patient, responsible=here.place.doctor)
    service.start_plan(session, here.as_clinician, course, here.pathway)
    due_on = session.now().date() + timedelta(days=14)
    request = asking.ask(session, SYSTEM, patient, course, here.questionnaire, due_on)
    asking.submit(session, make.as_patient(patient), request, phq9(total))


def test_red_stands_before_yellow_and_green_on_a_tab_of_its_own(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW)
    another(session, followed, "Rikke Rød", RED)
    another(session, followed, "Grete Grøn", GREEN)
    session.commit()
    page = desk.get(board(followed))
    says(page, "Skal ses (2)", "Grønne (1)", "Alle, der følges (3)", "Rikke Rød", "Ulæst")
    said = words(page)
    assert said.index("Rikke Rød") < said.index(followed.place.patient.name)
    assert "Grete Grøn" not in said
    says(page, "Patienten skal have en kontakt", "PHQ-9: mindst 15", "Lise Læge")
    says(desk.get(f"{board(followed)}?vis=groenne"), "Grete Grøn", "Nyt spørgeskema senere")
    says(desk.get(f"{board(followed)}?vis=alle"), "Grete Grøn", "Rikke Rød")


def test_who_has_not_answered_yet_is_among_everyone(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    says(desk.get(board(followed)), "Ingen venter lige nu")
    says(desk.get(f"{board(followed)}?vis=alle"), "Har ikke svaret endnu", "Er sendt")


def test_a_colleague_sees_the_clinics_but_has_none_of_their_own(
    app: Flask, session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, RED)
    session.commit()
    colleague = signed_in(app, followed.approver.username)
    says(colleague.get(board(followed)), followed.place.patient.name, "Skal ses (1)")
    says(colleague.get(f"{board(followed)}?hvis=mine"), "Ingen venter lige nu", "Skal ses (0)")
    says(desk.get(f"{board(followed)}?hvis=mine"), followed.place.patient.name)


def test_opening_an_item_marks_it_read_and_leads_to_the_patient(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    item = session.scalars(select(WorklistItem)).one()
    session.commit()
    opened = desk.post(f"{board(followed)}/opgave/{item.id}")
    assert opened.location.startswith(of_patient(followed))
    reread(session, item)
    assert item.read_by == "Lise Læge"
    assert "Ulæst" not in words(desk.get(board(followed)))


def test_yellow_that_went_straight_to_a_contact_waits_for_a_word(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.publish(session, rules(yellow=TO_THE_CLINIC))
    followed.answer(session, YELLOW)
    session.commit()
    says(desk.get(board(followed)), "Skal ses (1)", "Gul", "Patienten skal have en kontakt")


def test_an_alarm_is_one_line_says_so_first_and_leads_to_the_decision(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, YELLOW, ninth=1)
    session.commit()
    said = says(desk.get(board(followed)), "Skal ses (1)", "Rød", "Et svar alarmerer i sig selv")
    assert said.index("Et svar alarmerer") < said.index("Selvmordstanker")
    worklist = desk.get(f"/klinik/{followed.place.clinic.id}/arbejdsliste")
    says(worklist, "Et svar kræver, at nogen ser på det i dag")
    assert f'href="{of_patient(followed)}' in worklist.text
    page = says(
        desk.get(of_patient(followed)),
        "Et svar alarmerer i sig selv, hvad reglerne end siger",
        "Alarmerende svar Humør og trivsel (PHQ-9) 23. nov. 2026",
        "Uden det alarmerende svar havde reglerne sagt: rød. Patienten skal have en kontakt.",
    )
    assert page.count("Ulæst") == 1


def test_a_foreign_item_is_not_found(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    other = make.clinic(session)
    patient = make.patient(session, other)
    item = make.add(
        session,
        WorklistItem(
            clinic_id=other.id,
            kind="follow_up_red",
            patient_id=patient.id,
            created_at=session.now(),
            urgency="red",
        ),
    )
    session.commit()
    assert desk.post(f"{board(followed)}/opgave/{item.id}").status_code == 404
    assert desk.get(f"/klinik/{other.id}/opfoelgning").status_code == 404


def test_seeing_the_board_is_logged_with_whom_it_showed(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, RED)
    session.commit()
    desk.get(board(followed))
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.place == "staff_follow_up_board.show")
    ).one()
    assert {one.patient_id for one in entry.subjects} == {followed.place.patient.id}


def test_the_board_asks_the_database_as_often_for_many_as_for_one(
    session: Session, followed: Followed, desk: FlaskClient, rettid: Rettid
) -> None:
    followed.answer(session, RED)
    session.commit()
    desk.get(board(followed))
    with counted(rettid) as few:
        desk.get(board(followed))
    for number in range(6):
        another(session, followed, f"Patient {number}", RED if number % 2 else YELLOW)
    session.commit()
    desk.get(board(followed))
    with counted(rettid) as many:
        desk.get(board(followed))
    assert len(many) == len(few), "\n".join(many)


def test_the_worklist_says_how_urgent_it_is_and_leads_to_the_follow_up(
    session: Session, followed: Followed, desk: FlaskClient
) -> None:
    followed.answer(session, RED)
    session.commit()
    page = desk.get(f"/klinik/{followed.place.clinic.id}/arbejdsliste")
    says(page, "Haster", "Rød Opfølgningen er rød", "Ejer: Lise Læge")
    assert f'href="{of_patient(followed)}"' in page.text


@contextmanager
def counted(rettid: Rettid) -> Iterator[list[str]]:
    """The statements that were run."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    engine = rettid.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)

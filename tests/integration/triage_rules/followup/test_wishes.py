"""Who wants to be contacted is, by whoever has it as a task, in time."""

from datetime import date, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments.service import keep
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.queries import for_leaders
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    TO_THE_CLINIC,
    YELLOW,
    Followed,
    contact,
    rules,
)
from tests.integration.triage_rules.followup.seen import decision, items, kinds, run, time_of
from triage_rules.followup import recompute
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.form import Value
from triage_rules.questionnaires.queries import latest

MONDAY = "2026-11-23T08:00:00Z"
pytestmark = pytest.mark.freeze_time(MONDAY)
SINCE: dict[str, Value] = {
    "siden-tilstand": "same",
    "siden-dage": 0,
    "siden-nyt": False,
    "siden-oenske": "phone",
}


def test_a_pressed_button_always_wins_and_stays_one_task(
    session: Session, followed: Followed
) -> None:
    followed.answer(session, GREEN)
    asked_on = followed.plan.ask_on
    asking.wish_contact(
        session, followed.place.as_patient, followed.place.patient, followed.place.clinic
    )
    session.commit()
    made = decision(session, followed)
    assert (made.cause, made.colour, made.action) == ("wish", "yellow", "look")
    [item] = items(session, followed)
    assert item.kind == "wants_contact"
    assert made.outcome is not None
    assert made.outcome.worklist_item is item
    assert (item.urgency, item.owner_id) == ("yellow", followed.clinician.id)
    assert followed.plan.ask_on == asked_on  # the next questionnaire comes all the same
    assert "Du har bedt om at blive kontaktet." in made.told_da
    assert recompute.again(made).action == "look"


def test_a_wish_in_the_answers_wins_until_somebody_has_seen_to_it(
    session: Session, followed: Followed
) -> None:
    version = latest(session, "siden-sidst")
    assert version is not None
    request = asking.ask(
        session, SYSTEM, followed.place.patient, followed.place.course, version, date(2026, 12, 1)
    )
    followed.answer(session, GREEN)
    asking.submit(session, followed.place.as_patient, request, SINCE)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("yellow", "look")
    [item] = items(session, followed)
    followed.answer(session, GREEN)
    assert decision(session, followed).action == "look"  # the wish still stands
    worklist.close(session, followed.as_clinician, item, "Talt med patienten")
    followed.answer(session, GREEN)
    session.commit()
    assert decision(session, followed).action == "questionnaire"


def asks_to_be_phoned(session: Session, here: Followed) -> None:
    """The patient answers that they would like a phone call."""
    version = latest(session, "siden-sidst")
    assert version is not None
    patient, course = here.place.patient, here.place.course
    request = asking.ask(session, SYSTEM, patient, course, version, date(2026, 12, 1))
    asking.submit(session, here.place.as_patient, request, SINCE)


@pytest.mark.parametrize("pressed", [True, False])
def test_a_wish_that_leads_to_a_time_is_somebodys_to_read_as_well(
    session: Session,
    rettid: Rettid,
    followed: Followed,
    freezer: FrozenDateTimeFactory,
    pressed: bool,
) -> None:
    followed.publish(session, rules(yellow=TO_THE_CLINIC))
    place = followed.place
    followed.answer(session, YELLOW)
    assert items(session, followed) == []  # straight to a time
    if pressed:
        asking.wish_contact(session, place.as_patient, place.patient, place.clinic)
    else:
        asks_to_be_phoned(session, followed)
    session.commit()
    made = decision(session, followed)
    assert (made.colour, made.action) == ("yellow", "contact")
    [item] = items(session, followed)
    assert (item.kind, item.urgency) == ("wants_contact", "yellow")
    assert item.owner_id == followed.clinician.id
    freezer.tick(timedelta(hours=4))  # as the pathway has it
    assert run(session, rettid, "worklist_unread") == 1
    assert list(for_leaders(session, place.clinic.id)) == [item]


def test_a_wish_does_not_wait_for_a_time_weeks_ahead_to_be_settled(
    session: Session, followed: Followed
) -> None:
    followed.publish(session, rules(yellow=contact("contact", "in_person", (2, 4, 6))))
    followed.answer(session, YELLOW)
    keep(session, followed.place.as_patient, time_of(session, followed))
    followed.publish(session, rules(yellow=contact("contact", "in_person", (0, 1, 2))))
    asks_to_be_phoned(session, followed)
    session.commit()
    wish, differs = items(session, followed)
    assert (wish.kind, wish.due_on) == ("wants_contact", date(2026, 11, 23))
    assert (differs.kind, differs.due_on) == ("follow_up_time_differs", date(2026, 12, 7))


@pytest.mark.parametrize("pressed", [True, False])
def test_a_wish_of_somebody_nobody_follows_is_read_within_the_clinics_time(
    session: Session,
    rettid: Rettid,
    unpublished: Followed,
    freezer: FrozenDateTimeFactory,
    pressed: bool,
) -> None:
    here, place = unpublished, unpublished.place
    if pressed:
        asking.wish_contact(session, place.as_patient, place.patient, place.clinic)
    else:
        asks_to_be_phoned(session, here)
    session.commit()
    [item] = items(session, here)
    assert (item.kind, item.urgency) == ("wants_contact", "yellow")
    assert item.owner_id == here.clinician.id
    freezer.tick(timedelta(hours=4))  # the shortest the clinic has set
    assert run(session, rettid, "worklist_unread") == 1


def test_yellow_answers_are_a_clinicians_though_a_wish_stands_already(
    session: Session, followed: Followed
) -> None:
    place = followed.place
    asking.wish_contact(session, place.as_patient, place.patient, place.clinic)
    session.commit()
    (wish,) = items(session, followed)
    worklist.mark_read(session, place.secretary, wish)
    followed.answer(session, YELLOW)
    session.commit()
    assert sorted(kinds(session, followed)) == ["follow_up_yellow", "wants_contact"]
    worklist.close(session, place.secretary, wish, "Ringede")
    session.commit()
    (left,) = items(session, followed)
    assert (left.kind, left.read_at) == ("follow_up_yellow", None)
    assert followed.plan.ask_on is None  # nothing goes on before somebody has looked

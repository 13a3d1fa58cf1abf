"""What happens to a time after it was planned for, and what must not be planned unseen."""

from datetime import UTC, datetime, time, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import delete

from booking.appointments import attendance
from booking.people import service as people
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.messages.models import Message
from reminders.planning.queries import unplanned
from reminders.policies import queries
from reminders.policies import service as policies
from reminders.policies.steps import Policy, Step, When, from_json
from reminders.preferences import service as preferences
from reminders.replies import service as replies
from tests.integration.reminders.conftest import PHONE, SENDER, Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
START = datetime(2026, 12, 7, 9, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def publish(sending: Sending, session: Session) -> "Publisher":
    return Publisher(sending, session)


class Publisher:
    """Lets steps count, alone or beside those there are."""

    def __init__(self, sending: Sending, session: Session) -> None:
        self._by, self._clinic, self._session = (
            sending.place.secretary,
            sending.place.clinic,
            session,
        )

    def __call__(self, *steps: Step, beside: bool = False) -> None:
        there = queries.in_force(self._session, self._clinic.id, None)
        assert there is not None
        kept = from_json(there.body).steps if beside else ()
        policy = queries.policies_of(self._session, self._clinic.id)[0]
        policies.write_draft(self._session, self._by, policy, Policy((*kept, *steps)))
        policies.publish(self._session, self._by, policy)
        self._session.commit()


@pytest.mark.parametrize("need", ["walking_aid", "interpreter"])
def test_a_longer_visit_keeps_its_messages(
    sending: Sending, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory, need: str
) -> None:
    freezer.move_to("2026-11-23T21:00:00Z")  # at night: the notice waits for the morning
    made = sending.book(START)
    people.set_needs(session, sending.place.secretary, sending.place.patient, [need])
    session.commit()
    assert made.sequence == 1  # it was made longer
    for then in (datetime(2026, 11, 24, 8, tzinfo=UTC), START - timedelta(days=3, hours=-1),
                 START - timedelta(hours=24)):  # fmt: skip
        freezer.move_to(then)
        dispatch(rettid.database)
    assert len(sending.telephone()) == 3


def test_an_answer_to_what_was_sent_before_it_was_made_longer(
    sending: Sending, session: Session, rettid: Rettid
) -> None:
    made = sending.book(START)
    dispatch(rettid.database)
    people.set_needs(session, sending.place.secretary, sending.place.patient, ["walking_aid"])
    session.commit()
    replies.receive(session, "test", "SM1", "sms", PHONE, SENDER.sender, "2")
    session.commit()
    session.refresh(made)
    assert made.status == "cancelled"


def test_a_wrong_arrival_taken_back_brings_the_reminder_back(
    sending: Sending, session: Session, publish: Publisher, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-22T08:00:00Z")
    made = sending.book(NOON)
    publish(Step("an_hour", When("hours_before", 1), ("sms",), "reminder_last"), beside=True)
    freezer.move_to("2026-11-23T08:00:00Z")
    attendance.arrive(session, sending.place.secretary, made)
    session.commit()
    assert sending.planned() == []
    attendance.undo(session, sending.place.secretary, made)
    session.commit()
    assert sending.planned() == [("reminder", NOON - timedelta(hours=1))]


def test_a_letter_is_not_being_told_just_now(
    sending: Sending, session: Session, publish: Publisher
) -> None:
    publish(
        Step("booked", When("booked"), ("letter",), "booked"),
        Step("early", When("days_before", 14, time(11)), ("sms",), "reminder"),
    )
    place = sending.place
    place.patient.address_sealed = session.vault.seal("Parkvej 3\n9000 Aalborg")
    sending.book(START)
    before = sending.planned()
    assert ("reminder", datetime(2026, 11, 23, 10, tzinfo=UTC)) in before
    preferences.give_extra_help(session, place.secretary, place.patient, place.clinic.id, on=True)
    session.commit()
    assert sending.planned() == before


def test_a_wish_plans_nothing_that_nobody_has_seen(sending: Sending, session: Session) -> None:
    sending.book(START)
    session.execute(delete(Message))  # as if it had come from another system
    session.commit()
    assert len(unplanned(session, sending.place.clinic.id)) == 1
    preferences.choose(session, sending.place.secretary, sending.place.patient, "voice")
    session.commit()
    assert sending.planned() == []


def test_nor_what_fell_when_the_clinic_stopped(sending: Sending, session: Session) -> None:
    place = sending.place
    sending.book(START)
    policies.stop_sending(session, place.secretary, place.clinic)
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    session.commit()
    preferences.choose(session, place.secretary, place.patient, "voice")
    session.commit()
    assert sending.planned() == []


def test_a_letter_that_nobody_posts_goes_before_a_person(
    sending: Sending, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    sending.without_phone()
    sending.book(START)
    dispatch(rettid.database)
    assert [(one.channel, one.state) for one in sending.attempts()] == [("letter", "sent")]
    assert rettid.jobs.run_now(rettid.database, "letters_not_posted") == 0
    assert "not_reached" not in sending.worklist()
    freezer.move_to(START - timedelta(days=4))
    assert rettid.jobs.run_now(rettid.database, "letters_not_posted") == 1
    assert [(one.state, one.error_code) for one in sending.attempts()] == [("failed", "not_posted")]
    assert sending.worklist() == ["not_reached"]
    assert rettid.jobs.run_now(rettid.database, "letters_not_posted") == 0

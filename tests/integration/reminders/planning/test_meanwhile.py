"""A policy is published while a time is booked or a patient chooses: one waits for the other."""

from datetime import UTC, datetime, time
from threading import Thread

import pytest
from sqlalchemy import select

from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.planning import service as planning
from reminders.policies import queries
from reminders.policies import service as policies
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import Policy, Step, When, from_json
from reminders.preferences import service as preferences
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
START = datetime(2026, 12, 7, 9, tzinfo=UTC)
BEFORE_ONE_LOOKS = 1.0  # seconds in which whoever need not wait is done
EXTRA = Step("extra", When("days_before", 2, time(10)), ("sms",), "reminder")


@pytest.fixture(autouse=True)
def two_at_once(session: Session) -> None:
    if not session.on_postgresql:
        pytest.skip("SQLite has one writer at a time")


def publish(session: Session, sending: Sending) -> None:
    policy = session.scalars(select(ReminderPolicy)).one()
    usual = queries.in_force(session, policy.clinic_id, None)
    assert usual is not None
    policies.write_draft(
        session,
        sending.place.secretary,
        policy,
        Policy((*from_json(usual.body).steps, EXTRA)),
    )
    policies.publish(session, sending.place.secretary, policy)


def steps(sending: Sending) -> list[str]:
    return [one.step for one in sending.messages()]


def test_what_is_planned_meanwhile_follows_the_new_policy(
    sending: Sending, session: Session, rettid: Rettid
) -> None:
    made = sending.book(START)
    planning.withdraw(session, f"appointment:{made.id}", "policy")
    planning.plan_ahead(session, [made.id])  # not committed: as a booking on its way

    def publishing() -> None:
        with rettid.database.transaction() as other:
            publish(other, sending)

    other = Thread(target=publishing)
    other.start()
    other.join(BEFORE_ONE_LOOKS)
    assert other.is_alive()  # it waits
    session.commit()
    other.join()
    assert "extra" in steps(sending)


def test_a_wish_meanwhile_is_kept(sending: Sending, session: Session, rettid: Rettid) -> None:
    sending.book(START)
    patient_id, secretary = sending.place.patient.id, sending.place.secretary
    publish(session, sending)  # not committed

    def wishing() -> None:
        with rettid.database.transaction() as other:
            preferences.choose(other, secretary, other.get_one(Patient, patient_id), "voice")

    other = Thread(target=wishing)
    other.start()
    other.join(BEFORE_ONE_LOOKS)
    session.commit()
    other.join()
    assert steps(sending).count("extra") == 1
    reminders = [one for one in sending.messages() if one.kind == "reminder"]
    assert {one.channels[0] for one in reminders} == {"voice"}

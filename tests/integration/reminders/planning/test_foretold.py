"""How many reminders a visit was to get tells nothing of what became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from booking.appointments.models import AppointmentChange
from booking.overbooking import outcomes
from booking.overbooking.reminding import PORT, Time
from reminders.messages.models import Message
from reminders.policies.models import ReminderPolicyVersion
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

START = datetime(2026, 12, 14, 9, 0, tzinfo=UTC)


def test_given_up_late_kept_and_missed_were_told_alike(sending: Sending, freezer: Any) -> None:
    """Messages of what was cancelled are withdrawn, and of what was missed are not."""
    session, clinic = sending.session, sending.place.clinic
    starts = [START + timedelta(hours=number) for number in range(3)]
    kept, missed, given_up = (sending.book(start) for start in starts)
    before = [outcomes.to_come(one).reminders for one in (kept, missed, given_up)]
    assert before == [2, 2, 2]
    sending.cancel(given_up)
    about = select(Message).where(Message.appointment_id == given_up.id, Message.kind == "reminder")
    assert {one.state for one in session.scalars(about)} == {"withdrawn"}
    kept.status, missed.status = "fulfilled", "noshow"
    given_up.cancelled_at = given_up.starts_at - timedelta(hours=2)
    # As the patient would have: what the clinic calls off is not learnt from.
    session.execute(
        update(AppointmentChange)
        .where(AppointmentChange.appointment_id == given_up.id)
        .values(reason="ill")
    )
    session.flush()
    freezer.move_to("2026-12-15T08:00:00Z")
    assert [outcomes.to_come(one).reminders for one in (kept, missed, given_up)] == before
    found = {one.key: one.reminders for one in outcomes.of_clinic(session, clinic)}
    assert [found[f"appointment:{one.id}"] for one in (kept, missed, given_up)] == before


def test_a_visit_booked_late_or_before_the_policy_counted_gets_fewer(sending: Sending) -> None:
    session, place = sending.session, sending.place
    counts_from = session.scalars(select(ReminderPolicyVersion.counts_from)).one()
    assert counts_from is not None

    def planned(booked_at: datetime, starts_at: datetime) -> int:
        time = Time(place.control.id, "in_person", booked_at, starts_at)
        (count,) = session.ports[PORT](session, place.clinic, [time])
        return int(count)

    assert planned(counts_from, START) == 2
    assert planned(counts_from - timedelta(seconds=1), START) == 0
    assert planned(START - timedelta(hours=50), START) == 1
    assert planned(START - timedelta(hours=10), START) == 0
    assert planned(START, START) == 0


def test_thousands_are_answered_in_one_question(sending: Sending) -> None:
    session, place = sending.session, sending.place
    asked: list[str] = []
    event.listen(
        sending.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2])
    )
    time = Time(place.control.id, "in_person", session.now(), START)
    session.refresh(place.clinic)
    asked.clear()
    assert session.ports[PORT](session, place.clinic, [time] * 2_000) == [2] * 2_000
    assert len([one for one in asked if one.startswith("SELECT")]) == 1

"""What staff take back: a patient hears of it once or not at all, and never two clashing things."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments.models import Appointment
from booking.appointments.undo import last_act, undo
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
START = datetime(2026, 12, 7, 9, tzinfo=UTC)
LATER = START + timedelta(hours=2)


def take_back(sending: Sending, appointment: Appointment) -> Appointment:
    """The secretary takes the latest act back."""
    by = sending.place.secretary
    change = last_act(sending.session, by, appointment)
    assert change is not None
    made = undo(sending.session, by, change)
    sending.session.commit()
    return made


def heard(sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory) -> list[str]:
    """The kinds of all that has gone out, once what is due now has."""
    freezer.tick(timedelta(seconds=5))
    dispatch(rettid.database)
    return [one.message.kind for one in sending.attempts()]


def test_a_move_taken_back_before_anybody_heard_of_it(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    made = sending.book(START)
    assert heard(sending, rettid, freezer) == ["booked"]
    ahead = sending.planned()
    sending.move(made, LATER)
    take_back(sending, made)
    assert sending.planned() == ahead
    assert heard(sending, rettid, freezer) == ["booked"]


def test_a_move_taken_back_that_was_told_of(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    made = sending.book(START)
    heard(sending, rettid, freezer)
    sending.move(made, LATER)
    heard(sending, rettid, freezer)
    take_back(sending, made)
    assert heard(sending, rettid, freezer) == ["booked", "moved", "moved"]
    assert "mandag 7/12 kl. 10.00" in sending.attempts()[-1].body


def test_a_time_nobody_was_told_of_is_told_of(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    made = sending.book(START)
    sending.move(made, LATER)
    take_back(sending, made)
    assert heard(sending, rettid, freezer) == ["moved"]


def test_a_cancellation_taken_back_before_anybody_heard_of_it(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    made = sending.book(START)
    heard(sending, rettid, freezer)
    sending.cancel(made)
    take_back(sending, made)
    assert heard(sending, rettid, freezer) == ["booked", "booked"]

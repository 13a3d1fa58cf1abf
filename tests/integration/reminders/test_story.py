"""A time is booked, the patient is told and reminded, and nothing is sent that is no longer so."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import service as booking
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.channels.models import RecordedMessage
from reminders.delivery.dispatch import dispatch
from reminders.messages.models import MessageAttempt
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_from_booked_to_reminded(
    sending: Sending, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert sending.planned() == [
        ("booked", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("reminder", datetime(2026, 11, 30, 9, tzinfo=UTC)),
        ("reminder", datetime(2026, 12, 2, 9, tzinfo=UTC)),
    ]
    assert dispatch(rettid.database) == 1
    assert [one.body[:3] for one in sending.telephone()] == ["Du "]
    assert dispatch(rettid.database) == 0  # once
    freezer.move_to("2026-11-30T09:00:01Z")
    assert dispatch(rettid.database) == 1
    freezer.move_to("2026-12-02T09:00:01Z")
    assert dispatch(rettid.database) == 1
    assert len(sending.telephone()) == 3
    assert {one.state for one in sending.messages()} == {"delivered"}


def test_a_moved_time_is_told_of_and_the_old_one_is_forgotten(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    appointment = sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    dispatch(rettid.database)
    sending.move(appointment, datetime(2026, 12, 10, 9, tzinfo=UTC))
    assert [one[0] for one in sending.planned()] == ["moved", "reminder", "reminder"]
    for hours in range(24 * 20):
        freezer.move_to(datetime(2026, 11, 23, 8, 1, tzinfo=UTC) + timedelta(hours=hours))
        dispatch(rettid.database)
    told = [one.body for one in sending.telephone()]
    assert len(told) == 4
    assert not any("3/12" in one for one in told[1:])


def test_after_a_cancellation_only_its_notice(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    appointment = sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    dispatch(rettid.database)
    sending.cancel(appointment)
    assert [one[0] for one in sending.planned()] == ["cancelled"]
    freezer.move_to("2026-12-02T09:00:01Z")
    dispatch(rettid.database)
    assert [one.message.kind for one in sending.attempts()] == ["booked", "cancelled"]


def test_planned_messages_vanish_with_the_booking(sending: Sending, session: Session) -> None:
    appointment = sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    booking.cancel(session, sending.place.secretary, appointment, "clinic", "desk", wants_new=False)
    session.rollback()
    assert [one[0] for one in sending.planned()] == ["booked", "reminder", "reminder"]


def test_at_night_nothing_is_sent(
    sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-23T21:00:00Z")
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert dispatch(rettid.database) == 0
    freezer.move_to("2026-11-24T06:59:00Z")
    assert dispatch(rettid.database) == 0
    freezer.move_to("2026-11-24T07:00:00Z")
    assert dispatch(rettid.database) == 1


def test_a_patient_without_any_address_goes_before_a_person(sending: Sending) -> None:
    sending.without_addresses()
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert {one.reason for one in sending.messages()} == {"no_channel"}
    assert sending.worklist() == ["not_reached"]


def test_a_letter_where_there_is_no_telephone(sending: Sending, rettid: Rettid) -> None:
    sending.without_phone()
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    dispatch(rettid.database)
    assert [(one.channel, one.state) for one in sending.attempts()] == [("letter", "sent")]


def test_a_yes_stops_what_asks_for_one(sending: Sending, session: Session) -> None:
    appointment = sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC), provisional=True)
    assert sending.planned()[0][0] == "offered"
    booking.keep(session, sending.place.as_patient, appointment)
    session.commit()
    assert [one[0] for one in sending.planned()] == ["offered", "reminder", "reminder"]


def test_every_attempt_is_kept_with_its_address_sealed(
    sending: Sending, session: Session, rettid: Rettid
) -> None:
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    dispatch(rettid.database)
    attempt = session.scalars(select(MessageAttempt)).one()
    recorded = session.scalars(select(RecordedMessage)).one()
    assert attempt.to == sending.place.patient.phone
    assert attempt.to not in (attempt.to_sealed or "")
    assert (attempt.body, attempt.key) == (recorded.body, recorded.attempt)
    assert attempt.parts == 1

"""Several times at once: one message tells of them all, and every one is reminded of."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from booking.sequences import service
from booking.sequences.asked import Repeating
from booking.sequences.events import SequenceBooked
from booking.sequences.models import ContactSequence
from booking.sequences.planning import Rule
from booking.sequences.proposing import propose
from reminders.delivery import contents
from reminders.messages.models import Message
from reminders.policies.queries import sender_of
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def book(sending: Sending, count: int = 4) -> ContactSequence:
    """So many Mondays at 10 from 7 December."""
    place, session = sending.place, sending.session
    rule = Rule(date(2026, 12, 7), 1, "week", time(10), count=count)
    asked = Repeating(place.control.id, "in_person", rule)
    proposed = propose(session, place.secretary, place.course, asked)
    made = service.book(session, place.secretary, proposed)
    session.commit()
    return made


def told(sending: Sending, kind: str) -> list[tuple[str, str]]:
    """(state, reason) of every message of a kind, in order of the times."""
    found = [one for one in sending.messages() if one.kind == kind]
    return [(one.state, one.reason) for one in sorted(found, key=starts)]


def starts(message: Message) -> datetime:
    assert message.about_at is not None
    return message.about_at


def words(sending: Sending, kind: str) -> str:
    """What the planned message of a kind says now."""
    session = sending.session
    (one,) = [one for one in sending.messages() if one.kind == kind and one.state == "planned"]
    message = session.get_one(Message, one.id)
    sender = sender_of(session, sending.place.clinic.id)
    assert sender is not None
    body = contents.written(session, message, sender)[2]
    session.commit()
    return body


def test_one_message_lists_them_all_and_reminds_of_each(sending: Sending) -> None:
    book(sending)
    assert told(sending, "booked") == [("planned", ""), *[("withdrawn", "together")] * 3]
    reminded = {one.appointment_id for one in sending.messages() if one.kind == "reminder"}
    assert len(reminded) == 4
    said = words(sending, "booked")
    assert "mandag 7/12 kl. 10.00" in said
    more = "Du har også: mandag 14/12 kl. 10.00, mandag 21/12 kl. 10.00, mandag 28/12 kl. 10.00."
    assert said.endswith(f". {more} Dit svar gælder kun den første tid.")


def test_where_the_first_has_no_message_the_next_tells(sending: Sending) -> None:
    """As where the visit type's own policy, or how soon it is, tells nothing of the first."""
    sequence, session = book(sending), sending.session
    messages = sorted(session.scalars(select(Message).where(Message.kind == "booked")), key=starts)
    for message in messages[1:]:
        message.state, message.reason = "planned", ""
    session.delete(messages[0])
    ids = tuple(part.appointment_id for part in sequence.parts if part.appointment_id)
    session.publish(SequenceBooked(sequence.id, sequence.patient_id, sequence.clinic_id, ids))
    session.commit()
    assert told(sending, "booked") == [("planned", ""), *[("withdrawn", "together")] * 2]


def test_a_long_row_is_cut_short_on_a_telephone(sending: Sending) -> None:
    book(sending, 12)
    said = words(sending, "booked")
    assert said.count(" kl. ") == 7
    assert "og 5 til, se http" in said


def test_a_letter_lists_every_one(sending: Sending) -> None:
    sending.without_phone()
    book(sending)
    assert told(sending, "booked") == [("planned", ""), *[("withdrawn", "together")] * 3]
    assert "Du har også:\n- mandag den 14. december 2026 kl. 10.00\n-" in words(sending, "booked")


def test_it_is_told_as_it_is_when_it_goes_out(sending: Sending) -> None:
    sequence = book(sending)
    second = sequence.parts[1].appointment
    assert second is not None
    sending.cancel(second)
    said = words(sending, "booked")
    assert "14/12" not in said
    assert "21/12" in said


def test_the_next_one_tells_where_the_first_is_given_up_before_it_was_told(
    sending: Sending,
) -> None:
    sequence = book(sending)
    first = sequence.parts[0].appointment
    assert first is not None
    sending.cancel(first)
    assert told(sending, "booked")[0] == ("withdrawn", "cancelled")
    said = words(sending, "booked")
    assert "14/12" in said
    assert "Du har også: mandag 21/12 kl. 10.00, mandag 28/12 kl. 10.00." in said


def test_the_rest_given_up_is_told_once(sending: Sending) -> None:
    sequence = book(sending)
    service.end(sending.session, sending.place.secretary, sequence, "clinic")
    sending.session.commit()
    assert told(sending, "cancelled") == [("planned", ""), *[("withdrawn", "together")] * 3]
    assert "Også aflyst: mandag 14/12 kl. 10.00, mandag 21/12" in words(sending, "cancelled")

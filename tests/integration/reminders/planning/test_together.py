"""Several times booked at once: one short message, every reminder, and a letter for each."""

from datetime import date, time

import pytest
from sqlalchemy import select

from booking.sequences import service
from booking.sequences.asked import Repeating
from booking.sequences.planning import Rule
from booking.sequences.proposing import propose
from reminders.messages.models import Message
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def book_four(sending: Sending) -> None:
    """Four Mondays at 10 from 7 December."""
    place, session = sending.place, sending.session
    rule = Rule(date(2026, 12, 7), 1, "week", time(10), count=4)
    asked = Repeating(place.control.id, "in_person", rule)
    service.book(session, place.secretary, propose(session, place.secretary, place.course, asked))
    session.commit()


def test_the_telephone_tells_of_the_first_and_reminds_of_all(sending: Sending) -> None:
    book_four(sending)
    kinds = [kind for kind, _due in sending.planned()]
    assert kinds.count("booked") == 1
    reminded = {one.appointment_id for one in sending.messages() if one.kind == "reminder"}
    assert len(reminded) == 4
    told = [one for one in sending.messages() if one.kind == "booked"]
    assert [(one.state, one.reason) for one in told[1:]] == [("withdrawn", "together")] * 3
    first = min(one.appointment_id or 0 for one in sending.messages())
    assert told[0].appointment_id == first


def test_who_gets_letters_gets_one_of_each(sending: Sending) -> None:
    sending.without_phone()
    book_four(sending)
    letters = select(Message).where(Message.kind == "booked", Message.state == "planned")
    assert {one.channel for one in sending.session.scalars(letters)} == {"letter"}
    assert [kind for kind, _due in sending.planned()].count("booked") == 4
    sending.session.commit()

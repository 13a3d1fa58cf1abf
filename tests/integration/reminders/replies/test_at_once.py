"""Several workers that take in the same answer, or two of the same number, at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import func, select

from booking.appointments.models import AppointmentChange
from reminders.replies import service
from tests.integration.reminders.conftest import SENDER
from tests.integration.reminders.replies.conftest import NUMBER, TIME, Telephone

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
WORKERS = 4
LATER = TIME + timedelta(days=1)


def at_once(telephone: Telephone, texts: list[tuple[str, str]]) -> list[str]:
    """The answers to (name, text), each taken in by a worker of its own."""
    telephone.session.commit()

    def take_in(one: tuple[str, str]) -> str:
        name, text = one
        with telephone.rettid.database.transaction() as session:
            return service.receive(session, "twilio", name, "sms", NUMBER, SENDER.sender, text)

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(take_in, texts))


def cancellations(telephone: Telephone) -> int:
    """How often a time has been cancelled."""
    wanted = select(func.count()).where(AppointmentChange.what == "cancelled")
    return telephone.session.scalar(wanted) or 0


def test_one_message_handed_on_by_several_is_one(
    telephone: Telephone, soak: int, freezer: FrozenDateTimeFactory
) -> None:
    for round_ in range(3 * soak):
        freezer.tick(60)
        telephone.told_of()
        answers = at_once(telephone, [(f"SM{round_}", "2")] * WORKERS)
        assert len(set(answers)) == 1
        assert "26/11" in answers[0]
        assert len(telephone.inbound()) == cancellations(telephone) == round_ + 1


def test_two_messages_at_once_are_one_cancellation(
    telephone: Telephone, soak: int, freezer: FrozenDateTimeFactory
) -> None:
    for round_ in range(3 * soak):
        freezer.tick(60)
        telephone.told_of()
        texts = [(f"SM{round_}-{number}", "afbud") for number in range(WORKERS)]
        answers = at_once(telephone, texts)
        assert all("26/11" in one for one in answers)
        assert cancellations(telephone) == round_ + 1


def test_a_letter_sent_twice_is_acted_on_once(telephone: Telephone) -> None:
    telephone.told_of()
    telephone.told_of(course=telephone.relative(), start=LATER)
    telephone.say("2")
    at_once(telephone, [("SMA", "A"), ("SMB", "A")])
    assert cancellations(telephone) == 1

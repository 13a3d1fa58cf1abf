"""A call is delivered when the message has been given, not when somebody or something answers."""

from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import update

from reminders.delivery.dispatch import claim
from reminders.messages.models import Message, MessageAttempt
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.replies.conftest import (
    NUMBER,
    TIME,
    Twilio,
    has_number,
    twilio,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

__all__ = ["twilio"]
BORN = "04031961"


@pytest.fixture
def rings(sending: Sending, twilio: Twilio) -> MessageAttempt:
    """A call that is on its way."""
    has_number(sending.place.patient, NUMBER)
    sending.book(TIME)
    sending.session.execute(update(Message).values(channels=["voice", "letter"], channel="voice"))
    sending.session.commit()
    claim(sending.session, sending.session.ports["channels"], "worker", 1)
    sending.session.commit()
    return sending.attempts()[0]


def ended(twilio: Twilio, key: str, word: str = "completed") -> None:
    form = {"CallSid": "CA1", "CallStatus": word}
    assert twilio.post(f"/beskeder/twilio/status/{key}", form).status_code == 204


def test_a_voice_mail_is_no_delivery_and_is_rung_again_much_later(
    rings: MessageAttempt, twilio: Twilio, sending: Sending
) -> None:
    ended(twilio, rings.key)
    attempt = sending.attempts()[0]
    assert (attempt.state, attempt.error_code, attempt.error_class) == (
        "failed",
        "no-answer",
        "absent",
    )
    message = attempt.message
    assert message.state == "planned"
    assert message.next_at >= sending.session.now() + timedelta(minutes=15)


def test_a_proven_birth_date_is_delivery_however_the_call_ends(
    rings: MessageAttempt, twilio: Twilio, sending: Sending
) -> None:
    form = {"CallSid": "CA1", "CallStatus": "in-progress", "Digits": BORN}
    heard = twilio.post(f"/beskeder/twilio/opkald/{rings.key}/foedselsdag", form)
    assert rings.body in heard.get_data(as_text=True)
    ended(twilio, rings.key)
    assert [(one.state, one.message.state) for one in sending.attempts()] == [
        ("delivered", "delivered")
    ]


def test_a_wrong_date_is_no_delivery(
    rings: MessageAttempt, twilio: Twilio, sending: Sending
) -> None:
    form = {"CallSid": "CA1", "CallStatus": "in-progress", "Digits": "01012001"}
    twilio.post(f"/beskeder/twilio/opkald/{rings.key}/foedselsdag", form)
    ended(twilio, rings.key)
    assert sending.attempts()[0].state == "failed"


def test_when_the_time_is_past_a_call_says_nothing(
    rings: MessageAttempt, twilio: Twilio, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(TIME + timedelta(minutes=1))
    form = {"CallSid": "CA1", "CallStatus": "in-progress"}
    heard = twilio.post(f"/beskeder/twilio/opkald/{rings.key}", form).get_data(as_text=True)
    assert "Vi kan ikke give beskeden" in heard
    assert "Sygehus Nord" not in heard

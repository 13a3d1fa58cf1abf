"""What Twilio tells of an attempt: late, twice, out of order, and about what nobody knows."""

from dataclasses import dataclass
from itertools import permutations

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from booking.platform.database import Session
from reminders.delivery.dispatch import claim
from reminders.messages.models import Message, MessageAttempt
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.replies.conftest import (
    TIME,
    Telephone,
    Twilio,
    telephone,
    twilio,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

__all__ = ["telephone", "twilio"]


@dataclass
class Underway:
    """An attempt that is claimed and committed, of whose sending nothing is recorded yet."""

    session: Session
    twilio: Twilio
    key: str

    def told(self, status: str, **more: str) -> int:
        """Twilio's callback; the status of our answer."""
        form = {"MessageSid": "SM01", "MessageStatus": status, **more}
        return self.twilio.post(f"/beskeder/twilio/status/{self.key}", form).status_code

    @property
    def attempt(self) -> MessageAttempt:
        """As it stands now."""
        self.session.expire_all()
        return self.session.scalars(
            select(MessageAttempt).where(MessageAttempt.key == self.key)
        ).one()


@pytest.fixture
def underway(telephone: Telephone, twilio: Twilio, sending: Sending) -> Underway:
    """A text message about a booked time."""
    sending.book(TIME)
    session = sending.session
    claims = claim(session, session.ports["channels"], "worker", 10)
    session.commit()
    assert claims
    return Underway(session, twilio, claims[0].outgoing.attempt)


def test_a_callback_before_the_record_tells_all(underway: Underway) -> None:
    assert underway.told("delivered") == 204
    attempt = underway.attempt
    assert (attempt.state, attempt.provider_id) == ("delivered", "SM01")
    assert attempt.message.state == "delivered"


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_in_any_order_and_twice(underway: Underway, order: tuple[str, ...]) -> None:
    for status in (*order, *order):
        assert underway.told(status) == 204
    assert underway.attempt.state == "delivered"
    assert underway.attempt.message.state == "delivered"


def test_what_failed_keeps_its_raw_code_and_is_tried_otherwise(underway: Underway) -> None:
    underway.told("sent")
    underway.told("undelivered", ErrorCode="30006")
    underway.told("undelivered", ErrorCode="30006")
    attempt = underway.attempt
    assert (attempt.state, attempt.error_code, attempt.error_class) == ("failed", "30006", "never")
    assert attempt.message.state in ("planned", "failed")


def test_the_operators_opt_out_is_ours(underway: Underway, telephone: Telephone) -> None:
    underway.told("failed", ErrorCode="21610")
    assert telephone.say("1") == ""


def test_a_late_delivery_after_a_failure_counts(underway: Underway) -> None:
    underway.told("undelivered", ErrorCode="30003")
    underway.told("delivered")
    assert underway.attempt.state == "delivered"


def test_an_unknown_attempt_is_answered_and_logged(twilio: Twilio) -> None:
    with capture_logs() as logged:
        for key in ("no-such", "x" * 500, "æ"):
            answer = twilio.post(f"/beskeder/twilio/status/{key}", {"MessageStatus": "sent"})
            assert answer.status_code in (204, 403), key
    assert "status of an unknown attempt" in [one["event"] for one in logged]


def test_a_word_we_do_not_know_or_none_at_all(underway: Underway) -> None:
    assert underway.twilio.post(f"/beskeder/twilio/status/{underway.key}", {}).status_code == 204
    before = underway.attempt.state
    assert underway.told("teleported") == 204
    assert (before, underway.attempt.state) == ("sending", "sent")


def test_a_name_that_another_attempt_has_is_not_taken(underway: Underway) -> None:
    message = underway.session.scalars(select(Message)).first()
    assert message is not None
    first = underway.attempt
    other = MessageAttempt(
        message_id=first.message_id, number=9, key="other", channel="voice", claimed_by="w",
        provider=first.provider, provider_id="SM01", state_at=first.state_at,
        started_at=first.started_at,
    )  # fmt: skip
    underway.session.add(other)
    underway.session.commit()
    assert underway.told("delivered") == 204
    assert (underway.attempt.state, underway.attempt.provider_id) == ("delivered", None)


def test_a_wrong_signature_is_refused(underway: Underway) -> None:
    path = f"/beskeder/twilio/status/{underway.key}"
    answer = underway.twilio.post(path, {"MessageStatus": "delivered"}, signature="bm8=")
    assert answer.status_code == 403
    assert underway.attempt.state == "sending"

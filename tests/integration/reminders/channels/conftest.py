"""Messages to send, and the Twilio to send them to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from reminders.channels.port import Outgoing
from tests.peers.twilio.fixtures import (  # noqa: F401  (fixtures)
    twilio,
    twilio_api,
    twilio_environment,
    twilio_itself,
    twilio_server,
    twilio_settings,
)

NUMBER = "+4520304050"
SENDER = "+4552512345"
REMINDER = "Du har en tid på Sygehus Nord tirsdag d. 24. kl. 10.00. Svar 1 for JA, 2 for AFBUD."

Writes = Callable[..., Outgoing]


@pytest.fixture
def reminder() -> Writes:
    """A reminder that is of use for two hours; each of its particulars can be another."""

    def write(**other: object) -> Outgoing:
        particulars: dict[str, object] = {
            "attempt": "5e6f0d2a-attempt",
            "channel": "sms",
            "to": NUMBER,
            "sender": SENDER,
            "body": REMINDER,
            "language": "da",
            "valid_until": datetime.now(UTC) + timedelta(hours=2),
        }
        return Outgoing(**(particulars | other))  # type: ignore[arg-type]

    return write

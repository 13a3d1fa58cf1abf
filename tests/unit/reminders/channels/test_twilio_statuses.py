"""Every word Twilio has for a message or a call means something for an attempt."""

import json

import pytest

from reminders.channels.twilio_statuses import Kind, State, error_code_of, status_of
from reminders.messages.states import LADDER
from tests.peers.twilio.description import SHIPPED

SMS: dict[str, State] = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "receiving": "sent",
    "received": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "partially_delivered": "failed",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
VOICE: dict[str, State] = {
    "queued": "sent",
    "initiated": "sent",
    "ringing": "sent",
    "in-progress": "sent",
    "completed": "failed",
    "busy": "failed",
    "no-answer": "failed",
    "failed": "failed",
    "canceled": "failed",
}


@pytest.mark.parametrize(
    ("kind", "word", "state"),
    [("sms", *row) for row in SMS.items()] + [("voice", *row) for row in VOICE.items()],
)
def test_what_each_word_means(kind: Kind, word: str, state: State) -> None:
    assert status_of(kind, word) == state
    assert state in LADDER


def test_no_word_of_the_description_is_forgotten() -> None:
    schemas = json.loads(SHIPPED.read_text())["components"]["schemas"]
    assert set(schemas["message_enum_status"]["enum"]) == set(SMS)
    assert set(schemas["call_enum_status"]["enum"]) == set(VOICE) - {"initiated"}


@pytest.mark.parametrize("kind", ["sms", "voice"])
def test_a_new_word_says_no_more_than_that_twilio_has_it(kind: Kind) -> None:
    assert status_of(kind, "teleported") == "sent"
    assert status_of(kind, "") == "sent"


def test_why_it_failed() -> None:
    assert error_code_of("sms", "undelivered", "30003") == "30003"
    assert error_code_of("sms", "canceled") == "canceled"
    assert error_code_of("voice", "busy") == "busy"
    assert error_code_of("sms", "delivered", "30003") == ""
    assert error_code_of("voice", "ringing") == ""

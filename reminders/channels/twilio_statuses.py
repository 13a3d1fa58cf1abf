"""What Twilio's words for a message or a call say about an attempt. Pure.

Source: the enumerations `message_enum_status` and `call_enum_status` of Twilio's API description,
and `initiated`, which only a call's status callbacks say. A word that is not here is new to us: the
provider has the attempt, and no more is known.
"""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["sms", "voice"]
State = Literal["sent", "delivered", "failed"]

_STATES: Mapping[Kind, Mapping[str, State]] = {
    "sms": {
        "accepted": "sent",
        "scheduled": "sent",
        "queued": "sent",
        "sending": "sent",
        "sent": "sent",
        "delivered": "delivered",
        "read": "delivered",
        "partially_delivered": "failed",  # some of its parts are missing
        "undelivered": "failed",
        "failed": "failed",
        "canceled": "failed",
    },
    "voice": {
        "queued": "sent",
        "initiated": "sent",
        "ringing": "sent",
        "in-progress": "sent",
        # Answered, be it by a voice mail. That the message was given is known before: by the birth
        # date that was proven.
        "completed": "failed",
        "busy": "failed",
        "no-answer": "failed",
        "failed": "failed",
        "canceled": "failed",
    },
}


def status_of(kind: Kind, twilio_status: str) -> State:
    """The attempt's state that Twilio's MessageStatus or CallStatus amounts to."""
    return _STATES[kind].get(twilio_status, "sent")


def error_code_of(kind: Kind, twilio_status: str, error_code: str = "") -> str:
    """Why it failed: Twilio's ErrorCode, else its word ('busy', 'canceled'); '' unless failed.

    A call in which nobody proved who they are was 'no-answer'.
    """
    if status_of(kind, twilio_status) != "failed":
        return ""
    return error_code or ("no-answer" if twilio_status == "completed" else twilio_status)

"""What Twilio tells of a message or a call it was given: late, twice and in any order."""

import structlog
from flask import request
from flask.typing import ResponseReturnValue

from booking.platform.pages import Access, Pages, db
from reminders.channels.twilio_statuses import Kind, error_code_of, status_of
from reminders.delivery import hearing
from reminders.delivery.from_twilio import check, without_csrf
from reminders.delivery.hearing import Heard

log = structlog.get_logger()
pages = Pages("twilio_status", __name__, url_prefix="/beskeder/twilio/status")
without_csrf(pages)

NOTHING_TO_SAY = ("", 204)


@pages.post("/<key>", access=Access.PUBLIC)
def told(key: str) -> ResponseReturnValue:
    """How far the attempt with this key has come; what says nothing new changes nothing."""
    check()
    attempt = hearing.locked(db(), key)
    if attempt is None:
        log.warning("status of an unknown attempt")
        return NOTHING_TO_SAY
    kind: Kind = "voice" if attempt.channel == "voice" else "sms"
    word = request.form.get("CallStatus" if kind == "voice" else "MessageStatus", "")
    if word:
        name = request.form.get("CallSid" if kind == "voice" else "MessageSid", "")
        code = error_code_of(kind, word, request.form.get("ErrorCode", ""))
        hearing.hear(db(), attempt, Heard(status_of(kind, word), name, code))
    return NOTHING_TO_SAY

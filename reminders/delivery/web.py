"""What Twilio tells of a message or a call it was given: late, twice and in any order."""

import structlog
from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, select

from booking.platform.database import Session
from booking.platform.pages import Access, Pages, db
from reminders.channels.twilio_statuses import Kind, error_code_of, status_of
from reminders.delivery import hearing
from reminders.delivery.from_twilio import check, without_csrf
from reminders.delivery.hearing import Heard
from reminders.messages.models import MessageAttempt

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
        _name(db(), attempt, name)
        hearing.hear(db(), attempt, Heard(status_of(kind, word), error_code=code))
    return NOTHING_TO_SAY


def _name(session: Session, attempt: MessageAttempt, provider_id: str) -> None:
    """Keep what Twilio calls an attempt, whose answer may have been lost."""
    if attempt.provider_id is not None or not provider_id:
        return
    taken = exists().where(
        MessageAttempt.provider == attempt.provider, MessageAttempt.provider_id == provider_id
    )
    if session.scalar(select(taken)):
        log.error("two attempts of one name", attempt=attempt.id)
        return
    attempt.provider_id = provider_id[:120]
    session.flush()

"""A call by Twilio, step by step: the greeting, the birth date, the message and the key pressed.

Each step's address is given to Twilio by the one before, and what asks for it must be signed: there
is no other way to a later step.
"""

import structlog
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from booking.platform.errors import TooManyAttempts
from booking.platform.pages import Access, Pages, db
from booking.platform.web import rettid
from reminders.channels.twilio.twiml import ask_birth_date, offer_choices, say
from reminders.delivery import hearing
from reminders.delivery.from_twilio import check, without_csrf
from reminders.messages.models import MessageAttempt
from reminders.replies import calls

log = structlog.get_logger()
pages = Pages("twilio_call", __name__, url_prefix="/beskeder/twilio/opkald/<key>")
without_csrf(pages)


@pages.post("", access=Access.PUBLIC)
def answered(key: str) -> ResponseReturnValue:
    """Someone, or a voice mail, has taken the call."""
    attempt = _attempt(key)
    if attempt is None:
        return _spoken(say(calls.nothing(), "da"))
    if calls.over(db(), attempt):
        return _spoken(say(calls.nothing(), "da"))
    action, text = _address("birth_date", key, 1), calls.greeting(db(), attempt)
    return _spoken(ask_birth_date(action, text, attempt.language))


@pages.post("/foedselsdag", access=Access.PUBLIC)
def birth_date(key: str) -> ResponseReturnValue:
    """Digits, or none, have been pressed: the message for the right ones, or the question anew."""
    attempt = _attempt(key)
    if attempt is None:
        return _spoken(say(calls.nothing(), "da"))
    digits, times = request.form.get("Digits", ""), _times()
    language = attempt.language
    try:
        proven = bool(digits) and calls.proves(db(), attempt, digits)
    except TooManyAttempts:
        return _spoken(say(calls.goodbye(attempt), language))
    if proven:
        return _tell(attempt)
    if times >= calls.TRIES:
        return _spoken(say(calls.goodbye(attempt), language))
    action = _address("birth_date", key, times + 1)
    return _spoken(ask_birth_date(action, calls.ask_again(attempt), language))


@pages.post("/valg", access=Access.PUBLIC)
def chosen(key: str) -> ResponseReturnValue:
    """A key, or none, has been pressed by someone who has proven who they are."""
    attempt = _attempt(key)
    if attempt is None:
        return _spoken(say(calls.nothing(), "da"))
    text = calls.answer(db(), attempt, f"{key}:{_times()}", request.form.get("Digits", ""))
    if text is not None:
        return _spoken(say(text, attempt.language))
    if _times() >= calls.TRIES:
        return _spoken(say(calls.goodbye(attempt), attempt.language))
    return _tell(attempt, _times() + 1)


def _tell(attempt: MessageAttempt, times: int = 1) -> ResponseReturnValue:
    text = calls.told(db(), attempt)
    if not calls.asks(attempt.message):
        return _spoken(say(text, attempt.language))
    action = _address("chosen", attempt.key, times)
    return _spoken(offer_choices(action, text, attempt.language))


def _attempt(key: str) -> MessageAttempt | None:
    """The attempt the call is, locked; None for one nobody knows, which is logged."""
    check()
    attempt = hearing.locked(db(), key)
    if attempt is None or attempt.channel != "voice":
        log.warning("call of an unknown attempt")
        return None
    return attempt


def _times() -> int:
    """The how manieth time this call asks the same."""
    return request.args.get("gang", 1, type=int)


def _address(step: str, key: str, times: int) -> str:
    """A step's address as Twilio reaches us, whatever the request calls us."""
    path = url_for(f"twilio_call.{step}", key=key, gang=times)
    return f"{rettid().config.public_url}{path}"


def _spoken(markup: str) -> Response:
    return Response(markup, mimetype="text/xml")

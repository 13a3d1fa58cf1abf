"""Text messages that Twilio hands on, answered in its markup."""

from collections.abc import Mapping

import structlog
from flask import Response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.platform.pages import Access, Pages, db
from reminders.channels.twilio.twiml import message_response
from reminders.delivery.from_twilio import check, without_csrf
from reminders.replies import service

log = structlog.get_logger()
pages = Pages("twilio_sms", __name__, url_prefix="/beskeder/twilio/sms")
without_csrf(pages)

PROVIDER = "twilio"
TRIES = 3


@pages.post("", access=Access.PUBLIC)
def received() -> ResponseReturnValue:
    """Take in a text message; the answer to it, if there is one.

    OptOutType says that Twilio has acted on a STOP or START, and answered it, by itself.
    """
    check()
    form = request.form
    name = form.get("MessageSid", "")
    if not name.isalnum():
        log.warning("text message without a name")
        return Response(message_response(None), mimetype="text/xml")
    return Response(message_response(_taken_in(name, form)), mimetype="text/xml")


def _taken_in(name: str, form: Mapping[str, str]) -> str:
    """The answer. What staff change at the same moment must not lose what a patient has sent."""
    for tries_left in reversed(range(TRIES)):
        try:
            return service.receive(
                db(),
                PROVIDER,
                name,
                "sms",
                form.get("From", ""),
                form.get("To", ""),
                form.get("Body", ""),
                acted_on=form.get("OptOutType", ""),
            )
        except (IntegrityError, StaleDataError):
            if not tries_left:
                raise
            db().rollback()
    raise AssertionError("unreachable")

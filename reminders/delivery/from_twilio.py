"""Letting Twilio in, and nobody else: what its requests to us have in common."""

import structlog
from flask import request
from flask.blueprints import BlueprintSetupState

from booking.platform.errors import NotAllowed, NotFound
from booking.platform.pages import Pages
from booking.platform.web import rettid
from reminders.channels.twilio.settings import from_environment
from reminders.channels.twilio.signature import SignatureCheck

log = structlog.get_logger()


def without_csrf(pages: Pages) -> None:
    """Let requests to these pages in without a form's token: each is signed by its sender."""

    @pages.record_once
    def exempt(state: BlueprintSetupState) -> None:
        state.app.extensions["csrf"].exempt(pages)


def check() -> None:
    """The first line of every such view, before anything is asked of the database.

    Raises NotFound where no account is set up, NotAllowed where the signature is wrong.
    """
    config = rettid().config
    settings = from_environment(config.messaging, config.public_url)
    if settings is None:
        raise NotFound
    query = request.query_string.decode("ascii", "replace")
    address = f"{request.path}?{query}" if query else request.path
    signed = request.headers.get("X-Twilio-Signature")
    signatures = SignatureCheck(settings.auth_tokens, settings.public_url)
    if not signatures.valid(address, request.form, signed):
        log.warning("signature refused", route=str(request.url_rule or ""), signed=bool(signed))
        raise NotAllowed

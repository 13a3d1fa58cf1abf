"""What delivery adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.jobs import Job, LongJob
from booking.platform.web import Rettid
from reminders.delivery import posting, web
from reminders.delivery.dispatch import dispatch
from reminders.delivery.reconcile import reconcile

LANES = 4
ACTS = {
    "messages.tried_again": _("Planlagde en besked igen, som ikke nåede frem"),
    "messages.letters_printed": _("Printede breve"),
    "messages.letters_posted": _("Lagde breve i posten"),
    "messages.letters_taken_out": _("Tog breve ud af køen, som ikke skulle sendes"),
}


def register(app: Flask) -> None:
    """The jobs that send and that look for what nobody knows, and words for what people do."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS.update(ACTS)
    ERRORS["no_further_try"] = Shown(
        409,
        _("Beskeden kan ikke sendes igen ad den vej"),
        _("Den er måske nået frem, eller det er for sent. Intet er ændret. Se, hvordan den står."),
    )
    app.register_blueprint(web.pages)
    rettid.jobs.add(LongJob("messages_send", timedelta(seconds=10), dispatch, lanes=LANES))
    rettid.jobs.add(LongJob("messages_look", timedelta(minutes=1), reconcile))
    rettid.jobs.add(Job("letters_not_posted", timedelta(hours=1), posting.not_posted))

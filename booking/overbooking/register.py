"""What overbooking adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.overbooking import commands, service
from booking.people.audit_words import WORDS
from booking.platform.jobs import LongJob
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """Commands, the monthly training, and words for the log."""
    rettid: Rettid = app.extensions["rettid"]
    app.cli.add_command(commands.overbooking)
    WORDS["overbooking.trained"] = _("Regnede ud, hvor mange der plejer at udeblive")
    rettid.jobs.add(LongJob("missing_models", timedelta(hours=1), service.train_next))

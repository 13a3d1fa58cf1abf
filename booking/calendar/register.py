"""What the calendar room adds to the application."""

from flask import Flask

from booking.calendar.wording import ACTIONS, NAMED_IN_LOG
from booking.people.audit_words import NAMED, WORDS
from booking.people.errors import AlreadyExists
from booking.platform.web import Rettid

CONSTRAINTS = {"uq_clinic_name": AlreadyExists, "uq_resource_staff_id": AlreadyExists}


def register(app: Flask) -> None:
    """The domain's words for refused constraints, and for what the log says was done."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    WORDS.update(ACTIONS)
    NAMED.update(NAMED_IN_LOG)

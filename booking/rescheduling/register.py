"""What the rescheduling room adds to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.people.audit_words import WORDS


def register(_app: Flask) -> None:
    """Words for the log."""
    WORDS["rescheduling.drafted"] = _("Lagde en plan for en omlægning")
    WORDS["rescheduling.changed"] = _("Ændrede en plan for en omlægning")
    WORDS["rescheduling.carried_out"] = _("Gennemførte en omlægning")
    WORDS["rescheduling.discarded"] = _("Kasserede en plan for en omlægning")

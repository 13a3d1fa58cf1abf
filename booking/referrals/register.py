"""What the referrals room adds to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.people.audit_words import WORDS


def register(_app: Flask) -> None:
    """Words for what it writes in the log."""
    WORDS["letter.confirmation"] = _("Lavede et brev, der bekræfter en tid")
    WORDS["letter.printed"] = _("Lavede et brev med en bookingkode")

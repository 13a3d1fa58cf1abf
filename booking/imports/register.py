"""What the importers add to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.imports.commands import importing
from booking.people.audit_words import NAMED, WORDS

IMPORTED = {
    "import.patients": _("Hentede patienten fra et andet system"),
    "import.appointments": _("Hentede tider fra et andet system"),
    "import.history": _("Hentede tidligere besøg fra et andet system"),
}


def register(app: Flask) -> None:
    """Add the commands, and words for what they write in the log."""
    app.cli.add_command(importing)
    WORDS.update(IMPORTED)
    NAMED.update(IMPORTED)  # after the system they came from

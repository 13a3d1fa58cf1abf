"""What following patients adds to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.setup.clinics import OVERVIEW
from booking.people import audit_words
from booking.platform.web import Rettid
from triage_rules.followup import setup_web

ACTIONS = {
    "pathway.created": _("Oprettede en opfølgningstype"),
    "pathway.changed": _("Ændrede en opfølgningstype"),
}


def register(app: Flask) -> None:
    """Words for the log, and pages."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS.update(ACTIONS)
    audit_words.NAMED.update(["pathway.created", "pathway.changed"])
    app.register_blueprint(setup_web.pages)
    rettid.parts.add_card(OVERVIEW, setup_web.card)

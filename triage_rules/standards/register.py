"""What standards add to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.frame import MENU
from booking.clinic_web.places import PATIENT
from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.web import Rettid
from triage_rules.authoring.places import RULE_SET
from triage_rules.authoring.publishing import CHECKS
from triage_rules.followup.staff_page import PLACE as FOLLOW_UP
from triage_rules.standards import checking, patient_web, web
from triage_rules.standards.catalogue import CORRECTIONS
from triage_rules.standards.errors import CONSTRAINTS
from triage_rules.standards.queries import PORT

ACTIONS = {
    "standard.confirmed": _("Bekræftede en national standard"),
    "standard.applied": _("Valgte, hvem en national standard gælder for"),
    "standard.excepted": _("Besluttede, at et regelsæt må bryde en national standard"),
    "deviation.recorded": _("Fraveg et krav fra en national standard"),
    "deviation.withdrawn": _("Trak en fravigelse tilbage"),
}
NAMED = ("standard.confirmed", "standard.applied", "standard.excepted")


def register(app: Flask) -> None:
    """Words for its errors and the log, pages, and its say before rules are published."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    rettid.database.ports[PORT] = rettid.config.instance / CORRECTIONS
    audit_words.WORDS.update(ACTIONS)
    audit_words.NAMED.update(NAMED)
    ERRORS["obligation_not_owed"] = Shown(
        409,
        _("Kravet gælder ikke patienten"),
        _("Intet er skrevet. Patienten følges ikke længere i en type, som kravet gælder for."),
    )
    ERRORS["deviation_withdrawn"] = Shown(
        409,
        _("Fravigelsen er trukket tilbage"),
        _("En anden har gjort det. Intet er ændret."),
    )
    ERRORS["obligation_not_broken"] = Shown(
        409,
        _("Der er ikke længere noget at beslutte"),
        _("Reglerne er ændret, eller en anden leder har besluttet det. Se siden igen."),
    )
    if checking.obstacles not in CHECKS:
        CHECKS.append(checking.obstacles)
    app.register_blueprint(web.pages)
    app.register_blueprint(patient_web.pages)
    rettid.parts.add_menu_entry(MENU, web.MENU)
    rettid.parts.add_card(PATIENT, patient_web.card)
    rettid.parts.add_card(FOLLOW_UP, patient_web.card)
    rettid.parts.add_card(RULE_SET, web.card)

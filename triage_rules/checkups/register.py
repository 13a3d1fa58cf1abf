"""What the review of check-ups adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.frame import MENU
from booking.clinic_web.worklist import KINDS, Kind
from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from triage_rules.checkups import carrying_out, looking, web

ACTIONS = {
    "checkups.begun": _("Begyndte en gennemgang af planlagte kontroller"),
    "checkups.closed": _("Lukkede en gennemgang af planlagte kontroller"),
    "checkup.accepted": _("Godkendte et forslag om en planlagt kontrol"),
    "checkup.rejected": _("Afviste et forslag om en planlagt kontrol"),
    "checkup.reopened": _("Tog stilling igen til et forslag om en planlagt kontrol"),
}
FAULTS = {
    "checkups_none": Shown(
        409,
        _("Der er ingen kontroller at gennemgå"),
        _("Ingen planlagte kontakter af de valgte slags ligger i perioden."),
    ),
    "checkup_overtaken": Shown(
        409,
        _("Noget er ændret imens"),
        _("Kontrollen er, som den var. Reglerne har set på den igen: se det nye forslag."),
    ),
    "checkup_settled": Shown(
        409,
        _("Det er afgjort allerede"),
        _("En anden har taget stilling. Intet er ændret."),
    ),
    "checkup_no_contact": Shown(
        409,
        _("Ingen kontakttype passer"),
        _("Intet er ændret. Vælg en kontakttype med den form på opfølgningstypen."),
    ),
    "checkup_no_course": Shown(
        409,
        _("Patienten har intet åbent forløb"),
        _("Intet er ændret. Begynd et forløb først."),
    ),
}


def register(app: Flask) -> None:
    """Words for its errors, the log and the worklist; pages; and the job that runs the rules."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS.update(ACTIONS)
    ERRORS.update(FAULTS)
    KINDS[carrying_out.GONE] = Kind(
        _("Kontrollen er aflyst efter en gennemgang"),
        _("Giv patienten besked: der kommer et spørgeskema i stedet."),
    )
    KINDS[carrying_out.TELL] = Kind(
        _("Kontrollen er ændret efter en gennemgang"),
        _("Giv patienten besked, med brev eller i telefonen."),
    )
    KINDS[carrying_out.FIND] = Kind(
        _("Kontrollen bør ligge på et andet tidspunkt, og ingen tid er ledig"),
        _("Find en tid inden fristen, og giv patienten besked."),
    )
    app.register_blueprint(web.pages)
    rettid.parts.add_menu_entry(MENU, web.MENU)
    rettid.jobs.add(Job("checkup_reviews", timedelta(seconds=5), looking.work_on))

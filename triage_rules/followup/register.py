"""What following patients adds to the application."""

from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    ContactDone,
    CourseEnded,
)
from booking.appointments.worklist.events import WorklistItemFinished
from booking.clinic_web.frame import MENU
from booking.clinic_web.places import PATIENT
from booking.clinic_web.setup.clinics import OVERVIEW
from booking.clinic_web.worklist import KINDS, Kind
from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from triage_rules.authoring.places import TAKES_EFFECT
from triage_rules.followup import (
    acting,
    board_web,
    contacts,
    due,
    going_on,
    hearing,
    patient_web,
    queries,
    review_web,
    setup_web,
    staff_web,
)
from triage_rules.followup.errors import CONSTRAINTS
from triage_rules.followup.length import ByDecision
from triage_rules.questionnaires import alarm, attention
from triage_rules.questionnaires.events import (
    PatientWantsContact,
    QuestionnaireAnswered,
    QuestionnaireCorrected,
    QuestionnaireOverdue,
    QuestionnaireWithdrawn,
)
from triage_rules.questionnaires.web import ANSWERED, HOME

ACTIONS = {
    "pathway.created": _("Oprettede en opfølgningstype"),
    "pathway.changed": _("Ændrede en opfølgningstype"),
    "follow_up.started": _("Begyndte at følge patienten efter behov"),
    "follow_up.ended": _("Holdt op med at følge patienten efter behov"),
    "follow_up.decided": _("Lod reglerne afgøre, hvad der skal ske"),
    "follow_up.accepted": _("Godkendte reglernes beslutning"),
    "follow_up.overridden": _("Besluttede noget andet end reglerne"),
    "follow_up.interval_set": _("Satte patientens interval"),
    "measurement.taken": _("Skrev en måling"),
    "measurement.withdrawn": _("Trak en måling tilbage"),
}
WORKLIST = {
    acting.RED: Kind(
        _("Opfølgningen er rød"),
        _("Se svarene nu, og kontakt patienten."),
    ),
    acting.YELLOW: Kind(
        _("Opfølgningen er gul"),
        _("Se svarene og beslutningen, og afgør, hvad der skal ske."),
    ),
    acting.NO_RULES: Kind(
        _("Ingen regler gælder for patientens opfølgning"),
        _("Afgør selv, hvad der skal ske, og få reglerne udgivet."),
    ),
    acting.NOTHING_TO_ASK: Kind(
        _("Opfølgningstypen har intet spørgeskema"),
        _("Kontakt patienten, og vælg et spørgeskema til opfølgningstypen."),
    ),
    contacts.NOT_ASKED_FOR: Kind(
        _("Reglerne beder ikke længere om kontakten"),
        _("Afgør, om patienten skal beholde sin indkaldelse."),
    ),
    contacts.NO_VISIT_TYPE: Kind(
        _("Ingen kontakttype passer til beslutningen"),
        _("Indkald patienten, og ret kontakttyperne på opfølgningstypen."),
    ),
    contacts.TIME_DIFFERS: Kind(
        _("Patientens tid passer ikke til beslutningen"),
        _("Sammenlign tiden med beslutningen, og aftal med patienten, hvad der skal ske."),
    ),
    due.LATE: Kind(
        _("Seneste dag for opfølgning er passeret"),
        _("Kontakt patienten, og afgør, hvad der skal ske."),
    ),
    due.REVOKED: Kind(
        _("Indkaldelse eller spørgeskema er trukket tilbage"),
        _("Afgør, hvad der skal ske i stedet. Lukkes opgaven, kommer det næste spørgeskema."),
    ),
    due.PAPER: Kind(
        _("Spørgeskemaet skal sendes på papir"),
        _("Send spørgeskemaet, og skriv svarene ind, når de kommer."),
    ),
}
FAULTS = {
    "already_followed": Shown(
        409,
        _("Forløbet bliver fulgt allerede"),
        _("Afslut den opfølgning, der er i gang, før en ny begynder."),
    ),
    "no_rules_in_force": Shown(
        409,
        _("Ingen regler gælder nu"),
        _("Udgiv reglerne, før patienter kan følges efter dem."),
    ),
    "follow_up_ended": Shown(
        409,
        _("Opfølgningen er afsluttet"),
        _("Intet er ændret."),
    ),
    "decision_replaced": Shown(
        409,
        _("Der er kommet en nyere beslutning"),
        _("Intet er ændret. Se den nye beslutning, og sig, hvad der skal ske."),
    ),
    "decision_tampered": Shown(
        500,
        _("Beslutningen kan ikke vises"),
        _("Det, der er gemt, er ikke det, beslutningen blev taget på. Ring til driften."),
    ),
}


def register(app: Flask) -> None:
    """Words for the log, and pages."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS.update(ACTIONS)
    audit_words.NAMED.update(["pathway.created", "pathway.changed"])
    rettid.constraints.update(CONSTRAINTS)
    there = staff_web.TAB.endpoint
    KINDS.update({code: replace(kind, page=there) for code, kind in WORKLIST.items()})
    KINDS[alarm.ALARMING] = replace(KINDS[alarm.ALARMING], page=there)  # a plan's own red task
    ERRORS.update(FAULTS)
    by_decision = ByDecision(rettid.database.ports["length"])
    rettid.database.ports["length"] = by_decision
    rettid.database.ports["lengths"] = by_decision.several
    rettid.database.ports[attention.PORT] = queries.time_to_read
    rettid.events.subscribe(QuestionnaireAnswered, hearing.on_answered)
    rettid.events.subscribe(QuestionnaireCorrected, hearing.on_corrected)
    rettid.events.subscribe(QuestionnaireOverdue, hearing.on_overdue)
    rettid.events.subscribe(QuestionnaireWithdrawn, hearing.on_withdrawn)
    rettid.events.subscribe(PatientWantsContact, hearing.on_wish)
    rettid.events.subscribe(ContactDone, hearing.on_done)
    rettid.events.subscribe(CourseEnded, hearing.on_course_ended)
    rettid.events.subscribe(AppointmentBooked, contacts.on_booked)
    rettid.events.subscribe(AppointmentMoved, contacts.on_moved)
    rettid.events.subscribe(AppointmentCancelled, contacts.on_cancelled)
    rettid.events.subscribe(WorklistItemFinished, hearing.on_finished)
    rettid.jobs.add(Job("follow_up_ask", timedelta(minutes=10), due.send_due))
    rettid.jobs.add(Job("follow_up_late", timedelta(hours=1), due.passed))
    rettid.jobs.add(Job("follow_up_revoked", timedelta(hours=1), going_on.taken_back))
    rettid.jobs.add(Job("follow_up_end", timedelta(hours=1), due.end_with_course))
    for room in (board_web, staff_web, review_web, patient_web, setup_web):
        app.register_blueprint(room.pages)
    rettid.parts.add_menu_entry(MENU, board_web.MENU_ENTRY)
    rettid.parts.add_tab(PATIENT, staff_web.TAB)
    rettid.parts.add_card(OVERVIEW, setup_web.card)
    rettid.parts.add_card(TAKES_EFFECT, setup_web.takes_effect)
    rettid.parts.add_card(HOME, patient_web.home_card)
    rettid.parts.add_card(ANSWERED, patient_web.answered_card)

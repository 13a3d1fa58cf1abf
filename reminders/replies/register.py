"""What patients' answers add to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.appointments.events import AppointmentCancelled, AppointmentMoved
from booking.appointments.worklist.events import WorklistItemFinished
from booking.clinic_web.worklist import KINDS, Kind
from booking.people import audit_words
from booking.platform.web import Rettid
from reminders.replies import calls_web, handlers, web
from reminders.replies.acting import WANTS_NEW_TIME
from reminders.replies.inbox import REPLY

ACTIONS = {
    "reply.received": _("Svarede på en besked"),
    "reply.wants_new_time": _("Bad om en anden tid i et svar på en besked"),
    "reply.handled": _("Satte et svar på en besked til set"),
}
WORKLIST = {
    REPLY: Kind(
        _("Et svar skal læses"),
        _("Læs svaret i indbakken, og kontakt patienten, hvis det er nødvendigt."),
        page="staff_inbox.show",
    ),
    WANTS_NEW_TIME: Kind(
        _("Patienten vil have en anden tid"),
        _("Tiden gælder, til den er flyttet. Find en anden tid sammen med patienten."),
    ),
}


def register(app: Flask) -> None:
    """Words for the log and the worklist, handlers, and where Twilio reaches us."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS.update(ACTIONS)
    KINDS.update(WORKLIST)
    rettid.events.subscribe(AppointmentMoved, handlers.on_moved)
    rettid.events.subscribe(AppointmentCancelled, handlers.on_cancelled)
    rettid.events.subscribe(WorklistItemFinished, handlers.on_item_finished)
    for room in (web, calls_web):
        app.register_blueprint(room.pages)

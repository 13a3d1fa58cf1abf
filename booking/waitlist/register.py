"""What the waitlist adds to the application."""

from datetime import timedelta

from flask import Flask

from booking.appointments.events import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from booking.people import audit_words
from booking.platform.error_table import ERRORS
from booking.platform.errors import ChangedMeanwhile
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from booking.waitlist import reaching, refill, service
from booking.waitlist.errors import OfferOver
from booking.waitlist.wording import ACTIONS, REFUSALS

CONSTRAINTS = {
    "uq_offer_freed_time_id": OfferOver,
    "uq_offer_entry_id": ChangedMeanwhile,
    "uq_freed_time_clinician_id": ChangedMeanwhile,
    "uq_waitlist_entry_appointment_id": ChangedMeanwhile,
    "uq_waitlist_entry_invitation_id": ChangedMeanwhile,
}


def register(app: Flask) -> None:
    """Hear of times that come free, offer them on, and say why in words."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    ERRORS.update(REFUSALS)
    audit_words.WORDS.update(ACTIONS)
    rettid.events.subscribe(AppointmentBooked, refill.on_booked)
    rettid.events.subscribe(AppointmentCancelled, refill.on_cancelled)
    rettid.events.subscribe(AppointmentMoved, refill.on_moved)
    rettid.database.ports.setdefault(reaching.PORT, reaching.nobody)
    rettid.database.ports.setdefault(reaching.LOST, reaching.none_lost)
    rettid.jobs.add(Job("refill", timedelta(minutes=1), refill.run))
    rettid.jobs.add(Job("waitlist", timedelta(minutes=10), service.tend))

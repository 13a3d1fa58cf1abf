"""What planning adds to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentKept,
    AppointmentLengthened,
    AppointmentMoved,
    AppointmentsImported,
    AttendanceUndone,
    PatientArrived,
)
from booking.clinic_web.worklist import KINDS, Kind
from booking.overbooking import reminding
from booking.people.events import PatientNeedsChanged, PatientReachChanged
from booking.platform.web import Rettid
from booking.sequences.events import SequenceBooked, SequenceEnded, SequenceMoved
from booking.waitlist import reaching
from booking.waitlist.events import OfferClosed, OfferMade
from reminders.planning import foretold, handlers, offers, reachable, service, together
from reminders.planning.unplanned import UNPLANNED
from reminders.policies.events import PolicyPublished, SendingStopped
from reminders.preferences.events import PreferenceChanged


def register(app: Flask) -> None:
    """Hear of bookings, say who hears of an offer, and what stands on the worklist."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.database.ports[reaching.PORT] = reachable.unreachable
    rettid.database.ports[reaching.LOST] = offers.lost
    rettid.database.ports[reminding.PORT] = foretold.reminders
    events = rettid.events
    events.subscribe(AppointmentBooked, handlers.on_booked)
    events.subscribe(AppointmentKept, handlers.on_kept)
    events.subscribe(AppointmentMoved, handlers.on_moved)
    events.subscribe(AppointmentLengthened, handlers.on_lengthened)
    events.subscribe(AppointmentCancelled, handlers.on_cancelled)
    events.subscribe(AttendanceUndone, handlers.on_undone)
    events.subscribe(AppointmentsImported, handlers.on_imported)
    events.subscribe(PatientArrived, handlers.on_arrived)
    events.subscribe(SequenceBooked, together.on_booked)
    events.subscribe(SequenceMoved, together.on_moved)
    events.subscribe(SequenceEnded, together.on_ended)
    events.subscribe(OfferMade, offers.on_made)
    events.subscribe(OfferClosed, offers.on_closed)
    events.subscribe(PreferenceChanged, handlers.on_preference_changed)
    events.subscribe(PatientNeedsChanged, handlers.on_needs_changed)
    events.subscribe(PatientReachChanged, handlers.on_reach_changed)
    events.subscribe(PolicyPublished, handlers.on_published)
    events.subscribe(SendingStopped, handlers.on_stopped)
    KINDS[service.NOT_REACHED] = Kind(
        _("Patienten har ikke fået besked"),
        _("Se hvorfor. Ring, send den ad en anden vej, eller ret nummeret."),
        "staff_not_reached.show",
    )
    KINDS[UNPLANNED] = Kind(
        _("Tider uden planlagte beskeder"),
        _("Se, hvad der vil blive sendt, og planlæg beskederne."),
        "staff_messages.unplanned_form",
    )

"""What the sequences room adds to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.appointments import belonging
from booking.appointments.events import AppointmentBooked, AppointmentCancelled
from booking.people.audit_words import WORDS
from booking.platform.web import Rettid
from booking.sequences.queries import belong_together
from booking.sequences.service import on_booked, on_cancelled


def register(app: Flask) -> None:
    """Hear of times given up, say which belong together, and words for the log."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.database.ports[belonging.PORT] = belong_together
    rettid.events.subscribe(AppointmentCancelled, on_cancelled)
    rettid.events.subscribe(AppointmentBooked, on_booked)
    WORDS["sequence.booked"] = _("Bookede flere tider på én gang")
    WORDS["sequence.skipped"] = _("Sprang en tid over i en række af tider")
    WORDS["sequence.restored"] = _("Gav en tid tilbage i en række af tider")
    WORDS["sequence.part_moved"] = _("Flyttede en tid i en række af tider")
    WORDS["sequence.moved"] = _("Flyttede alle tider på én dag")
    WORDS["sequence.ended"] = _("Aflyste resten af en række af tider")

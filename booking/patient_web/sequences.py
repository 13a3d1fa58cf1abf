"""What a patient reads on a time that belongs with others: which of them it is, and their order."""

from flask import render_template
from markupsafe import Markup

from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.sequences import queries


def card(session: Session, _actor: Actor, appointment: Appointment) -> Markup | None:
    """'Det er 2 af 6 tider', or the day's contacts in order; None for a time by itself."""
    sequence = queries.with_appointment(session, appointment.id)
    booked = queries.still_booked(sequence) if sequence else []
    if sequence is None or len(booked) < 2:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "patient/sequence.html",
            kind=sequence.kind,
            times=[part.appointment for part in booked],
            number=1 + [part.appointment_id for part in booked].index(appointment.id),
            this=appointment,
        )
    )

"""What planning does when something happens to a booking, all in the booking's transaction."""

from sqlalchemy import select

from booking.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentKept,
    AppointmentMoved,
    PatientArrived,
)
from booking.appointments.models import ACTIVE, Appointment
from booking.platform.database import Session
from reminders.planning import service
from reminders.planning.gathering import subject_of
from reminders.preferences.events import PreferenceChanged


def on_booked(session: Session, event: AppointmentBooked) -> None:
    """A time was booked, or reserved for the patient to answer."""
    service.plan_appointment(
        session, event.appointment_id, "offered" if event.provisional else "booked"
    )


def on_kept(session: Session, event: AppointmentKept) -> None:
    """The patient said yes: what asks them to is not sent any more."""
    service.plan_ahead(session, [event.appointment_id], reason="answered")


def on_moved(session: Session, event: AppointmentMoved) -> None:
    """Nothing more about the old time; the new one is planned as if booked."""
    service.withdraw(session, subject_of(event.appointment_id), "moved")
    service.plan_appointment(session, event.appointment_id, "moved")


def on_cancelled(session: Session, event: AppointmentCancelled) -> None:
    """Nothing but the notice of it."""
    service.withdraw(session, subject_of(event.appointment_id), "cancelled")
    service.plan_appointment(session, event.appointment_id, "cancelled")


def on_arrived(session: Session, event: PatientArrived) -> None:
    """Whoever is here needs no reminder."""
    service.withdraw(session, subject_of(event.appointment_id), "arrived")


def on_preference_changed(session: Session, event: PreferenceChanged) -> None:
    """What lies ahead goes by the channel the patient wants now."""
    coming = session.scalars(
        select(Appointment.id).where(
            Appointment.patient_id == event.patient_id,
            Appointment.status.in_(ACTIVE),
            Appointment.starts_at > session.now(),
        )
    ).all()
    service.plan_ahead(session, coming, reason="wishes")

"""Doing what a patient has answered about one of their times."""

from typing import Literal

from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.errors import TooLate, WrongState
from booking.appointments.models import Appointment
from booking.appointments.worklist import service as worklist
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date

Wants = Literal["confirm", "cancel", "new_time"]
Outcome = Literal["done", "already", "too_late", "to_staff"]
By = Literal["sms", "phone"]

WANTS_NEW_TIME = "wants_new_time_sms"


def act(session: Session, appointment_id: int, wants: Wants, by: By) -> tuple[Appointment, Outcome]:
    """Keep or cancel a time as its patient, or let the clinic know that another is wanted.

    The time is locked first. 'already': it was cancelled before; 'too_late': it has begun;
    'to_staff': it is no longer a time the patient can answer about.
    """
    session.execute(
        select(Appointment.id).where(Appointment.id == appointment_id).with_for_update()
    )
    appointment = session.get_one(Appointment, appointment_id, populate_existing=True)
    try:
        _do(session, appointment, wants, by)
    except TooLate:
        return appointment, "too_late"
    except WrongState:
        gone = appointment.status == "cancelled" and wants == "cancel"
        return appointment, "already" if gone else "to_staff"
    return appointment, "done"


def as_patient(appointment: Appointment) -> Actor:
    """Whoever an appointment is for, as the one who acts."""
    return Actor("patient", appointment.patient_id, appointment.patient.name)


def new_time_key(appointment_id: int) -> str:
    """Under which it stands on the worklist that another time is wanted."""
    return f"{WANTS_NEW_TIME}:{appointment_id}"


def _do(session: Session, appointment: Appointment, wants: Wants, by: By) -> None:
    patient = as_patient(appointment)
    if wants == "confirm":
        appointments.keep(session, patient, appointment, by)
    elif wants == "cancel":
        # Nobody has said that care is not needed any more: the invitation stays open.
        appointments.cancel(session, patient, appointment, "", by, wants_new=True)
    else:
        _want_new_time(session, patient, appointment)


def _want_new_time(session: Session, patient: Actor, appointment: Appointment) -> None:
    """The time is kept until another is found; the clinic sees that one is wanted."""
    if appointment.status != "booked":
        raise WrongState
    if appointment.starts_at <= session.now():
        raise TooLate(phone=appointment.clinic.phone)
    worklist.add(
        session,
        appointment.clinic_id,
        WANTS_NEW_TIME,
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        invitation_id=appointment.invitation_id,
        details={"visit_type": appointment.visit_type.name},
        due_on=local_date(appointment.starts_at, appointment.clinic.zone),
        key=new_time_key(appointment.id),
    )
    audit.record(
        session,
        patient,
        "reply.wants_new_time",
        [appointment.patient_id],
        clinic_id=appointment.clinic_id,
    )

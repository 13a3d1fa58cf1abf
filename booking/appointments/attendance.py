"""What happens on the day, as it happens: arrived, called in, done, did not come; and undoing it.

Each is an instant on the appointment and an event. Undoing takes back the last one; a time
that is active again is guarded again by the database.
"""

from datetime import datetime, timedelta

from booking.appointments.errors import TooEarly, TooLate, WrongState
from booking.appointments.events import (
    AttendanceUndone,
    ContactDone,
    PatientArrived,
    PatientCalledIn,
    PatientDidNotCome,
)
from booking.appointments.models import Appointment
from booking.appointments.safety_net import unmarked_key
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import Channel, trace
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date

# How long before their time patients may tell by themselves that they are here.
EARLY = timedelta(minutes=60)


def arrive(
    session: Session, by: Actor, appointment: Appointment, channel: Channel = "desk"
) -> None:
    """The patient is here, on the day."""
    _expect(appointment, "booked")
    _not_before_its_day(session, appointment)
    appointment.status, appointment.arrived_at = "arrived", session.now()
    trace(session, by, appointment, "arrived", channel)
    session.publish(PatientArrived(*_about(appointment), session.now()))


def arrive_oneself(session: Session, by: Actor, appointment: Appointment, channel: Channel) -> None:
    """The patient says that they are here: from an hour before, until the time is over.

    Raises WrongState where there is nothing to come to, TooEarly or TooLate.
    """
    _expect(appointment, "booked")
    if appointment.form != "in_person":
        raise WrongState
    if appointment.starts_at - EARLY > session.now():
        raise TooEarly
    if appointment.ends_at <= session.now():
        raise TooLate
    arrive(session, by, appointment, channel)


def may_arrive(appointment: Appointment, now: datetime) -> bool:
    """True where `arrive_oneself` would not refuse."""
    within = appointment.starts_at - EARLY <= now < appointment.ends_at
    return appointment.status == "booked" and appointment.form == "in_person" and within


def call_in(session: Session, by: Actor, appointment: Appointment) -> None:
    """The contact begins; someone who was never marked as arrived has arrived now."""
    _expect(appointment, "booked", "arrived")
    _not_before_its_day(session, appointment)
    appointment.arrived_at = appointment.arrived_at or session.now()
    appointment.status, appointment.called_in_at = "checked-in", session.now()
    trace(session, by, appointment, "called_in", "desk")
    session.publish(PatientCalledIn(*_about(appointment), session.now()))


def done(session: Session, by: Actor, appointment: Appointment) -> None:
    """The contact took place; the rest of its time is free, and its invitation is completed.

    A time that is over may be marked so although nobody noted that the patient had arrived.
    """
    over = appointment.ends_at <= session.now()
    _expect(appointment, "arrived", "checked-in", *(("booked",) if over else ()))
    appointment.status, appointment.done_at = "fulfilled", session.now()
    worklist.withdraw(session, unmarked_key(appointment.id))
    if appointment.invitation is not None:
        appointment.invitation.status = "completed"
    trace(session, by, appointment, "done", "desk")
    session.publish(ContactDone(*_about(appointment), session.now()))


def did_not_come(session: Session, by: Actor, appointment: Appointment) -> None:
    """The patient has not come, and the time has begun. Somebody must see what happens now."""
    _expect(appointment, "booked")
    if appointment.starts_at > session.now():
        raise TooEarly
    appointment.status = "noshow"
    worklist.withdraw(session, unmarked_key(appointment.id))
    trace(session, by, appointment, "noshow", "desk")
    invitation = appointment.invitation
    worklist.add(
        session,
        appointment.clinic_id,
        "did_not_come",
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        invitation_id=invitation.id if invitation else None,
        details={"visit_type": appointment.visit_type.name},
        due_on=(invitation.deadline_on if invitation else None)
        or local_date(session.now(), appointment.clinic.zone),
        key=_noshow_key(appointment),
    )
    session.publish(PatientDidNotCome(*_about(appointment)))


def undo(session: Session, by: Actor, appointment: Appointment) -> None:
    """Take back the last of these; raises TimeTaken if someone else has the time by now."""
    was = appointment.status
    if was == "fulfilled":
        appointment.done_at = None
        if appointment.invitation is not None:
            appointment.invitation.status = "open"
        appointment.status = _before_done(appointment)
    elif was == "checked-in":
        appointment.called_in_at = None
        appointment.status = "arrived"
    elif was == "arrived":
        appointment.arrived_at = None
        appointment.status = "booked"
    elif was == "noshow":
        appointment.status = "booked"
        worklist.withdraw(session, _noshow_key(appointment))
    else:
        raise WrongState
    trace(session, by, appointment, "undone", "desk", reason=was)
    session.publish(AttendanceUndone(*_about(appointment), was))


def _before_done(appointment: Appointment) -> str:
    if appointment.called_in_at is not None:
        return "checked-in"
    return "arrived" if appointment.arrived_at is not None else "booked"


def _noshow_key(appointment: Appointment) -> str:
    """An invitation's key, so that a new time on it settles the item; else the appointment's."""
    invitation_id = appointment.invitation_id
    return f"invitation:{invitation_id}" if invitation_id else f"noshow:{appointment.id}"


def _expect(appointment: Appointment, *statuses: str) -> None:
    if appointment.status not in statuses:
        raise WrongState


def _not_before_its_day(session: Session, appointment: Appointment) -> None:
    zone = appointment.clinic.zone
    if local_date(appointment.starts_at, zone) > local_date(session.now(), zone):
        raise TooEarly


def _about(appointment: Appointment) -> tuple[int, int, int]:
    return appointment.id, appointment.patient_id, appointment.clinic_id

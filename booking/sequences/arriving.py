"""A patient who comes for several contacts on one day says so once."""

from datetime import datetime

from booking.appointments import attendance
from booking.appointments.models import Appointment
from booking.appointments.waiting import met_today
from booking.appointments.writing import Channel
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.sequences import queries


def arrive_oneself(
    session: Session, by: Actor, appointment: Appointment, channel: Channel
) -> list[Appointment]:
    """The patient says that they are here, for this contact and for those that follow from it.

    Returns all that were noted, in order of time. Raises as `attendance.arrive_oneself` does.
    """
    attendance.arrive_oneself(session, by, appointment, channel)
    more = [one for one in following(session, appointment) if one.status == "booked"]
    for one in more:
        attendance.arrive(session, by, one, channel)
    return [appointment, *more]


def following(session: Session, appointment: Appointment) -> list[Appointment]:
    """The patient's later contacts that day at that clinic which one need not leave between.

    Those of the same combined day, and any that begins within the time a patient may come ahead.
    """
    sequence = queries.with_appointment(session, appointment.id)
    together = {one.appointment_id for one in sequence.parts} if sequence else set()
    found: list[Appointment] = []
    over: datetime = appointment.ends_at
    for one in met_today(session, appointment.clinic, [appointment.patient_id]):
        if one.starts_at <= appointment.starts_at or one.id == appointment.id:
            continue
        if one.id in together or one.starts_at <= over + attendance.EARLY:
            found.append(one)
            over = max(over, one.ends_at)
    return found

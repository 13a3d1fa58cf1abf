"""The move someone made last in a grid, so that one press takes it back.

Kept in the cookie as numbers only. It is offered while the appointment stands as that move left it.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import session as cookie
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.identity import Actor

KEY = "grid_move"


@dataclass(frozen=True)
class Moved:
    """What can be taken back: whose time, and where it stands now."""

    appointment_id: int
    patient: str
    starts_at: datetime


def remember(by: Actor, appointment: Appointment) -> None:
    """Let this move be the one that can be taken back; call when it has been flushed."""
    cookie[KEY] = [by.id, appointment.clinic_id, appointment.id, appointment.version]


def forget() -> None:
    """Nothing can be taken back any more."""
    cookie.pop(KEY, None)


def last_move(session: Session, by: Actor, clinic: Clinic) -> Moved | None:
    """The actor's last move at this clinic, while nothing has happened to the appointment since."""
    kept = cookie.get(KEY)
    if not kept or kept[:2] != [by.id, clinic.id]:
        return None
    wanted = (
        select(Patient.given_name, Patient.family_name, Appointment.starts_at)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(
            Appointment.id == kept[2],
            Appointment.clinic_id == clinic.id,
            Appointment.version == kept[3],
            Appointment.status == "booked",
        )
    )
    row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    return Moved(kept[2], f"{row[0]} {row[1]}".strip(), row[2])

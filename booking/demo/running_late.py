"""The demo's morning has fallen behind: a doctor runs late, and someone has not come."""

from datetime import timedelta

from sqlalchemy import delete, update

from booking.appointments import queries
from booking.appointments.models import Appointment, AppointmentChange
from booking.calendar.models import Clinic, Resource
from booking.platform.database import Session
from booking.platform.localtime import local_date

STILL = timedelta(minutes=8)
CLOSE = timedelta(minutes=10)
DOCTORS = ("doctor", "junior_doctor")


def fall_behind(session: Session, clinic: Clinic) -> None:
    """Where a doctor has someone in the room whose time is over, and the next is waiting.

    Only where the day allows: at a quiet hour nobody is behind.
    """
    now = session.now()
    contacts = [
        one
        for one in queries.day_list(session, clinic, local_date(now, clinic.zone))
        if one.group_session_id is None
    ]
    behind = _who_can(contacts, clinic)
    if behind is not None:
        before, current = behind
        _take_back(session, before, "done")
        called = max(before.starts_at, now + STILL - (before.ends_at - before.starts_at))
        before.status, before.done_at, before.called_in_at = "checked-in", None, called
        session.execute(
            update(AppointmentChange)
            .where(
                AppointmentChange.appointment_id == before.id,
                AppointmentChange.what == "called_in",
            )
            .values(at=called)
        )
        if before.invitation is not None:
            before.invitation.status = "open"
        _take_back(session, current, "called_in")
        current.status, current.called_in_at = "arrived", None
    here = [one for one in contacts if one.form == "in_person"]
    _not_come(session, here, {one.clinician_id for one in behind or ()})
    session.flush()


def _who_can(contacts: list[Appointment], clinic: Clinic) -> tuple[Appointment, Appointment] | None:
    """Two contacts of one doctor, back to back: the one that is over and the one that goes on."""
    doctors: dict[int, Resource] = {
        one.clinician_id: one.clinician
        for one in contacts
        if one.clinician.profession in DOCTORS and one.clinician.clinics == [clinic]
    }
    found = []
    for doctor in sorted(doctors):
        theirs = [one for one in contacts if one.clinician_id == doctor]
        going_on = [one for one in theirs if one.status == "checked-in"]
        over = [one for one in theirs if one.status == "fulfilled"]
        if not going_on or not over:
            continue
        current, before = going_on[-1], over[-1]
        if (
            current.form == "in_person"
            and timedelta() <= current.starts_at - before.ends_at <= CLOSE
        ):
            found.append((before, current))
    return max(found, key=lambda pair: pair[1].starts_at, default=None)


def _not_come(session: Session, contacts: list[Appointment], but: set[int]) -> None:
    """One contact that should have begun a while ago, whose patient nobody has seen."""
    late = session.now() - CLOSE
    for one in contacts:
        if one.status == "checked-in" and one.starts_at <= late and one.clinician_id not in but:
            _take_back(session, one, "called_in", "arrived")
            one.status, one.called_in_at, one.arrived_at = "booked", None, None
            return


def _take_back(session: Session, appointment: Appointment, *what: str) -> None:
    session.execute(
        delete(AppointmentChange).where(
            AppointmentChange.appointment_id == appointment.id, AppointmentChange.what.in_(what)
        )
    )

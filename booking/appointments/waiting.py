"""Today at a clinic as it goes: who may begin when, and how late each clinician runs.

Reads the day's contacts and lets `delays` work it out. A group is one contact, begun when the
first of it is called in and over when all are.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from booking.appointments import delays, queries
from booking.appointments.delays import Contact
from booking.appointments.models import ACTIVE, Appointment
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import day_bounds

_HERE = ("arrived", "checked-in")


@dataclass(frozen=True)
class Running:
    """starts: appointment -> when it is expected to begin. late: clinician -> how late."""

    now: datetime
    starts: dict[int, datetime]
    late: dict[int, timedelta]

    def told(self, clinician_id: int) -> int:
        """How late a clinician runs, in minutes as it is told; 0 for not worth telling."""
        return delays.told(self.late.get(clinician_id, timedelta()))

    def minutes_left(self, appointment: Appointment) -> int | None:
        """How long its patient still waits, in minutes to the next five; None once called in."""
        expected = self.starts.get(appointment.id)
        return None if expected is None else delays.waiting_time(expected, self.now)


def running(session: Session, clinic: Clinic) -> Running:
    """How the clinic's day runs now."""
    today = queries.today(session, clinic)
    return running_of(queries.day_list(session, clinic, today), session.now())


def running_of(appointments: Sequence[Appointment], now: datetime) -> Running:
    """How a day runs, from all of its appointments (with their allocations).

    A contact of several clinicians begins when the last of them is free.
    """
    of_clinician: dict[int, dict[int, list[Appointment]]] = defaultdict(lambda: defaultdict(list))
    for one in appointments:
        if one.status in ("noshow", "cancelled", "entered-in-error"):
            continue
        taking = {row.resource_id for row in one.allocations if row.resource.kind == "clinician"}
        key = -one.group_session_id if one.group_session_id else one.id
        for clinician in taking | {one.clinician_id}:
            of_clinician[clinician][key].append(one)
    starts: dict[int, datetime] = {}
    late: dict[int, timedelta] = {}
    for clinician, by_key in of_clinician.items():
        contacts = [_contact(key, several) for key, several in by_key.items()]
        late[clinician] = delays.delay(contacts, now)
        for key, expected in delays.expected_starts(contacts, now).items():
            for one in by_key[key]:
                if one.status in ("booked", "arrived"):
                    starts[one.id] = max(expected, starts.get(one.id, expected))
    return Running(now, starts, late)


def before_it(appointment: Appointment, today: Sequence[Appointment]) -> Appointment | None:
    """The contact of the same patient that must be over first; None where none is waited for."""
    for one in today:
        theirs = one.patient_id == appointment.patient_id and one.clinic_id == appointment.clinic_id
        if theirs and one.starts_at < appointment.starts_at and one.status in _HERE:
            return one
    return None


def waits_since(appointment: Appointment, today: Sequence[Appointment]) -> datetime | None:
    """Since when its patient has waited for it: they came, or came out from another contact."""
    if appointment.arrived_at is None:
        return None
    over = [
        one.done_at
        for one in today
        if one.patient_id == appointment.patient_id
        and one.done_at is not None
        and one.starts_at < appointment.starts_at
    ]
    return max([appointment.arrived_at, *over])


def met_today(session: Session, clinic: Clinic, patient_ids: Collection[int]) -> list[Appointment]:
    """What these patients come to the clinic for today and is not over, in order of time."""
    start, end = day_bounds(queries.today(session, clinic), clinic.zone)
    wanted = (
        select(Appointment)
        .options(*queries.SHOWN)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.patient_id.in_(patient_ids),
            Appointment.form == "in_person",
            Appointment.status.in_(ACTIVE),
            Appointment.starts_at >= start,
            Appointment.starts_at < end,
            Appointment.ends_at > session.now(),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return list(session.scalars(wanted))


def _contact(key: int, several: Sequence[Appointment]) -> Contact:
    called = [one.called_in_at for one in several if one.called_in_at is not None]
    done = [one.done_at for one in several if one.done_at is not None]
    first = several[0]
    return Contact(
        key,
        first.starts_at,
        max(one.ends_at for one in several),
        min(called) if called else None,
        max(done) if len(done) == len(several) else None,
        any(one.status == "arrived" or one.form != "in_person" for one in several),
    )

"""What a clinic's visits came to: its own, and those imported from before."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import object_session

from booking.appointments.models import Appointment, AppointmentChange, PastVisit
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import REASONS_OF_CLINIC
from booking.calendar.models import Clinic
from booking.overbooking import reminding
from booking.overbooking.records import Record
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.localtime import local_date, to_local

# Given up by the patient later than this before it began, a time is not filled again.
TOO_LATE = timedelta(hours=24)
_YEAR = 365.25


def of_clinic(
    session: Session, clinic: Clinic, patient_ids: Collection[int] | None = None
) -> list[Record]:
    """Every visit that was kept, missed, or given up too late; those given up in time are neither.

    A time moved away from too late is one of its own, besides what came of the later time.
    What the clinic itself called off is left out, and group visits, which have no session.
    patient_ids: those of these patients alone.
    """
    its = () if patient_ids is None else (Appointment.patient_id.in_(patient_ids),)
    past = () if patient_ids is None else (PastVisit.patient_id.in_(patient_ids),)
    own = [*_booked(session, clinic, its), *_moved_away_from(session, clinic, its)]
    return [*_told(session, clinic, own), *_imported(session, clinic, past)]


def to_come(appointment: Appointment) -> Record:
    """What is known of a visit that lies ahead; it counts as not missed, which nobody learns."""
    session = object_session(appointment)
    if not isinstance(session, Session):
        raise TypeError("what is known of a visit is told only within a session")
    return all_to_come(session, [appointment])[0]


def all_to_come(session: Session, appointments: Sequence[Appointment]) -> list[Record]:
    """As `to_come`, of several of one clinic at once, in order."""
    if not appointments:
        return []
    return _told(
        session,
        appointments[0].clinic,
        [
            _Visit(
                f"appointment:{one.id}",
                one.patient_id,
                one.patient.birth_date,
                False,
                reminding.Time(one.visit_type_id, one.form, one.booked_at, one.starts_at),
            )
            for one in appointments
        ],
    )


@dataclass(frozen=True)
class _Visit:
    """A time of the clinic's own, whether it was missed, and whose it was."""

    key: str
    patient: int
    born: date | None
    missed: bool
    time: reminding.Time


def _told(session: Session, clinic: Clinic, visits: Sequence[_Visit]) -> list[Record]:
    """What was known of each when it was booked."""
    port: reminding.Reminding = session.ports[reminding.PORT]
    planned = port(session, clinic, [one.time for one in visits])
    found = []
    for one, reminders in zip(visits, planned, strict=True):
        booked_on = local_date(one.time.booked_at, clinic.zone)
        found.append(
            Record(
                one.key,
                one.patient,
                booked_on,
                max(booked_on, local_date(one.time.starts_at, clinic.zone)),
                one.missed,
                _age(one.born, booked_on),
                _hour(one.time.starts_at, clinic),
                _level(one.time.visit_type_id),
                one.time.form,
                reminders,
            )
        )
    return found


def _booked(
    session: Session, clinic: Clinic, wanted: Collection[ColumnElement[bool]]
) -> Iterator[_Visit]:
    by_clinic = exists().where(
        AppointmentChange.appointment_id == Appointment.id,
        AppointmentChange.what == "cancelled",
        AppointmentChange.reason.in_(list(REASONS_OF_CLINIC)),
    )
    rows = session.execute(
        select(
            Appointment.id,
            Appointment.patient_id,
            Appointment.visit_type_id,
            Appointment.booked_at,
            Appointment.starts_at,
            Appointment.status,
            Appointment.cancelled_at,
            Appointment.form,
            Patient.birth_date,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(
            *wanted,
            Appointment.clinic_id == clinic.id,
            Appointment.group_session_id.is_(None),
            or_(
                Appointment.status.in_(["fulfilled", "noshow"]),
                (Appointment.status == "cancelled")
                & (Appointment.starts_at <= session.now())
                & ~by_clinic,
            ),
        )
    )
    for row in rows:
        given_up = row.status == "cancelled"
        if given_up and (not row.cancelled_at or row.starts_at - row.cancelled_at > TOO_LATE):
            continue
        yield _Visit(
            f"appointment:{row.id}",
            row.patient_id,
            row.birth_date,
            row.status != "fulfilled",
            reminding.Time(row.visit_type_id, row.form, row.booked_at, row.starts_at),
        )


def _moved_away_from(
    session: Session, clinic: Clinic, wanted: Collection[ColumnElement[bool]]
) -> Iterator[_Visit]:
    """The times that patients left for a later one, too late to be filled again.

    A time brought forward is not given up, and a move that was taken back never was.
    """
    rows = session.execute(
        select(
            AppointmentChange.id,
            AppointmentChange.appointment_id,
            AppointmentChange.at,
            AppointmentChange.actor_kind,
            AppointmentChange.channel,
            AppointmentChange.reason,
            AppointmentChange.from_start,
            AppointmentChange.to_start,
            AppointmentChange.before,
            Appointment.patient_id,
            Appointment.visit_type_id,
            Appointment.booked_at,
            Appointment.form,
            Patient.birth_date,
        )
        .join(Appointment, Appointment.id == AppointmentChange.appointment_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(*wanted, Appointment.clinic_id == clinic.id, AppointmentChange.what == "moved")
        .order_by(AppointmentChange.appointment_id, AppointmentChange.at, AppointmentChange.id)
    )
    for _, moves in groupby(rows, key=lambda row: row.appointment_id):
        standing: list[tuple[Any, datetime]] = []  # each move, and when the time it left was booked
        for row in moves:
            before = row.before or {}
            if "undoes" in before:
                standing = [one for one in standing if one[0].id != before["undoes"]]
            else:
                standing.append((row, standing[-1][0].at if standing else row.booked_at))
        for row, booked_at in standing:
            if _given_up_too_late(row, session.now()):
                form = str((row.before or {}).get("form", row.form))
                yield _Visit(
                    f"change:{row.id}",
                    row.patient_id,
                    row.birth_date,
                    True,
                    reminding.Time(row.visit_type_id, form, booked_at, row.from_start),
                )


def _given_up_too_late(move: Any, now: datetime) -> bool:
    """Of a row of `_moved_away_from`: by the patient, or by staff whom the patient asked."""
    asked = move.actor_kind == "patient" or (
        move.actor_kind == "staff" and (move.channel == "phone" or move.reason == "patient_wish")
    )
    return bool(
        asked
        and move.reason not in REASONS_OF_CLINIC
        and not (move.before or {}).get("group_session_id")
        and move.from_start
        and move.to_start
        and move.from_start < move.to_start
        and move.from_start <= now
        and move.from_start - move.at < TOO_LATE
    )


def _imported(
    session: Session, clinic: Clinic, wanted: Collection[ColumnElement[bool]]
) -> Iterator[Record]:
    # What was imported teaches of the clinic's own types, where it has their present names.
    named = select(VisitType.name, VisitType.id).where(VisitType.clinic_id == clinic.id)
    own = {name: _level(number) for name, number in session.execute(named.order_by(VisitType.id))}
    rows = session.execute(
        select(
            PastVisit.id,
            PastVisit.patient_id,
            PastVisit.day,
            PastVisit.at,
            PastVisit.booked_on,
            PastVisit.outcome,
            PastVisit.label,
            PastVisit.facts,
            Patient.birth_date,
        )
        .join(Patient, Patient.id == PastVisit.patient_id)
        .where(
            *wanted,
            PastVisit.clinic_id == clinic.id,
            PastVisit.booked_on.is_not(None),
            PastVisit.outcome.in_(["fulfilled", "noshow"]),
        )
    )
    for row in rows:
        yield Record(
            f"past_visit:{row.id}",
            row.patient_id,
            row.booked_on,
            row.day,
            row.outcome == "noshow",
            _number(row.facts.get("age"))
            if row.birth_date is None
            else _age(row.birth_date, row.booked_on),
            _hour(row.at, clinic) if row.at else None,
            own.get(row.label, row.label),
            str(row.facts.get("form", "")),
        )


def _level(visit_type_id: int) -> str:
    """What the model calls a visit type, whatever it is renamed to."""
    return f"#{visit_type_id}"


def _age(born: date | None, on: date) -> float | None:
    return None if born is None else max(0.0, (on - born).days / _YEAR)


def _hour(instant: datetime, clinic: Clinic) -> float:
    local = to_local(instant, clinic.zone)
    return local.hour + local.minute / 60


def _number(fact: Any) -> float | None:
    return float(fact) if isinstance(fact, int | float) and fact >= 0 else None

"""What a clinic's visits came to: its own, and those imported from before."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from booking.appointments.models import Appointment, AppointmentChange, PastVisit
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import REASONS_OF_CLINIC
from booking.calendar.models import Clinic
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

    What the clinic itself called off is left out, and group visits, which have no session.
    patient_ids: those of these patients alone.
    """
    its = () if patient_ids is None else (Appointment.patient_id.in_(patient_ids),)
    past = () if patient_ids is None else (PastVisit.patient_id.in_(patient_ids),)
    return [*_booked(session, clinic, its), *_imported(session, clinic, past)]


def to_come(appointment: Appointment) -> Record:
    """What is known of a visit that lies ahead; it counts as not missed, which nobody learns."""
    patient, clinic = appointment.patient, appointment.clinic
    booked_on = local_date(appointment.booked_at, clinic.zone)
    return Record(
        f"appointment:{appointment.id}",
        appointment.patient_id,
        booked_on,
        max(booked_on, local_date(appointment.starts_at, clinic.zone)),
        False,
        _age(patient.birth_date, booked_on),
        _hour(appointment.starts_at, clinic),
        appointment.visit_type.name,
        appointment.form,
    )


def _booked(
    session: Session, clinic: Clinic, wanted: Collection[ColumnElement[bool]]
) -> Iterator[Record]:
    by_clinic = exists().where(
        AppointmentChange.appointment_id == Appointment.id,
        AppointmentChange.what == "cancelled",
        AppointmentChange.reason.in_(list(REASONS_OF_CLINIC)),
    )
    rows = session.execute(
        select(
            Appointment.id,
            Appointment.patient_id,
            Appointment.booked_at,
            Appointment.starts_at,
            Appointment.status,
            Appointment.cancelled_at,
            Appointment.form,
            VisitType.name,
            Patient.birth_date,
        )
        .join(VisitType, VisitType.id == Appointment.visit_type_id)
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
        booked_on = local_date(row.booked_at, clinic.zone)
        yield Record(
            f"appointment:{row.id}",
            row.patient_id,
            booked_on,
            max(booked_on, local_date(row.starts_at, clinic.zone)),
            row.status != "fulfilled",
            _age(row.birth_date, booked_on),
            _hour(row.starts_at, clinic),
            row.name,
            row.form,
        )


def _imported(
    session: Session, clinic: Clinic, wanted: Collection[ColumnElement[bool]]
) -> Iterator[Record]:
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
            row.label,
            str(row.facts.get("form", "")),
        )


def _age(born: date | None, on: date) -> float | None:
    return None if born is None else max(0.0, (on - born).days / _YEAR)


def _hour(instant: datetime, clinic: Clinic) -> float:
    local = to_local(instant, clinic.zone)
    return local.hour + local.minute / 60


def _number(fact: Any) -> float | None:
    return float(fact) if isinstance(fact, int | float) and fact >= 0 else None

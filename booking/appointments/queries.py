"""Reading appointments and invitations. Staff reads are scoped by clinic, patients' by person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import (
    ACTIVE,
    Allocation,
    Appointment,
    AppointmentChange,
    GroupSession,
)
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.localtime import day_bounds, local_date

SHOWN = (
    joinedload(Appointment.clinic),
    joinedload(Appointment.site),
    joinedload(Appointment.visit_type),
    joinedload(Appointment.clinician),
    joinedload(Appointment.patient),
    selectinload(Appointment.allocations).joinedload(Allocation.resource),
)


def coming(session: Session, patient_id: int) -> list[Appointment]:
    """A patient's active appointments that are not over, the nearest first, at every clinic."""
    return list(
        session.scalars(
            select(Appointment)
            .options(*SHOWN)
            .where(
                Appointment.patient_id == patient_id,
                Appointment.status.in_(ACTIVE),
                Appointment.ends_at > session.now(),
            )
            .order_by(Appointment.starts_at)
        )
    )


def by_ids(session: Session, appointment_ids: Collection[int]) -> dict[int, Appointment]:
    """Appointments by their ids; whose they are is the caller's to know."""
    wanted = select(Appointment).options(*SHOWN).where(Appointment.id.in_(appointment_ids))
    return {one.id: one for one in session.scalars(wanted)}


def earlier(session: Session, patient_id: int, most: int = 20) -> list[Appointment]:
    """What was: over, cancelled or not come to, the latest first."""
    return list(
        session.scalars(
            select(Appointment)
            .options(*SHOWN)
            .where(
                Appointment.patient_id == patient_id,
                (Appointment.ends_at <= session.now()) | Appointment.status.not_in(ACTIVE),
            )
            .order_by(Appointment.starts_at.desc())
            .limit(most)
        )
    )


def without_a_time(session: Session, patient_id: int) -> list[Invitation]:
    """A patient's invitations, open or planned, that have no live appointment."""
    booked = select(Appointment.invitation_id).where(
        Appointment.patient_id == patient_id,
        Appointment.status.in_(ACTIVE),
        Appointment.invitation_id.is_not(None),
    )
    return list(
        session.scalars(
            select(Invitation)
            .options(joinedload(Invitation.clinic), joinedload(Invitation.visit_type))
            .where(
                Invitation.patient_id == patient_id,
                Invitation.status.in_(("open", "planned")),
                Invitation.id.not_in(booked),
            )
            .order_by(Invitation.window_from)
        )
    )


def open_courses(session: Session, patient_id: int, clinic_id: int | None = None) -> list[Course]:
    """A patient's courses that have not ended, at one clinic or at all."""
    wanted = (
        select(Course)
        .options(joinedload(Course.clinic), joinedload(Course.responsible))
        .where(Course.patient_id == patient_id, Course.ended_on.is_(None))
        .order_by(Course.started_on.desc(), Course.id.desc())
    )
    if clinic_id is not None:
        wanted = wanted.where(Course.clinic_id == clinic_id)
    return list(session.scalars(wanted))


def freely_bookable(session: Session, patient_id: int) -> list[tuple[Course, VisitType]]:
    """What a patient may book without an invitation: free visit types, one course a clinic."""
    by_clinic: dict[int, Course] = {}
    for course in open_courses(session, patient_id):
        by_clinic.setdefault(course.clinic_id, course)
    types = session.scalars(
        select(VisitType)
        .where(
            VisitType.clinic_id.in_(by_clinic),
            *_FREE,
        )
        .order_by(VisitType.name)
    )
    return [(by_clinic[one.clinic_id], one) for one in types]


def freely(session: Session, course_id: int, visit_type_id: int) -> tuple[Course, VisitType] | None:
    """The two, if this visit type may be booked freely within this course; None otherwise."""
    asked = {"course": course_id, "visit_type": visit_type_id}
    found = session.execute(_FREELY, asked).one_or_none()
    return (found[0], found[1]) if found else None


_FREE = (VisitType.mode == "free", VisitType.active)
_FREELY = (
    select(Course, VisitType)
    .join(VisitType, VisitType.clinic_id == Course.clinic_id)
    .where(
        Course.id == bindparam("course"),
        Course.ended_on.is_(None),
        VisitType.id == bindparam("visit_type"),
        *_FREE,
    )
)


def of_patients(session: Session, patient_ids: set[int], appointment_id: int) -> Appointment:
    """An appointment of one of these patients; raises NotFound for anyone else's."""
    found = session.get(Appointment, appointment_id, options=SHOWN)
    if found is None or found.patient_id not in patient_ids:
        raise NotFound
    return found


def invitation_of_patients(
    session: Session, patient_ids: set[int], invitation_id: int
) -> Invitation:
    """An invitation of one of these patients that is not revoked; raises NotFound otherwise."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.patient_id not in patient_ids or found.status == "revoked":
        raise NotFound
    return found


@dataclass(frozen=True)
class Confirmed:
    """A time, and when it was confirmed."""

    appointment: Appointment
    at: datetime


def latest_confirmed(session: Session, patient_ids: set[int]) -> Confirmed | None:
    """The coming time of these patients that was last booked or moved on the web."""
    found = session.execute(
        select(Appointment, AppointmentChange.at)
        .join(AppointmentChange, AppointmentChange.appointment_id == Appointment.id)
        .options(*SHOWN)
        .where(
            Appointment.patient_id.in_(patient_ids),
            Appointment.ends_at > session.now(),
            Appointment.status.in_(ACTIVE),
            Appointment.starts_at == AppointmentChange.to_start,
            AppointmentChange.what.in_(("booked", "moved")),
            AppointmentChange.channel == "web",
        )
        .order_by(AppointmentChange.at.desc(), AppointmentChange.id.desc())
        .limit(1)
    ).first()
    return Confirmed(found[0], found[1]) if found else None


def accepted_at(
    session: Session, patient_id: int, visit_type_id: int, start: datetime
) -> Appointment | None:
    """A patient's active time of this kind at this start, if they have said yes to it."""
    return session.scalars(
        select(Appointment)
        .options(*SHOWN)
        .where(
            Appointment.patient_id == patient_id,
            Appointment.visit_type_id == visit_type_id,
            Appointment.starts_at == start,
            Appointment.participant == "accepted",
            Appointment.status.in_(ACTIVE),
        )
    ).first()


def at_clinic(session: Session, clinic_id: int, appointment_id: int) -> Appointment:
    """An appointment at this clinic; raises NotFound for another clinic's."""
    found = session.get(Appointment, appointment_id, options=SHOWN)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def invitation_at_clinic(session: Session, clinic_id: int, invitation_id: int) -> Invitation:
    """An invitation of this clinic; raises NotFound for another clinic's."""
    found = session.get(Invitation, invitation_id)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def day_list(
    session: Session, clinic: Clinic, day: date, clinician_id: int | None = None
) -> list[Appointment]:
    """Everything booked at a clinic on a local day, cancelled times left out, in order of time.

    clinician_id: only contacts that take this clinician, alone or as one of several.
    """
    start, end = day_bounds(day, clinic.zone)
    wanted = (
        select(Appointment)
        .options(*SHOWN)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.starts_at >= start,
            Appointment.starts_at < end,
            Appointment.status.not_in(("cancelled", "entered-in-error")),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    if clinician_id is not None:
        with_them = select(Allocation.appointment_id, Allocation.group_session_id).where(
            Allocation.resource_id == clinician_id,
            Allocation.starts_at < end,
            Allocation.ends_at > start,
        )
        taking = with_them.subquery()
        wanted = wanted.where(
            or_(
                Appointment.clinician_id == clinician_id,
                Appointment.id.in_(select(taking.c.appointment_id)),
                Appointment.group_session_id.in_(select(taking.c.group_session_id)),
            )
        )
    return list(session.scalars(wanted))


def groups_on(
    session: Session, clinic: Clinic, day: date, clinician_id: int | None = None
) -> list[GroupSession]:
    """The group sessions of a clinic on a local day (of one clinician), in order of time."""
    start, end = day_bounds(day, clinic.zone)
    wanted = (
        select(GroupSession)
        .options(joinedload(GroupSession.visit_type), joinedload(GroupSession.clinician))
        .where(
            GroupSession.clinic_id == clinic.id,
            GroupSession.starts_at >= start,
            GroupSession.starts_at < end,
            GroupSession.cancelled_at.is_(None),
        )
        .order_by(GroupSession.starts_at, GroupSession.id)
    )
    if clinician_id is not None:
        theirs = select(Allocation.group_session_id).where(
            Allocation.resource_id == clinician_id, Allocation.group_session_id.is_not(None)
        )
        wanted = wanted.where(GroupSession.id.in_(theirs))
    return list(session.scalars(wanted))


def taken_elsewhere(
    session: Session, clinic: Clinic, day: date, resource_ids: Collection[int]
) -> list[Allocation]:
    """When other clinics have these resources on a local day, by start: the times, nothing more."""
    start, end = day_bounds(day, clinic.zone)
    return list(
        session.scalars(
            select(Allocation)
            .options(joinedload(Allocation.resource))
            .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
            .outerjoin(GroupSession, GroupSession.id == Allocation.group_session_id)
            .where(
                Allocation.resource_id.in_(resource_ids),
                Allocation.active,
                Allocation.starts_at < end,
                Allocation.ends_at > start,
                or_(Appointment.clinic_id != clinic.id, GroupSession.clinic_id != clinic.id),
            )
            .order_by(Allocation.starts_at, Allocation.id)
        )
    )


def history(session: Session, appointment: Appointment) -> list[AppointmentChange]:
    """What was done to an appointment, in order."""
    return list(
        session.scalars(
            select(AppointmentChange)
            .where(AppointmentChange.appointment_id == appointment.id)
            .order_by(AppointmentChange.id)
        )
    )


def arrived_by_themselves(session: Session, appointment_ids: Collection[int]) -> set[int]:
    """Those of these appointments whose patient told us themselves that they had come."""
    told = select(AppointmentChange.appointment_id).where(
        AppointmentChange.appointment_id.in_(appointment_ids),
        AppointmentChange.what == "arrived",
        AppointmentChange.actor_kind == "patient",
    )
    return set(session.scalars(told))


def today(session: Session, clinic: Clinic) -> date:
    """The clinic's local day."""
    return local_date(session.now(), clinic.zone)

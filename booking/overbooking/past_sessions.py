"""A clinic's sessions of the last four weeks as they were planned, asked of one more patient."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from booking.appointments.models import STOOD, Allocation, Appointment, GroupSession
from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.overbooking import queries, sessions
from booking.overbooking.deciding import Limits
from booking.overbooking.last_month import Asked, ask, has_free_start
from booking.overbooking.sessions import ClinicSession, ServiceTimes
from booking.overbooking.settings import Policy, cannot_be_extra
from booking.platform.database import Session
from booking.platform.localtime import day_bounds, local_date

DAYS = 28
Taken = Mapping[int, Sequence[tuple[datetime, datetime]]]


@dataclass(frozen=True)
class PastSessions:
    """The sessions of local days first to last in which somebody was booked, by start.

    visit_type: of the extra each was asked about, of its usual length.
    """

    visit_type: VisitType
    first: date
    last: date
    asked: tuple[Asked, ...]


def look_back(
    session: Session, clinic: Clinic, policy: Policy, limits: Limits, times: ServiceTimes
) -> PastSessions | None:
    """What these limits would have meant; None where no visit type can be an extra.

    Asked of the most common visit type that it is on for, else of the most common that can be
    an extra, with those clinicians who can have it.
    """
    today = local_date(session.now(), clinic.zone)
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    begins, ends = day_bounds(first, clinic.zone)[0], day_bounds(last, clinic.zone)[1]
    visit_type = _asked_about(session, clinic, policy, begins, ends)
    if visit_type is None:
        return None
    able = serving(session, visit_type).clinicians
    model = queries.believed(session, clinic)
    found = sessions.read(session, clinic, first, last, model, beforehand=True, plan=True)
    how_long = times.of(visit_type.id, visit_type.base_minutes).distribution
    taken = _taken(session, able, begins, ends)
    asked = []
    for one in found:
        if one.booked and one.clinician_id in able:
            question = one.question(visit_type, visit_type.base_minutes)
            free = has_free_start(question.starts, visit_type.base_minutes, _within(one, taken))
            asked.append(ask(question, one.one_more(how_long), limits, free=free))
    return PastSessions(visit_type, first, last, tuple(asked))


def _asked_about(
    session: Session, clinic: Clinic, policy: Policy, begins: datetime, ends: datetime
) -> VisitType | None:
    able = [one for one in visit_types_of(session, clinic.id) if not cannot_be_extra(one)]
    used = {visit_type for _clinician, visit_type in policy.uses}
    able = [one for one in able if one.id in used] or able
    booked = select(Appointment.visit_type_id).where(
        Appointment.clinic_id == clinic.id,
        Appointment.starts_at >= begins,
        Appointment.starts_at < ends,
        Appointment.status.in_(STOOD),
    )
    how_many = Counter(session.scalars(booked))
    return max(able, key=lambda one: (how_many[one.id], -one.id), default=None)


def _taken(
    session: Session, clinician_ids: Sequence[int], begins: datetime, ends: datetime
) -> Taken:
    """clinician -> what was taken of their time, in the plan."""
    rows = session.execute(
        select(Allocation.resource_id, Allocation.starts_at, Allocation.ends_at)
        .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
        .outerjoin(GroupSession, GroupSession.id == Allocation.group_session_id)
        .where(
            or_(Appointment.status.in_(STOOD), GroupSession.id.is_not(None)),
            GroupSession.cancelled_at.is_(None),
            Allocation.resource_id.in_(clinician_ids),
            Allocation.starts_at >= begins,
            Allocation.starts_at < ends,
            Allocation.lane == 0,
        )
    )
    found = defaultdict(list)
    for resource, starts_at, ends_at in rows:
        found[resource].append((starts_at, ends_at))
    return found


def _within(one: ClinicSession, taken: Taken) -> list[tuple[int, int]]:
    return [
        (one.at(begins), one.at(ends))
        for begins, ends in taken.get(one.clinician_id, ())
        if begins < one.end and ends > one.start
    ]

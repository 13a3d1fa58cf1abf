"""What a change of opening hours does to what is booked: who must be found a new time.

An appointment is hit when one of the resources it takes would no longer be offered for it: a
clinician's whole stretch, buffers included, must lie in the opening hours, a room's without the
buffers, and none of it in the resource's own closures. One out of use has no hours at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from booking.appointments.guard import lock
from booking.appointments.models import ACTIVE, Allocation, Appointment, GroupSession, Hold
from booking.appointments.queries import SHOWN
from booking.appointments.worklist import queries as worklist_queries
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar import availability
from booking.calendar.events import (
    ClosureRemoved,
    OpeningChanged,
    TimeOffDecided,
    TimeOffRequested,
)
from booking.calendar.models import Clinic, Closure, Resource, resource_clinic
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.localtime import day_bounds, day_start, local_date

OPENING_CHANGED = "opening_changed"
# Among an item's details: the time was held all the same.
HELD = "held"


@dataclass(frozen=True)
class _Taken:
    """One active allocation of an appointment or of its group."""

    resource_id: int
    in_use: bool
    clinician: bool
    site_id: int
    starts_at: datetime
    ends_at: datetime
    contact_starts: datetime
    contact_ends: datetime


def hit(
    session: Session,
    clinic: Clinic,
    first: date,
    last: date | None,
    resource_ids: Sequence[int] | None,
) -> list[Appointment]:
    """The clinic's coming active appointments that its opening hours no longer hold, by start.

    first, last: local days, both included, None for all to come. resource_ids: only those that
    take one of these; None for all. A participant of a group that is hit is hit.
    """
    concerned = _concerned(session, clinic, first, last, resource_ids)
    return _hit_among(session, clinic, concerned)


def taking(
    session: Session,
    clinic: Clinic,
    start: datetime,
    end: datetime | None,
    resource_ids: Sequence[int] | None,
    *,
    begun: bool = False,
) -> list[Appointment]:
    """The clinic's coming active appointments that take one of these resources in a stretch.

    end: None for all to come. resource_ids: None for any resource. begun: also those whose time
    has begun or gone by.
    """
    if not begun:
        start = max(session.now(), start)
    rows = select(Allocation.appointment_id, Allocation.group_session_id).where(
        Allocation.active, Allocation.ends_at > start
    )
    if end is not None:
        rows = rows.where(Allocation.starts_at < end)
    if resource_ids is not None:
        rows = rows.where(Allocation.resource_id.in_(resource_ids))
    taken = rows.subquery()
    wanted = (
        select(Appointment)
        .options(*SHOWN)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status.in_(ACTIVE),
            or_(
                Appointment.id.in_(select(taken.c.appointment_id)),
                Appointment.group_session_id.in_(select(taken.c.group_session_id)),
            ),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    if not begun:
        wanted = wanted.where(Appointment.starts_at > session.now())
    return list(session.scalars(wanted))


def on_opening_changed(session: Session, changed: OpeningChanged) -> None:
    """Put what is hit on the worklist, and take off what no longer is.

    Locks the resources, so that every booking is either seen here or sees the change; what is
    only held in that stretch is let go, for it could be confirmed unseen.
    """
    clinic = session.get(Clinic, changed.clinic_id)
    if clinic is None:
        raise NotFound
    lock(session, changed.resource_ids or _resource_ids(session, clinic))
    _let_go(session, clinic, changed)
    _groups(session, clinic, changed)
    concerned = _concerned(session, clinic, changed.first, changed.last, changed.resource_ids)
    now_hit = {one.id for one in _hit_among(session, clinic, concerned)}
    for appointment in concerned:
        if appointment.id in now_hit:
            put_before_a_person(session, clinic, appointment)
        else:
            worklist.withdraw(session, opening_key(appointment.id))


def put_before_a_person(session: Session, clinic: Clinic, appointment: Appointment) -> None:
    """On the worklist, once: its opening hours no longer hold this time."""
    worklist.add(
        session,
        clinic.id,
        OPENING_CHANGED,
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        invitation_id=appointment.invitation_id,
        details={
            "visit_type": appointment.visit_type.name,
            "start": appointment.starts_at.isoformat(),
            **_held_before(session, appointment),
        },
        due_on=worklist.in_time_to_tell(
            session, local_date(appointment.starts_at, clinic.zone), clinic.zone
        ),
        key=opening_key(appointment.id),
    )


def still_outside(session: Session, items: Iterable[WorklistItem]) -> set[int]:
    """Those of these items (their ids) whose time is still to come and outside opening hours."""
    about = [item for item in items if item.kind == OPENING_CHANGED]
    wanted = {item.appointment_id for item in about if item.appointment_id is not None}
    coming = session.scalars(
        select(Appointment).where(
            Appointment.id.in_(wanted),
            Appointment.status.in_(ACTIVE),
            Appointment.starts_at > session.now(),
        )
    )
    by_clinic: dict[int, list[Appointment]] = {}
    for appointment in coming:
        by_clinic.setdefault(appointment.clinic_id, []).append(appointment)
    outside = {
        one.id
        for theirs in by_clinic.values()
        for one in _hit_among(session, theirs[0].clinic, theirs)
    }
    return {
        item.id
        for item in about
        if item.appointment_id in outside or _group_stands_outside(session, item)
    }


def opening_key(appointment_id: int) -> str:
    """The worklist key of a time outside opening hours."""
    return f"opening:{appointment_id}"


def _group_stands_outside(session: Session, item: WorklistItem) -> bool:
    group = session.get(GroupSession, item.details.get("group_session") or 0)
    return (
        group is not None
        and group.cancelled_at is None
        and group.starts_at > session.now()
        and _group_is_hit(session, session.get_one(Clinic, group.clinic_id), group)
    )


def _group_is_hit(session: Session, clinic: Clinic, group: GroupSession) -> bool:
    taken = _taken_by_groups(session, {group.id}).get(group.id, [])
    day = local_date(group.starts_at, clinic.zone)
    resources = {one.resource_id for one in taken}
    open_time = availability.read(session, clinic, resources, day, day)
    return any(_shut(open_time, one) for one in taken)


def _held_before(session: Session, appointment: Appointment) -> dict[str, object]:
    """Why this very time was held outside opening hours when these changed the last time."""
    start = appointment.starts_at.isoformat()
    before = session.scalars(
        select(WorklistItem)
        .where(
            WorklistItem.appointment_id == appointment.id,
            WorklistItem.kind == OPENING_CHANGED,
            WorklistItem.status == "done",
        )
        .order_by(WorklistItem.id.desc())
    )
    same = (one for one in before if one.details.get(HELD) and one.details.get("start") == start)
    return next(({"held_before": one.outcome} for one in same), {})


def _let_go(session: Session, clinic: Clinic, changed: OpeningChanged) -> None:
    standing = select(Hold.id).where(
        Hold.clinic_id == clinic.id, Hold.ends_at > day_start(changed.first, clinic.zone)
    )
    if changed.last is not None:
        standing = standing.where(Hold.starts_at < day_bounds(changed.last, clinic.zone)[1])
    if changed.resource_ids is not None:
        takes = select(Allocation.hold_id).where(Allocation.resource_id.in_(changed.resource_ids))
        standing = standing.where(
            or_(Hold.clinician_id.in_(changed.resource_ids), Hold.id.in_(takes))
        )
    session.execute(
        delete(Hold).where(Hold.id.in_(standing)).execution_options(synchronize_session=False)
    )


def _groups(session: Session, clinic: Clinic, changed: OpeningChanged) -> None:
    """Meetings that are hit stand on the worklist by themselves, with or without participants."""
    start = max(session.now(), day_start(changed.first, clinic.zone))
    wanted = select(GroupSession).where(
        GroupSession.clinic_id == clinic.id,
        GroupSession.cancelled_at.is_(None),
        GroupSession.starts_at > start,
    )
    if changed.last is not None:
        end = day_bounds(changed.last, clinic.zone)[1]
        wanted = wanted.where(GroupSession.starts_at < end)
    for group in session.scalars(wanted):
        key = f"opening:group:{group.id}"
        if _group_is_hit(session, clinic, group):
            worklist.add(
                session,
                clinic.id,
                OPENING_CHANGED,
                details={"visit_type": group.visit_type.name, "group_session": group.id},
                due_on=worklist.in_time_to_tell(
                    session, local_date(group.starts_at, clinic.zone), clinic.zone
                ),
                key=key,
            )
        else:
            worklist.withdraw(session, key)


def on_time_off_requested(session: Session, requested: TimeOffRequested) -> None:
    """Somebody must answer before the first day of it."""
    closure = session.get_one(Closure, requested.closure_id)
    worklist.add(
        session,
        requested.clinic_id,
        "time_off_request",
        closure_id=closure.id,
        words=closure.reason,
        details={"clinician": closure.resource.name if closure.resource else ""},
        due_on=requested.first,
        key=_time_off_key(closure.id),
    )


def on_time_off_decided(session: Session, decided: TimeOffDecided) -> None:
    """The wish is off the worklist, with the answer as its outcome."""
    item = worklist_queries.with_key(session, _time_off_key(decided.closure_id))
    if item is not None:
        outcome = _("Godkendt") if decided.approved else _("Afslået")
        worklist.close(session, decided.by, item, outcome)


def on_closure_removed(session: Session, removed: ClosureRemoved) -> None:
    """Let go of a closure's row: what was written about it stays, without it."""
    worklist.withdraw(session, _time_off_key(removed.closure_id))
    session.execute(
        update(WorklistItem)
        .where(WorklistItem.closure_id == removed.closure_id)
        .values(closure_id=None)
    )


def _time_off_key(closure_id: int) -> str:
    return f"time_off:{closure_id}"


def _resource_ids(session: Session, clinic: Clinic) -> Sequence[int]:
    theirs = resource_clinic.c.clinic_id == clinic.id
    return session.scalars(select(resource_clinic.c.resource_id).where(theirs)).all()


def _concerned(
    session: Session,
    clinic: Clinic,
    first: date,
    last: date | None,
    resource_ids: Sequence[int] | None,
) -> list[Appointment]:
    end = None if last is None else day_bounds(last, clinic.zone)[1]
    return taking(session, clinic, day_start(first, clinic.zone), end, resource_ids)


def _hit_among(
    session: Session, clinic: Clinic, appointments: list[Appointment]
) -> list[Appointment]:
    if not appointments:
        return []
    takes = _takes(session, appointments)
    everything = [one for taken in takes.values() for one in taken]
    if not everything:
        return []
    first = local_date(min(one.starts_at for one in everything), clinic.zone)
    last = local_date(max(one.ends_at for one in everything), clinic.zone)
    resources = {one.resource_id for one in everything}
    open_time = availability.read(session, clinic, resources, first, last)
    return [
        appointment
        for appointment in appointments
        if any(_shut(open_time, one) for one in takes.get(appointment.id, []))
    ]


def _shut(open_time: availability.Availability, taken: _Taken) -> bool:
    timeline = open_time.timeline
    whole = timeline.taken_bits([(taken.starts_at, taken.ends_at)])
    contact = timeline.taken_bits([(taken.contact_starts, taken.contact_ends)])
    needed = whole if taken.clinician else contact
    opened = open_time.at(taken.resource_id, taken.site_id) if taken.in_use else 0
    return bool(needed & ~opened or whole & open_time.closed.get(taken.resource_id, 0))


def _takes(session: Session, appointments: Iterable[Appointment]) -> dict[int, list[_Taken]]:
    """appointment id -> what it takes, itself or through its group."""
    groups = {a.group_session_id for a in appointments if a.group_session_id is not None}
    by_group = _taken_by_groups(session, groups)
    return {
        a.id: [
            *(
                _taken(one, one.resource, a.site_id, a.starts_at, a.ends_at)
                for one in a.allocations
                if one.active
            ),
            *by_group.get(a.group_session_id or 0, []),
        ]
        for a in appointments
    }


def _taken_by_groups(session: Session, groups: set[int]) -> dict[int, list[_Taken]]:
    """group session id -> what it takes."""
    by_group: dict[int, list[_Taken]] = {}
    rows = session.execute(
        select(Allocation, GroupSession)
        .join(GroupSession, GroupSession.id == Allocation.group_session_id)
        .options(joinedload(Allocation.resource))
        .where(Allocation.active, Allocation.group_session_id.in_(groups))
    )
    for allocation, group in rows:
        by_group.setdefault(group.id, []).append(
            _taken(allocation, allocation.resource, group.site_id, group.starts_at, group.ends_at)
        )
    return by_group


def _taken(
    allocation: Allocation, resource: Resource, site_id: int, starts: datetime, ends: datetime
) -> _Taken:
    return _Taken(
        resource.id,
        resource.active,
        allocation.role == "clinician",
        site_id,
        allocation.starts_at,
        allocation.ends_at,
        starts,
        ends,
    )

"""Choosing which resources a slot takes, under lock, so that the answer holds until commit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, and_, bindparam, delete, insert, or_, select

from booking.appointments.errors import DoesNotFit, TimeTaken
from booking.appointments.guard import lock
from booking.appointments.models import Allocation, Hold
from booking.appointments.search import Slot, Wish, find
from booking.appointments.serving import Serving, serving
from booking.calendar import availability
from booking.calendar.slots import past_tick
from booking.platform.database import Session
from booking.platform.localtime import local_date


@dataclass(frozen=True)
class Freed:
    """A hold that was its owner's until another takes its place."""

    starts_at: datetime
    clinician_id: int
    extended: int
    expires_at: datetime


@dataclass(frozen=True)
class Take:
    """One resource for one stretch of time, its buffers included, and what it is there as.

    lane: 0 is the plan; above it only by a grant.
    """

    resource_id: int
    role: str
    starts_at: datetime
    ends_at: datetime
    lane: int = 0
    grant_id: int | None = None


def allocate(session: Session, takes: Iterable[Take], **owner: int) -> None:
    """Write the rows that guard them; owner: appointment_id, hold_id or group_session_id."""
    rows = [
        {
            "resource_id": take.resource_id,
            "role": take.role,
            "starts_at": take.starts_at,
            "ends_at": take.ends_at,
            "lane": take.lane,
            "grant_id": take.grant_id,
            **owner,
        }
        for take in takes
    ]
    if rows:
        session.execute(_ALLOCATE, rows)


def choose(session: Session, wish: Wish, slot: Slot, prefer: Collection[int] = ()) -> list[Take]:
    """The resources this slot takes, locked; of several able, those preferred or had already.

    Locks whatever could serve and searches that day again, so that "any of three rooms" never
    fails for a room that another took a moment ago. What the wish's owner holds and what holds
    have expired count as free: `make_room` before writing. Raises TimeTaken if the slot was free
    but is no longer, DoesNotFit if it never was one.
    """
    day = local_date(slot.start, wish.visit_type.clinic.zone)
    if not wish.first <= day <= wish.last:
        raise DoesNotFit
    able = lock_all(session, wish, slot)
    found = find(session, narrowed(wish, slot), able)
    if not found.fits(slot):
        raise TimeTaken if _opens(session, wish, slot, able) else DoesNotFit
    before = timedelta(minutes=wish.visit_type.buffer_before)
    after = timedelta(minutes=wish.visit_type.buffer_after)
    end = slot.start + timedelta(minutes=wish.minutes)
    return [
        Take(resource, role, slot.start - before, end + after)
        for resource, role in found.resources(slot, prefer or _had(session, wish))
    ]


def lock_all(session: Session, wish: Wish, slot: Slot) -> Serving:
    """Lock the patient and whatever could serve a slot; returns who and what that is."""
    able = serving(session, wish.visit_type, wish.form)
    lock(session, _could_serve(able, wish, slot), [wish.patient_id])
    return able


def narrowed(wish: Wish, slot: Slot, minutes: int | None = None) -> Wish:
    """The wish on the slot's own day, with its clinician at its site; minutes: of this length.

    Off the grid, ticks are counted from the slot's own start, wherever that lies.
    """
    day = local_date(slot.start, wish.visit_type.clinic.zone)
    return replace(
        wish,
        first=day,
        last=day,
        clinician_id=slot.clinician_id,
        site_id=slot.site_id,
        minutes=wish.minutes if minutes is None else minutes,
        past_tick=timedelta() if wish.on_grid else past_tick(slot.start),
    )


def make_room(session: Session, owner: str, takes: Iterable[Take]) -> list[Freed]:
    """Remove what stands in the way of a booking and counts as free: the owner's own hold, which
    is told of, and expired holds on what it takes (a constraint cannot ask the clock).

    Call with everything locked: a write before the locks could wait for someone who waits for us.
    """
    asked = {
        "owner": owner,
        "now": session.now(),
        "resources": sorted({take.resource_id for take in takes}),
    }
    gone = session.execute(_IN_THE_WAY, asked, execution_options={"synchronize_session": False})
    return [Freed(*row[1:]) for row in gone if row[0] == owner]


def clear_expired(session: Session, resource_ids: Iterable[int]) -> None:
    """Remove expired holds that stand on these resources: a constraint cannot ask the clock."""
    asked = {"now": session.now(), "resources": sorted(set(resource_ids))}
    session.execute(_EXPIRED, asked, execution_options={"synchronize_session": False})


# Built once; on the table, since nothing holds these rows as objects.
_ALLOCATE = insert(cast(Table, Allocation.__table__))
_IS_EXPIRED = and_(
    Hold.expires_at <= bindparam("now"),
    Hold.id.in_(
        select(Allocation.hold_id).where(
            Allocation.resource_id.in_(bindparam("resources", expanding=True)),
            Allocation.hold_id.is_not(None),
        )
    ),
)
_EXPIRED = delete(Hold).where(_IS_EXPIRED)
_IN_THE_WAY = (
    delete(Hold)
    .where(or_(Hold.owner == bindparam("owner"), _IS_EXPIRED))
    .returning(Hold.owner, Hold.starts_at, Hold.clinician_id, Hold.extended, Hold.expires_at)
)


def _had(session: Session, wish: Wish) -> set[int]:
    """What the appointment that moves takes now."""
    if wish.moving_id is None:
        return set()
    taken = select(Allocation.resource_id).where(Allocation.appointment_id == wish.moving_id)
    return set(session.scalars(taken))


def _could_serve(able: Serving, wish: Wish, slot: Slot) -> set[int]:
    rooms = {option for _, options in able.needed for option in options}
    alone = wish.visit_type.clinicians_needed == 1
    return rooms | ({slot.clinician_id} if alone else set(able.clinicians))


def _opens(session: Session, wish: Wish, slot: Slot, able: Serving) -> bool:
    """True if the clinician works then and the start is on the grid: it was a real time once."""
    visit_type = wish.visit_type
    if slot.clinician_id not in able.clinicians or slot.start < wish.not_before:
        return False
    day = local_date(slot.start, visit_type.clinic.zone)
    open_time = availability.read(session, visit_type.clinic, [slot.clinician_id], day, day)
    timeline = open_time.timeline
    end = slot.start + timedelta(minutes=wish.minutes)
    first, after = timeline.span(slot.start, end, "outwards")
    visit = ((1 << (after - first)) - 1) << first
    on_grid = timeline.grid_mask(visit_type.grid_minutes) >> first & 1
    return bool(on_grid) and open_time.at(slot.clinician_id, slot.site_id) & visit == visit

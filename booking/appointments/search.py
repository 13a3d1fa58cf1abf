"""Slot search against the database: what is open, what is taken, and which starts fit.

A slot is computed, never stored. Everything is read in a handful of queries and decided by
the bitmaps of `booking.calendar.slots`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select

from booking.appointments.models import ACTIVE, Allocation, Appointment, Hold
from booking.appointments.serving import Serving, serving
from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.slots import (
    TICK_MINUTES,
    Requirement,
    ResourceTime,
    Search,
    Timeline,
    VisitShape,
    bits,
    find_starts,
    starts,
)
from booking.platform.database import Session


@dataclass(frozen=True)
class Wish:
    """What is looked for: a visit of so many minutes on local days first to last, both included.

    not_before: the earliest start. moving_id and owner: the appointment and the hold whose own
    time counts as free. clinician_id, site_id: only there. on_grid: False for any tick;
    past_tick: ticks then begin so long after the five minutes of the clock.
    """

    visit_type: VisitType
    form: str
    minutes: int
    first: date
    last: date
    patient_id: int
    not_before: datetime
    moving_id: int | None = None
    owner: str = ""
    clinician_id: int | None = None
    site_id: int | None = None
    on_grid: bool = True
    past_tick: timedelta = timedelta()


@dataclass(frozen=True, order=True)
class Slot:
    """A start that fits. group_session_id: for a group contact, the session it is a place in."""

    start: datetime
    end: datetime
    clinician_id: int
    site_id: int
    group_session_id: int | None = None


@dataclass(frozen=True)
class Options:
    """The resources any `count` of which serve one requirement at one site."""

    role: str
    resource_ids: tuple[int, ...]
    requirement: Requirement


@dataclass(frozen=True)
class Found:
    """What fits, by clinician and site, as bitmaps of starts."""

    timeline: Timeline
    minutes: int
    masks: dict[tuple[int, int], int]
    options: dict[tuple[int, int], list[Options]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.masks.values())

    def slots(self) -> Iterator[Slot]:
        """Every slot, clinician by clinician, each in order of time."""
        length = timedelta(minutes=self.minutes)
        for (clinician, site), mask in self.masks.items():
            for start in self.timeline.instants(starts(mask)):
                yield Slot(start, start + length, clinician, site)

    def fits(self, slot: Slot) -> bool:
        """True if this very slot is among those that fit."""
        tick, rest = divmod(slot.start - self.timeline.origin, timedelta(minutes=TICK_MINUTES))
        mask = self.masks.get((slot.clinician_id, slot.site_id), 0)
        return not rest and tick >= 0 and bool(mask >> tick & 1)

    def resources(self, slot: Slot, prefer: Collection[int] = ()) -> list[tuple[int, str]]:
        """The resources a slot takes, (id, role): the clinician, then the first able of each.

        prefer: taken before others where they are able, as what a moved visit has already.
        """
        tick = self.timeline.tick(slot.start, "down")
        taken = [(slot.clinician_id, "clinician")]
        for options in self.options[slot.clinician_id, slot.site_id]:
            able = [options.resource_ids[place] for place in options.requirement.able(tick)]
            able.sort(key=lambda number: number not in prefer)
            taken += [(number, options.role) for number in able[: options.requirement.count]]
        return taken


def find(session: Session, wish: Wish, able: Serving | None = None) -> Found:
    """Every start that fits the wish, for each clinician and site.

    able: who and what can serve it, where the caller has read that already.
    """
    visit_type, clinic = wish.visit_type, wish.visit_type.clinic
    if wish.first > wish.last:
        return Found(availability.timeline_of(clinic, wish.first, wish.first), wish.minutes, {})
    able = able or serving(session, visit_type, wish.form)
    everyone, needed = able.clinicians, able.needed
    wanted = [c for c in everyone if wish.clinician_id in (None, c)]
    alone = visit_type.clinicians_needed == 1
    ids = {
        *(wanted if alone else everyone),
        *(number for _, options in needed for number in options),
    }
    open_time = availability.read(session, clinic, ids, wish.first, wish.last, wish.past_tick)
    timeline = open_time.timeline
    taken = _taken(session, wish, ids, timeline)
    shape = VisitShape(
        -(-wish.minutes // TICK_MINUTES),
        -(-visit_type.buffer_before // TICK_MINUTES),
        -(-visit_type.buffer_after // TICK_MINUTES),
    )

    def time_of(resource_id: int, site_id: int, *, clinician: bool) -> ResourceTime:
        return ResourceTime(
            open_time.at(resource_id, site_id),
            taken.get(resource_id, 0) | open_time.closed.get(resource_id, 0),
            buffers_in_opening=clinician,
        )

    def options_at(site_id: int, clinician_id: int) -> list[Options]:
        found = [
            Options(role, options, Requirement(_starts(options, site_id)))
            for role, options in needed
        ]
        if not alone:
            others = [c for c in everyone if c != clinician_id]
            masks = [time_of(c, site_id, clinician=True).starts(shape, timeline) for c in others]
            more = visit_type.clinicians_needed - 1
            found.append(Options("clinician", tuple(others), Requirement(masks, more)))
        return found

    def _starts(options: tuple[int, ...], site_id: int) -> list[int]:
        return [time_of(o, site_id, clinician=False).starts(shape, timeline) for o in options]

    first, after = timeline.span(wish.not_before, timeline.end, "inwards")
    window = bits([(first, after)])
    patient_taken = _patient_taken(session, wish, timeline)
    masks, options = {}, {}
    at_site: dict[int, list[Options]] = {}
    for clinician in wanted:
        for site in open_time.sites(clinician):
            if wish.site_id not in (None, site):
                continue
            if not alone or site not in at_site:
                at_site[site] = options_at(site, clinician)
            search = Search(
                shape,
                window,
                timeline.grid_mask(visit_type.grid_minutes) if wish.on_grid else timeline.whole,
                patient_taken,
                [one.requirement for one in at_site[site]],
            )
            clinicians_time = time_of(clinician, site, clinician=True)
            masks[clinician, site] = find_starts(search, timeline, clinicians_time)
            options[clinician, site] = at_site[site]
    return Found(timeline, wish.minutes, masks, options)


def _taken(session: Session, wish: Wish, ids: set[int], timeline: Timeline) -> dict[int, int]:
    """resource id -> taken ticks in lane 0; the mover's own time, the caller's own hold and
    expired holds count as free."""
    rows = session.execute(
        _ALLOCATIONS,
        {
            "resources": sorted(ids),
            "first": timeline.origin,
            "after": timeline.end,
            "moving": wish.moving_id or 0,
            "now": session.now(),
            "owner": wish.owner,
        },
    )
    spans: dict[int, list[tuple[datetime, datetime]]] = {}
    for resource, start, end in rows:
        spans.setdefault(resource, []).append((start, end))
    return {resource: timeline.taken_bits(times) for resource, times in spans.items()}


def _patient_taken(session: Session, wish: Wish, timeline: Timeline) -> int:
    """The patient's own other contacts, at any clinic; nobody (0) has none."""
    if not wish.patient_id:
        return 0
    rows = session.execute(
        _PATIENTS_TIME,
        {
            "patient": wish.patient_id,
            "first": timeline.origin,
            "after": timeline.end,
            "moving": wish.moving_id or 0,
        },
    )
    return timeline.taken_bits((start, end) for start, end in rows)


# Built once: composing a statement takes longer than running it.
_ALLOCATIONS = (
    select(Allocation.resource_id, Allocation.starts_at, Allocation.ends_at)
    .outerjoin(Hold, Hold.id == Allocation.hold_id)
    .where(
        Allocation.resource_id.in_(bindparam("resources", expanding=True)),
        Allocation.ends_at > bindparam("first"),
        Allocation.starts_at < bindparam("after"),
        Allocation.active,
        Allocation.lane == 0,
        or_(Allocation.appointment_id.is_(None), Allocation.appointment_id != bindparam("moving")),
        or_(
            Hold.id.is_(None),
            and_(Hold.expires_at > bindparam("now"), Hold.owner != bindparam("owner")),
        ),
    )
)
_PATIENTS_TIME = select(Appointment.starts_at, Appointment.ends_at).where(
    Appointment.patient_id == bindparam("patient"),
    Appointment.status.in_(ACTIVE),
    Appointment.starts_at < bindparam("after"),
    Appointment.ends_at > bindparam("first"),
    Appointment.id != bindparam("moving"),
)

"""A proposal for contacts that belong together: a time for each, or why there is none.

Nothing is written and nothing is held: between a proposal and its booking another may take a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from booking.appointments import listing, occasions
from booking.appointments.errors import DoesNotFit
from booking.appointments.invitations.models import Course
from booking.appointments.occasions import Occasion
from booking.appointments.search import Found, Slot, find
from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.slots import TICK_MINUTES, bits
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_bounds, local_date
from booking.sequences import combining, planning
from booking.sequences.asked import Asked, Combined, Repeating, Step

NEAREST = 6
LOOK_AROUND = timedelta(days=6)
DAY = timedelta(days=1)
LONGEST_SEARCH = timedelta(days=60)


@dataclass(frozen=True)
class Row:
    """One contact of a proposal.

    named: the day the rule names; planned: the open day it means, None for one that falls out.
    slot: the time found. why: why there is none: closed, full, not_then, too_far, not_together.
    near: other free times, in order of time, the found one among them.
    """

    position: int
    occasion: Occasion
    named: date
    planned: date | None
    slot: Slot | None
    why: str
    near: tuple[Slot, ...] = ()
    clinician_id: int | None = None


@dataclass(frozen=True)
class Proposal:
    """What is proposed in a course; rows in order, those that fall out among them."""

    course: Course
    asked: Asked
    rows: tuple[Row, ...]

    @property
    def complete(self) -> bool:
        """True if every row that takes place has a time."""
        placed = [row for row in self.rows if row.planned is not None]
        return bool(placed) and all(row.slot is not None for row in placed)


def propose(session: Session, by: Actor, course: Course, asked: Asked) -> Proposal:
    """Find a time for each contact asked for; raises as `occasions.free` does."""
    if isinstance(asked, Repeating):
        rows = _repeated(session, by, course, asked)
    else:
        rows = _combined(session, by, course, asked)
    return Proposal(course, asked, tuple(rows))


def choosing(proposal: Proposal, chosen: dict[int, Slot | None]) -> Proposal:
    """The proposal with other times for some of its rows; None leaves one without."""
    rows = tuple(
        replace(row, slot=_whole(row, chosen[row.position])) if row.position in chosen else row
        for row in proposal.rows
    )
    return replace(proposal, rows=rows)


def occasion_for(
    session: Session, by: Actor, course: Course, visit_type_id: int, form: str
) -> Occasion:
    """The occasion of one contact; raises DoesNotFit for a group's, which has its own times."""
    visit_type = session.get_one(VisitType, visit_type_id)
    if visit_type.group_capacity > 1:
        raise DoesNotFit
    return occasions.free(session, by, course, visit_type, form)


def nearest_to(
    session: Session, occasion: Occasion, slot: Slot, days: timedelta = LOOK_AROUND
) -> list[Slot]:
    """The free times nearest to one that was, in order of time; itself if it is free."""
    day = local_date(slot.start, occasion.visit_type.clinic.zone)
    found = list(find(session, occasion.wish(day - days, day + days)).slots())
    if slot in found:
        return [slot]
    return listing.nearest(listing.once_each(found, slot.clinician_id), slot.start, NEAREST)


def _whole(row: Row, slot: Slot | None) -> Slot | None:
    """A chosen slot with its end."""
    if slot is None:
        return None
    return replace(slot, end=slot.start + timedelta(minutes=row.occasion.length.minutes))


def _repeated(session: Session, by: Actor, course: Course, asked: Repeating) -> list[Row]:
    occasion = occasion_for(session, by, course, asked.visit_type_id, asked.form)
    open_days = _open_days(session, occasion, asked)

    def is_open(day: date) -> bool:
        return day in open_days if day <= occasion.last else day.weekday() < 5

    planned = planning.planned_days(asked.rule, is_open)
    days = [one.day for one in planned if one.day is not None]
    rows: list[Row] = []
    latest: Slot | None = None
    preferred = asked.clinician_id or occasion.preferred_id
    zone = course.clinic.zone
    for place, one in enumerate(planned, start=1):
        empty = Row(place, occasion, one.named, one.day, None, "closed", (), asked.clinician_id)
        if one.day is None:
            rows.append(empty)
            continue
        if one.day > occasion.last:
            rows.append(replace(empty, why="too_far"))
            continue
        at = days.index(one.day)
        after = days[at - 1] if at else None
        before = days[at + 1] if at + 1 < len(days) else None
        free = _between(session, occasion, asked, one.day, after, before)
        ordered = planning.in_order_of_nearness(
            listing.once_each(free, preferred), one.day, asked.rule.clock, zone, preferred
        )
        passed = local_date(latest.start, zone) if latest else None
        slot, why = planning.pick(asked.rule, ordered, one.day, zone, passed)
        near = tuple(sorted({*ordered[:NEAREST], *([slot] if slot else [])}))
        rows.append(replace(empty, slot=slot, why=why, near=near))
        if slot is not None:
            latest, preferred = slot, asked.clinician_id or slot.clinician_id
    return rows


def _between(
    session: Session,
    occasion: Occasion,
    asked: Repeating,
    day: date,
    after: date | None,
    before: date | None,
) -> list[Slot]:
    """What is free around a planned day, short of the planned days on either side of it.

    Never before the first day asked for, but by the days that a time may be off.
    """
    off = timedelta(days=asked.rule.days_off)
    around = max(LOOK_AROUND, off)
    first = max(day - around, after + DAY if after else asked.rule.first - off)
    last = min(day + around, before - DAY if before else day + around)
    wish = occasion.wish(first, last, clinician_id=asked.clinician_id)
    return list(find(session, wish).slots())


def _open_days(session: Session, occasion: Occasion, asked: Repeating) -> set[date]:
    """The local days on which somebody who can have the contact is at work at all."""
    clinic, first = occasion.visit_type.clinic, max(asked.rule.first, occasion.first)
    able = serving(session, occasion.visit_type, occasion.form).clinicians
    wanted = [one for one in able if asked.clinician_id in (None, one)]
    last = min(occasion.last, asked.rule.until or occasion.last)
    if last < first or not wanted:
        return set()
    open_time = availability.read(session, clinic, wanted, first, last)
    whole = 0
    for ticks in open_time.opening.values():
        whole |= ticks
    found = set()
    for number in range((last - first).days + 1):
        day = first + DAY * number
        span = open_time.timeline.span(*day_bounds(day, clinic.zone), "outwards")
        if whole & bits([span]):
            found.add(day)
    return found


def _combined(session: Session, by: Actor, course: Course, asked: Combined) -> list[Row]:
    planned = [
        occasion_for(session, by, course, step.visit_type_id, step.form) for step in asked.steps
    ]
    last = min(asked.last, asked.first + LONGEST_SEARCH)

    def look(first: date, until: date) -> tuple[date, list[Found], list[combining.Put]] | None:
        return _first_day(session, planned, asked, first, until)

    found = listing.first_days(max(asked.first, planned[0].first), last, look)
    if found is None:
        return [
            Row(place, occasion, asked.first, asked.first, None, why, (), step.clinician_id)
            for place, (occasion, step, why) in enumerate(
                zip(planned, asked.steps, _whys(session, planned, asked, last), strict=True), 1
            )
        ]
    day, free, put = found
    rows = []
    for place, (occasion, step, here, one) in enumerate(
        zip(planned, asked.steps, free, put, strict=True), start=1
    ):
        start = here.timeline.instant(one.start)
        end = start + timedelta(minutes=occasion.length.minutes)
        slot = Slot(start, end, one.clinician_id, one.site_id)
        others = _on(here, day, course)
        near = listing.nearest(listing.once_each(others, one.clinician_id), start, NEAREST)
        near = sorted({*near, slot})
        rows.append(Row(place, occasion, day, day, slot, "", tuple(near), step.clinician_id))
    return rows


def _on(found: Found, day: date, course: Course) -> list[Slot]:
    first, end = day_bounds(day, course.clinic.zone)
    return [slot for slot in found.slots() if first <= slot.start < end]


def _free(
    session: Session, planned: Sequence[Occasion], asked: Combined, first: date, last: date
) -> list[Found]:
    """Every start of each step between two days, each on the same timeline."""
    return [
        find(session, replace(one.wish(clinician_id=step.clinician_id), first=first, last=last))
        for one, step in zip(planned, asked.steps, strict=True)
    ]


def _first_day(
    session: Session, planned: list[Occasion], asked: Combined, first: date, last: date
) -> tuple[date, list[Found], list[combining.Put]] | None:
    return next(days_with_room(session, planned, asked, first, last), None)


def days_with_room(
    session: Session, planned: Sequence[Occasion], asked: Combined, first: date, last: date
) -> Iterator[tuple[date, list[Found], list[combining.Put]]]:
    """Each local day from first to last that has room for every step in order: the day, what is
    free for each step, and where each goes."""
    free = _free(session, planned, asked, first, last)
    if not all(free):
        return
    timeline = free[0].timeline
    zone = planned[0].visit_type.clinic.zone
    for number in range((last - first).days + 1):
        day = first + DAY * number
        begins, ends = timeline.span(*day_bounds(day, zone), "outwards")
        within = bits([(begins, ends)])
        parts = [
            _part(occasion, step, here, within)
            for occasion, step, here in zip(planned, asked.steps, free, strict=True)
        ]
        put = combining.arrange(parts) if all(part.ways for part in parts) else None
        if put is not None:
            yield day, free, put


def _part(occasion: Occasion, step: Step, found: Found, within: int) -> combining.Part:
    """A step as the pure search wants it; the preferred clinician's ways first."""
    visit_type = occasion.visit_type
    ways = []
    for (clinician, site), mask in found.masks.items():
        if mask & within:
            needs = tuple(
                combining.Need(
                    options.resource_ids,
                    tuple(options.requirement.options),
                    options.requirement.count,
                )
                for options in found.options.get((clinician, site), ())
            )
            ways.append(combining.Way(clinician, site, mask & within, needs))
    ways.sort(key=lambda way: (way.clinician_id != occasion.preferred_id, way.clinician_id))
    return combining.Part(
        _ticks(occasion.length.minutes),
        tuple(ways),
        _ticks(visit_type.buffer_before),
        _ticks(visit_type.buffer_after),
        _ticks(step.min_gap),
        step.max_gap // TICK_MINUTES,
    )


def _whys(session: Session, planned: list[Occasion], asked: Combined, last: date) -> Iterable[str]:
    """For each step: whether it has no time at all, or only none with the others."""
    for found in _free(session, planned, asked, max(asked.first, planned[0].first), last):
        yield "not_together" if found else "full"


def _ticks(minutes: int) -> int:
    return -(-minutes // TICK_MINUTES)

"""Slot search: which starts fit, for how many resources at once, as arithmetic on whole numbers.

Time is cut into ticks of five minutes, counted from an origin. The time of one resource is one
Python int used as a bitmap: bit n is set when tick n, from `origin + 5n` to `origin + 5n + 5`
minutes, has the property in question (open, taken, free, a start that fits). Free time is then
`open & ~taken`, several resources at once are AND, alternatives are OR, and "free for six ticks on
end" is three shifts, each over the whole period at once.

Rules kept by everything here:

- *Rounding never invents free time.* Openings round inwards to whole ticks, taken time outwards.
- *A visit lies wholly inside open time*, which may be made of openings that touch.
- *Buffers belong to the resources, not to the patient.* A resource must be untaken through the
  buffers too, and they lie inside its open time when someone works through them (clinicians).
  A room may be cleaned after it closes: see `ResourceTime.buffers_in_opening`.
- *Outside the timeline nothing is free.* Let it reach past the window by the longest stretch.
- *The mover's own time*: whoever searches on behalf of a move leaves the moving appointment's time
  out of what is taken, for its resources and for its patient; nothing here needs to know.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import count
from operator import or_
from typing import Literal

TICK_MINUTES = 5
_TICK = timedelta(minutes=TICK_MINUTES)

_BITS_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of `ticks` five-minute ticks from `origin`, to which bitmaps refer.

    `origin` is a datetime in `datetime.UTC`; ValueError otherwise. It lies on the five minutes of
    the clock, but where one time off them is asked about: then no tick is on any grid.
    Methods accept any aware datetime; a naive one raises TypeError.
    """

    origin: datetime
    ticks: int

    def __post_init__(self) -> None:
        if self.origin.tzinfo is not UTC:
            raise ValueError("the origin must be in UTC")
        if self.ticks < 0:
            raise ValueError("a timeline cannot have fewer than no ticks")

    @property
    def end(self) -> datetime:
        """The instant at which the last tick ends."""
        return self.instant(self.ticks)

    @property
    def whole(self) -> int:
        """The bitmap of every tick."""
        return (1 << self.ticks) - 1

    def tick(self, moment: datetime, rounding: Literal["down", "up"]) -> int:
        """The tick that `moment` lies in ("down"), or the first not begun before it ("up").

        Not limited to the timeline: negative before it, `ticks` and above after it.
        """
        if rounding == "down":
            return (moment - self.origin) // _TICK
        return -((self.origin - moment) // _TICK)

    def instant(self, tick: int) -> datetime:
        """The UTC instant at which `tick` begins."""
        return self.origin + _TICK * tick

    def instants(self, ticks: Iterable[int]) -> list[datetime]:
        """The UTC instant at which each of `ticks` begins."""
        origin = self.origin
        return [origin + _TICK * tick for tick in ticks]

    def span(
        self, start: datetime, end: datetime, rounding: Literal["inwards", "outwards"]
    ) -> tuple[int, int]:
        """The ticks (first, first after) from `start` up to `end`, cut to the timeline.

        "inwards" keeps only ticks wholly covered (open time), "outwards" every tick touched (taken
        time). The span is empty, first equal to last, where nothing is left.
        """
        return next(self.spans([(start, end)], rounding), (0, 0))

    def spans(
        self,
        stretches: Iterable[tuple[datetime, datetime]],
        rounding: Literal["inwards", "outwards"],
    ) -> Iterator[tuple[int, int]]:
        """`span` for each (start, end) of `stretches`, leaving out those that are empty."""
        origin, ticks, outwards = self.origin, self.ticks, rounding == "outwards"
        for start, end in stretches:
            if outwards:
                first, after = (start - origin) // _TICK, -((origin - end) // _TICK)
            else:
                first, after = -((origin - start) // _TICK), (end - origin) // _TICK
            if first < 0:
                first = 0
            if after > ticks:
                after = ticks
            if first < after and start < end:
                yield first, after

    def open_bits(self, stretches: Iterable[tuple[datetime, datetime]]) -> int:
        """The bitmap of open time: ticks wholly inside one of the (start, end) `stretches`."""
        return bits(self.spans(stretches, "inwards"))

    def taken_bits(self, stretches: Iterable[tuple[datetime, datetime]]) -> int:
        """The bitmap of taken time: ticks touched by any of the (start, end) `stretches`."""
        return bits(self.spans(stretches, "outwards"))

    def grid_mask(self, step_minutes: int) -> int:
        """The bitmap of ticks on a grid of `step_minutes` from the full hour.

        The grid is laid on UTC. Where the zone is whole hours from UTC, as in Denmark in summer and
        winter alike, those are the quarters (and so on) of the local clock too, on every day of the
        year. The step must be whole ticks and divide the hour; ValueError otherwise.
        """
        if step_minutes <= 0 or step_minutes % TICK_MINUTES or 60 % step_minutes:
            raise ValueError(f"a grid step must be 5, 10, 15, 20, 30 or 60, not {step_minutes}")
        if past_tick(self.origin):
            return 0
        step = step_minutes // TICK_MINUTES
        first = -(self.origin.minute // TICK_MINUTES) % step
        mask, width = 1 << first, step
        while width < self.ticks:
            mask |= mask << width
            width *= 2
        return mask & self.whole


def past_tick(moment: datetime) -> timedelta:
    """How long after the five minutes of the clock an instant lies."""
    return timedelta(
        minutes=moment.minute % TICK_MINUTES, seconds=moment.second, microseconds=moment.microsecond
    )


def bits(spans: Iterable[tuple[int, int]]) -> int:
    """The bitmap of tick spans (first, first after). Spans may overlap; none may be negative."""
    mask = 0
    for first, after in spans:
        mask |= ((1 << (after - first)) - 1) << first
    return mask


def fits(free: int, length: int) -> int:
    """The bitmap of ticks from which `length` ticks on end are set in `free`.

    Doubles the stretch known to be free at each step: O(log length) operations on the whole
    bitmap. ValueError for a length below one.
    """
    if length < 1:
        raise ValueError(f"a length must be at least one tick, not {length}")
    known = 1
    while known < length:
        step = min(known, length - known)
        free &= free >> step
        known += step
    return free


def any_of(masks: Iterable[int]) -> int:
    """Ticks set in at least one of `masks`; none when there are no masks."""
    return reduce(or_, masks, 0)


def all_of(first: int, *others: int) -> int:
    """Ticks set in every mask. Takes at least one: no mask at all would mean all of time."""
    for other in others:
        first &= other
    return first


def at_least(k: int, masks: Iterable[int]) -> int:
    """Ticks set in at least `k` of `masks` (k of 1 is `any_of`). ValueError for k below one.

    Keeps, for each number up to k, the ticks where that many have been seen: O(k) operations on
    whole bitmaps for each mask.
    """
    if k < 1:
        raise ValueError(f"at least {k} is no demand")
    seen = [0] * k
    for mask in masks:
        for number in range(k - 1, 0, -1):
            seen[number] |= seen[number - 1] & mask
        seen[0] |= mask
    return seen[-1]


def starts(mask: int) -> list[int]:
    """The ticks set in `mask`, in order. ValueError for a negative mask, which has no end."""
    if mask < 0:
        raise ValueError("a mask of starts cannot be negative")
    whole = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
    return [
        base + bit for base, byte in zip(count(0, 8), whole) if byte for bit in _BITS_OF_BYTE[byte]
    ]


def first_start(mask: int) -> int | None:
    """The first tick set in `mask`, or None."""
    return (mask & -mask).bit_length() - 1 if mask else None


@dataclass(frozen=True, slots=True)
class VisitShape:
    """How long a contact takes, in ticks: the visit itself, and the buffers around it.

    Buffers are taken from the resources only: the patient gives `length`, a resource gives
    `before + length + after`.
    """

    length: int
    before: int = 0
    after: int = 0

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError("a visit takes at least one tick")
        if self.before < 0 or self.after < 0:
            raise ValueError("a buffer cannot be negative")

    @property
    def total(self) -> int:
        """The ticks a resource gives."""
        return self.before + self.length + self.after

    def resource_starts(self, free: int) -> int:
        """Starts s for which a resource is free from `s - before` up to `s + length + after`."""
        return fits(free, self.total) << self.before

    def patient_starts(self, free: int) -> int:
        """Starts s for which the patient is free from `s` up to `s + length`."""
        return fits(free, self.length)


@dataclass(frozen=True, slots=True)
class ResourceTime:
    """One resource's time as bitmaps: `opening` at the site asked for, and what is `taken`.

    `taken` is closures and allocations alike. With `buffers_in_opening` (clinicians, who work
    through the buffers) the visit and its buffers lie in open time; without it (a room, cleaned
    after hours) only the visit need do so. Neither ever reaches into taken time.
    """

    opening: int
    taken: int
    buffers_in_opening: bool = True

    def starts(self, shape: VisitShape, timeline: Timeline) -> int:
        """The bitmap of starts at which this resource can take a visit of this shape."""
        free = self.opening & ~self.taken
        if self.buffers_in_opening:
            return shape.resource_starts(free)
        untaken = timeline.whole & ~self.taken
        return shape.patient_starts(free) & shape.resource_starts(untaken)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a contact needs besides its clinician: `count` of these resources at once.

    `options` holds one bitmap of *starts* per resource that will do, as `ResourceTime.starts` gives
    them: "any of these three rooms" is three options and a count of 1, "two clinicians of five" is
    five options and a count of 2. Each resource may stand once, in one requirement of a search, and
    not be the clinician searched for: what two requirements share would be counted for both.
    """

    options: Sequence[int]
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("a requirement asks for at least one resource")

    def starts(self) -> int:
        """Starts at which at least `count` of the options can take the visit."""
        return any_of(self.options) if self.count == 1 else at_least(self.count, self.options)

    def able(self, start: int) -> list[int]:
        """The positions in `options`, in order, of those who can take a visit at `start`."""
        return [place for place, option in enumerate(self.options) if option >> start & 1]


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for: a visit of `shape` that starts at a tick in both `window` and `grid`.

    `window` holds the ticks at which the visit may *start*; it may run past the window's end.
    `patient_taken` is the time in which the patient is elsewhere, without buffers.
    `requirements` are met all at once, beside the clinician.
    """

    shape: VisitShape
    window: int
    grid: int
    patient_taken: int = 0
    requirements: Sequence[Requirement] = field(default=())


def find_starts(search: Search, timeline: Timeline, clinician: ResourceTime) -> int:
    """The bitmap of every start that fits the search with this clinician."""
    found = clinician.starts(search.shape, timeline) & search.window & search.grid
    if found and search.patient_taken:
        found &= search.shape.patient_starts(timeline.whole & ~search.patient_taken)
    for requirement in search.requirements:
        if not found:
            break
        found &= requirement.starts()
    return found

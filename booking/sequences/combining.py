"""Several contacts on one day in order: which starts, for the shortest stay. Pure.

Time is cut in five-minute ticks, and starts that fit are bitmaps, as in `calendar.slots`. A part
begins `min_gap` to `max_gap` ticks after the one before it ended; all are at one site. A resource
is taken from `before` ticks before the contact to `after` ticks after it, and by no two parts at
once. Where several resources will do, a part takes the first that is free in the order given, as
booking does: what is found here is what booking the parts in order gives.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from booking.calendar.slots import starts

Trouble = Literal["overlaps", "too_soon", "too_late"]


@dataclass(frozen=True)
class Need:
    """Resources any `count` of which will do, and the starts at which each is able (bitmaps)."""

    options: tuple[int, ...]
    able: tuple[int, ...]
    count: int = 1


@dataclass(frozen=True)
class Way:
    """One way to have a part: with a clinician at a site, at these starts (a bitmap)."""

    clinician_id: int
    site_id: int
    starts: int
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Part:
    """One contact; everything in ticks. The first part's gaps mean nothing.

    ways: in order of preference, which decides only between equal times.
    """

    length: int
    ways: tuple[Way, ...]
    before: int = 0
    after: int = 0
    min_gap: int = 0
    max_gap: int = 0


@dataclass(frozen=True)
class Put:
    """Where a part goes: its start, with whom and where, and all it takes."""

    start: int
    clinician_id: int
    site_id: int
    takes: frozenset[int]


def arrange(parts: Sequence[Part]) -> list[Put] | None:
    """One start for each part, in order: the shortest stay, then the earliest; None if none fit.

    The stay is from the first start to the last end. At one day's length it is exact: parts that
    cannot be followed are left out beforehand, and the search is cut by the best stay found.
    """
    best: tuple[int, int, list[Put]] | None = None
    for site in sorted({way.site_id for part in parts for way in part.ways}):
        here = [(part, tuple(way for way in part.ways if way.site_id == site)) for part in parts]
        found = _Day(here).best()
        if found is not None and (best is None or found[:2] < best[:2]):
            best = found
    return best[2] if best else None


def troubles(
    times: Sequence[tuple[int, int]], gaps: Sequence[tuple[int, int]]
) -> dict[int, Trouble]:
    """What is wrong with the order of these (start, end) times: position -> trouble.

    gaps: (least, most) between a time and the one before it; the first one's mean nothing. Times
    and gaps in one unit of one's own.
    """
    found: dict[int, Trouble] = {}
    for place in range(1, len(times)):
        gap = times[place][0] - times[place - 1][1]
        least, most = gaps[place]
        if gap < 0:
            found[place] = "overlaps"
        elif gap < least:
            found[place] = "too_soon"
        elif gap > most:
            found[place] = "too_late"
    return found


class _Day:
    """The search on one day at one site."""

    def __init__(self, parts: Sequence[tuple[Part, tuple[Way, ...]]]) -> None:
        self._parts = parts
        self._leads_on = self._followed()
        self._least = self._shortest_rest()
        self._best: tuple[int, int, list[Put]] | None = None

    def best(self) -> tuple[int, int, list[Put]] | None:
        """(stay, first start, the parts) or None."""
        for first in starts(self._leads_on[0]):
            self._go_on(first, first, [])
        return self._best

    def _followed(self) -> list[int]:
        """For each part the starts from which the rest can follow, whoever takes what."""
        follow: list[int] = []
        after: int | None = None
        for place in reversed(range(len(self._parts))):
            part, ways = self._parts[place]
            mask = 0
            for way in ways:
                mask |= way.starts
            if after is not None:
                coming = self._parts[place + 1][0]
                reach = 0
                for gap in range(coming.min_gap, coming.max_gap + 1):
                    reach |= after >> (part.length + gap)
                mask &= reach
            follow.append(mask)
            after = mask
        return follow[::-1]

    def _shortest_rest(self) -> list[int]:
        """For each part the ticks from its start to the last end, at the very least."""
        rest = [0] * len(self._parts)
        total = 0
        for place in reversed(range(len(self._parts))):
            part = self._parts[place][0]
            total += part.length
            rest[place] = total
            total += part.min_gap
        return rest

    def _go_on(self, first: int, start: int, put: list[Put]) -> None:
        """Put the next part at `start` in each way that is free, and then the rest."""
        place = len(put)
        if self._best is not None and start - first + self._least[place] >= self._best[0]:
            return
        part, ways = self._parts[place]
        for way in ways:
            takes = self._takes(way, part, start, put)
            if takes is None:
                continue
            now = [*put, Put(start, way.clinician_id, way.site_id, takes)]
            end = start + part.length
            if len(now) == len(self._parts):
                self._best = (end - first, first, now)
                return
            for following in self._following(place + 1, end):
                self._go_on(first, following, now)

    def _following(self, place: int, end: int) -> Iterator[int]:
        part = self._parts[place][0]
        width = part.max_gap - part.min_gap + 1
        window = self._leads_on[place] >> (end + part.min_gap) & ((1 << max(width, 0)) - 1)
        for offset in starts(window):
            yield end + part.min_gap + offset

    def _takes(self, way: Way, part: Part, start: int, put: Sequence[Put]) -> frozenset[int] | None:
        """The resources a part takes at a start, clear of the parts before it; None if not free."""
        if not way.starts >> start & 1:
            return None
        barred = self._barred(part, start, put)
        if way.clinician_id in barred:
            return None
        taken = {way.clinician_id}
        for need in way.needs:
            able = [
                option
                for option, mask in zip(need.options, need.able, strict=True)
                if mask >> start & 1 and option not in barred
            ]
            if len(able) < need.count:
                return None
            taken.update(able[: need.count])
        return frozenset(taken)

    def _barred(self, part: Part, start: int, put: Sequence[Put]) -> set[int]:
        """What the parts before it still take while this one would."""
        begins = start - part.before
        ends = start + part.length + part.after
        barred: set[int] = set()
        for (other, _ways), one in zip(self._parts, put, strict=False):
            if one.start - other.before < ends and begins < one.start + other.length + other.after:
                barred |= one.takes
        return barred

"""When week templates open: local wall-clock hours turned into instants.

A template says "Mondays in odd weeks, 8.00 to 16.00" and means what the clock on the wall shows.
Here it becomes stretches of UTC time, which is all the rest of the calendar reckons with.

Weeks are ISO weeks. 2026-12-31 and 2027-01-03 both lie in week 53 of 2026, which is odd, and so is
week 1, which begins on 2027-01-04: after a year of 53 weeks two odd weeks follow each other, and a
clinic that works every other week must say which of the two it means (by valid from and to).

Clock changes are resolved here, and nowhere else:

- a time that the clock skips becomes the first instant after the gap (on 2027-03-28 in Denmark,
  both 2.00 and 2.30 become 3.00);
- a time that comes twice means its first occurrence where the template starts and its second where
  it ends (on 2026-10-25, 2.00 to 3.00 is open for two hours), so a template covers every minute
  that reads as inside it; one that ends just as the doubled hour begins has none of that hour.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Parity = Literal["odd", "even"]

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_SECOND = timedelta(seconds=1)
_INSTANT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class WeekTemplate:
    """One repeating stretch of open time, on one weekday, in local wall-clock time.

    `weekday` counts from Monday = 0. `weeks` chooses among ISO weeks. `start` and `end` are naive
    local times on the same day, `end` not included. The template holds from `valid_from` to
    `valid_to`, both days included; None means until further notice. `site_id` is where the work
    is done, or None for a resource that belongs to no site.

    Raises ValueError for what no calendar can hold.
    """

    weekday: int
    weeks: Literal["any", "odd", "even"]
    start: time
    end: time
    valid_from: date
    valid_to: date | None
    site_id: int | None

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday must be 0 to 6, not {self.weekday}")
        if self.weeks not in ("any", "odd", "even"):
            raise ValueError(f"weeks must be any, odd or even, not {self.weeks!r}")
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise ValueError("a template's times are local and carry no zone")
        if self.start >= self.end:
            raise ValueError("a template must end after it starts, on the same day")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("a template cannot cease to be valid before it begins")


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of open time from `start` up to `end` (aware UTC), at one site."""

    start: datetime
    end: datetime
    site_id: int | None


def parity(day: date) -> Parity:
    """Whether `day` lies in an odd or an even ISO week. Week 53 is odd, and so is week 1."""
    return "odd" if day.isocalendar().week % 2 else "even"


def opening_spans(
    templates: Iterable[WeekTemplate], zone: ZoneInfo, first: date, last: date
) -> list[Opening]:
    """Every opening on the local days `first` to `last`, both included, in order of start.

    One opening for each template and day: openings may touch or overlap where templates do. An
    opening that a clock change leaves no time for is left out. Nothing when `last` is before
    `first`.
    """
    openings = []
    offsets = _DayOffsets(zone)
    for template in templates:
        day = max(first, template.valid_from)
        day += timedelta(days=(template.weekday - day.weekday()) % 7)
        until = last if template.valid_to is None else min(last, template.valid_to)
        while day <= until:
            if template.weeks == "any" or template.weeks == parity(day):
                offset = offsets[day]
                if offset is not None:
                    start = datetime.combine(day, template.start, UTC) - offset
                    end = datetime.combine(day, template.end, UTC) - offset
                else:
                    start = _instant(datetime.combine(day, template.start, zone), doubled="first")
                    end = _instant(datetime.combine(day, template.end, zone), doubled="second")
                if start < end:
                    openings.append(Opening(start, end, template.site_id))
            day += _WEEK
    openings.sort(key=lambda opening: (opening.start, opening.end))
    return openings


class _DayOffsets(dict[date, timedelta | None]):
    """The one offset from UTC that a local day has from midnight to midnight, or None on a day when
    the clock changes. No zone changes its clock twice in one day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._at_midnight: dict[date, timedelta] = {}

    def __missing__(self, day: date) -> timedelta | None:
        offset, next_offset = self._midnight(day), self._midnight(day + _DAY)
        self[day] = offset if offset == next_offset else None
        return self[day]

    def _midnight(self, day: date) -> timedelta:
        offset = self._at_midnight.get(day)
        if offset is None:
            offset = self._at_midnight[day] = _offset(datetime.combine(day, time(), self._zone))
        return offset


def _instant(local: datetime, doubled: Literal["first", "second"]) -> datetime:
    """The UTC instant meant by a local time, by the rules at the top of this module.

    Around a clock change the two readings of a local time (PEP 495's fold) have different offsets
    from UTC: the earlier offset is the smaller in a gap, and the larger where a time is doubled.
    """
    once, again = local.replace(fold=0), local.replace(fold=1)
    before, after = _offset(once), _offset(again)
    if before < after:
        return _change(local, before, after)
    if doubled == "first" or not _is_doubled(local - _INSTANT):
        return once.astimezone(UTC)
    return again.astimezone(UTC)


def _is_doubled(local: datetime) -> bool:
    return _offset(local.replace(fold=0)) > _offset(local.replace(fold=1))


def _offset(local: datetime) -> timedelta:
    offset = local.utcoffset()
    if offset is None:
        raise ValueError("a local time needs its zone")
    return offset


def _change(local: datetime, before: timedelta, after: timedelta) -> datetime:
    """The instant of the clock change that skips the wall-clock time `local`.

    Read with the offset after the change, `local` lies before it; read with the one before, after
    it or upon it. The change itself is found between the two by halving, to the second.
    """
    wall = local.replace(tzinfo=UTC)
    early, late = wall - after, wall - before
    while late - early > _SECOND:
        middle = early + (late - early) // 2
        if _offset(middle.astimezone(local.tzinfo)) == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)

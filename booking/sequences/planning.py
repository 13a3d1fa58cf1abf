"""Repeated contacts: from a rule to planned local days, and from free times to one a day. Pure.

A rule says "every second week on Tuesdays and Thursdays, twelve times, about 9.00". What it means:

- *Weeks* are counted from the ISO week of the first day, fourteen days to every second one, so
  that a year of 53 weeks changes nothing. *Months* keep the first day's number, and end with the
  month where it is shorter: the 31st, 28 February, the 31st.
- *A closed day* gives way to the next open day, if that comes before the next planned one (and no
  later than `until`); else it falls out. `count` counts those that take place.
- *The time of day* is the clock on the wall, summer and winter alike.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

from booking.platform.localtime import local_date, to_local

Unit = Literal["day", "week", "month"]
Why = Literal["", "closed", "full", "not_then"]

MOST = 60
FARTHEST = timedelta(days=731)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """What repeats. Exactly one of count and until (the last day, included) ends it.

    weekdays: 0 Monday to 6 Sunday, for weeks only; none means the first day's. days_off and
    minutes_off: how far from the planned day and from `clock` a time may lie.
    """

    first: date
    every: int
    unit: Unit
    clock: time
    weekdays: frozenset[int] = frozenset()
    count: int | None = None
    until: date | None = None
    days_off: int = 0
    minutes_off: int = 60

    def __post_init__(self) -> None:
        """Raise ValueError for what no calendar can hold."""
        if self.every < 1 or self.days_off < 0 or self.minutes_off < 0:
            raise ValueError("a rule repeats every one or more, within no less than nothing")
        if (self.count is None) == (self.until is None):
            raise ValueError("a rule ends after so many times or on a day: one of the two")
        if self.count is not None and not 1 <= self.count <= MOST:
            raise ValueError(f"a rule gives 1 to {MOST} times, not {self.count}")
        if not all(0 <= one <= 6 for one in self.weekdays):
            raise ValueError("a weekday is 0 to 6")


@dataclass(frozen=True)
class Planned:
    """One time of the rule: the day it names, and the open day meant; None where it fell out."""

    named: date
    day: date | None


def planned_days(rule: Rule, is_open: Callable[[date], bool]) -> list[Planned]:
    """Every time of the rule in order, those that fell out among them; at most MOST take place."""
    found: list[Planned] = []
    wanted = rule.count or MOST
    for named, following in pairwise(_named(rule)):
        if wanted == 0 or named > (rule.until or named):
            break
        day: date | None = named
        while day is not None and not is_open(day):
            day += DAY
            if day >= following or day > (rule.until or day):
                day = None
        found.append(Planned(named, day))
        wanted -= day is not None
    while rule.count is not None and found and found[-1].day is None:
        found.pop()
    return found


class Start(Protocol):
    """A time that is free: when, and with whom."""

    @property
    def start(self) -> datetime:
        """Aware UTC."""
        ...

    @property
    def clinician_id(self) -> int:
        """The clinician's number."""
        ...


S = TypeVar("S", bound=Start)


def in_order_of_nearness(
    free: Iterable[S], day: date, clock: time, zone: ZoneInfo, preferred_id: int | None = None
) -> list[S]:
    """Free times, the best for a planned day first.

    The fewest days away, then the nearest on the clock, then with the preferred clinician, then
    the earliest.
    """

    def key(one: S) -> tuple[int, int, bool, datetime, int]:
        return (
            abs((local_date(one.start, zone) - day).days),
            minutes_away(one.start, clock, zone),
            one.clinician_id != preferred_id,
            one.start,
            one.clinician_id,
        )

    return sorted(free, key=key)


def pick(
    rule: Rule, ordered: Sequence[S], day: date, zone: ZoneInfo, after: date | None
) -> tuple[S | None, Why]:
    """The best of these within the rule's bounds and after a local day, else why there is none."""
    later = [one for one in ordered if after is None or local_date(one.start, zone) > after]
    near = [one for one in later if abs((local_date(one.start, zone) - day).days) <= rule.days_off]
    for one in near:
        if minutes_away(one.start, rule.clock, zone) <= rule.minutes_off:
            return one, ""
    return None, "not_then" if near else "full"


def minutes_away(start: datetime, clock: time, zone: ZoneInfo) -> int:
    """How far a start lies from a time of day, by the clock on the wall."""
    local = to_local(start, zone)
    return abs(local.hour * 60 + local.minute - clock.hour * 60 - clock.minute)


def _named(rule: Rule) -> Iterator[date]:
    """The days the rule names, whatever is open; one more than may be needed."""
    last = rule.first + FARTHEST
    for day in _endless(rule):
        yield day
        if day > last:
            return


def _endless(rule: Rule) -> Iterator[date]:
    day = rule.first
    if rule.unit == "day":
        while True:
            yield day
            day += DAY * rule.every
    elif rule.unit == "week":
        weekdays = sorted(rule.weekdays or {day.weekday()})
        monday = day - DAY * day.weekday()
        while True:
            yield from (monday + DAY * one for one in weekdays if monday + DAY * one >= rule.first)
            monday += DAY * 7 * rule.every
    else:
        months = day.year * 12 + day.month - 1
        while True:
            yield _in_month(months, rule.first.day)
            months += rule.every


def _in_month(months: int, number: int) -> date:
    """The day of that number in the month (counted from year 0), or the month's last day."""
    year, month = divmod(months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + DAY * (number - 1), following - DAY)

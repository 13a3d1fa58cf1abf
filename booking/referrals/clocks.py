"""A referral's clocks, computed from what happened to it and from dated rules (clocks.toml).

Pure: days are local days of the clinic, and every figure is data. A clock runs from the first of
its starting events to the first stopping one after it; whoever leaves the clinic stops them all.
"""

import tomllib
from calendar import monthrange
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from booking.referrals.rights import Rights, rights_on

SHIPPED = Path(__file__).with_name("clocks.toml")
LEFT = ("returned", "withdrawn", "discharged")
DAY = timedelta(days=1)
SATURDAY = 5

Kind = Literal["right", "duty", "recommendation"]
State = Literal["running", "met", "late", "stopped"]
Happened = tuple[str, date]


@dataclass(frozen=True)
class Rule:
    """One clock as clocks.toml has it, in force for clocks that start on `since` or later.

    days_of: 'workup' or 'treatment', whose calendar days stand in the rights of the day it starts.
    """

    code: str
    kind: Kind
    tracks: tuple[str, ...]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    excused_by: tuple[str, ...]
    since: date
    days: int | None
    working_days: int | None
    months: int | None
    days_of: str
    verified: bool
    source: str

    def concerns(self, track: str) -> bool:
        """True if the clock runs for referrals of this track."""
        return "*" in self.tracks or track in self.tracks


@dataclass(frozen=True)
class Rules:
    """Every clock, and what the law promises on a day."""

    clocks: tuple[Rule, ...]
    rights: Callable[[date], Rights]

    @property
    def tracks(self) -> tuple[str, ...]:
        """What a referral may be, the ordinary one first."""
        named = {track for rule in self.clocks for track in rule.tracks if track != "*"}
        return ("general", *sorted(named))


@dataclass(frozen=True)
class Clock:
    """One clock of one referral.

    due_on: the last day it can be met. days_left: to that day, in working days where `working`,
    and below zero past it; for a clock that has ended, as on the day it ended. late: not met by
    due_on, whether or not it has ended since. stopped: ended without being met or missed.
    """

    code: str
    kind: Kind
    starts_on: date
    due_on: date
    stopped_on: date | None
    state: State
    days_left: int
    working: bool
    verified: bool

    @property
    def open(self) -> bool:
        """True while somebody can still do something about it."""
        return self.stopped_on is None


def rules_from(corrections: Path | None = None) -> Rules:
    """The rules shipped, and an installation's own, which come first.

    corrections: a file shaped as rights.toml; a clocks.toml beside it may correct clocks: what an
    entry there leaves out is as shipped. Raises ValueError for a clock or a track not shipped.
    """
    rights = cache(lambda day: rights_on(day, corrections))
    shipped = _shipped()
    own = corrections.with_name(SHIPPED.name) if corrections else None
    if own is None or not own.exists():
        return Rules(shipped, rights)
    entries = tomllib.loads(own.read_text(encoding="utf-8"))["clock"]
    return Rules((*(_corrected(entry, shipped) for entry in entries), *shipped), rights)


def clocks(
    track: str,
    happened: Sequence[Happened],
    rules: Rules,
    today: date,
    closed: Container[date],
) -> list[Clock]:
    """The clocks that have started, those still open first, by their last day.

    happened: (kind, local day) in any order; what is still to come counts for nothing. closed:
    public holidays and the like; Saturdays and Sundays are never working days.
    """
    so_far = sorted((day, kind) for kind, day in happened if day <= today)
    left = _first(so_far, LEFT)
    found = []
    for code in dict.fromkeys(rule.code for rule in rules.clocks if rule.concerns(track)):
        versions = [rule for rule in rules.clocks if rule.code == code and rule.concerns(track)]
        starts_on = _first(so_far, versions[0].starts)
        if starts_on is None:
            continue
        held = [rule for rule in versions if rule.since <= starts_on]
        if held:
            rule = max(held, key=lambda one: one.since)
            found.append(_clock(rule, starts_on, so_far, left, rules, today, closed))
    return sorted(found, key=lambda one: (not one.open, one.due_on, one.code))


def working_day(day: date, closed: Container[date]) -> bool:
    """True on Mondays to Fridays that are not closed."""
    return day.weekday() < SATURDAY and day not in closed


def after_working_days(start: date, number: int, closed: Container[date]) -> date:
    """The `number`th working day after `start`, which itself does not count."""
    day = start
    while number > 0:
        day += DAY
        number -= working_day(day, closed)
    return day


def working_days_between(start: date, end: date, closed: Container[date]) -> int:
    """Working days after `start` up to and with `end`; negative where `end` is the earlier."""
    if end < start:
        return -working_days_between(end, start, closed)
    return sum(
        working_day(start + timedelta(days=n), closed) for n in range(1, (end - start).days + 1)
    )


def after_months(start: date, number: int) -> date:
    """The same day of a later month, or its last."""
    months = start.year * 12 + start.month - 1 + number
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _clock(
    rule: Rule,
    starts_on: date,
    so_far: Sequence[tuple[date, str]],
    left: date | None,
    rules: Rules,
    today: date,
    closed: Container[date],
) -> Clock:
    due_on = _due(rule, starts_on, rules, closed)
    met_on = _first(so_far, rule.stops, starts_on)
    excused_on = _first(so_far, rule.excused_by, starts_on)
    in_time = met_on is not None and met_on <= due_on
    if excused_on is not None and (in_time or excused_on > due_on):
        excused_on = None
    state: State
    ended = min((day for day in (met_on, excused_on, left) if day is not None), default=None)
    if ended is not None:
        stopped_on: date | None = max(ended, starts_on)
        state = "met" if ended == met_on else "stopped"
        if ended > due_on:
            state = "late"
    else:
        stopped_on, state = None, "running" if today <= due_on else "late"
    working = rule.working_days is not None and rule.days is None
    seen_on = stopped_on or today
    days_left = (
        working_days_between(seen_on, due_on, closed) if working else (due_on - seen_on).days
    )
    return Clock(
        rule.code, rule.kind, starts_on, due_on, stopped_on, state, days_left, working,
        rule.verified,
    )  # fmt: skip


def _first(
    so_far: Sequence[tuple[date, str]], kinds: Container[str], since: date = date.min
) -> date | None:
    """The first day, `since` or later, on which one of the kinds happened; so_far: by day."""
    return next((day for day, kind in so_far if kind in kinds and day >= since), None)


def _due(rule: Rule, starts_on: date, rules: Rules, closed: Container[date]) -> date:
    ends = []
    if rule.days_of:
        rights = rules.rights(starts_on)
        days = rights.workup_days if rule.days_of == "workup" else rights.treatment_days
        ends.append(starts_on + timedelta(days=days))
    if rule.days is not None:
        ends.append(starts_on + timedelta(days=rule.days))
    if rule.working_days is not None:
        ends.append(after_working_days(starts_on, rule.working_days, closed))
    if rule.months is not None:
        ends.append(after_months(starts_on, rule.months))
    return min(ends)


@cache
def _shipped() -> tuple[Rule, ...]:
    listed = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["clock"]
    return tuple(_rule(entry) for entry in listed)


def _corrected(entry: Mapping[str, object], shipped: Sequence[Rule]) -> Rule:
    code, tracks = entry["code"], entry.get("tracks")
    found = [one for one in shipped if one.code == code and list(one.tracks) == tracks]
    if not found:
        raise ValueError(f"clocks.toml: there is no clock {code!r} of the tracks {tracks!r}")
    as_shipped = asdict(max(found, key=lambda one: one.since))
    return _rule({**as_shipped, "from": as_shipped["since"], **entry})


def _rule(entry: Mapping[str, object]) -> Rule:
    def words(name: str) -> tuple[str, ...]:
        listed = entry.get(name, ())
        assert isinstance(listed, list | tuple)
        return tuple(str(one) for one in listed)

    def number(name: str) -> int | None:
        value = entry.get(name)
        return value if isinstance(value, int) else None

    kind, since = entry["kind"], entry["from"]
    assert kind in ("right", "duty", "recommendation")
    assert isinstance(since, date)
    return Rule(
        str(entry["code"]), kind, words("tracks"), words("starts"), words("stops"),
        words("excused_by"), since, number("days"), number("working_days"), number("months"),
        str(entry.get("days_of", "")), bool(entry.get("verified", True)), str(entry["source"]),
    )  # fmt: skip

"""What a rule means, day by day: weeks of long years, month ends, holidays, the clock's changes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.sequences.planning import (
    Rule,
    in_order_of_nearness,
    pick,
    planned_days,
)

HOME = ZoneInfo("Europe/Copenhagen")
NINE = time(9)
HOLIDAYS = {
    date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 31),
    date(2027, 1, 1), date(2027, 3, 25), date(2027, 3, 26), date(2027, 3, 29),
}  # fmt: skip


def weekday(day: date) -> bool:
    """Open Monday to Friday, holidays excepted."""
    return day.weekday() < 5 and day not in HOLIDAYS


def always(_day: date) -> bool:
    """Open every day."""
    return True


def days_of(rule: Rule, is_open: object = always) -> list[str]:
    """The days that take place."""
    found = planned_days(rule, is_open)  # type: ignore[arg-type]
    return [one.day.isoformat() for one in found if one.day]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        pytest.param(
            Rule(date(2026, 12, 22), 2, "week", NINE, count=3),
            ["2026-12-22", "2027-01-05", "2027-01-19"],
            id="fourteen days over week 53",
        ),
        pytest.param(
            Rule(date(2026, 12, 16), 1, "week", NINE, frozenset({1, 3}), count=5),
            ["2026-12-17", "2026-12-22", "2026-12-24", "2026-12-29", "2026-12-31"],
            id="the first week begins in the middle",
        ),
        pytest.param(
            Rule(date(2027, 1, 31), 1, "month", NINE, count=4),
            ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"],
            id="the 31st ends with the month",
        ),
        pytest.param(
            Rule(date(2028, 2, 29), 12, "month", NINE, count=2),
            ["2028-02-29", "2029-02-28"],
            id="a leap day a year after",
        ),
        pytest.param(
            Rule(date(2026, 11, 30), 3, "month", NINE, count=3),
            ["2026-11-30", "2027-02-28", "2027-05-30"],
            id="quarters over the new year",
        ),
        pytest.param(
            Rule(date(2027, 3, 26), 1, "day", NINE, until=date(2027, 3, 30)),
            ["2027-03-26", "2027-03-27", "2027-03-28", "2027-03-29", "2027-03-30"],
            id="every day over the clock's change, the last included",
        ),
    ],
)
def test_the_days_a_rule_names(rule: Rule, days: list[str]) -> None:
    assert days_of(rule) == days


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        pytest.param(
            Rule(date(2026, 12, 10), 1, "week", NINE, count=4),
            ["2026-12-10", "2026-12-17", "2026-12-28", "2027-01-04"],
            id="Christmas Eve and New Year's Eve go to the next open day",
        ),
        pytest.param(
            Rule(date(2027, 3, 23), 1, "week", NINE, frozenset({1, 3, 4}), count=4),
            ["2027-03-23", "2027-03-30", "2027-04-01", "2027-04-02"],
            id="one whose next open day is another's falls out, and is not counted",
        ),
        pytest.param(
            Rule(date(2026, 11, 27), 1, "day", NINE, count=3),
            ["2026-11-27", "2026-11-30", "2026-12-01"],
            id="daily over a weekend",
        ),
        pytest.param(
            Rule(date(2026, 11, 25), 1, "month", NINE, until=date(2026, 12, 26)),
            ["2026-11-25"],
            id="nothing after the last day",
        ),
        pytest.param(
            Rule(date(2026, 11, 28), 1, "week", NINE, count=2),
            ["2026-11-30", "2026-12-07"],
            id="Saturdays become Mondays",
        ),
    ],
)
def test_closed_days_give_way(rule: Rule, days: list[str]) -> None:
    assert days_of(rule, weekday) == days


def test_those_that_fall_out_are_told_of() -> None:
    rule = Rule(date(2027, 3, 23), 1, "week", NINE, frozenset({1, 3, 4}), count=2)
    assert [(one.named.day, one.day) for one in planned_days(rule, weekday)] == [
        (23, date(2027, 3, 23)),
        (25, None),
        (26, None),
        (30, date(2027, 3, 30)),
    ]


def test_a_clinic_that_never_opens_gives_nothing_and_ends() -> None:
    assert days_of(Rule(date(2026, 11, 23), 1, "day", NINE, count=5), lambda _day: False) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": 0},
        {"count": None},
        {"until": date(2027, 1, 1)},
        {"count": 61},
        {"weekdays": frozenset({7})},
        {"minutes_off": -1},
    ],
)
def test_what_no_calendar_can_hold_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"rule|weekday"):
        Rule(**{"first": date(2026, 11, 23), "every": 1, "unit": "week", "clock": NINE, "count": 2,
                **wrong})  # type: ignore[arg-type]  # fmt: skip


@given(
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(1, 5),
    st.sampled_from(["day", "week", "month"]),
    st.frozensets(st.integers(0, 6)),
    st.integers(1, 20),
    st.sets(st.integers(0, 6), max_size=5),
)
def test_days_are_open_in_order_and_never_before_they_are_named(
    first: date, every: int, unit: str, weekdays: frozenset[int], count: int, shut: set[int]
) -> None:
    rule = Rule(first, every, unit, NINE, weekdays, count=count)  # type: ignore[arg-type]
    found = [p for p in planned_days(rule, lambda day: day.weekday() not in shut) if p.day]
    assert len(found) <= count
    assert all(p.day and p.day.weekday() not in shut and p.day >= p.named for p in found)
    assert all(a.day and b.day and a.day < b.day and a.day < b.named for a, b in pairwise(found))


@dataclass(frozen=True)
class Free:
    """A free time."""

    start: datetime
    clinician_id: int = 1


def at(day: int, hour: int, minute: int = 0, clinician: int = 1) -> Free:
    """A free time in March 2027 by the clock on the wall."""
    local = datetime(2027, 3, day, hour, minute, tzinfo=HOME)
    return Free(local.astimezone(UTC), clinician)


def test_the_nearest_day_then_the_nearest_time_then_the_clinician() -> None:
    free = [at(30, 9), at(29, 10), at(29, 8), at(29, 8, clinician=2), at(26, 9)]
    ordered = in_order_of_nearness(free, date(2027, 3, 29), NINE, HOME, preferred_id=2)
    assert ordered == [at(29, 8, clinician=2), at(29, 8), at(29, 10), at(30, 9), at(26, 9)]


def test_only_within_the_bounds_and_after_the_one_before() -> None:
    day, free = date(2027, 3, 24), [at(24, 11), at(25, 9, 30), at(23, 9)]
    ordered = in_order_of_nearness(free, day, NINE, HOME)
    strict = Rule(day, 1, "week", NINE, count=1, minutes_off=60)
    assert pick(strict, ordered, day, HOME, None) == (None, "not_then")
    wider = Rule(day, 1, "week", NINE, count=1, days_off=1, minutes_off=60)
    assert pick(wider, ordered, day, HOME, None)[0] == at(23, 9)
    assert pick(wider, ordered, day, HOME, day - timedelta(days=1))[0] == at(25, 9, 30)
    assert pick(strict, [], day, HOME, None) == (None, "full")


@pytest.mark.parametrize(
    ("day", "winter_or_summer"),
    [
        (date(2027, 3, 26), datetime(2027, 3, 26, 8, tzinfo=UTC)),
        (date(2027, 3, 29), datetime(2027, 3, 29, 7, tzinfo=UTC)),
    ],
)
def test_nine_is_nine_on_the_wall(day: date, winter_or_summer: datetime) -> None:
    hour = timedelta(hours=1)
    free = [Free(winter_or_summer + step) for step in (-hour, hour, 0 * hour)]
    ordered = in_order_of_nearness(free, day, NINE, HOME)
    assert ordered[0].start == winter_or_summer

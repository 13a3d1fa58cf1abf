"""Week templates against a reader of wall clocks that walks through time minute by minute."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from booking.calendar.openings import Opening, WeekTemplate, opening_spans, parity
from tests.unit.calendar.soak import examples

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
AUTUMN = date(2026, 10, 25)
SPRING = date(2027, 3, 28)
MINUTE = timedelta(minutes=1)


def template(
    weekday: int,
    start: time,
    end: time,
    *,
    weeks: Literal["any", "odd", "even"] = "any",
    valid_from: date = date(2026, 1, 1),
    valid_to: date | None = None,
    site_id: int | None = 1,
) -> WeekTemplate:
    return WeekTemplate(weekday, weeks, start, end, valid_from, valid_to, site_id)


def on(day: date, start: time, end: time) -> list[tuple[datetime, datetime]]:
    spans = opening_spans([template(day.weekday(), start, end)], COPENHAGEN, day, day)
    return [(span.start, span.end) for span in spans]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_a_clinic_opens_at_eight_on_the_wall_summer_and_winter() -> None:
    assert on(date(2026, 10, 23), time(8), time(16)) == [
        (utc(2026, 10, 23, 6), utc(2026, 10, 23, 14))
    ]
    assert on(date(2026, 10, 26), time(8), time(16)) == [
        (utc(2026, 10, 26, 7), utc(2026, 10, 26, 15))
    ]


def test_an_afternoon_keeps_its_hours_on_the_days_the_clock_changes() -> None:
    assert on(AUTUMN, time(13), time(18)) == [(utc(2026, 10, 25, 12), utc(2026, 10, 25, 17))]
    assert on(SPRING, time(13), time(18)) == [(utc(2027, 3, 28, 11), utc(2027, 3, 28, 16))]


def test_a_whole_night_is_longer_in_autumn_and_shorter_in_spring() -> None:
    assert on(AUTUMN, time(0), time(6)) == [(utc(2026, 10, 24, 22), utc(2026, 10, 25, 5))]
    assert on(SPRING, time(0), time(6)) == [(utc(2027, 3, 27, 23), utc(2027, 3, 28, 4))]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(1), time(2, 30), [(utc(2027, 3, 28, 0), utc(2027, 3, 28, 1))]),
        (time(2, 30), time(4), [(utc(2027, 3, 28, 1), utc(2027, 3, 28, 2))]),
        (time(2), time(3), []),
        (time(2, 10), time(2, 50), []),
        (time(1, 59, 59, 500_000), time(2, 0, 0, 1), None),
    ],
)
def test_a_time_the_clock_skips_is_the_first_instant_after(
    start: time, end: time, expected: list[tuple[datetime, datetime]] | None
) -> None:
    if expected is None:
        change = utc(2027, 3, 28, 1)
        expected = [(change - timedelta(microseconds=500_000), change)]
    assert on(SPRING, start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(1), time(2, 30), (utc(2026, 10, 24, 23), utc(2026, 10, 25, 1, 30))),
        (time(2, 30), time(4), (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 3))),
        (time(2), time(3), (utc(2026, 10, 25, 0), utc(2026, 10, 25, 2))),
        (time(1), time(2), (utc(2026, 10, 24, 23), utc(2026, 10, 25, 0))),
        (time(2, 10), time(2, 50), (utc(2026, 10, 25, 0, 10), utc(2026, 10, 25, 1, 50))),
    ],
)
def test_a_time_that_comes_twice_starts_at_its_first_and_ends_at_its_second(
    start: time, end: time, expected: tuple[datetime, datetime]
) -> None:
    assert on(AUTUMN, start, end) == [expected]


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 12, 20), "odd"),  # week 51
        (date(2026, 12, 21), "even"),  # week 52
        (date(2026, 12, 28), "odd"),  # week 53
        (date(2026, 12, 31), "odd"),
        (date(2027, 1, 3), "odd"),
        (date(2027, 1, 4), "odd"),  # week 1: two odd weeks on end
        (date(2027, 1, 11), "even"),
    ],
)
def test_weeks_are_iso_weeks_over_new_year(day: date, week: str) -> None:
    assert parity(day) == week


def test_every_other_thursday_over_new_year() -> None:
    def days(weeks: Literal["odd", "even"]) -> list[str]:
        thursday = template(3, time(9), time(12), weeks=weeks)
        spans = opening_spans([thursday], COPENHAGEN, date(2026, 12, 14), date(2027, 1, 24))
        return [f"{span.start:%m-%d}" for span in spans]

    assert days("odd") == ["12-17", "12-31", "01-07", "01-21"]
    assert days("even") == ["12-24", "01-14"]


def test_a_template_holds_on_its_first_and_its_last_day() -> None:
    mondays = template(
        0, time(8), time(9), valid_from=date(2026, 11, 2), valid_to=date(2026, 11, 16)
    )
    spans = opening_spans([mondays], COPENHAGEN, date(2026, 10, 1), date(2026, 12, 31))
    assert [span.start.day for span in spans] == [2, 9, 16]


def test_openings_come_in_order_with_their_sites() -> None:
    spans = opening_spans(
        [
            template(1, time(12), time(16), site_id=2),
            template(1, time(8), time(12), site_id=1),
            template(0, time(8), time(12), site_id=None),
        ],
        COPENHAGEN,
        date(2026, 11, 2),
        date(2026, 11, 3),
    )
    assert spans == [
        Opening(utc(2026, 11, 2, 7), utc(2026, 11, 2, 11), None),
        Opening(utc(2026, 11, 3, 7), utc(2026, 11, 3, 11), 1),
        Opening(utc(2026, 11, 3, 11), utc(2026, 11, 3, 15), 2),
    ]


def test_no_days_no_openings() -> None:
    monday = template(0, time(8), time(9))
    assert opening_spans([monday], COPENHAGEN, date(2026, 11, 3), date(2026, 11, 2)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekday": 7},
        {"weekday": -1},
        {"weeks": "third"},
        {"start": time(9), "end": time(9)},
        {"start": time(16), "end": time(8)},
        {"start": time(8, tzinfo=UTC)},
        {"valid_to": date(2025, 12, 31)},
    ],
)
def test_a_template_no_calendar_can_hold_is_refused(wrong: dict[str, object]) -> None:
    right = {
        "weekday": 0,
        "weeks": "any",
        "start": time(8),
        "end": time(16),
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
        "site_id": None,
    }
    with pytest.raises(ValueError, match=r"weekday|weeks|zone|end after|cease"):
        WeekTemplate(**(right | wrong))  # type: ignore[arg-type]


def walked(shift: WeekTemplate, zone: ZoneInfo, first: date, last: date) -> list[datetime]:
    """Every minute the template covers: those with a minute at or after its start before them (or
    being it), and one before its end after them (or being it), on one local day."""
    days: dict[date, list[datetime]] = defaultdict(list)
    minute = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=1)
    while minute.date() <= last + timedelta(days=1):
        days[minute.astimezone(zone).date()].append(minute)
        minute += MINUTE
    covered = []
    for day, minutes in days.items():
        week = day.isocalendar().week
        if not (
            first <= day <= last
            and day.weekday() == shift.weekday
            and shift.valid_from <= day
            and (shift.valid_to is None or day <= shift.valid_to)
            and (shift.weeks == "any" or (shift.weeks == "odd") == (week % 2 == 1))
        ):
            continue
        walls = [minute.astimezone(zone).time() for minute in minutes]
        begun = [place for place, wall in enumerate(walls) if wall >= shift.start]
        unended = [place for place, wall in enumerate(walls) if wall < shift.end]
        if begun and unended:
            covered += minutes[min(begun) : max(unended) + 1]
    return covered


EDGES = [AUTUMN, SPRING, date(2026, 12, 31), date(2027, 1, 3), date(2027, 1, 4), date(2026, 6, 5)]


@st.composite
def shifts(draw: st.DrawFn) -> tuple[WeekTemplate, date, date]:
    day = draw(st.sampled_from(EDGES))
    first = day - timedelta(days=draw(st.integers(0, 1)))
    last = day + timedelta(days=draw(st.integers(0, 1)))
    night = st.integers(0, 5 * 60)
    start, end = sorted(
        draw(st.lists(night | st.integers(0, 1439), min_size=2, max_size=2, unique=True))
    )
    valid_from = day + timedelta(days=draw(st.integers(-9, 1)))
    valid_to = draw(
        st.none() | st.integers(0, 12).map(lambda days: valid_from + timedelta(days=days))
    )
    return (
        template(
            (day.weekday() + draw(st.sampled_from([0, 0, 0, 1, 6]))) % 7,
            time(*divmod(start, 60)),
            time(*divmod(end, 60)),
            weeks=draw(st.sampled_from(["any", "any", "odd", "even"])),
            valid_from=valid_from,
            valid_to=valid_to,
        ),
        first,
        last,
    )


@settings(max_examples=examples(300), deadline=None)
@given(shifts(), st.sampled_from(["Europe/Copenhagen", "Atlantic/Azores", "Australia/Lord_Howe"]))
@example((template(6, time(2, 30), time(2, 31)), SPRING, SPRING), "Europe/Copenhagen")
@example((template(6, time(2, 30), time(2, 31)), AUTUMN, AUTUMN), "Europe/Copenhagen")
def test_openings_are_what_the_wall_clock_shows(
    case: tuple[WeekTemplate, date, date], zone_name: str
) -> None:
    shift, first, last = case
    zone = ZoneInfo(zone_name)
    opened = []
    for span in opening_spans([shift], zone, first, last):
        minute = span.start
        while minute < span.end:
            opened.append(minute)
            minute += MINUTE
    assert opened == walked(shift, zone, first, last)

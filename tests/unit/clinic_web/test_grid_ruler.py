"""Where an instant of a day stands in its column: by the clock where days stand side by side."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from booking.clinic_web.grid.ruler import Ruler
from booking.platform.localtime import day_bounds

ZONE = ZoneInfo("Europe/Copenhagen")
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
days = some.one_of(
    some.sampled_from([SPRING, AUTUMN]), some.dates(date(2026, 1, 1), date(2028, 12, 31))
)


def ruler(day: date, *, by_wall: bool = True) -> Ruler:
    return Ruler(day, ZONE, *day_bounds(day, ZONE), by_wall=by_wall)


def at(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    local = datetime(day.year, day.month, day.day, hour, minute, fold=fold, tzinfo=ZONE)
    return local.astimezone(UTC)


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 11, 23)])
def test_nine_o_clock_is_in_the_same_row_of_every_day(day: date) -> None:
    assert ruler(day).minute(at(day, 9)) == 9 * 60
    assert ruler(day).span(at(day, 9), at(day, 9, 45)) == (540, 585)
    assert ruler(day).minutes == 24 * 60


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (date(2026, 11, 23), 24)])
def test_a_day_alone_is_as_long_as_it_lasts(day: date, hours: int) -> None:
    alone = ruler(day, by_wall=False)
    assert alone.minutes == hours * 60
    assert alone.minute(at(day, 9)) == (hours - 15) * 60


def test_of_an_hour_that_comes_twice_something_ends_after_it_began() -> None:
    column = ruler(AUTUMN)
    assert column.span(at(AUTUMN, 2, 45), at(AUTUMN, 2, fold=1)) == (165, 180)
    assert column.span(at(AUTUMN, 2), at(AUTUMN, 2, fold=1)) == (120, 180)


@given(days, some.integers(-300, 1800), some.integers(5, 600), some.booleans())
def test_what_touches_a_day_takes_time_within_its_column(
    day: date, begins: int, lasts: int, by_wall: bool
) -> None:
    column = ruler(day, by_wall=by_wall)
    start = column.start + timedelta(minutes=begins)
    end = start + timedelta(minutes=lasts)
    span = column.span(start, end)
    assert (span is None) == (end <= column.start or start >= column.end)
    if span is not None:
        assert 0 <= span[0] < span[1] <= column.minutes


@given(days, some.booleans())
def test_ticks_stand_where_their_instants_do(day: date, by_wall: bool) -> None:
    column = ruler(day, by_wall=by_wall)
    opened = sum(
        1 << ((at(day, hour) - column.start) // timedelta(minutes=5)) for hour in (0, 1, 4, 9, 23)
    )
    found = column.ticks(opened)
    for hour in (0, 1, 4, 9, 23):
        assert found >> column.minute(at(day, hour)) // 5 & 1
    assert found.bit_count() == 5

"""Between instants and the wall clock, on the two days of the year when it is not simple."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.platform.errors import AmbiguousLocalTime, NonexistentLocalTime
from booking.platform.localtime import day_bounds, local_date, to_local, to_utc

DENMARK = ZoneInfo("Europe/Copenhagen")


def test_a_time_that_the_spring_change_skips_is_refused() -> None:
    with pytest.raises(NonexistentLocalTime):
        to_utc(datetime(2027, 3, 28, 2, 30), DENMARK)


def test_a_doubled_time_must_be_chosen() -> None:
    doubled = datetime(2026, 10, 25, 2, 30)
    with pytest.raises(AmbiguousLocalTime):
        to_utc(doubled, DENMARK)
    assert to_utc(doubled, DENMARK, fold=0) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert to_utc(doubled, DENMARK, fold=1) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25), (date(2026, 11, 24), 24)],
)
def test_a_local_day_is_as_long_as_it_is(day: date, hours: int) -> None:
    start, end = day_bounds(day, DENMARK)
    assert end - start == timedelta(hours=hours)
    assert local_date(start, DENMARK) == day
    assert local_date(end - timedelta(seconds=1), DENMARK) == day


def test_a_zone_whose_midnight_does_not_exist_still_has_a_first_instant() -> None:
    lebanon = ZoneInfo("Asia/Beirut")
    start, end = day_bounds(date(2026, 3, 29), lebanon)
    assert end - start == timedelta(hours=23)
    assert to_local(start, lebanon).hour == 1


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_every_wall_clock_time_either_comes_back_or_is_refused(local: datetime) -> None:
    local = local.replace(microsecond=0)
    try:
        instant = to_utc(local, DENMARK, fold=0)
    except NonexistentLocalTime:
        return
    assert to_local(instant, DENMARK).replace(tzinfo=None) == local

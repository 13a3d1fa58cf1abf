"""A parent acts for a child until the day before the 15th birthday."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from booking.people.guardianship import birthday, last_day_as_child


def test_the_last_day_is_the_day_before_the_birthday() -> None:
    assert last_day_as_child(date(2012, 6, 1)) == date(2027, 5, 31)
    assert last_day_as_child(date(2012, 1, 1)) == date(2026, 12, 31)


def test_a_leap_day_child_turns_15_on_the_first_of_march() -> None:
    assert birthday(date(2012, 2, 29), 15) == date(2027, 3, 1)
    assert last_day_as_child(date(2012, 2, 29)) == date(2027, 2, 28)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_it_is_always_about_fifteen_years(born: date) -> None:
    assert timedelta(15 * 365) < last_day_as_child(born) + timedelta(1) - born < timedelta(5481)

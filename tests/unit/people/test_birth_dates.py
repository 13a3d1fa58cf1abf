"""Birth dates as callers say them and secretaries type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.people import birth_dates

TODAY = date(2026, 11, 23)
BORN = date(1961, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "04031961", "19610304", "4/3 1961", "4-3-1961", "04.03.1961", "4 3 1961", "1961-03-04",
        "4. marts 1961", "4 mar. 1961", "4 March 1961", "040361", "4/3-61", "4.3.61", "4 marts 61",
    ],
)  # fmt: skip
def test_one_day_in_every_notation(text: str) -> None:
    assert birth_dates.meant(text, TODAY) == {BORN}


def test_two_digits_of_a_year_may_be_two_people() -> None:
    assert birth_dates.meant("010120", TODAY) == {date(1920, 1, 1), date(2020, 1, 1)}
    assert birth_dates.meant("241226", TODAY) == {date(1926, 12, 24)}


@pytest.mark.parametrize("text", ["", "karen", "310261", "4/3", "1961", "4 foo 1961", "123456789"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert birth_dates.meant(text, TODAY) == frozenset()


@given(st.dates(date(1907, 1, 1), TODAY))
def test_every_birthday_is_found_by_its_six_and_eight_digits(born: date) -> None:
    assert born in birth_dates.meant(f"{born:%d%m%y}", TODAY)
    assert born in birth_dates.meant(f"{born:%d%m%Y}", TODAY)
    assert born in birth_dates.meant(f"{born:%Y-%m-%d}", TODAY)


@given(st.text(max_size=20))
def test_any_text_is_read_or_not_and_never_lies_ahead(text: str) -> None:
    assert all(day <= TODAY for day in birth_dates.meant(text, TODAY))

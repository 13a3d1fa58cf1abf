"""CPR numbers: the date and the century decide, not the check digit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.people import cpr


@pytest.mark.parametrize(
    "typed", ["0403611234", "040361-1234", "040361 1234", " 040361-1234 ", "0403611234\n"]
)
def test_a_number_is_read_in_the_usual_notations(typed: str) -> None:
    assert cpr.normalise(typed) == "0403611234"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "040361",
        "04036112345",
        "310261-1234",  # 31 February
        "000061-1234",
        "290200-1234",  # 1900 was no leap year
        "O40361-1234",
        "04036A1234",
        "040361--1234",
        "٠٤٠٣٦١١٢٣٤",  # other digits than 0 to 9
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(cpr.InvalidCpr):
        cpr.normalise(typed)
    assert not cpr.is_cpr(typed)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("0403611234", date(1961, 3, 4)),
        ("0403363999", date(1936, 3, 4)),
        ("0403364000", date(2036, 3, 4)),
        ("0403374000", date(1937, 3, 4)),
        ("0403575000", date(2057, 3, 4)),
        ("0403588999", date(1858, 3, 4)),
        ("0403119000", date(2011, 3, 4)),
        ("0403999000", date(1999, 3, 4)),
        ("2902005000", date(2000, 2, 29)),
    ],
)
def test_the_seventh_digit_with_the_year_gives_the_century(number: str, born: date) -> None:
    assert cpr.birth_date(cpr.normalise(number)) == born


def test_a_replacement_number_has_letters_in_the_last_four_and_may_hide_the_century() -> None:
    assert cpr.normalise("010203-4ab5") == "0102034AB5"
    assert cpr.birth_date("0102034AB5") == date(2003, 2, 1)
    assert cpr.birth_date("010203ABC5") is None
    assert cpr.is_cpr("290200-ABC5")  # 29 February 2000
    assert not cpr.is_cpr("310400-ABC5")


def test_a_valid_number_may_fail_the_check_digit() -> None:
    assert not cpr.fails_modulus_11("0707614285")
    assert cpr.fails_modulus_11("0707614286")
    assert cpr.normalise("070761-4286")
    assert cpr.fails_modulus_11("0102034AB5")


def test_lists_show_no_more_than_the_date() -> None:
    assert cpr.masked("0102034567") == "010203-****"
    assert cpr.formatted("0102034567") == "010203-4567"


@given(st.dates(date(1858, 1, 1), date(2057, 12, 31)), st.integers(0, 9999))
def test_a_number_of_a_real_date_is_read_back_as_a_date_with_that_day_and_month(
    born: date, serial: int
) -> None:
    number = f"{born:%d%m%y}{serial:04}"
    try:
        read = cpr.birth_date(cpr.normalise(number))
    except cpr.InvalidCpr:
        assert (born.month, born.day) == (2, 29)  # that century's year was no leap year
        return
    assert read is not None
    assert (read.day, read.month, read.year % 100) == (born.day, born.month, born.year % 100)
    assert 1858 <= read.year <= 2057


@given(st.text())
def test_nothing_typed_can_do_more_than_be_refused(typed: str) -> None:
    if cpr.is_cpr(typed):
        assert cpr.normalise(cpr.formatted(cpr.normalise(typed))) == cpr.normalise(typed)

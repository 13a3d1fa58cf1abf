"""Numbers in floating-point notation are written out exactly, and nothing else is touched."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.imports.notation import LONGEST, written_out

whole = st.integers(0, 10**LONGEST - 1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2.98725E+13", "29872500000000"),
        ("2,98725E+13", "29872500000000"),
        ("9377952927E-5", "93779.52927"),
        ("12.0", "12"),
        ("12.50", "12.5"),
        ("1e3", "1000"),
        ("29872499824296", "29872499824296"),
        ("00123", "00123"),
        ("P-17", "P-17"),
        ("1E9999", "1E9999"),
        ("1_000.0", "1_000.0"),
        ("", ""),
    ],
)
def test_examples(written: str, meant: str) -> None:
    assert written_out(written) == meant


@given(whole)
def test_a_whole_number_in_scientific_notation_comes_back_to_the_digit(number: int) -> None:
    assert written_out(f"{Decimal(number):E}") == str(number)


@given(whole, st.integers(0, 12))
def test_digits_only_stay_with_their_leading_zeros(number: int, zeros: int) -> None:
    assert written_out("0" * zeros + str(number)) == "0" * zeros + str(number)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=0, max_value=10**12))
def test_the_value_is_never_rounded(number: Decimal) -> None:
    assert Decimal(written_out(f"{number:E}")) == number


@given(st.text(max_size=40))
def test_writing_out_twice_changes_nothing_more(text: str) -> None:
    once = written_out(text)
    assert written_out(once) == once

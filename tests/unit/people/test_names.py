"""Names are compared and ordered as a Danish reader would."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.people import names


@pytest.mark.parametrize(
    "typed", ["kar", "KAREN", "øst", "ØSTERG", "øst kar", "anne", "marie", "Karen Anne-Marie"]
)
def test_each_word_may_begin_any_part_of_the_name(typed: str) -> None:
    assert names.matches("Karen Anne-Marie Østergård", names.parts(typed))


@pytest.mark.parametrize("typed", ["aren", "karen x", "stergård", "østre"])
def test_other_words_do_not(typed: str) -> None:
    assert not names.matches("Karen Anne-Marie Østergård", names.parts(typed))


def test_the_danish_letters_come_last_and_double_a_is_one_of_them() -> None:
    typed = ["Ågaard", "Zenia", "Østergård", "Aagaard", "Ærø", "anders", "Bo"]
    assert sorted(typed, key=names.danish_order) == [
        "anders",
        "Bo",
        "Zenia",
        "Ærø",
        "Østergård",
        "Ågaard",
        "Aagaard",
    ]


@given(st.text(alphabet="abcÆØÅæøåéü%_\\ -'", max_size=30), st.data())
def test_the_pattern_for_the_database_leaves_out_nobody(name: str, data: st.DataObject) -> None:
    for part in names.parts(name):
        word = part[: data.draw(st.integers(1, len(part)))]
        pattern = names.narrowing(word)
        assert _like(pattern, name)


def _like(pattern: str, name: str) -> bool:
    """LIKE of a database that knows capitals in ASCII only."""
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    expression = "".join(
        ".*" if t == "%" else "." if t == "_" else re.escape(t.removeprefix("\\") or "\\")
        for t in tokens
    )
    return re.fullmatch(expression, name, re.IGNORECASE | re.ASCII | re.DOTALL) is not None

"""A wording with its fields filled in, and the language it is in."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.texts.fields import (
    WORST,
    MissingValue,
    UnknownField,
    answer_text,
    day_text,
    fields_in,
    fill,
    time_text,
)
from reminders.texts.languages import language_of
from reminders.texts.segments import count

TUESDAY = datetime(2026, 11, 24, 9, 0)


def test_fields_are_filled_in_and_double_braces_become_single() -> None:
    assert (
        fill("{{Husk}} {dag} kl. {kl}", {"dag": "i dag", "kl": "09.00"}) == "{Husk} i dag kl. 09.00"
    )


def test_what_is_filled_in_is_not_read_again() -> None:
    assert fill("{sted}", {"sted": "{dag} {{"}) == "{dag} {{"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{navn}", "navn"),
        ("{Dag}", "Dag"),
        ("{ dag}", " dag"),
        ("{}", ""),
        ("{dag", "{"),
        ("}", "}"),
    ],
)
def test_no_such_field(text: str, field: str) -> None:
    with pytest.raises(UnknownField) as caught:
        fill(text, {"dag": "x", "navn": "y"})
    assert caught.value.field == field


def test_a_field_without_a_value() -> None:
    with pytest.raises(MissingValue) as caught:
        fill("{sted} {dag}", {"sted": "Hospitalet"})
    assert caught.value.field == "dag"


def test_the_fields_of_a_text() -> None:
    assert fields_in("{sted} {{kl}} {dag} {sted} {ukendt}") == ["sted", "dag", "ukendt"]


@given(st.text())
def test_a_text_with_its_braces_doubled_stands_as_it_is(text: str) -> None:
    assert fill(text.replace("{", "{{").replace("}", "}}"), {}) == text


def test_a_day_in_words() -> None:
    assert day_text(TUESDAY, "da") == "tirsdag 24/11"
    assert day_text(TUESDAY, "en") == "Tuesday 24 Nov"
    assert day_text(TUESDAY, "da", long=True) == "tirsdag den 24. november 2026"
    assert day_text(TUESDAY, "en", long=True) == "Tuesday 24 November 2026"
    assert day_text(TUESDAY, "so") == "Tuesday 24 Nov"
    assert time_text(TUESDAY) == "09.00"


@pytest.mark.parametrize("language", WORST)
def test_no_day_of_twenty_years_is_longer_than_the_worst_or_beyond_gsm(language: str) -> None:
    days = [TUESDAY + timedelta(days=n) for n in range(20 * 366)]
    said = [day_text(day, language) for day in days]
    assert max(map(len, said)) == len(WORST[language]["dag"])
    assert {count(one).encoding for one in said} == {"GSM-7"}


def test_the_answers_are_asked_for_only_where_they_can_be_read() -> None:
    assert answer_text("da", may_reply=True) == "Svar 1=ja, 2=afbud, 3=ny tid."
    assert "1" not in answer_text("da", may_reply=False)
    assert answer_text("ur", may_reply=True) == answer_text("en", may_reply=True)


@pytest.mark.parametrize(
    ("wanted", "available", "chosen"),
    [
        ("da", ["da", "en"], "da"),
        ("en-GB", ["da", "en"], "en"),
        ("EN_us", ["da", "en"], "en"),
        ("ar", ["da", "en"], "en"),
        ("ar", ["da", "en", "ar"], "ar"),
        ("ar", ["da"], "da"),
        ("en", ["da"], "da"),
        ("", ["en", "da"], "da"),
        ("da", ["en"], "en"),
    ],
)
def test_the_language_a_patient_is_written_to_in(
    wanted: str, available: list[str], chosen: str
) -> None:
    assert language_of(wanted, available) == chosen


def test_a_text_in_no_language_they_may_read() -> None:
    with pytest.raises(ValueError, match="neither"):
        language_of("da", ["pl"])

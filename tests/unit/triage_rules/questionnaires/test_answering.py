"""What is typed becomes answers, or is named as wrong; questions open by what was answered."""

from datetime import date
from decimal import Decimal

import pytest

from triage_rules.questionnaires import fhir
from triage_rules.questionnaires.answering import lacking, on_page, read_typed
from triage_rules.questionnaires.form import Condition, Opening, Operator, Value, holds
from triage_rules.questionnaires.shipped import source

SINCE = fhir.read(source("siden-sidst"))
TYPED = {
    "siden-tilstand": "same",
    "siden-dage": "0",
    "siden-nyt": "nej",
    "siden-oenske": "none",
}


def test_what_is_typed_is_read() -> None:
    more = {"siden-vaegt": " 72,5 ", "siden-maalt": "20-11-2026", "siden-andet": "Tak"}
    read = read_typed(SINCE, TYPED | more)
    assert read.problems == {}
    assert read.answers == {
        "siden-tilstand": "same",
        "siden-dage": 0,
        "siden-nyt": False,
        "siden-oenske": "none",
        "siden-andet": "Tak",
        "siden-vaegt": Decimal("72.5"),
        "siden-maalt": date(2026, 11, 20),
    }
    assert lacking(SINCE, read.answers) == {}


@pytest.mark.parametrize(
    ("link_id", "text", "wrong"),
    [
        ("siden-tilstand", "", "unanswered"),
        ("siden-tilstand", "splendid", "not_an_option"),
        ("siden-nyt", "måske", "not_an_option"),
        ("siden-dage", "8", "out_of_range"),
        ("siden-dage", "-1", "out_of_range"),
        ("siden-dage", "3,5", "not_a_whole_number"),
        ("siden-dage", "²", "not_a_whole_number"),
        ("siden-vaegt", "tung", "not_a_number"),
        ("siden-vaegt", "1e2", "not_a_number"),
        ("siden-vaegt", "72,55", "too_many_decimals"),
        ("siden-vaegt", "500", "out_of_range"),
        ("siden-andet", "x" * 1001, "too_long"),
    ],
)
def test_what_cannot_be_used_is_named(link_id: str, text: str, wrong: str) -> None:
    read = read_typed(SINCE, TYPED | {link_id: text})
    assert read.problems == {link_id: wrong}
    assert link_id not in read.answers


@pytest.mark.parametrize("text", ["i går", "31-02-2026", "2026-13-01", "1-1-1600"])
def test_a_day_must_be_one(text: str) -> None:
    read = read_typed(SINCE, TYPED | {"siden-vaegt": "70", "siden-maalt": text})
    assert read.problems == {"siden-maalt": "not_a_date"}


def test_a_question_opens_by_an_answer_and_closes_again() -> None:
    opened = read_typed(SINCE, TYPED | {"siden-nyt": "ja"})
    assert opened.problems == {"siden-nyt-hvad": "unanswered"}
    closed = read_typed(SINCE, TYPED | {"siden-nyt-hvad": "En hævet hånd"})
    assert closed.problems == {}
    assert "siden-nyt-hvad" not in closed.answers


def test_ready_answers_are_checked_like_typed_ones() -> None:
    answers = dict(read_typed(SINCE, TYPED).answers)
    assert lacking(SINCE, {**answers, "siden-dage": 8}) == {"siden-dage": "out_of_range"}
    assert lacking(SINCE, {**answers, "other": 1}) == {"other": "not_an_option"}
    del answers["siden-nyt"]
    assert lacking(SINCE, answers) == {"siden-nyt": "unanswered"}


def test_a_page_is_an_outermost_group() -> None:
    assert [page.link_id for page in SINCE.pages()] == [
        "siden-hvordan",
        "siden-kontakt",
        "siden-maalinger",
    ]
    assert on_page(SINCE.pages()[1].items) == ["siden-oenske", "siden-andet"]


@pytest.mark.parametrize(
    ("operator", "answer", "given", "opens"),
    [
        ("exists", True, None, False),
        ("exists", False, None, True),
        ("exists", True, 0, True),
        ("=", 3, None, False),
        ("!=", 3, None, True),
        ("=", 3, 3, True),
        ("!=", 3, 4, True),
        (">", 3, None, False),
        (">", 3, 4, True),
        (">=", Decimal(3), 3, True),
        ("<", 3, Decimal("2.9"), True),
        ("<=", date(2026, 1, 1), date(2026, 1, 2), False),
    ],
)
def test_a_condition_holds_as_the_standard_says(
    operator: Operator, answer: Value, given: Value | None, opens: bool
) -> None:
    answers: dict[str, Value] = {} if given is None else {"q": given}
    assert holds(Opening((Condition("q", operator, answer),)), answers) is opens

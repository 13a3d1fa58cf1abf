"""Declared scores: worked out exactly, with a trace, and never guessed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage_rules.questionnaires import fhir
from triage_rules.questionnaires.form import Group, Questionnaire, Score, Way, Words
from triage_rules.questionnaires.scoring import flaw, scores
from triage_rules.questionnaires.shipped import source

PHQ9 = fhir.read(source("phq9"))
NINE = tuple(f"phq9-{n}" for n in range(1, 10))


def scored(way: Way, may_miss: int = 0, above: Decimal | None = None) -> Questionnaire:
    """PHQ-9 with another score over its nine questions."""
    score = Score("s", Words("s"), way, NINE, may_miss, above)
    assert flaw(PHQ9, score) == ""
    return replace(PHQ9, scores=(score,))


@given(st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_the_total_is_the_sum_of_nine_answers_whatever_the_tenth(figures: list[int]) -> None:
    answers = {name: str(figure) for name, figure in zip(NINE, figures, strict=True)}
    (one,) = scores(PHQ9, {**answers, "phq9-10": "3"})
    assert one.value == sum(figures)
    assert one.figures == tuple((n, Decimal(f)) for n, f in zip(NINE, figures, strict=True))


@given(st.sets(st.sampled_from(NINE), min_size=1))
def test_a_sum_that_lacks_an_answer_is_missing(lacking: set[str]) -> None:
    (one,) = scores(PHQ9, {name: "3" for name in NINE if name not in lacking})
    assert one.value is None
    assert set(one.missing) == lacking


@pytest.mark.parametrize(
    ("way", "above", "value"),
    [("mean", None, "1.13"), ("max", None, "3"), ("count_above", Decimal(1), "3")],
)
def test_with_few_enough_lacking_the_others_are_what_is_counted(
    way: Way, above: Decimal | None, value: str
) -> None:
    answers = dict(zip(NINE, "30201021", strict=False))  # the ninth lacks
    assert scores(scored(way, 1, above), answers)[0].value == Decimal(value)
    del answers["phq9-1"]
    assert scores(scored(way, 1, above), answers)[0].value is None


def test_an_answer_to_a_question_that_is_not_open_does_not_count() -> None:
    problems, function = PHQ9.items
    assert isinstance(function, Group)
    last = Score("last", Words("last"), "max", ("phq9-9",))
    turned = replace(PHQ9, items=(problems, function), scores=(replace(last, items=("phq9-10",)),))
    assert flaw(PHQ9, turned.scores[0]) == "a choice of phq9-10 has no figure"
    assert scores(turned, dict.fromkeys(NINE, "0") | {"phq9-10": "3"})[0].value is None


@pytest.mark.parametrize(
    ("score", "why"),
    [
        (Score("s", Words("s"), "sum", ()), "it counts no questions"),
        (Score("s", Words("s"), "sum", ("phq9-1", "phq9-1")), "it counts a question twice"),
        (Score("s", Words("s"), "mean", ("phq9-1",), 1), "it may lack all it counts"),
        (Score("s", Words("s"), "sum", NINE, 1), "a sum may not lack answers"),
        (Score("s", Words("s"), "sum", ("x",)), "it counts x, which is no question"),
        (
            Score("s", Words("s"), "count_above", NINE),
            "a limit belongs to count_above, and only there",
        ),
    ],
)
def test_a_score_that_means_nothing_is_refused(score: Score, why: str) -> None:
    assert flaw(PHQ9, score) == why

"""What an experiment may be said to have shown, and when."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from reminders.experiments.analysis import (
    OUTCOMES,
    CostPerSaved,
    Ending,
    Outcome,
    Result,
    Visit,
    analyse,
    may_be_called,
)
from reminders.experiments.clustered import Ratio, difference_span, ratio
from tests.unit.reminders.experiments.lots import Drawn, draw, truth

END = datetime(2027, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def rows(*arms: Drawn, run: int = 0) -> list[Visit]:
    """One experiment of many as its visits; of the lost ones every second was given back late."""
    made: list[Visit] = []
    patient = 0
    for place, arm in enumerate(arms):
        columns = zip(arm.visits[run], arm.lost[run], arm.cost[run], strict=True)
        for visits, lost, cost in columns:
            patient += 1
            for number in range(int(visits)):
                ending: Ending = "came"
                if number < lost:
                    ending = "cancelled_late" if number % 2 else "did_not_come"
                made.append(Visit(patient, place, ending, cost=int(cost / visits)))
    return made


def visits_of(arm: int, first: int, **endings: int) -> list[Visit]:
    """A patient for each visit."""
    named: list[tuple[Ending, int]] = [
        ("came", endings.get("came", 0)),
        ("did_not_come", endings.get("missed", 0)),
        ("cancelled_late", endings.get("late", 0)),
        ("cancelled_in_time", endings.get("in_time", 0)),
    ]
    flat = [ending for ending, count in named for _ in range(count)]
    return [Visit(first + place, arm, ending, cost=40) for place, ending in enumerate(flat)]


@pytest.mark.parametrize(
    ("now", "stopped", "allowed"),
    [
        (END - timedelta(seconds=1), None, False),
        (END, None, True),
        (END + DAY, None, True),
        (END + DAY, END - DAY, False),
        (END + DAY, END, True),
    ],
)
def test_only_the_end_that_was_fixed_lets_it_be_called(
    now: datetime, stopped: datetime | None, allowed: bool
) -> None:
    assert may_be_called(now, END, stopped) is allowed


def test_before_the_end_nothing_tells_the_arms_outcomes_apart() -> None:
    """A result with its arms changed about looks the same, but for their sizes."""
    one = visits_of(0, 1, came=90, missed=2) + visits_of(1, 200, came=60, missed=32)
    swapped = [
        Visit(visit.patient_id, 1 - visit.arm, visit.ending, visit.refilled, visit.cost)
        for visit in one
    ]
    result = analyse(one, (1, 1), 0, called=False)
    assert result == analyse(swapped, (1, 1), 0, called=False)
    assert result.shares == () == result.comparisons
    assert [(size.patients, size.visits) for size in result.sizes] == [(92, 92), (92, 92)]
    assert result.together["lost"] == 34
    assert analyse(one, (1, 1), 0, called=True) != analyse(swapped, (1, 1), 0, called=True)


def test_each_outcome_is_counted_where_it_belongs() -> None:
    usual = visits_of(0, 1, came=70, missed=12, late=8, in_time=10)
    other = visits_of(1, 500, came=80, missed=4, late=6, in_time=10)
    refilled = [Visit(900 + n, 1, "cancelled_in_time", refilled=True, cost=40) for n in range(6)]
    late = [Visit(950, 1, "cancelled_late", refilled=True, cost=40)]
    result = analyse(usual + other + refilled + late, (1, 1), 0, called=True)
    assert result.shares[0].counts == {
        "lost": 20, "did_not_come": 12, "cancelled_late": 8, "cancelled_in_time": 10, "refilled": 0,
    }  # fmt: skip
    assert result.shares[1].counts == {
        "lost": 11, "did_not_come": 4, "cancelled_late": 7, "cancelled_in_time": 16, "refilled": 6,
    }  # fmt: skip
    assert result.shares[1].shares["refilled"].value == pytest.approx(6 / 107)
    assert (result.cost, result.shares[0].cost) == (40 * 207, 40)
    assert result.sizes[1].expected == pytest.approx(103.5)


def test_the_difference_is_the_clustered_one_and_the_rest_follows() -> None:
    rng = np.random.default_rng(4)
    usual, other = draw(rng, 1, 1, 400, fee=60), draw(rng, 1, 0.4, 400, fee=200)
    (found,) = analyse(rows(usual, other), (1, 1), 0, called=True).comparisons
    span = difference_span(ratio(other.lost, other.visits), ratio(usual.lost, usual.visits), 0.95)
    lost = found.differences["lost"]
    assert (lost.value, lost.low, lost.high) == pytest.approx(
        (float(span.value[0]), float(span.low[0]), float(span.high[0]))
    )
    assert set(found.differences) == set(OUTCOMES)
    assert found.verdict == "fewer_lost"
    price = found.per_saved.cost
    assert price is not None
    assert 0 < price.low < price.value < price.high
    # 140 øre more a visit, to save .6 of the lost ones.
    assert price.low < 140 / (truth(1) - truth(0.4)) < price.high


def test_an_arm_that_costs_less_and_saves_has_a_price_below_nothing() -> None:
    rng = np.random.default_rng(4)
    usual, other = draw(rng, 1, 1, 400, fee=200), draw(rng, 1, 0.4, 400, fee=60)
    (found,) = analyse(rows(usual, other), (1, 1), 0, called=True).comparisons
    assert found.per_saved.cost is not None
    assert found.per_saved.cost.high < 0


def test_a_price_is_not_said_where_nothing_is_known_to_be_saved() -> None:
    rng = np.random.default_rng(4)
    usual, alike, worse = draw(rng, 1), draw(rng, 1), draw(rng, 1, 3, 400)
    result = analyse(rows(usual, alike, worse), (180, 180, 400), 0, called=True)
    assert [found.verdict for found in result.comparisons] == ["not_settled", "more_lost"]
    assert [found.per_saved for found in result.comparisons] == [
        CostPerSaved(None, "not_settled"),
        CostPerSaved(None, "more_lost"),
    ]


def test_an_uneven_lot_is_an_alarm_and_takes_the_verdict_away() -> None:
    rng = np.random.default_rng(4)
    usual, other = draw(rng, 1, 1, 1100), draw(rng, 1, 0.4, 900)
    result = analyse(rows(usual, other), (1, 1), 0, called=True)
    assert result.uneven
    assert [found.verdict for found in result.comparisons] == ["not_to_be_trusted"]
    as_meant = analyse(rows(usual, other), (11, 9), 0, called=True)
    assert not as_meant.uneven
    assert [found.verdict for found in as_meant.comparisons] == ["fewer_lost"]
    assert analyse(rows(usual, other), (1, 1), 0, called=False).uneven


def test_several_arms_together_cry_wolf_no_more_than_one(soak: int) -> None:
    """Four arms alike: in 5 % of experiments, not 14, is one of three called different."""
    runs = 500 * soak
    rng = np.random.default_rng(8)
    drawn = [draw(rng, runs, people=60) for _ in range(4)]
    called = alone = 0
    for run in range(runs):
        result = analyse(rows(*drawn, run=run), (1, 1, 1, 1), 0, called=True)
        called += any(found.verdict != "not_settled" for found in result.comparisons)
        alone += any(
            difference_span(_ratio(arm, run), _ratio(drawn[0], run), 0.95).high < 0
            or difference_span(_ratio(arm, run), _ratio(drawn[0], run), 0.95).low > 0
            for arm in drawn[1:]
        )
    assert 0.02 < called / runs < 0.08
    assert alone / runs > 0.09


def _ratio(arm: Drawn, run: int) -> Ratio:
    return ratio(arm.lost[run], arm.visits[run])


def test_looking_every_week_would_cry_wolf_far_too_often() -> None:
    """Why nothing is called before the end: ten looks at arms that are alike."""
    rng = np.random.default_rng(6)
    one, other = draw(rng, 2000, people=600), draw(rng, 2000, people=600)
    ever = np.zeros(2000, dtype=bool)
    for week in range(1, 11):
        seen = slice(0, 60 * week)
        span = difference_span(
            ratio(one.lost[:, seen], one.visits[:, seen]),
            ratio(other.lost[:, seen], other.visits[:, seen]),
            0.95,
        )
        ever |= (span.low > 0) | (span.high < 0)
    assert ever.mean() > 0.15


@pytest.mark.parametrize("called", [False, True])
def test_an_experiment_nobody_came_into_says_so(called: bool) -> None:
    result: Result = analyse([], (1, 1), 0, called=called)
    assert [size.patients for size in result.sizes] == [0, 0]
    assert not result.uneven
    assert all(found.verdict == "not_settled" for found in result.comparisons)
    nothing: dict[Outcome, int] = dict.fromkeys(OUTCOMES, 0)
    assert result.together == nothing


def test_one_arm_without_visits_settles_nothing() -> None:
    result = analyse(visits_of(0, 1, came=3), (1, 1), 0, called=True)
    (found,) = result.comparisons
    assert (found.differences, found.verdict) == ({}, "not_settled")
    assert result.shares[1].shares == {}


def test_an_arm_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="arm"):
        analyse([Visit(1, 2, "came")], (1, 1), 0, called=True)
    with pytest.raises(ValueError, match="control"):
        analyse([], (1, 1), 2, called=True)

"""Intervals hold what they promise over many experiments, and those that forget the patient do not.

Every bound allows for chance (four standard errors) and for half a point of the method's own.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest

from reminders.experiments.clustered import (
    Numbers,
    Span,
    difference_span,
    likeness,
    quotient_span,
    ratio,
    sample_ratio_p,
    share_span,
)
from tests.unit.reminders.experiments.lots import LIKE, Drawn, draw, truth

LEVEL = 0.95
RUNS = 2000
FORGETS = 0.90  # an interval that forgets the patient covers less often than this


@pytest.fixture(scope="module")
def runs(soak: int) -> int:
    """Experiments to draw."""
    return RUNS * soak


def covered(span: Span, value: float) -> float:
    return float(((span.low <= value) & (value <= span.high)).mean())


def slack(rate: float, runs: int) -> float:
    return 4 * sqrt(rate * (1 - rate) / runs) + 0.005


def forgetful(one: Drawn, other: Drawn, level: float) -> Span:
    """As if each visit were somebody else's: the same interval with a patient for each visit."""
    value = one.lost.sum(-1) / one.visits.sum(-1) - other.lost.sum(-1) / other.visits.sum(-1)
    reach = np.sqrt(_binomial(one) + _binomial(other)) * 1.96
    return Span(value, value - reach, value + reach)


def _binomial(arm: Drawn) -> Numbers:
    whole = arm.visits.sum(-1)
    share = arm.lost.sum(-1) / whole
    variance: Numbers = share * (1 - share) / whole
    return variance


def careful(one: Drawn, other: Drawn, level: float) -> Span:
    return difference_span(ratio(one.lost, one.visits), ratio(other.lost, other.visits), level)


Method = Callable[[Drawn, Drawn, float], Span]


@pytest.mark.parametrize(
    ("factor", "people"), [(0.6, 180), (0.6, 90), (1.5, 180), (0.85, 400), (0.3, 100)]
)
def test_a_known_effect_is_covered_at_the_stated_rate(
    runs: int, factor: float, people: int
) -> None:
    rng = np.random.default_rng([people, int(factor * 100)])
    one, other = draw(rng, runs, factor, people), draw(rng, runs, 1, people)
    effect = truth(factor) - truth(1)
    assert covered(careful(one, other, LEVEL), effect) == pytest.approx(
        LEVEL, abs=slack(LEVEL, runs)
    )
    assert covered(forgetful(one, other, LEVEL), effect) < FORGETS


@pytest.mark.parametrize("people", [60, 180, 500])
def test_where_there_is_no_effect_it_cries_wolf_at_the_stated_rate(runs: int, people: int) -> None:
    rng = np.random.default_rng(people)
    one, other = draw(rng, runs, people=people), draw(rng, runs, people=people)
    for level in (0.90, 0.95, 0.99):
        wolf = 1 - covered(careful(one, other, level), 0)
        assert wolf == pytest.approx(1 - level, abs=slack(1 - level, runs))
    assert covered(forgetful(one, other, LEVEL), 0) < FORGETS


def test_arms_of_unlike_size_are_covered_too(runs: int) -> None:
    rng = np.random.default_rng(5)
    one, other = draw(rng, runs, 0.6, 120), draw(rng, runs, 1, 480)
    effect = truth(0.6) - truth(1)
    assert covered(careful(one, other, LEVEL), effect) == pytest.approx(
        LEVEL, abs=slack(LEVEL, runs)
    )


@pytest.mark.parametrize("people", [60, 180])
def test_a_share_is_covered_at_the_stated_rate(runs: int, people: int) -> None:
    arm = draw(np.random.default_rng(people), runs, people=people)
    span = share_span(ratio(arm.lost, arm.visits), LEVEL)
    assert covered(span, truth(1)) == pytest.approx(LEVEL, abs=slack(LEVEL, runs))
    assert ((span.low >= 0) & (span.high <= 1)).all()


def test_the_cost_of_a_visit_saved_is_covered_where_it_is_said(runs: int) -> None:
    """Fieller covers over all experiments; one that cannot tell the effect says nothing at all."""
    rng = np.random.default_rng(11)
    one, other = draw(rng, runs, 0.4, 400, fee=200), draw(rng, runs, 1, 400, fee=60)
    pairs = [
        (ratio(one.cost, one.visits), ratio(other.cost, other.visits)),
        (ratio(one.lost, one.visits), ratio(other.lost, other.visits)),
    ]
    span = quotient_span(pairs[0], pairs[1], LEVEL)
    price = (200 - 60) / (truth(0.4) - truth(1))
    said = ~np.isnan(span.low)
    assert said.mean() > 0.98
    within = (span.low <= price) & (price <= span.high)
    assert (within | ~said).mean() == pytest.approx(LEVEL, abs=slack(LEVEL, runs))
    alike = draw(rng, runs, 1, 400, fee=200)
    nothing = quotient_span(
        (ratio(alike.cost, alike.visits), ratio(other.cost, other.visits)),
        (ratio(alike.lost, alike.visits), ratio(other.lost, other.visits)),
        LEVEL,
    )
    assert np.isnan(nothing.low).mean() > 0.9


def test_one_visit_each_is_the_plain_share() -> None:
    """With a patient for each visit the variance is the binomial one, with n - 1 below."""
    lost = np.array([1.0] * 12 + [0.0] * 88)
    share = ratio(lost, np.ones(100))
    assert float(share.value) == pytest.approx(0.12)
    assert float(share.variance) == pytest.approx(0.12 * 0.88 / 99)
    span = share_span(share, LEVEL)
    # Wilson's own interval for 12 of 100 is .070 to .198.
    assert float(span.low) == pytest.approx(0.070, abs=0.001)
    assert float(span.high) == pytest.approx(0.200, abs=0.002)


def test_a_difference_of_strangers_is_the_published_one() -> None:
    """Newcombe 1998, table II, example a, method 10: 56 of 70 less 48 of 80, .0524 to .3339."""
    one = ratio(np.repeat([1.0, 0.0], (56, 14)), np.ones(70))
    other = ratio(np.repeat([1.0, 0.0], (48, 32)), np.ones(80))
    span = difference_span(one, other, LEVEL)
    assert float(span.value) == pytest.approx(0.2)
    # Student's t and one visit less in each make it a little wider.
    assert 0.047 < float(span.low) < 0.0524
    assert 0.3339 < float(span.high) < 0.339


def test_the_same_visits_of_fewer_patients_say_less() -> None:
    many = share_span(ratio(np.array([1.0] * 12 + [0.0] * 88), np.ones(100)), LEVEL)
    few = share_span(ratio(np.array([4.0] * 3 + [0.0] * 22), np.full(25, 4.0)), LEVEL)
    assert float(few.value) == float(many.value)
    assert float(few.high - few.low) > 1.5 * float(many.high - many.low)


def test_an_empty_place_is_nobody() -> None:
    lost, visits = np.array([2.0, 0, 1]), np.array([4.0, 1, 2])
    bare, filled = ratio(lost, visits), ratio(np.append(lost, 0), np.append(visits, 0))
    assert float(bare.variance) == pytest.approx(float(filled.variance))
    assert float(filled.patients) == 3


@pytest.mark.parametrize(
    ("lost", "visits"), [([], []), ([0], [0]), ([1], [1]), ([0, 0, 0], [3, 1, 2]), ([2, 1], [2, 1])]
)
def test_too_little_gives_a_wide_interval_and_no_error(
    lost: list[float], visits: list[float]
) -> None:
    share = ratio(np.array(lost, dtype=float), np.array(visits, dtype=float))
    span = share_span(share, LEVEL)
    assert 0 <= float(span.low) <= float(span.high) <= 1
    assert float(span.high - span.low) > 0.5


def test_an_even_lot_seldom_alarms_and_an_uneven_one_always() -> None:
    rng = np.random.default_rng(3)
    even = rng.multinomial(600, [0.5, 0.5], 200_000).astype(float)
    p = sample_ratio_p(even, np.array([1.0, 1.0]))
    for rate in (0.05, 0.01, 0.001):
        assert (p < rate).mean() == pytest.approx(rate, rel=0.25)
    thirds = rng.multinomial(600, [0.5, 0.25, 0.25], 200_000).astype(float)
    assert (sample_ratio_p(thirds, np.array([2.0, 1.0, 1.0])) < 0.001).mean() == pytest.approx(
        0.001, rel=0.25
    )
    planted = rng.multinomial(4000, [0.55, 0.45], 2000).astype(float)
    assert (sample_ratio_p(planted, np.array([1.0, 1.0])) < 0.001).mean() > 0.99
    assert float(sample_ratio_p(np.array([0.0, 6.0]), np.array([1.0, 1.0]))) == 1


def test_how_alike_a_patients_visits_are_is_found_again() -> None:
    rng = np.random.default_rng(9)
    visits = rng.integers(1, 7, 20_000).astype(float)
    own = rng.beta(0.2 * (1 / LIKE - 1), 0.8 * (1 / LIKE - 1), 20_000)
    lost = rng.binomial(visits.astype(int), own).astype(float)
    assert likeness(lost, visits) == pytest.approx(LIKE, abs=0.02)
    strangers = rng.binomial(visits.astype(int), 0.2).astype(float)
    assert likeness(strangers, visits) == pytest.approx(0, abs=0.02)
    assert likeness(np.zeros(5), np.full(5, 3.0)) == 0
    assert likeness(np.array([1.0, 0]), np.array([1.0, 1])) == 0

"""Intervals of shares, and of ratios over sessions drawn again."""

from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.overbooking.intervals import Interval, over_sessions, wilson

Z = 1.959963984540054


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_ends_are_the_shares_from_which_what_was_seen_is_just_not_chance(
    seen: tuple[int, int],
) -> None:
    found, of = seen
    interval = wilson(found, of)
    assert 0 <= interval.low <= interval.value == found / of <= interval.high <= 1
    ends = ([interval.low] if found else []) + ([interval.high] if found < of else [])
    for end in ends:
        apart = abs(interval.value - end)
        assert apart == pytest.approx(Z * sqrt(end * (1 - end) / of), abs=1e-9)


@pytest.mark.parametrize(("of", "true"), [(20, 0.17), (40, 0.1), (150, 0.2)])
def test_wilsons_interval_has_the_true_share_about_nineteen_times_of_twenty(
    of: int, true: float
) -> None:
    held = 0.0
    for found in range(of + 1):
        interval = wilson(found, of)
        if interval.low <= true <= interval.high:
            held += comb(of, found) * true**found * (1 - true) ** (of - found)
    assert held > 0.92


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 12)), min_size=2, max_size=12),
    st.integers(1, 40),
)
def test_whole_sessions_are_drawn_again(pairs: list[tuple[int, int]], factor: int) -> None:
    """As drawing sessions one by one does; and in other units it is the same interval."""
    tops, bottoms = [top for top, _ in pairs], [bottom for _, bottom in pairs]
    found = over_sessions(tops, bottoms)
    draw = np.random.default_rng(20261123)
    ratios = []
    for _ in range(2000):
        drawn = [pairs[number] for number in draw.integers(len(pairs), size=len(pairs))]
        ratios.append(sum(top for top, _ in drawn) / sum(bottom for _, bottom in drawn))
    assert found.value == pytest.approx(sum(tops) / sum(bottoms))
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(ratios, [0.025, 0.975])))
    scaled = over_sessions([factor * top for top in tops], bottoms)
    assert scaled.high == pytest.approx(found.times(factor).high)


def test_the_interval_has_the_true_mean_of_what_goes_together_in_sessions() -> None:
    """Waits of one session go together: as one patient's each, they would tell too much."""
    draw, held = np.random.default_rng(3), 0
    for _ in range(100):
        delays = draw.gamma(1.0, 8.0, size=60)
        numbers = draw.integers(6, 13, size=60)
        pairs = zip(delays, numbers, strict=True)
        sums = [float(draw.exponential(one, size=n).sum()) for one, n in pairs]
        interval = over_sessions(sums, [float(n) for n in numbers])
        held += interval.low <= 8.0 <= interval.high
    assert held >= 88


def test_so_many_of_them() -> None:
    assert Interval(0.1, 0.05, 0.2).times(40) == Interval(4.0, 2.0, 8.0)

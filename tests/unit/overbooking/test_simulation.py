"""A year of mornings: what was promised comes, within chance, and groups wait alike."""

from math import sqrt

import numpy as np
import pytest

from booking.overbooking.deciding import Limits
from booking.overbooking.simulation import Figures, WaitingList, always, careful, none, year

CAREFUL = careful(Limits(extras=2))


@pytest.fixture(scope="module")
def at_fifteen_percent() -> dict[str, Figures]:
    strategies = {"none": none, "careful": CAREFUL, "always": always}
    return {name: year(0.15, chosen, 7, 300) for name, chosen in strategies.items()}


def test_what_is_promised_is_delivered(at_fifteen_percent: dict[str, Figures]) -> None:
    for found in at_fifteen_percent.values():
        promised, delivered = found.late
        assert abs(delivered - promised) <= 4 * sqrt(promised * (1 - promised) / 300)
        assert found.waiting[1] == pytest.approx(found.waiting[0], rel=0.2)


def test_careful_gains_time_and_stays_within_the_limits(
    at_fifteen_percent: dict[str, Figures],
) -> None:
    without, with_extras, always_one = at_fifteen_percent.values()
    assert without.extras == 0
    assert 0 < with_extras.extras < always_one.extras == 300
    assert with_extras.gained(without).low > 4
    assert with_extras.gained(always_one).high < 0
    assert with_extras.late[0] <= 0.20
    assert with_extras.long_waits[1] < always_one.long_waits[1]


def test_strategies_live_the_same_days(at_fifteen_percent: dict[str, Figures]) -> None:
    without, with_extras, always_one = at_fifteen_percent.values()
    nothing = without.gained(without)
    assert (nothing.value, nothing.low, nothing.high) == (0, 0, 0)
    # An extra takes nobody's place: no day has less work done in it.
    assert (with_extras.worked >= without.worked).all()
    assert (always_one.worked >= without.worked).all()
    gained, lost = with_extras.gained(without), without.gained(with_extras)
    assert gained.value == pytest.approx(-lost.value)
    apart = with_extras.worked.std() + without.worked.std()
    assert gained.high - gained.low < 2 * 1.96 * apart / sqrt(300)


def test_the_same_seed_gives_the_same_year() -> None:
    one, again, other = (year(0.15, CAREFUL, seed, 40) for seed in (7, 7, 8))
    assert one.late == again.late
    assert one.waiting == again.waiting
    assert (one.worked == again.worked).all()
    assert one.waiting != other.waiting


def test_the_list_places_whoever_it_suits_that_has_waited_longest() -> None:
    draw = np.random.default_rng(1)
    waiting = WaitingList(np.random.default_rng(2))
    placed, size = [], len(waiting.waiting)
    for _ in range(2_000):
        half, notice = int(draw.integers(2)), int(draw.integers(1, 15))
        before = list(waiting.waiting)
        suited = [rank for rank, one in enumerate(before) if one.suits(half, notice)]
        placed.append((half, waiting.next(half, notice)))
        if suited:
            first = suited[0]
            assert placed[-1] == (half, before[first].group)
            assert waiting.waiting[:-1] == before[:first] + before[first + 1 :]
        assert len(waiting.waiting) >= size
    # What suits somebody has nothing to do with their group.
    for half in (0, 1):
        groups = [group for then, group in placed if then == half]
        assert abs(np.mean(groups) - 0.5) < 4 * 0.5 / sqrt(len(groups))


def test_where_few_miss_nobody_is_put_in() -> None:
    assert year(0.04, CAREFUL, 7, 60).extras == 0


def test_no_group_waits_longer() -> None:
    """2,000 waits in each group, one of which misses half as often again as the other."""
    found = year(0.15, CAREFUL, 7, 480)
    assert min(found.waits) >= 2000
    assert found.interval[0] <= 1.05
    assert 0.8 < found.ratio < 1.25

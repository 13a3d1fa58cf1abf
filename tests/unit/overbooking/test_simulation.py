"""A year of mornings: what was promised comes, within chance, and groups wait alike."""

from math import sqrt

import pytest

from booking.overbooking.deciding import Limits
from booking.overbooking.simulation import Figures, always, careful, none, year

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
    assert with_extras.worked > without.worked + 4
    assert with_extras.late[0] <= 0.20
    assert with_extras.long_waits[1] < always_one.long_waits[1]


def test_where_few_miss_nobody_is_put_in() -> None:
    assert year(0.04, CAREFUL, 7, 60).extras == 0


def test_no_group_waits_longer() -> None:
    """2,000 waits in each group, one of which misses half as often again as the other."""
    found = year(0.15, CAREFUL, 7, 480)
    assert min(found.waits) >= 2000
    assert found.interval[0] <= 1.05
    assert 0.8 < found.ratio < 1.25

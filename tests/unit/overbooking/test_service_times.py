"""How long visits take: the plan where nothing is known, what was seen where much is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking.service_times import learnt
from booking.overbooking.session_risk import mean


@given(st.integers(5, 120), st.lists(st.floats(-10, 500), max_size=60))
def test_it_is_always_a_distribution_and_takes_some_time(
    planned: int, recorded: list[float]
) -> None:
    found = learnt(planned, recorded).distribution
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found >= 0).all()
    assert found[0] == 0


def test_without_records_it_is_the_plan() -> None:
    found = learnt(20, [])
    assert mean(found.distribution) == pytest.approx(18, abs=0.1)
    assert (found.visits, found.median) == (0, None)


def test_many_records_outweigh_the_plan() -> None:
    draw = np.random.default_rng(1)
    taken = draw.normal(22, 4, 2000)
    found = learnt(30, taken.tolist())
    assert found.median == pytest.approx(22, abs=0.5)
    assert mean(found.distribution) == pytest.approx(22, abs=0.3)
    assert mean(learnt(30, [10.0]).distribution) > 25


def test_absurd_times_are_left_out() -> None:
    assert learnt(20, [0.0, -5.0, 900.0, float("nan")]).visits == 0

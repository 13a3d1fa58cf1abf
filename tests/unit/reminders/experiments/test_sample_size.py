"""How many patients are needed, against drawing experiments of that size."""

import numpy as np
import pytest

from reminders.experiments.clustered import difference_span, ratio
from reminders.experiments.sample_size import patients_needed
from tests.unit.reminders.experiments.lots import Numbers

BASE, THEN, LIKE = 0.20, 0.12, 0.3


def lost(rng: np.random.Generator, share: float, visits: Numbers) -> Numbers:
    scale = 1 / LIKE - 1
    own = rng.beta(share * scale, (1 - share) * scale, visits.shape)
    return rng.binomial(visits.astype(int), own).astype(float)


@pytest.mark.parametrize("power", [0.8, 0.9])
@pytest.mark.parametrize(("fewest", "most"), [(3, 3), (1, 5)])
def test_an_experiment_of_that_size_finds_the_difference_as_often_as_asked(
    soak: int, power: float, fewest: int, most: int
) -> None:
    each = np.arange(fewest, most + 1)
    people = patients_needed(
        BASE,
        THEN - BASE,
        visits_per_patient=float(each.mean()),
        icc=LIKE,
        power=power,
        visits_spread=float(each.std() / each.mean()),
    )
    rng = np.random.default_rng(most)
    size = (2000 * soak, people)
    one, other = (rng.integers(fewest, most + 1, size).astype(float) for _ in range(2))
    span = difference_span(
        ratio(lost(rng, THEN, one), one), ratio(lost(rng, BASE, other), other), 0.95
    )
    assert (span.high < 0).mean() == pytest.approx(power, abs=0.035)


def test_one_visit_each_is_the_textbooks_figure() -> None:
    """From 10 to 5 %, power .8: 432 an arm without the correction for continuity."""
    assert patients_needed(0.10, -0.05, visits_per_patient=1, icc=0) == pytest.approx(432, abs=3)


def test_more_is_needed_for_likeness_smaller_steps_more_arms_and_surer_answers() -> None:
    plain = patients_needed(0.08, -0.03, visits_per_patient=2, icc=0.2)
    assert plain < patients_needed(0.08, -0.03, visits_per_patient=2, icc=0.5)
    assert plain < patients_needed(0.08, -0.02, visits_per_patient=2, icc=0.2)
    assert plain < patients_needed(0.08, -0.03, visits_per_patient=2, icc=0.2, challengers=2)
    assert plain < patients_needed(0.08, -0.03, visits_per_patient=2, icc=0.2, power=0.9)
    assert plain > patients_needed(0.08, -0.03, visits_per_patient=4, icc=0.2)


@pytest.mark.parametrize(("base", "difference"), [(0.05, -0.06), (0.9, 0.2), (0.1, 0)])
def test_a_share_that_cannot_be_is_refused(base: float, difference: float) -> None:
    with pytest.raises(ValueError, match="shares"):
        patients_needed(base, difference, visits_per_patient=1, icc=0)

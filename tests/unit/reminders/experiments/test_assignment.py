"""The lot that puts a patient in an arm."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc

from reminders.experiments.assignment import arm_of

KEY = b"a key of thirty-two bytes or so."
PEOPLE = range(1, 20_001)


def fit(seen: list[float], expected: list[float]) -> float:
    """The chance of counts as far off as these."""
    square = sum((one - other) ** 2 / other for one, other in zip(seen, expected, strict=True))
    return float(chdtrc(len(seen) - 1, square))


@pytest.mark.parametrize("weights", [(1, 1), (1, 1, 1), (3, 1), (7, 2, 1)])
def test_arms_get_their_share_of_the_patients(weights: tuple[int, ...]) -> None:
    drawn = [arm_of(KEY, "sms-3-days", patient, weights) for patient in PEOPLE]
    seen = [float(drawn.count(arm)) for arm in range(len(weights))]
    expected = [len(PEOPLE) * weight / sum(weights) for weight in weights]
    assert fit(seen, expected) > 0.001


def test_patients_who_came_after_each_other_are_not_put_together() -> None:
    drawn = [arm_of(KEY, "sms-3-days", patient, (1, 1)) for patient in PEOPLE]
    pairs = list(itertools.pairwise(drawn))[::2]
    seen = [float(pairs.count(pair)) for pair in itertools.product((0, 1), (0, 1))]
    assert fit(seen, [len(pairs) / 4] * 4) > 0.001


@pytest.mark.parametrize(
    ("key", "experiment"), [(KEY, "sms-3-day"), (b"another key", "sms-3-days"), (KEY, "x")]
)
def test_one_experiment_says_nothing_of_another(key: bytes, experiment: str) -> None:
    pairs = [
        (arm_of(KEY, "sms-3-days", patient, (1, 1)), arm_of(key, experiment, patient, (1, 1)))
        for patient in PEOPLE
    ]
    seen = [float(pairs.count(pair)) for pair in itertools.product((0, 1), (0, 1))]
    assert fit(seen, [len(PEOPLE) / 4] * 4) > 0.001


def test_a_patient_stays_in_the_arm_for_good() -> None:
    """A patient in an experiment that runs must find the same arm after an upgrade."""
    halves = "".join(str(arm_of(KEY, "sms-3-days", patient, (1, 1))) for patient in range(1, 41))
    thirds = "".join(str(arm_of(KEY, "wording", patient, (2, 1, 3))) for patient in range(1, 41))
    assert halves == "1011000011011111001111001111011000001000"
    assert thirds == "2010002022020202210212102222122002022202"


@given(st.binary(min_size=1), st.text(), st.integers(1), st.lists(st.integers(1, 1000), min_size=1))
def test_there_is_always_an_arm(
    key: bytes, experiment: str, patient: int, weights: list[int]
) -> None:
    assert arm_of(key, experiment, patient, weights) in range(len(weights))


def test_weights_that_scale_alike_give_the_same_lot() -> None:
    for patient in range(1, 500):
        assert arm_of(KEY, "a", patient, (1, 2)) == arm_of(KEY, "a", patient, (50, 100))


@pytest.mark.parametrize("weights", [(), (0, 1), (1, -1)])
def test_a_lot_without_places_is_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        arm_of(KEY, "a", 1, weights)

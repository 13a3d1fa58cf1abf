"""Whether groups wait alike."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.overbooking.waiting_ratio import LEAST_PATIENTS, LEAST_WAITS, Wait, ratios

CODES = ("old", "language")


def drawn(
    seed: int, *, longer: float = 1.0, sessions: int = 60, share: float = 0.4, patients: int = 200
) -> list[Wait]:
    """Twelve waits a session; the old wait so many times longer."""
    draw, found = np.random.default_rng(seed), []
    for session in range(sessions):
        delay = draw.gamma(2.0, 4.0)
        for _ in range(12):
            patient = int(draw.integers(patients))
            old = patient < share * patients
            minutes = float(draw.exponential(delay)) * (longer if old else 1.0)
            found.append(Wait(session, patient, minutes, {"old": old}))
    return found


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.floats(0.5, 2.0), st.integers(20, 40))
def test_the_ratio_and_its_interval_are_those_of_sessions_drawn_one_by_one(
    seed: int, longer: float, sessions: int
) -> None:
    waits = drawn(seed, longer=longer, sessions=sessions)
    (found,) = ratios(waits, ("old",))
    assert found.seen is not None
    by_session = [[one for one in waits if one.session == number] for number in range(sessions)]

    def ratio(some: list[Wait]) -> float:
        theirs = [one.minutes for one in some if one.groups["old"]]
        rest = [one.minutes for one in some if not one.groups["old"]]
        return sum(theirs) / len(theirs) / (sum(rest) / len(rest))

    assert found.seen.value == pytest.approx(ratio(waits))
    sums = np.array(
        [
            [
                sum(one.minutes for one in row if one.groups["old"]),
                sum(one.groups["old"] for one in row),
                sum(one.minutes for one in row if not one.groups["old"]),
                sum(not one.groups["old"] for one in row),
            ]
            for row in by_session
        ]
    )
    draw = np.random.default_rng(20261123)
    again = []
    for _ in range(2000):
        theirs, n, rest, m = sums[draw.integers(sessions, size=sessions)].sum(axis=0)
        again.append(theirs / n / (rest / m))
    low, high = np.quantile(again, [0.025, 0.975])
    assert (found.seen.low, found.seen.high) == pytest.approx((low, high))
    assert found.flagged == (low > 1.05)


def test_who_waits_half_as_long_again_is_flagged_and_who_waits_alike_is_seldom() -> None:
    def flagged(longer: float) -> int:
        return sum(
            one.flagged
            for seed in range(20)
            for one in ratios(drawn(seed, longer=longer, sessions=120), ("old",))
        )

    assert flagged(1.5) >= 19
    assert flagged(1.0) <= 1


def test_nothing_is_told_of_few_patients_or_few_waits() -> None:
    few_patients = drawn(1, patients=50, share=(LEAST_PATIENTS - 1) / 50)
    few_others = drawn(1, patients=50, share=(50 - LEAST_PATIENTS + 1) / 50)
    few_waits = drawn(1, sessions=LEAST_WAITS // 12, share=0.5)
    for waits in (few_patients, few_others, few_waits):
        (found,) = ratios(waits, ("old",))
        assert (found.known, found.seen, found.flagged) == (True, None, False)
    (enough,) = ratios(drawn(1, patients=50, share=0.5), ("old",))
    assert enough.seen is not None


def test_what_is_known_of_nobody_is_said_to_be_so() -> None:
    old, language = ratios(drawn(1), CODES)
    assert old.seen is not None
    assert (language.known, language.seen) == (False, None)
    assert [one.known for one in ratios([], CODES)] == [False, False]


def test_who_is_not_known_counts_on_neither_side() -> None:
    waits = drawn(2)
    unknown: Mapping[str, bool] = {}
    more = [*waits, *(Wait(one.session, 1000, 500.0, unknown) for one in waits)]
    assert ratios(more, ("old",)) == ratios(waits, ("old",))


def test_where_nobody_else_waited_there_is_no_ratio() -> None:
    waits = [
        Wait(one.session, one.patient, one.minutes if one.groups["old"] else 0.0, one.groups)
        for one in drawn(3)
    ]
    assert ratios(waits, ("old",))[0].seen is None

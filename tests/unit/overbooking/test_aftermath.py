"""What was promised of sessions against what came of them."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking import shocks
from booking.overbooking.aftermath import LEAST, LEAST_FOR_SHARE, Aftermath, aftermath
from booking.overbooking.service_times import learnt
from booking.overbooking.session_risk import Patient


@dataclass(frozen=True)
class Kept:
    """A session that went as was expected, unless said otherwise."""

    booked: int = 12
    extras: int = 1
    expected: float = 1.2
    late: float = 0.17
    overtime: float = 7.0
    wait: float = 8.0
    long_wait: float = 0.05
    missed: int | None = 1
    came: int | None = 11
    observed_overtime: float | None = 7.0
    waits: int | None = 11
    observed_wait: float | None = 8.0
    long_waits: int | None = 1


NOTHING_SEEN = Kept(
    missed=None, came=None, observed_overtime=None, waits=None, observed_wait=None, long_waits=None
)
sessions = st.builds(
    Kept,
    extras=st.integers(0, 2),
    booked=st.just(12),
    expected=st.floats(0, 5),
    late=st.floats(0, 1),
    overtime=st.floats(0, 60),
    wait=st.floats(0, 60),
    long_wait=st.floats(0, 1),
    missed=st.integers(0, 3),
    came=st.integers(0, 9),
    observed_overtime=st.none() | st.integers(0, 90).map(float),
    waits=st.integers(0, 9),
    observed_wait=st.integers(0, 60).map(float),
    long_waits=st.just(0),
) | st.just(NOTHING_SEEN)


@given(st.lists(sessions, max_size=90))
def test_the_figures_are_those_counted_one_by_one(kept: list[Kept]) -> None:
    found = aftermath(kept)
    over = [one for one in kept if one.came is not None]
    assert found.kept == len(kept)
    for part, theirs in (
        (found.with_extras, [one for one in over if one.extras > 0]),
        (found.without, [one for one in over if one.extras == 0]),
    ):
        timed = [one for one in theirs if one.observed_overtime is not None]
        waited = [one for one in theirs if one.waits]
        assert (part.sessions, part.timed, part.waited) == (len(theirs), len(timed), len(waited))
        assert part.extras == sum(one.extras for one in theirs)
        told = {one.code: one for one in part.measures}
        assert ("late" in told) == (len(timed) >= LEAST_FOR_SHARE)
        assert ("overtime" in told) == (len(timed) >= LEAST)
        assert ("wait" in told) == ("long_wait" in told) == (len(waited) >= LEAST)
        if "overtime" in told:
            over_15 = [one for one in timed if (one.observed_overtime or 0) > 15]
            assert told["late"].promised == pytest.approx(
                sum(one.late for one in timed) / len(timed)
            )
            assert told["late"].seen.value == len(over_15) / len(timed)
            total = sum(one.observed_overtime or 0 for one in timed)
            assert told["overtime"].seen.value == pytest.approx(total / len(timed))
        if "wait" in told:
            number = sum(one.waits or 0 for one in waited)
            minutes = sum((one.waits or 0) * (one.observed_wait or 0) for one in waited)
            promised = sum((one.waits or 0) * one.wait for one in waited)
            assert told["wait"].seen.value == pytest.approx(minutes / number)
            assert told["wait"].promised == pytest.approx(promised / number)
            assert told["long_wait"].seen.low == 0
        for one in part.measures:
            assert one.seen.low - 1e-9 <= one.seen.value <= one.seen.high + 1e-9


def rate(one: Kept) -> float:
    return round(one.expected / one.booked, 9)


@given(st.lists(sessions, max_size=90))
def test_every_visit_is_in_one_band(kept: list[Kept]) -> None:
    found = aftermath(kept)
    counted = [one for one in kept if (one.missed or 0) + (one.came or 0)]
    assert sum(one.sessions for one in found.bands) == len(counted)
    assert (found.whole is None) == (not counted)
    for band in found.bands:
        theirs = [one for one in counted if band.low <= rate(one) < band.high]
        assert band.missed == sum(one.missed or 0 for one in theirs)
        assert band.visits == sum((one.missed or 0) + (one.came or 0) for one in theirs)
        expected = sum(rate(one) * ((one.missed or 0) + (one.came or 0)) for one in theirs)
        assert band.expected == pytest.approx(expected)
        assert (band.seen is None) == (len(theirs) < LEAST)
    if found.whole:
        assert found.whole.visits == sum(one.visits for one in found.bands)
        assert found.whole.missed == sum(one.missed for one in found.bands)


def verdict(kept: list[Kept]) -> tuple[str, tuple[str, ...]]:
    part = aftermath(kept).with_extras
    return part.verdict, part.worse


def test_as_promised_it_holds_and_with_too_few_nothing_is_said() -> None:
    as_promised = [
        replace(Kept(), observed_overtime=float(n % 15), long_waits=n % 2) for n in range(LEAST)
    ]
    assert verdict(as_promised) == ("holds", ())
    assert verdict(as_promised[:-1]) == ("too_few", ())
    assert verdict([]) == ("too_few", ())
    nobody_noted = [replace(one, waits=0, observed_wait=None) for one in as_promised]
    assert verdict(nobody_noted) == ("too_few", ())


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("late", {"observed_overtime": 30.0}),
        ("overtime", {"observed_overtime": 12.0}),
        ("wait", {"observed_wait": 12.0}),
        ("long_wait", {"long_waits": 3}),
    ],
)
def test_worse_than_promised_is_said_of_what_it_is(code: str, change: dict[str, float]) -> None:
    kept = [replace(Kept(), **change) for _ in range(LEAST)]  # type: ignore[arg-type]
    found, worse = verdict(kept)
    assert found == "worse"
    assert code in worse


def test_a_few_sessions_that_all_ended_late_are_enough_to_say_so() -> None:
    late = [replace(Kept(), observed_overtime=40.0)] * LEAST_FOR_SHARE
    assert verdict(late) == ("worse", ("late",))
    assert verdict(late[:-1]) == ("too_few", ())


def test_sessions_without_extras_do_not_decide() -> None:
    bad = [replace(Kept(), extras=0, observed_overtime=60.0)] * 60
    found = aftermath(bad)
    assert found.with_extras.verdict == "too_few"
    assert found.without.verdict == "worse"


@pytest.mark.parametrize(
    ("missed", "off"), [((0,), True), ((0, 1, 1, 2, 2), False), ((2, 3, 4), True)]
)
def test_more_or_fewer_missed_than_expected_is_seen(missed: tuple[int, ...], *, off: bool) -> None:
    """Of twelve booked, 1.2 are expected to miss."""
    each = [missed[number % len(missed)] for number in range(60)]
    (band,) = aftermath([replace(Kept(), missed=one, came=12 - one) for one in each]).bands
    assert (band.low, band.sessions) == (0.10, 60)
    assert band.off is off


HOW_LONG = learnt(20, ()).distribution
BOOKED = [0, 0, *range(20, 240, 20)]


@cache
def lived(seed: int, sessions: int, believed: float, true: float) -> Aftermath:
    """Mornings of twelve and an extra, lived through on days when more or fewer stay away."""
    draw = np.random.default_rng(seed)
    patients = [Patient(at, 1 - believed, HOW_LONG) for at in BOOKED]
    risk = shocks.evaluate(patients, 240, shocks.USUAL)
    coming = np.array([one.comes for one in patients])
    promised = Kept(
        booked=13,
        expected=13 * believed,
        late=risk.late,
        overtime=risk.overtime,
        wait=float(np.average(risk.waits, weights=coming)),
        long_wait=float(np.average(risk.long_waits, weights=coming)),
    )
    kept = []
    for _ in range(sessions):
        rate = true * draw.choice([0.5, 1.0, 1.0, 1.5])
        free, waits = 0, []
        for at in BOOKED:
            if draw.random() >= rate:
                waits.append(max(0, free - at))
                free = max(free, at) + int(draw.choice(len(HOW_LONG), p=HOW_LONG))
        kept.append(
            replace(
                promised,
                missed=13 - len(waits),
                came=len(waits),
                observed_overtime=float(max(0, free - 240)),
                waits=len(waits),
                observed_wait=float(np.mean(waits)),
                long_waits=sum(one > 30 for one in waits),
            )
        )
    return aftermath(kept)


def said(believed: float, true: float) -> list[Literal["holds", "worse", "too_few"]]:
    return [lived(seed, 60, believed, true).with_extras.verdict for seed in range(30)]


def test_an_honest_promise_is_seldom_said_to_be_broken_and_a_false_one_often() -> None:
    assert said(0.15, 0.15).count("worse") <= 4
    assert said(0.25, 0.03).count("worse") >= 20


def test_honest_rates_of_missing_are_seldom_said_to_be_off() -> None:
    bands = [lived(seed, 60, 0.15, 0.15).whole for seed in range(30)]
    assert sum(band is not None and band.off for band in bands) <= 4
    bands = [lived(seed, 60, 0.15, 0.08).whole for seed in range(30)]
    assert sum(band is not None and band.off for band in bands) >= 28

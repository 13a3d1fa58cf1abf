"""The risk of a session: against references, by counting every way, by drawing, and its laws."""

import json
import math
import os
from dataclasses import astuple
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.overbooking.described import answer, read
from booking.overbooking.session_risk import Patient, Position, evaluate, positions
from tests.unit.overbooking.sessions import (
    every_way,
    log_normal,
    patients,
    service,
    services,
    twelve,
)

ROOT = Path(__file__).parents[3]
DIRECTORY = Path(os.environ.get("RETTID_REFERENCE_DIR", ROOT.parent / "shared"))
FILE = DIRECTORY / "reference" / "overbooking.json"
needs_reference = pytest.mark.skipif(
    not FILE.exists(), reason=f"no {FILE.name} in RETTID_REFERENCE_DIR"
)


def near(value: float) -> object:
    return pytest.approx(value, abs=1e-9, rel=0)


@needs_reference
def test_the_closed_form_is_met() -> None:
    asked = json.loads(FILE.read_text())["closed_form"]
    found = answer(*read(json.dumps(asked)))
    for name in ("sum_wait_of_shown", "expected_overtime", "p_overtime_over_15", "expected_idle"):
        assert found[name] == near(asked[name]), name


@needs_reference
def test_the_enumerated_session_is_met() -> None:
    asked = json.loads(FILE.read_text())["enumerated"]
    session, end = read(json.dumps(asked))
    risk = evaluate(session, end)
    assert risk.waits.tolist() == [near(float(Fraction(wait))) for wait in asked["waits"]]
    assert risk.overtime == near(float(Fraction(asked["expected_overtime"])))
    # Over nothing at the end is over fifteen minutes, fifteen minutes before it.
    later = evaluate(session, end - 15)
    assert later.late == near(float(Fraction(asked["p_overtime_over_0"])))


@needs_reference
def test_the_realistic_session_is_met() -> None:
    asked = json.loads(FILE.read_text())["realistic"]
    session = sorted([*twelve(0.15), Patient(60, 0.85, log_normal(18, 8))], key=lambda one: one.at)
    risk = evaluate(session, 240)
    assert 0.85 * risk.waits.sum() == near(asked["sum_wait_of_shown"])
    assert risk.overtime == near(asked["expected_overtime"])
    assert risk.late == near(asked["p_overtime_over_15"])
    assert risk.idle == near(asked["expected_idle"])


@needs_reference
def test_exponential_service_is_met_as_near_as_the_grid_allows() -> None:
    """Ten slots of mean 15: on a grid of 1/30 of the mean the answers come within half a percent.

    Measured in half minutes, and again in sixths, where they come nearer.
    """
    cases = json.loads(FILE.read_text())["exponential_service"]["cases"]
    for grain, within in ((2, 0.005), (6, 0.001)):
        how_long = _exponential(15 * grain, 250 * grain)
        for case in cases:
            booked = [
                slot * 15 * grain for slot, n in enumerate(case["schedule"]) for _ in range(n)
            ]
            session = [Patient(at, 1 - case["q"], how_long) for at in booked]
            risk = evaluate(session, 150 * grain)
            idle = case["idle"] * grain
            assert risk.waits.mean() == pytest.approx(case["mean_wait"] * grain, rel=within)
            assert risk.idle == pytest.approx(idle, rel=within)
            assert risk.overtime == pytest.approx(case["tardiness"] * grain, rel=within)


def _exponential(mean: float, longest: int) -> np.ndarray:
    """Mass of (k - .5, k + .5] at k, and of the first half at none."""
    edges = 1 - np.exp(-np.clip(np.arange(longest + 2) - 0.5, 0, None) / mean)
    found = np.diff(edges)
    shares: np.ndarray = found / found.sum()
    return shares


@given(patients(), st.integers(0, 80))
def test_counting_every_way_gives_the_same(session: tuple[Patient, ...], end: int) -> None:
    risk, counted = evaluate(session, end), every_way(session, end)
    assert risk.waits == pytest.approx(counted["waits"], abs=1e-9)
    assert risk.long_waits == pytest.approx(counted["longs"], abs=1e-9)
    assert risk.overtime == pytest.approx(counted["overtime"], abs=1e-9)
    assert risk.late == pytest.approx(counted["late"], abs=1e-9)
    assert risk.idle == pytest.approx(counted["idle"], abs=1e-9)


@pytest.mark.parametrize("missing", [0.05, 0.3])
def test_drawing_many_sessions_gives_the_same(missing: float) -> None:
    """Within four standard errors, of twenty patients of several kinds."""
    draw = np.random.default_rng(20261123)
    kinds = [log_normal(18, 8), log_normal(9, 5), service({30: 0.5, 45: 0.5})]
    session = [Patient(12 * i, 1 - missing, kinds[i % 3]) for i in range(20)]
    risk, runs = evaluate(session, 240), 40_000
    free = np.zeros(runs)
    for rank, one in enumerate(session):
        wait = np.maximum(0, free - one.at)
        _within_four_errors(wait, risk.waits[rank])
        _within_four_errors(wait > 30, risk.long_waits[rank])
        taken = draw.choice(len(one.service), runs, p=one.service)
        free = one.at + wait + np.where(draw.random(runs) < one.comes, taken, 0)
    over = np.maximum(0, free - 240)
    _within_four_errors(over, risk.overtime)
    _within_four_errors(over > 15, risk.late)


def _within_four_errors(drawn: np.ndarray, expected: float) -> None:
    error = drawn.std() / math.sqrt(len(drawn))
    assert abs(drawn.mean() - expected) <= 4 * error + 1e-9


def test_whoever_is_certain_to_stay_away_changes_nothing() -> None:
    session = twelve(0.1)
    away = Patient(60, 0.0, log_normal(18, 8))
    with_them = sorted([*session, away], key=lambda one: one.at)
    assert evaluate(with_them, 240).late == near(evaluate(session, 240).late)


def test_an_empty_session_is_idle_and_one_patient_waits_for_nobody() -> None:
    empty = evaluate([], 60)
    assert (empty.idle, empty.overtime, empty.late, len(empty.waits)) == (60.0, 0.0, 0.0, 0)
    alone = evaluate([Patient(50, 1.0, service({30: 1.0}))], 60)
    assert (alone.waits.tolist(), alone.overtime, alone.late) == ([0.0], 20.0, 1.0)


@given(patients(most=6), services(), st.floats(0, 1), st.integers(0, 70), st.integers(0, 80))
def test_one_more_patient_never_shortens_anothers_wait(
    session: tuple[Patient, ...], how_long: np.ndarray, comes: float, at: int, end: int
) -> None:
    rank = sum(one.at <= at for one in session)
    without = evaluate(session, end)
    with_them = evaluate([*session[:rank], Patient(at, comes, how_long), *session[rank:]], end)
    others = np.delete(with_them.waits, rank)
    assert (others >= without.waits - 1e-9).all()
    assert with_them.overtime >= without.overtime - 1e-9
    assert with_them.late >= without.late - 1e-9


@settings(max_examples=60)
@given(
    patients(most=6),
    services(),
    st.floats(0, 1),
    st.integers(0, 80),
    st.lists(st.integers(0, 90), min_size=1, max_size=12),
)
def test_every_position_is_as_if_reckoned_afresh(
    session: tuple[Patient, ...], how_long: np.ndarray, comes: float, end: int, starts: list[int]
) -> None:
    extra = Patient(0, comes, how_long)
    found = positions(session, end, extra, starts)
    assert [one.at for one in found] == starts
    for one in found:
        assert astuple(one) == pytest.approx(
            astuple(_afresh(session, end, extra, one.at)), abs=1e-9
        )


def test_every_position_of_a_long_session_is_as_if_reckoned_afresh() -> None:
    session, extra = twelve(0.1), twelve(0.1)[0]
    for one in positions(session, 240, extra, range(0, 260, 5)):
        afresh = _afresh(session, 240, extra, one.at)
        assert astuple(one) == pytest.approx(astuple(afresh), abs=1e-9, rel=0)


def _afresh(session: tuple[Patient, ...], end: int, extra: Patient, at: int) -> Position:
    rank = sum(one.at <= at for one in session)
    whole = [*session[:rank], Patient(at, extra.comes, extra.service), *session[rank:]]
    risk = evaluate(whole, end)
    return Position(
        at,
        float(risk.waits[rank]),
        float(risk.long_waits[rank]),
        float(sum(one.comes * wait for one, wait in zip(whole, risk.waits, strict=True))),
        risk.overtime,
        risk.late,
        risk.idle,
    )


def test_extras_belong_early() -> None:
    """In the first position overtime is far less likely than in the last: docs/overbooking.md."""
    session = twelve(0.1)
    found = positions(session, 240, session[0], range(0, 240, 20))
    assert found[0].late == pytest.approx(0.183, abs=0.0005)
    assert found[-1].late == pytest.approx(0.532, abs=0.0005)
    assert [one.late for one in found] == sorted(one.late for one in found)

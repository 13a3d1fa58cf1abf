"""Early and late patients: the exact answer when nobody is, and one day followed by the minute."""

from math import inf, sqrt
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.overbooking import session_risk, shocks, unpunctual
from booking.overbooking.session_risk import Patient
from booking.overbooking.unpunctual import PUNCTUAL, Unpunctual, begins, evaluate, stress
from tests.unit.overbooking.sessions import patients, service, twelve

DRAWS = unpunctual.DRAWS


@pytest.mark.parametrize("missing", [0.04, 0.10, 0.30])
def test_with_all_punctual_it_is_the_exact_answer(missing: float) -> None:
    session = twelve(missing)
    exact = shocks.evaluate(session, 240, shocks.USUAL)
    drawn = evaluate(session, 240, PUNCTUAL)
    assert drawn.late_error == pytest.approx(sqrt(exact.late * (1 - exact.late) / DRAWS), rel=0.1)
    assert abs(drawn.risk.late - exact.late) <= 4 * drawn.late_error
    came = (1 - missing) * DRAWS
    of_long = np.sqrt(exact.long_waits * (1 - exact.long_waits) / came)
    assert (abs(drawn.risk.long_waits - exact.long_waits) <= 4 * of_long + 1 / came).all()
    # The deviation of a wait, or of the overtime, is under 20 minutes here.
    assert (abs(drawn.risk.waits - exact.waits) <= 4 * 20 / sqrt(came)).all()
    assert abs(drawn.risk.overtime - exact.overtime) <= 4 * 20 / sqrt(DRAWS)
    assert abs(drawn.risk.idle - exact.idle) <= 4 * 40 / sqrt(DRAWS)


@settings(max_examples=40, deadline=None)
@given(patients(most=4), st.integers(0, 90))
def test_any_punctual_session_is_the_exact_answer(
    session: tuple[Patient, ...], planned_end: int
) -> None:
    exact = session_risk.evaluate(session, planned_end)
    drawn = evaluate(session, planned_end, PUNCTUAL, shocks.NONE)
    # Five, of forty sessions.
    error = sqrt(max(0.0, exact.late * (1 - exact.late)) / DRAWS)
    assert abs(drawn.risk.late - exact.late) <= 5 * error + 2 / DRAWS


def test_the_same_is_answered_again() -> None:
    one, again = (evaluate(twelve(0.1), 240) for _ in range(2))
    assert one.risk.late == again.risk.late
    assert (one.risk.waits == again.risk.waits).all()


@st.composite
def days(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    """Arrivals in booked order, early, late and never, and what each takes."""
    count = draw(st.integers(0, 7))
    moment = st.one_of(st.just(inf), st.integers(-20, 80).map(float), st.floats(-20, 80))
    arrives = draw(st.lists(moment, min_size=count, max_size=count))
    takes = draw(st.lists(st.integers(0, 30).map(float), min_size=count, max_size=count))
    return arrives, takes


def followed(arrives: list[float], takes: list[float]) -> list[float]:
    """One day, event by event: who is here, and who is taken in."""
    begun = [inf] * len(arrives)
    coming = sorted((at, rank) for rank, at in enumerate(arrives) if at < inf)
    here: list[int] = []
    now = 0.0
    while coming or here:
        while coming and coming[0][0] <= now:
            here.append(coming.pop(0)[1])
        if not here:
            now = coming[0][0]
            continue
        first = min(here)
        here.remove(first)
        begun[first] = now
        now += takes[first]
    return begun


@given(days())
def test_a_day_goes_as_when_followed_by_the_minute(day: tuple[list[float], list[float]]) -> None:
    arrives, takes = (np.array(one, dtype=float).reshape(-1, 1) for one in day)
    assert begins(arrives, takes)[:, 0].tolist() == followed(*day)


@given(days(), st.integers(0, 7), st.floats(-20, 80), st.integers(0, 30))
def test_an_extra_changes_nothing_for_whoever_was_taken_in_before_it_came(
    day: tuple[list[float], list[float]], rank: int, comes: float, takes: int
) -> None:
    arrives, takes_of = day
    rank = min(rank, len(arrives))
    before = begins(*(np.array(one, dtype=float).reshape(-1, 1) for one in day))[:, 0].tolist()
    more = (
        [*arrives[:rank], comes, *arrives[rank:]],
        [*takes_of[:rank], float(takes), *takes_of[rank:]],
    )
    after = begins(*(np.array(one).reshape(-1, 1) for one in more))[:, 0].tolist()
    del after[rank]
    for one, then in zip(before, after, strict=True):
        assert then >= min(one, comes)
        if one < comes:
            assert then == one


def test_nobody_and_one() -> None:
    empty = evaluate((), 60).risk
    assert (empty.waits.tolist(), empty.late, empty.overtime, empty.idle) == ([], 0, 0, 60)
    alone = Patient(0, 1.0, service({20: 1.0}))
    punctual = evaluate([alone], 60, PUNCTUAL, shocks.NONE).risk
    assert (punctual.waits.tolist(), punctual.overtime, punctual.idle) == ([0.0], 0.0, 40.0)
    late = evaluate([alone], 60, Unpunctual(70.0, 0.0), shocks.NONE).risk
    # Waited for, and not waiting.
    assert (late.waits.tolist(), late.overtime, late.late) == ([0.0], 30.0, 1.0)
    never = evaluate([Patient(0, 0.0, service({20: 1.0}))], 60, kinds=shocks.NONE).risk
    assert (never.waits.tolist(), never.idle) == ([0.0], 60.0)


def test_an_early_wait_is_not_counted_and_a_late_one_from_arrival() -> None:
    pair = [Patient(0, 1.0, service({20: 1.0})), Patient(10, 1.0, service({20: 1.0}))]
    early = evaluate(pair, 60, Unpunctual(-10.0, 0.0), shocks.NONE).risk
    assert early.waits.tolist() == [0.0, 10.0]
    late = evaluate(pair, 60, Unpunctual(5.0, 0.0), shocks.NONE).risk
    assert late.waits.tolist() == [0.0, 10.0]


def test_a_stress_asks_the_same_days_with_and_without() -> None:
    session, extra = twelve(0.15), twelve(0.15)[0]
    found = stress(session, 240, [extra])
    alone = evaluate(session, 240).risk
    assert found.before.risk.late == alone.late
    assert (found.before.risk.waits == alone.waits).all()
    assert found.after.risk.late > alone.late
    assert len(found.after.risk.waits) == 13
    assert found.after.risk.overtime > alone.overtime
    assert found.after.risk.idle < alone.idle


def test_unpunctual_patients_make_a_full_session_worse() -> None:
    session = twelve(0.10)
    punctual = evaluate(session, 240, PUNCTUAL).risk
    spread = evaluate(session, 240, Unpunctual(0.0, 20.0)).risk
    assert spread.idle > punctual.idle
    assert spread.late > punctual.late
    low, high = unpunctual.USUAL.span
    assert (round(low), round(high)) == (-25, 15)


def test_thirteen_patients_are_asked_at_once() -> None:
    session, extra = twelve(0.10), twelve(0.10)[0]
    times = []
    for _ in range(10):
        began = perf_counter()
        stress(session, 240, [extra])
        times.append(perf_counter() - began)
    assert min(times) < 0.06

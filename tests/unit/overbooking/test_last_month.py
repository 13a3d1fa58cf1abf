"""Sessions that are over, asked of one more: what stopped each, never more for tighter limits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking import shocks
from booking.overbooking.deciding import Limits, Session, Weights, breaches, cost, put_in
from booking.overbooking.last_month import Asked, Row, ask, has_free_start, summed
from booking.overbooking.session_risk import Patient
from tests.unit.overbooking.sessions import patients, service, services, twelve

STARTS = tuple(range(0, 240, 20))
shares = st.floats(0, 1)
limits = st.builds(
    Limits, shares, st.floats(0, 60), shares, st.integers(1, 3), st.just(Weights(1, 5, 7.5))
)


def morning(missing: float, extras: int = 0) -> Session:
    return Session(twelve(missing), 240, STARTS, 12 * missing, extras)


def asked(missing: float, allowed: Limits = Limits(), *, free: bool = False) -> Asked:  # noqa: B008
    return ask(morning(missing), twelve(missing)[0], allowed, free=free)


def test_a_danish_morning_misses_too_few() -> None:
    one = asked(0.05)
    assert (one.outcome, one.booked) == ("missing", 12)
    assert one.missing == pytest.approx(0.6)
    assert one.before < one.after


def test_one_in_ten_can_unless_there_is_time_left_in_the_plan() -> None:
    could, free = asked(0.1), asked(0.1, free=True)
    assert could.outcome == "could"
    assert could.before < could.after <= 0.2
    assert free == replace(could, outcome="free")


@pytest.mark.parametrize(
    ("allowed", "outcome"),
    [
        (Limits(late=0.16), "late"),
        (Limits(wait=4), "wait"),
        (Limits(long_wait=0.03), "long_wait"),
        (Limits(weights=Weights(10, 0, 7.5)), "cost"),
    ],
)
def test_the_limit_that_stops_it_is_named(allowed: Limits, outcome: str) -> None:
    assert asked(0.1, allowed).outcome == outcome
    assert asked(0.1, allowed, free=True).outcome == outcome


def test_it_has_its_extras_already_or_no_start() -> None:
    extra = twelve(0.3)[0]
    assert ask(morning(0.3, extras=1), extra, Limits(), free=False).outcome == "extras"
    nowhere = ask(replace(morning(0.3), starts=()), extra, Limits(), free=False)
    assert nowhere.outcome == "nowhere"
    assert nowhere.after == nowhere.before


def test_no_more_than_one_is_put_in() -> None:
    """Three may be granted where half stay away; the picture is of one."""
    allowed = Limits(0.9, 100, 0.9, 3)
    one = asked(0.5, allowed)
    risks = [
        shocks.evaluate(put_in(twelve(0.5), twelve(0.5)[0], at), 240, shocks.USUAL).late
        for at in STARTS
    ]
    assert one.outcome == "could"
    assert any(one.after == pytest.approx(late) for late in risks)


@given(patients(most=4), services(), limits, limits, st.integers(0, 60))
def test_by_every_start_and_never_more_for_tighter_limits(
    booked: tuple[Patient, ...], how_long: object, allowed: Limits, other: Limits, end: int
) -> None:
    missing = sum(1 - one.comes for one in booked)
    extra = Patient(0, 0.8, how_long)  # type: ignore[arg-type]
    session = Session(booked, end, (0, 15, 30), missing)
    one = ask(session, extra, allowed, free=False)
    now = shocks.evaluate(booked, end, shocks.USUAL)
    assert one.before == pytest.approx(now.late)
    then = [put_in(booked, extra, at) for at in session.starts]
    risks = [shocks.evaluate(each, end, shocks.USUAL) for each in then]
    assert min(abs(one.after - risk.late) for risk in risks) < 1e-9
    able = [
        risk
        for each, risk in zip(then, risks, strict=True)
        if not breaches(each, risk, allowed)
        and cost(risk, each, allowed.weights) < cost(now, booked, allowed.weights) - 1e-9
    ]
    if one.outcome == "could":
        assert able
        looser = Limits(
            max(allowed.late, other.late),
            max(allowed.wait, other.wait),
            max(allowed.long_wait, other.long_wait),
            max(allowed.extras, other.extras),
            allowed.weights,
        )
        assert ask(session, extra, looser, free=False).outcome == "could"
    elif one.outcome == "missing":
        assert missing < 1
    elif able:
        assert breaches(booked, now, allowed)


@given(
    st.lists(st.integers(0, 60), unique=True),
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 40)), max_size=5),
)
def test_time_left_in_the_plan_minute_by_minute(
    starts: list[int], minutes: int, lengths: list[tuple[int, int]]
) -> None:
    taken = [(begins, begins + length) for begins, length in lengths]
    busy = {minute for begins, end in taken for minute in range(begins, end)}
    free = any(busy.isdisjoint(range(start, start + minutes)) for start in starts)
    assert has_free_start(starts, minutes, taken) == free


def test_they_are_summed_in_the_order_they_are_told() -> None:
    found = [
        Asked("late", 12, 1.5, 0.1, 0.3),
        Asked("could", 12, 1.2, 0.1, 0.2),
        Asked("late", 12, 1.5, 0.2, 0.5),
    ]
    assert summed(found) == [
        Row("could", 1, 0.1, 0.2),
        Row("late", 2, pytest.approx(0.15), pytest.approx(0.4)),  # type: ignore[arg-type]
    ]
    assert summed([]) == []


def test_a_certain_visit_is_a_certain_visit() -> None:
    """One patient of ten minutes, half of whom come; one more of the same at the same time."""
    ten = service({10: 1.0})
    one = ask(
        Session((Patient(0, 0.0, ten),), 10, (0,), 1.0), Patient(0, 1.0, ten), Limits(), free=False
    )
    assert (one.outcome, one.before, one.after) == ("could", 0.0, 0.0)

"""When a session may take an extra: never past a limit, for anyone, however it is tried."""

from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.overbooking import shocks
from booking.overbooking.deciding import Limits, Session, Weights, breaches, decide, put_in
from booking.overbooking.session_risk import Distribution, Patient, evaluate
from booking.overbooking.shocks import Shock
from tests.unit.overbooking.sessions import patients, service, services, twelve

STARTS = tuple(range(0, 240, 5))


def morning(missing: float, starts: tuple[int, ...] = STARTS, extras: int = 0) -> Session:
    return Session(twelve(missing), 240, starts, 12 * missing, extras)


def test_few_missing_admit_nobody() -> None:
    decision = decide(morning(0.08), twelve(0.08)[0], Limits())
    assert decision.granted == ()
    assert decision.refused[0].limit == "missing"
    assert decision.refused[0].value == pytest.approx(0.96)


@pytest.mark.parametrize("missing", [0.10, 0.15, 0.20, 0.30])
def test_ten_percent_admit_one_and_it_sits_early(missing: float) -> None:
    decision = decide(morning(missing), twelve(missing)[0], Limits())
    (at,) = decision.granted
    assert at <= 60
    assert decision.before.late < decision.after.late <= 0.20
    assert max(decision.after.waits) <= 20
    assert max(decision.after.long_waits) <= 0.10
    assert decision.refused[0].limit == "extras"


def test_a_session_past_a_limit_gets_none_however_many_may_miss() -> None:
    decision = decide(morning(0.15), twelve(0.15)[0], Limits(late=0.10))
    assert decision.granted == ()
    assert [one.limit for one in decision.refused] == ["late"]


def test_extras_already_there_count() -> None:
    decision = decide(morning(0.15, extras=1), twelve(0.15)[0], Limits(extras=2))
    assert (decision.granted, decision.refused[0].limit) == ((), "missing")


def test_a_refusal_says_for_whom_it_is_worst() -> None:
    decision = decide(morning(0.25), twelve(0.25)[0], Limits(extras=3, long_wait=0.085))
    assert len(decision.granted) == 1
    breach = next(one for one in decision.refused if one.limit == "long_wait")
    assert breach.value > breach.allowed == 0.085
    assert breach.at in {one.at for one in twelve(0.25)} | {decision.tried}


def test_an_extra_that_costs_more_than_it_gains_is_refused() -> None:
    dear = Limits(weights=Weights(waiting=1, idle=0.5, overtime=0.75))
    decision = decide(morning(0.10), twelve(0.10)[0], dear)
    assert decision.granted == ()
    (breach,) = decision.refused
    assert breach.limit == "cost"
    assert breach.value > breach.allowed


def test_where_nobody_can_be_put_nobody_is() -> None:
    decision = decide(morning(0.15, starts=()), twelve(0.15)[0], Limits())
    assert (decision.granted, decision.refused, decision.tried) == ((), (), None)


def test_an_empty_session_takes_no_extra() -> None:
    nobody = Session((), 60, (0, 10), 0.0)
    assert decide(nobody, twelve(0.1)[0], Limits()).refused[0].limit == "missing"


LIMITS = st.builds(
    Limits,
    late=st.floats(0, 1),
    wait=st.floats(0, 60),
    long_wait=st.floats(0, 1),
    extras=st.integers(0, 4),
    weights=st.builds(Weights, idle=st.floats(0, 20), overtime=st.floats(0, 30)),
)


@settings(max_examples=150)
@given(patients(most=8), services(), st.floats(0, 1), LIMITS, st.floats(0, 4))
def test_what_is_granted_never_exceeds_a_limit(
    booked: tuple[Patient, ...],
    how_long: Distribution,
    comes: float,
    limits: Limits,
    missing: float,
) -> None:
    extra = Patient(0, comes, how_long)
    session = Session(booked, 90, (0, 10, 20, 45), missing)
    decision = decide(session, extra, limits)
    whole = list(booked)
    for at in decision.granted:
        assert at in session.starts
        whole = put_in(whole, extra, at)
    assert len(decision.granted) <= limits.extras
    assert len(decision.granted) <= floor(missing + 1e-9)
    if decision.granted:
        risk = shocks.evaluate(whole, 90, session.shocks)
        assert risk.late == pytest.approx(decision.after.late)
        assert breaches(whole, risk, limits) == ()
        assert risk.late <= limits.late
        assert (risk.waits <= limits.wait).all()
        assert (risk.long_waits <= limits.long_wait).all()


def test_the_cheapest_start_that_holds_is_chosen() -> None:
    session, extra = morning(0.15), twelve(0.15)[0]
    (chosen,) = decide(session, extra, Limits()).granted
    costs = {}
    for at in STARTS:
        whole = put_in(session.patients, extra, at)
        risk = shocks.evaluate(whole, 240, session.shocks)
        if not breaches(whole, risk, Limits()):
            waited = sum(one.comes * w for one, w in zip(whole, risk.waits, strict=True))
            costs[at] = waited + 5 * risk.idle + 7.5 * risk.overtime
    assert chosen == min(costs, key=lambda at: (costs[at], at))


class TestShocks:
    def test_none_changes_nothing(self) -> None:
        session = twelve(0.15)
        plain = evaluate(session, 240)
        shocked = shocks.evaluate(session, 240, shocks.NONE)
        assert shocked.late == pytest.approx(plain.late, abs=1e-12)
        assert shocked.waits == pytest.approx(plain.waits, abs=1e-12)

    def test_a_common_shock_makes_a_late_finish_likelier(self) -> None:
        """From .174 to within .179-.186 for the realistic session with its extra."""
        session = put_in(twelve(0.15), twelve(0.15)[0], 60)
        assert shocks.evaluate(session, 240, shocks.NONE).late == pytest.approx(0.1735, abs=5e-4)
        wide = (Shock(0.25, 0.3), Shock(0.5, 1.0), Shock(0.25, 1.7))
        assert 0.174 < shocks.evaluate(session, 240, shocks.USUAL).late < 0.186
        assert 0.174 < shocks.evaluate(session, 240, wide).late < 0.186

    def test_waits_are_those_of_patients_who_come(self) -> None:
        """Two kinds of day, counted by hand: nobody misses, or the first always does."""
        first, second = Patient(0, 0.5, service({20: 1.0})), Patient(10, 1.0, service({5: 1.0}))
        days = (Shock(0.5, 0.0), Shock(0.5, 2.0))
        risk = shocks.evaluate([first, second], 30, days)
        assert risk.waits.tolist() == [0.0, 5.0]
        assert risk.idle == pytest.approx(30 - 0.5 * 20 - 5)
        # The second comes on either kind of day; someone who only comes on good days waits more.
        doubtful = Patient(10, 0.5, service({5: 1.0}))
        risk = shocks.evaluate([first, doubtful], 30, days)
        assert risk.waits.tolist() == [0.0, 10.0]

    @given(patients(most=4), services(), st.floats(0, 1))
    def test_positions_are_as_if_reckoned_afresh(
        self, booked: tuple[Patient, ...], how_long: Distribution, comes: float
    ) -> None:
        extra = Patient(0, comes, how_long)
        for one in shocks.positions(booked, 60, extra, (0, 15, 70), shocks.USUAL):
            whole = put_in(booked, extra, one.at)
            rank = sum(other.at <= one.at for other in booked)
            risk = shocks.evaluate(whole, 60, shocks.USUAL)
            assert one.wait == pytest.approx(float(risk.waits[rank]), abs=1e-9)
            assert one.long_wait == pytest.approx(float(risk.long_waits[rank]), abs=1e-9)
            assert one.late == pytest.approx(risk.late, abs=1e-9)
            assert one.idle == pytest.approx(risk.idle, abs=1e-9)

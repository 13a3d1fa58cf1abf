"""Who may be missed, as a total: the fit, its gate, and what it may not be told."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking.missing_model import Booked, Model, MustNotBeUsed, flat
from booking.overbooking.model_evaluation import area, evaluate, lower_bound, recalibrated
from booking.overbooking.records import TooFewVisits
from booking.overbooking.training import fit


def drawn(seed: int, n: int, *, easier: float = 0.0) -> tuple[list[Booked], np.ndarray]:
    """Visits whose true log odds of being missed rise with the lead and fall with age."""
    draw = np.random.default_rng(seed)
    visits, odds = [], []
    for _ in range(n):
        lead, age = int(draw.gamma(1.0, 14)), float(draw.uniform(0, 95))
        visit_type, bad = draw.choice(["kontrol", "første"]), float(draw.normal())
        before = int(draw.poisson(2))
        log_odds = -2.6 + 0.5 * math.log1p(lead) - 0.012 * age + 0.6 * bad - easier
        log_odds += 0.4 * (visit_type == "første")
        missed_before = int(draw.binomial(before, 1 / (1 + math.exp(-log_odds))))
        visits.append(Booked(lead, age, None, visit_type, "in_person", 1, before, missed_before))
        odds.append(log_odds)
    return visits, draw.random(n) < 1 / (1 + np.exp(-np.array(odds)))


def test_it_finds_what_there_is_and_passes_its_gate() -> None:
    visits, missed = drawn(1, 12_000)
    model = fit(visits, missed)
    later, outcome = drawn(2, 8_000)
    found = evaluate(later, outcome, model.missing(later))
    assert found.passes
    assert found.auc is not None
    assert found.auc > 0.6
    assert found.predicted == pytest.approx(outcome.mean(), abs=0.01)


def test_a_drift_is_put_right_by_recalibrating() -> None:
    model = fit(*drawn(1, 12_000))
    later, outcome = drawn(3, 8_000, easier=0.5)
    before = evaluate(later, outcome, model.missing(later))
    after = evaluate(later, outcome, recalibrated(model, later, outcome).missing(later))
    assert before.predicted > outcome.mean() + 0.02
    assert after.predicted == pytest.approx(outcome.mean(), abs=1e-3)
    assert after.slope == pytest.approx(1, abs=1e-3)


def test_the_lower_bound_is_lower_and_narrows_with_more_visits() -> None:
    """At a rate of .10 it takes some 800 visits to count on one missing of twelve."""
    assert lower_bound(60, 600) < 1 / 12 < lower_bound(87, 870) < 0.1
    assert lower_bound(87, 870) == pytest.approx(0.0845, abs=1e-4)
    assert (lower_bound(0, 0), lower_bound(0, 50)) == (0.0, 0.0)
    visits, missed = drawn(1, 4_000)
    model = recalibrated(fit(visits, missed), visits, missed)
    assert (model.cautious(visits) < model.missing(visits)).all()


def test_it_is_kept_as_data() -> None:
    visits, missed = drawn(1, 2_000)
    model = fit(visits, missed)
    again = Model.from_data(json.loads(json.dumps(model.as_data())))
    assert again.missing(visits) == pytest.approx(model.missing(visits), abs=1e-15)


@given(st.builds(
    Booked,
    lead=st.integers(0, 4000), age=st.none() | st.floats(0, 120), hour=st.none() | st.floats(0, 24),
    visit_type=st.text(max_size=3), earlier=st.integers(0, 50), reminders=st.integers(0, 9),
))  # fmt: skip
def test_it_answers_of_anybody_with_a_probability(visit: Booked) -> None:
    (found,) = MODEL.missing([visit])
    assert 0 <= found <= 1


MODEL = fit(*drawn(1, 2_000))


def test_a_clinics_own_rate_says_the_same_of_everybody() -> None:
    visits, _ = drawn(1, 50)
    assert flat(0.07, 0.8).cautious(visits) == pytest.approx(0.056)


def test_too_few_visits_fit_nothing() -> None:
    visits, missed = drawn(1, 100)
    with pytest.raises(TooFewVisits):
        fit(visits, missed)
    with pytest.raises(TooFewVisits):
        fit(visits * 10, np.zeros(1000, dtype=bool))


@pytest.mark.parametrize("name", ["Neighbourhood", "gender", "Scholarship", "diagnosis", "cpr"])
def test_what_may_not_be_used_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(MustNotBeUsed) as refused:
        Model.from_data({**MODEL.as_data(), "levels": {name: {"a": 0.1}}})
    assert refused.value.name == name
    assert refused.value.why


def test_weighting_by_class_is_noticed() -> None:
    visits, missed = drawn(1, 4_000)
    odds = np.log(fit(visits, missed).missing(visits) / (1 - fit(visits, missed).missing(visits)))
    balanced = 1 / (1 + np.exp(-(odds - np.log(missed.mean() / (1 - missed.mean())))))
    found = evaluate(visits, missed, balanced)
    assert "mean_far_off" in found.noticed
    assert not found.passes


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5]), st.booleans()), max_size=30))
def test_the_area_is_counted_pair_by_pair(pairs: list[tuple[float, bool]]) -> None:
    given = np.array([p for p, _ in pairs])
    missed = np.array([m for _, m in pairs], dtype=bool)
    counted = [
        1.0 if a > b else 0.5 if a == b else 0.0 for a in given[missed] for b in given[~missed]
    ] if pairs else []  # fmt: skip
    found = area(given, missed)
    assert found == (pytest.approx(sum(counted) / len(counted)) if counted else None)

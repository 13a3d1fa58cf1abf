"""What an experiment with reminders showed, by intention to treat.

Every visit counts in the arm its patient was assigned to, whatever was sent. The one outcome that
decides is the lost visit: the patient did not come, or gave a time back so late that it counts as
late. The others are shown and decide nothing; so one question is asked, and only the number of arms
held against the usual one needs correcting for (Bonferroni: their intervals are that much wider,
and the chance of calling any of them different where none is stays within 5 %).

Nothing is called before the end that was fixed at the start, and never in an experiment that was
stopped early: who looks again and again, and stops when it looks good, finds a difference far more
often than 5 % of the time where there is none (Armitage, McPherson and Rowe, Journal of the Royal
Statistical Society A 132, 1969). Until then there are patients and visits by arm, and what became
of the visits in all arms together; not even counts by arm, which would be read as a verdict.

Nor is anything called where the arms hold other numbers of patients than the lot would give, since
then something is wrong with the experiment (Fabijan et al., KDD 2019, who use .0005; .001 here).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

import numpy as np

from reminders.experiments.clustered import (
    Numbers,
    Ratio,
    difference_span,
    quotient_span,
    ratio,
    sample_ratio_p,
    share_span,
)

Ending = Literal["came", "did_not_come", "cancelled_late", "cancelled_in_time"]
Outcome = Literal["lost", "did_not_come", "cancelled_late", "cancelled_in_time", "refilled"]
Verdict = Literal["fewer_lost", "more_lost", "not_settled", "not_to_be_trusted"]
Unpriced = Literal["", "not_settled", "more_lost"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
LEVEL = 0.95
UNEVEN = 0.001


@dataclass(frozen=True)
class Visit:
    """What became of one appointment. patient_id: whose, and so the cluster. arm: its place.

    refilled: given back in time, and somebody else had it. cost: its messages, in øre.
    """

    patient_id: int
    arm: int
    ending: Ending
    refilled: bool = False
    cost: int = 0


@dataclass(frozen=True)
class Interval:
    """A value with its interval; for shares and their differences, .05 is five in a hundred."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Size:
    """An arm's patients and visits. expected: the patients the lot would give it."""

    patients: int
    visits: int
    expected: float


@dataclass(frozen=True)
class ArmShares:
    """What became of an arm's visits. cost: of messages in øre a visit."""

    counts: dict[Outcome, int]
    shares: dict[Outcome, Interval]
    cost: float


@dataclass(frozen=True)
class CostPerSaved:
    """Øre of messages for each visit not lost; negative where the arm costs less as well.

    unpriced: why there is no figure, '' where there is one.
    """

    cost: Interval | None
    unpriced: Unpriced = ""


@dataclass(frozen=True)
class Comparison:
    """An arm against the usual one. differences: arm less usual, so below 0 is fewer.

    level: of each interval, 0.95 where one arm is compared and more where several are.
    """

    arm: int
    differences: dict[Outcome, Interval]
    level: float
    verdict: Verdict
    per_saved: CostPerSaved


@dataclass(frozen=True)
class Result:
    """What may be said. together: counts in all arms at once; cost: of all messages in øre.

    uneven_p: how often the lot falls as unevenly as it did; uneven: so seldom that something is
    wrong. Until it is called, `shares` and `comparisons` are empty.
    """

    called: bool
    control: int
    sizes: tuple[Size, ...]
    together: dict[Outcome, int]
    cost: int
    uneven_p: float
    uneven: bool
    shares: tuple[ArmShares, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


def may_be_called(now: datetime, ends_at: datetime, stopped_at: datetime | None = None) -> bool:
    """True once the fixed end is passed, in an experiment that was not stopped before it."""
    return now >= ends_at and (stopped_at is None or stopped_at >= ends_at)


def analyse(
    visits: Iterable[Visit], weights: Sequence[int], control: int, *, called: bool
) -> Result:
    """The result. weights: the arms' shares of the lot, in order; control: the usual arm's place.

    called: what `may_be_called` said. A patient's visits are expected to lie in one arm.
    Raises ValueError for an arm there is none of.
    """
    arms = [_Sums.of(own) for own in _by_arm(visits, weights, control)]
    patients = np.array([len(arm.visits) for arm in arms], dtype=np.float64)
    lot = np.array(weights, dtype=np.float64)
    uneven_p = float(sample_ratio_p(patients, lot))
    sizes = tuple(
        Size(len(arm.visits), int(arm.visits.sum()), float(expected))
        for arm, expected in zip(arms, patients.sum() * lot / lot.sum(), strict=True)
    )
    known = Result(
        called=called,
        control=control,
        sizes=sizes,
        together={name: sum(arm.count(name) for arm in arms) for name in OUTCOMES},
        cost=int(sum(arm.cost.sum() for arm in arms)),
        uneven_p=uneven_p,
        uneven=uneven_p < UNEVEN,
    )
    if not called:
        return known
    others = [place for place in range(len(arms)) if place != control]
    level = 1 - (1 - LEVEL) / max(1, len(others))
    return replace(
        known,
        shares=tuple(_shares(arm) for arm in arms),
        comparisons=tuple(
            _comparison(place, arms[place], arms[control], level, uneven=known.uneven)
            for place in others
        ),
    )


@dataclass(frozen=True)
class _Sums:
    """An arm's visits added up by patient."""

    visits: Numbers
    outcomes: dict[Outcome, Numbers]
    cost: Numbers

    @classmethod
    def of(cls, visits: Sequence[Visit]) -> "_Sums":
        ids = np.array([one.patient_id for one in visits], dtype=np.int64)
        people, at = np.unique(ids, return_inverse=True)

        def total(of_visits: Iterable[float]) -> Numbers:
            each = np.fromiter(of_visits, dtype=np.float64, count=len(visits))
            return np.bincount(at, each, len(people)).astype(np.float64)

        outcomes = {name: total(_is(one, name) for one in visits) for name in OUTCOMES}
        return cls(total(1 for _ in visits), outcomes, total(one.cost for one in visits))

    def count(self, outcome: Outcome) -> int:
        return int(self.outcomes[outcome].sum())

    def share(self, outcome: Outcome) -> Ratio:
        return ratio(self.outcomes[outcome], self.visits)


def _is(visit: Visit, outcome: Outcome) -> bool:
    if outcome == "lost":
        return visit.ending in ("did_not_come", "cancelled_late")
    if outcome == "refilled":
        return visit.ending == "cancelled_in_time" and visit.refilled
    return visit.ending == outcome


def _by_arm(visits: Iterable[Visit], weights: Sequence[int], control: int) -> list[list[Visit]]:
    arms: list[list[Visit]] = [[] for _ in weights]
    places = range(len(weights))
    if control not in places:
        raise ValueError("control")
    for visit in visits:
        if visit.arm not in places:
            raise ValueError("arm")
        arms[visit.arm].append(visit)
    return arms


def _shares(arm: _Sums) -> ArmShares:
    whole = arm.visits.sum()
    spans = {name: share_span(arm.share(name), LEVEL) for name in OUTCOMES}
    return ArmShares(
        counts={name: arm.count(name) for name in OUTCOMES},
        shares={
            name: Interval(float(one.value), float(one.low), float(one.high))
            for name, one in spans.items()
            if whole
        },
        cost=float(arm.cost.sum() / whole) if whole else 0.0,
    )


def _comparison(
    place: int, arm: _Sums, control: _Sums, level: float, *, uneven: bool
) -> Comparison:
    if not len(arm.visits) or not len(control.visits):
        return Comparison(place, {}, level, "not_settled", CostPerSaved(None, "not_settled"))
    spans = {
        name: difference_span(arm.share(name), control.share(name), level) for name in OUTCOMES
    }
    differences = {
        name: Interval(float(one.value), float(one.low), float(one.high))
        for name, one in spans.items()
    }
    seen = _verdict(differences["lost"])
    return Comparison(
        place,
        differences,
        level,
        "not_to_be_trusted" if uneven else seen,
        _per_saved(arm, control, level, seen),
    )


def _verdict(lost: Interval) -> Verdict:
    if lost.high < 0:
        return "fewer_lost"
    return "more_lost" if lost.low > 0 else "not_settled"


def _per_saved(arm: _Sums, control: _Sums, level: float, seen: Verdict) -> CostPerSaved:
    """Said only where fewer are lost, for certain: else any price fits, or there is none."""
    if seen != "fewer_lost":
        return CostPerSaved(None, "more_lost" if seen == "more_lost" else "not_settled")
    costs = ratio(arm.cost, arm.visits), ratio(control.cost, control.visits)
    lost = arm.share("lost"), control.share("lost")
    span = quotient_span(costs, lost, level)
    if np.isnan(span.low):
        return CostPerSaved(None, "not_settled")
    # A visit saved is one lost less, so the sign is turned, and the ends with it.
    return CostPerSaved(Interval(-float(span.value), -float(span.high), -float(span.low)))

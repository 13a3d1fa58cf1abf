"""What a session comes to when patients are early or late: drawn, not exact. Pure.

The exact model has everybody arrive at their booked minute. Here each who comes arrives a random
number of minutes off it. The clinician begins at minute 0, is never idle while somebody is here,
and takes the one booked earliest of those who are, ties in list order; whoever is early may be
taken early, and the last booked is waited for to their minute. A wait counts from the booked minute
or the arrival, whichever is later. Days are of kinds as in `shocks`. The draws are a fixed number
from a fixed seed, so that the same question gets the same answer, and what is asked with and
without extras is asked of the same days.

Patients come early rather than late on the whole (Blanco White & Pike 1964; Cayirli & Veral 2003);
that it is normal, and how much, is an assumption (`USUAL`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from booking.overbooking import shocks
from booking.overbooking.session_risk import LATE_FINISH, LONG_WAIT, Patient, Risk
from booking.overbooking.shocks import Shock

DRAWS, SEED = 4000, 20261123

# A row for every patient, a column for every day drawn.
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Unpunctual:
    """Arrival minus booked time, normal: minutes, and their standard deviation."""

    mean: float
    deviation: float

    @property
    def span(self) -> tuple[float, float]:
        """Between which 95 of 100 arrive: minutes after the booked time, before it negative."""
        return self.mean - 1.96 * self.deviation, self.mean + 1.96 * self.deviation


PUNCTUAL = Unpunctual(0.0, 0.0)
USUAL = Unpunctual(-5.0, 10.0)


@dataclass(frozen=True, eq=False)
class Estimate:
    """risk: as drawn, its waits 0 for whoever never came. late_error: standard error of P(late)."""

    risk: Risk
    late_error: float


@dataclass(frozen=True, eq=False)
class Stress:
    """The same days without the extras and with them."""

    before: Estimate
    after: Estimate


@dataclass(frozen=True, eq=False)
class _Days:
    """arrives: infinite for whoever does not come. takes: minutes."""

    arrives: Table
    takes: Table

    def of(self, ranks: Sequence[int]) -> Self:
        """The same days with these patients alone, in this order."""
        return type(self)(self.arrives[list(ranks)], self.takes[list(ranks)])


def evaluate(
    patients: Sequence[Patient],
    planned_end: int,
    how: Unpunctual = USUAL,
    kinds: Sequence[Shock] = shocks.USUAL,
    draws: int = DRAWS,
) -> Estimate:
    """A session, its patients in booked order, as its days turn out."""
    return _estimate(patients, _drawn(patients, how, kinds, draws), planned_end)


def stress(
    patients: Sequence[Patient],
    planned_end: int,
    extras: Sequence[Patient],
    how: Unpunctual = USUAL,
    kinds: Sequence[Shock] = shocks.USUAL,
    draws: int = DRAWS,
) -> Stress:
    """A session without these extras and with them, each after whoever is booked at its minute."""
    everyone = [*patients, *extras]
    days = _drawn(everyone, how, kinds, draws)
    order = sorted(range(len(everyone)), key=lambda rank: everyone[rank].at)
    return Stress(
        _estimate(patients, days.of(range(len(patients))), planned_end),
        _estimate([everyone[rank] for rank in order], days.of(order), planned_end),
    )


def begins(arrives: Table, takes: Table) -> Table:
    """When each patient is taken in; rows in booked order, infinite for whoever does not come."""
    begun = np.full(arrives.shape, np.inf)
    waiting, free = arrives.copy(), np.zeros(arrives.shape[1])
    for _ in range(len(arrives)):
        now = np.maximum(free, waiting.min(axis=0))
        first = (waiting <= now).argmax(axis=0)
        days = np.flatnonzero(np.isfinite(now))
        taken = first[days], days
        begun[taken] = now[days]
        free[days] = now[days] + takes[taken]
        waiting[taken] = np.inf
    return begun


def _drawn(
    patients: Sequence[Patient], how: Unpunctual, kinds: Sequence[Shock], draws: int
) -> _Days:
    """Patient by patient, so that those before are drawn alike whoever is added."""
    draw = np.random.default_rng(SEED)
    kind = draw.choice(len(kinds), size=draws, p=[one.weight for one in kinds])
    missing = np.array([one.missing for one in kinds])[kind]
    arrives, takes = np.empty((len(patients), draws)), np.empty((len(patients), draws))
    for rank, one in enumerate(patients):
        comes = draw.random(draws) >= np.minimum(1.0, (1.0 - one.comes) * missing)
        off = draw.normal(how.mean, how.deviation, draws)
        arrives[rank] = np.where(comes, one.at + off, np.inf)
        minutes = np.cumsum(one.service).searchsorted(draw.random(draws), side="right")
        takes[rank] = np.minimum(minutes, len(one.service) - 1)
    return _Days(arrives, takes)


def _estimate(patients: Sequence[Patient], days: _Days, planned_end: int) -> Estimate:
    begun = begins(days.arrives, days.takes)
    came = np.isfinite(begun)
    due = np.maximum(days.arrives, np.array([[one.at] for one in patients]).reshape(-1, 1))
    waits = np.maximum(0.0, np.where(came, begun, 0.0) - np.where(came, due, 0.0))
    takes = np.where(came, days.takes, 0.0)
    done = np.where(came, begun, 0.0) + takes
    last = max((one.at for one in patients), default=0)
    over = np.maximum(0.0, done.max(axis=0, initial=last) - planned_end)
    times = np.maximum(1, came.sum(axis=1))
    late = float((over > LATE_FINISH).mean())
    risk = Risk(
        waits.sum(axis=1) / times,
        (waits > LONG_WAIT).sum(axis=1) / times,
        float(over.mean()),
        late,
        float(planned_end + over.mean() - takes.sum(axis=0).mean()),
    )
    return Estimate(risk, sqrt(late * (1 - late) / len(over)))

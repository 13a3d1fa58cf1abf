"""What was promised of a clinic's sessions against what came of them. Pure.

The promise is broken where the whole interval of what was seen lies above what was expected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol

import numpy as np

from booking.overbooking.intervals import Interval, over_sessions, wilson
from booking.overbooking.session_risk import LATE_FINISH

Code = Literal["late", "overtime", "wait", "long_wait"]
Verdict = Literal["holds", "worse", "too_few"]

# With fewer sessions, drawing them again says too little; a share of them needs fewer.
LEAST, LEAST_FOR_SHARE = 30, 10
# Of the expected rate of missing: below 5 %, 5 to 10 and so on, and 20 or more.
BANDS = (0.0, 0.05, 0.10, 0.15, 0.20, float("inf"))


class Kept(Protocol):
    """A session and what came of it: `models.SessionPrediction` says what each figure is."""

    @property
    def booked(self) -> int: ...
    @property
    def extras(self) -> int: ...
    @property
    def expected(self) -> float: ...
    @property
    def late(self) -> float: ...
    @property
    def overtime(self) -> float: ...
    @property
    def wait(self) -> float: ...
    @property
    def long_wait(self) -> float: ...
    @property
    def missed(self) -> int | None: ...
    @property
    def came(self) -> int | None: ...
    @property
    def observed_overtime(self) -> float | None: ...
    @property
    def waits(self) -> int | None: ...
    @property
    def observed_wait(self) -> float | None: ...
    @property
    def long_waits(self) -> int | None: ...


@dataclass(frozen=True)
class Measure:
    """One promise over so many sessions: a share (late, long_wait) or minutes (overtime, wait)."""

    code: Code
    sessions: int
    promised: float
    seen: Interval

    @property
    def worse(self) -> bool:
        """Whether what was seen lies above what was promised."""
        return self.seen.low > self.promised


@dataclass(frozen=True)
class Part:
    """Sessions that are over. timed, waited: of how many the end and the waits are known.

    measures: those there are enough sessions for, in the order of `Code`.
    """

    sessions: int
    extras: int
    timed: int
    waited: int
    measures: tuple[Measure, ...]

    @property
    def verdict(self) -> Verdict:
        """Worse if one measure is; holds only where all four could be told."""
        if self.worse:
            return "worse"
        return "holds" if len(self.measures) == 4 else "too_few"

    @property
    def worse(self) -> tuple[Code, ...]:
        """What went worse than promised."""
        return tuple(one.code for one in self.measures if one.worse)


@dataclass(frozen=True)
class Band:
    """Sessions whose expected rate of missing lies from low to below high.

    visits: those that were kept or missed. expected, seen: how many were missed; seen is None
    where the sessions are too few.
    """

    low: float
    high: float
    sessions: int
    visits: int
    expected: float
    missed: int
    seen: Interval | None

    @property
    def off(self) -> bool:
        """Whether another number was missed than expected, beyond chance."""
        return self.seen is not None and not self.seen.low <= self.expected <= self.seen.high


@dataclass(frozen=True)
class Aftermath:
    """kept: sessions something was promised of, over or not. whole: all bands in one."""

    kept: int
    with_extras: Part
    without: Part
    bands: tuple[Band, ...]
    whole: Band | None


def aftermath(kept: Sequence[Kept]) -> Aftermath:
    """Promised against seen of these sessions; the yet unseen are only counted."""
    over = [one for one in kept if one.came is not None]
    return Aftermath(
        len(kept),
        _part([one for one in over if one.extras]),
        _part([one for one in over if not one.extras]),
        _bands(over),
        _band([one for one in over if _visits(one)], BANDS[0], BANDS[-1]),
    )


def _part(over: Sequence[Kept]) -> Part:
    timed = [one for one in over if one.observed_overtime is not None]
    waited = [one for one in over if one.waits]
    measures: list[Measure] = []
    if len(timed) >= LEAST_FOR_SHARE:
        late = sum((one.observed_overtime or 0.0) > LATE_FINISH for one in timed)
        promised = float(np.mean([one.late for one in timed]))
        measures.append(Measure("late", len(timed), promised, wilson(late, len(timed))))
    if len(timed) >= LEAST:
        seen = over_sessions([one.observed_overtime or 0.0 for one in timed], [1.0] * len(timed))
        promised = float(np.mean([one.overtime for one in timed]))
        measures.append(Measure("overtime", len(timed), promised, seen))
    if len(waited) >= LEAST:
        measures.append(
            Measure("wait", len(waited), _per_wait(waited, lambda one: one.wait), _wait(waited))
        )
        promised = _per_wait(waited, lambda one: one.long_wait)
        measures.append(Measure("long_wait", len(waited), promised, _long_wait(waited)))
    return Part(
        len(over), sum(one.extras for one in over), len(timed), len(waited), tuple(measures)
    )


def _per_wait(waited: Sequence[Kept], promised: Callable[[Kept], float]) -> float:
    """What was promised of a patient, over the patients whose wait is known."""
    weights = [one.waits or 0 for one in waited]
    return float(np.average([promised(one) for one in waited], weights=weights))


def _wait(waited: Sequence[Kept]) -> Interval:
    numbers = [one.waits or 0 for one in waited]
    sums = [(one.observed_wait or 0.0) * (one.waits or 0) for one in waited]
    return over_sessions(sums, numbers)


def _long_wait(waited: Sequence[Kept]) -> Interval:
    """Waits of one session go together: where none is long, they say as much as one each."""
    longs = [one.long_waits or 0 for one in waited]
    if not any(longs):
        return wilson(0, len(waited))
    return over_sessions(longs, [one.waits or 0 for one in waited])


def _visits(one: Kept) -> int:
    """Those of the booked that were kept or missed, not moved or called off since."""
    return (one.missed or 0) + (one.came or 0)


def _rate(one: Kept) -> float:
    """The expected rate of missing; a rounding must not part sessions that have the same."""
    return round(one.expected / one.booked, 9)


def _bands(over: Sequence[Kept]) -> tuple[Band, ...]:
    counted = [one for one in over if _visits(one)]
    found = (
        _band([one for one in counted if low <= _rate(one) < high], low, high)
        for low, high in pairwise(BANDS)
    )
    return tuple(one for one in found if one)


def _band(sessions: Sequence[Kept], low: float, high: float) -> Band | None:
    if not sessions:
        return None
    visits = [_visits(one) for one in sessions]
    missed = [one.missed or 0 for one in sessions]
    seen = None
    if len(sessions) >= LEAST:
        some = 0 < sum(missed) < sum(visits)
        rate = over_sessions(missed, visits) if some else wilson(sum(missed), sum(visits))
        seen = rate.times(sum(visits))
    expected = sum(_rate(one) * number for one, number in zip(sessions, visits, strict=True))
    return Band(low, high, len(sessions), sum(visits), expected, sum(missed), seen)

"""A year at a clinic: what was promised of overbooking against what came of it. Pure.

Patients are drawn from two groups of equal size. The second misses half as often again as the
first at the same time of day, and nothing tells the clinic who is in which: what one waits is to
be the same. An extra is whoever has stood longest on a waiting list of those whom the half day and
the notice suit; what suits somebody has nothing to do with their group.

The same days are lived by every strategy: who was booked, who came and what they took are drawn
before the extras are, so that strategies can be compared day by day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from booking.overbooking import shocks
from booking.overbooking.deciding import Limits, Session, decide
from booking.overbooking.intervals import Interval, over_sessions
from booking.overbooking.model_evaluation import lower_bound
from booking.overbooking.service_times import learnt
from booking.overbooking.session_risk import LATE_FINISH, LONG_WAIT, Patient, Risk

SESSIONS, HISTORY, LENGTH = 440, 4000, 240
# (minutes planned, patients): half days of four hours.
KINDS = ((20, 12), (30, 8), (15, 16))
GROUPS = (0.8, 1.2)
# Of those on the list, how many can come in the morning, the afternoon, or both; and the most
# days' notice that any of them needs, and that a session is filled with.
_HALVES = (0.3, 0.3, 0.4)
_NOTICE = 14
_LIST = 40
_RESAMPLES = 2000

Strategy = Callable[[Session, Patient], Sequence[int]]


@dataclass(frozen=True, eq=False)
class Figures:
    """Means of a session, promised and delivered: P(late), minutes of overtime and of waiting.

    late_seen: how many finished late. waited: the delivered wait with its 95 % interval. worked:
    minutes of clinician time used within hours, of each session. waits: how many were waited in
    each group. ratio: what the second group waited as a share of the first, with its 95 %
    interval (low, high) over sessions.
    """

    extras: int
    late: tuple[float, float]
    late_seen: int
    overtime: tuple[float, float]
    waiting: tuple[float, float]
    waited: Interval
    long_waits: tuple[float, float]
    worked: NDArray[np.float64]
    waits: tuple[int, int]
    ratio: float
    interval: tuple[float, float]

    def gained(self, over: "Figures") -> Interval:
        """Minutes of clinician time used a session, above another strategy's on the same days."""
        more = self.worked - over.worked
        mean, error = float(more.mean()), float(more.std(ddof=1)) / sqrt(len(more))
        return Interval(mean, mean - 1.96 * error, mean + 1.96 * error)


def none(_session: Session, _extra: Patient) -> Sequence[int]:
    """No overbooking."""
    return ()


def always(_session: Session, _extra: Patient) -> Sequence[int]:
    """One extra with the first patient, whatever the risk."""
    return (0,)


def careful(limits: Limits) -> Strategy:
    """As `decide` says."""
    return lambda session, extra: decide(session, extra, limits).granted


@dataclass(frozen=True, eq=False)
class Row:
    """A strategy where this share is missed; what it gained over none, and over always one."""

    missing: float
    strategy: str
    figures: Figures
    gained: Interval
    against: Interval


def strategies(seed: int, sessions: int = SESSIONS) -> list[Row]:
    """A year at clinics where 4, 10, 15 and 20 % are missed, without and with overbooking."""
    found = []
    for missing in (0.04, 0.10, 0.15, 0.20):
        without, with_care, always_one = (
            year(missing, strategy, seed, sessions)
            for strategy in (none, careful(Limits(extras=2)), always)
        )
        found += [
            Row(missing, name, one, one.gained(without), one.gained(always_one))
            for name, one in (
                ("none", without), ("careful", with_care), ("always one", always_one),
            )
        ]  # fmt: skip
    return found


def year(missing: float, strategy: Strategy, seed: int, sessions: int = SESSIONS) -> Figures:
    """A year of a clinic where this share is missed, after a history of so many visits."""
    draw = np.random.default_rng(seed)
    history = int(draw.binomial(HISTORY, missing))
    believed, cautious = history / HISTORY, lower_bound(history, HISTORY)
    kinds = [_half_day(kind, strategy, believed, cautious) for kind in KINDS]
    picked = draw.integers(len(KINDS), size=sessions)
    waiting = WaitingList(np.random.default_rng((seed, sessions)))
    days = [
        _lived(np.random.default_rng((seed, day)), kinds[kind], missing, waiting)
        for day, kind in enumerate(picked)
    ]
    return _figures([kinds[kind] for kind in picked], days, draw)


@dataclass(frozen=True, eq=False)
class _HalfDay:
    """Who is booked, where the extras are put, and what is promised of it all.

    patients: in the order they are seen; order: their ranks, extras counted after the booked.
    """

    patients: Sequence[Patient]
    order: Sequence[int]
    extras: int
    risk: Risk


def _half_day(
    kind: tuple[int, int], strategy: Strategy, believed: float, cautious: float
) -> _HalfDay:
    minutes, size = kind
    how_long = learnt(minutes, ()).distribution
    booked = tuple(Patient(minutes * rank, 1 - cautious, how_long) for rank in range(size))
    session = Session(booked, LENGTH, tuple(range(0, LENGTH, 5)), cautious * size)
    granted = strategy(session, Patient(0, 1 - cautious, how_long))
    times = [*(one.at for one in booked), *granted]
    order = sorted(range(len(times)), key=lambda rank: times[rank])
    expected = [Patient(times[rank], 1 - believed, how_long) for rank in order]
    risk = shocks.evaluate(expected, LENGTH, shocks.USUAL)
    return _HalfDay(expected, order, len(granted), risk)


@dataclass(frozen=True)
class Waiting:
    """Somebody on the list: halves they can come in, and the days' notice they need."""

    group: int
    halves: tuple[int, ...]
    notice: int

    def suits(self, half: int, notice: int) -> bool:
        """Whether they can come in this half of the day at so many days' notice."""
        return half in self.halves and self.notice <= notice


class WaitingList:
    """Who stands on the list, the longest wait first; one more joins whenever one is placed."""

    def __init__(self, draw: np.random.Generator) -> None:
        self._draw = draw
        self.waiting = [self._one() for _ in range(_LIST)]

    def next(self, half: int, notice: int) -> int:
        """Place one in this half of the day at so many days' notice, and tell their group."""
        while True:
            for rank, one in enumerate(self.waiting):
                if one.suits(half, notice):
                    self.waiting.append(self._one())
                    return self.waiting.pop(rank).group
            self.waiting.append(self._one())

    def _one(self) -> Waiting:
        group = int(self._draw.integers(len(GROUPS)))
        halves = ((0,), (1,), (0, 1))[int(self._draw.choice(3, p=_HALVES))]
        return Waiting(group, halves, int(self._draw.integers(1, _NOTICE + 1)))


@dataclass(frozen=True, eq=False)
class _Day:
    """waits, groups: of those who came. overtime, worked: minutes."""

    waits: np.ndarray
    groups: np.ndarray
    overtime: float
    worked: float


def _lived(
    draw: np.random.Generator, half_day: _HalfDay, missing: float, waiting: WaitingList
) -> _Day:
    kind = draw.choice(len(shocks.USUAL), p=[shock.weight for shock in shocks.USUAL])
    half, notice = int(draw.integers(2)), int(draw.integers(1, _NOTICE + 1))
    rate = missing * shocks.USUAL[kind].missing
    service = half_day.patients[0].service
    everyone = []
    for rank in range(len(half_day.patients)):
        extra = rank >= len(half_day.patients) - half_day.extras
        group = waiting.next(half, notice) if extra else int(draw.integers(len(GROUPS)))
        comes = draw.random() >= rate * GROUPS[group]
        everyone.append((group, comes, int(draw.choice(len(service), p=service))))
    waits, groups, free, worked = [], [], 0, 0
    for one, rank in zip(half_day.patients, half_day.order, strict=True):
        group, comes, taken = everyone[rank]
        free = max(free, one.at)
        if not comes:
            continue
        waits.append(free - one.at)
        groups.append(group)
        worked += max(0, min(free + taken, LENGTH) - min(free, LENGTH))
        free += taken
    return _Day(np.array(waits), np.array(groups), max(0, free - LENGTH), worked)


def _figures(
    half_days: Sequence[_HalfDay], days: Sequence[_Day], draw: np.random.Generator
) -> Figures:
    risks = [one.risk for one in half_days]
    coming = np.concatenate([[one.comes for one in half_day.patients] for half_day in half_days])
    expected_waits = np.concatenate([risk.waits for risk in risks])
    expected_longs = np.concatenate([risk.long_waits for risk in risks])
    waits = np.concatenate([day.waits for day in days])
    over = np.array([day.overtime for day in days])
    sums = np.array([[day.waits[day.groups == g].sum() for g in (0, 1)] for day in days])
    counts = np.array([[(day.groups == g).sum() for g in (0, 1)] for day in days])
    ratio, interval = _ratio(sums, counts, draw)
    return Figures(
        sum(one.extras for one in half_days),
        (float(np.mean([risk.late for risk in risks])), float((over > LATE_FINISH).mean())),
        int((over > LATE_FINISH).sum()),
        (float(np.mean([risk.overtime for risk in risks])), float(over.mean())),
        (float(np.average(expected_waits, weights=coming)), float(waits.mean())),
        over_sessions(sums.sum(axis=1).tolist(), counts.sum(axis=1).tolist()),
        (float(np.average(expected_longs, weights=coming)), float((waits > LONG_WAIT).mean())),
        np.array([day.worked for day in days], dtype=float),
        (int(counts[:, 0].sum()), int(counts[:, 1].sum())),
        ratio,
        interval,
    )


def _ratio(
    sums: np.ndarray, counts: np.ndarray, draw: np.random.Generator
) -> tuple[float, tuple[float, float]]:
    """Of mean waits, second to first; the interval by drawing whole sessions again."""
    picked = draw.integers(len(sums), size=(_RESAMPLES, len(sums)))
    means = sums[picked].sum(axis=1) / counts[picked].sum(axis=1)
    low, high = np.quantile(means[:, 1] / means[:, 0], [0.025, 0.975])
    whole = sums.sum(axis=0) / counts.sum(axis=0)
    return float(whole[1] / whole[0]), (float(low), float(high))

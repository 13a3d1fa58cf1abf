"""A year at a clinic: what was promised of overbooking against what came of it. Pure.

Patients are drawn from two groups of equal size. The second misses half as often again as the
first at the same time of day, and nothing tells the clinic who is in which: what one waits is to
be the same. Extras are whoever is next on the list, drawn alike from both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from booking.overbooking import shocks
from booking.overbooking.deciding import Limits, Session, decide, put_in
from booking.overbooking.model_evaluation import lower_bound
from booking.overbooking.service_times import learnt
from booking.overbooking.session_risk import LATE_FINISH, LONG_WAIT, Patient, Risk

SESSIONS, HISTORY, LENGTH = 440, 4000, 240
# (minutes planned, patients): mornings of four hours.
KINDS = ((20, 12), (30, 8), (15, 16))
GROUPS = (0.8, 1.2)
_RESAMPLES = 2000

Strategy = Callable[[Session, Patient], Sequence[int]]


@dataclass(frozen=True)
class Figures:
    """Means of a session, promised and delivered: P(late), minutes of overtime and of waiting.

    worked: minutes of clinician time used within hours. ratio: what the second group waited as a
    share of the first, with its 95 % interval (low, high) over sessions.
    """

    extras: int
    late: tuple[float, float]
    overtime: tuple[float, float]
    waiting: tuple[float, float]
    long_waits: tuple[float, float]
    worked: float
    waits: tuple[int, int]
    ratio: float
    interval: tuple[float, float]


def none(_session: Session, _extra: Patient) -> Sequence[int]:
    """No overbooking."""
    return ()


def always(_session: Session, _extra: Patient) -> Sequence[int]:
    """One extra with the first patient, whatever the risk."""
    return (0,)


def careful(limits: Limits) -> Strategy:
    """As `decide` says."""
    return lambda session, extra: decide(session, extra, limits).granted


def year(missing: float, strategy: Strategy, seed: int, sessions: int = SESSIONS) -> Figures:
    """A year of a clinic where this share is missed, after a history of so many visits."""
    draw = np.random.default_rng(seed)
    history = int(draw.binomial(HISTORY, missing))
    believed, cautious = history / HISTORY, lower_bound(history, HISTORY)
    mornings = [_morning(kind, strategy, believed, cautious) for kind in KINDS]
    picked = draw.integers(len(KINDS), size=sessions)
    days = [_lived(draw, mornings[kind].patients, missing) for kind in picked]
    return _figures([mornings[kind] for kind in picked], days, draw)


@dataclass(frozen=True, eq=False)
class _Morning:
    """What is booked, extras among it, and what is promised of it."""

    patients: Sequence[Patient]
    extras: int
    risk: Risk


def _morning(
    kind: tuple[int, int], strategy: Strategy, believed: float, cautious: float
) -> _Morning:
    minutes, size = kind
    how_long = learnt(minutes, ()).distribution
    booked = tuple(Patient(minutes * rank, 1 - cautious, how_long) for rank in range(size))
    session = Session(booked, LENGTH, tuple(range(0, LENGTH, 5)), cautious * size)
    granted = strategy(session, Patient(0, 1 - cautious, how_long))
    expected = [Patient(one.at, 1 - believed, one.service) for one in booked]
    for at in granted:
        expected = put_in(expected, Patient(at, 1 - believed, how_long), at)
    risk = shocks.evaluate(expected, LENGTH, shocks.USUAL)
    return _Morning(expected, len(granted), risk)


@dataclass(frozen=True, eq=False)
class _Day:
    """waits, groups: of those who came. overtime, worked: minutes."""

    waits: np.ndarray
    groups: np.ndarray
    overtime: float
    worked: float


def _lived(draw: np.random.Generator, patients: Sequence[Patient], missing: float) -> _Day:
    kind = draw.choice(len(shocks.USUAL), p=[shock.weight for shock in shocks.USUAL])
    rate = missing * shocks.USUAL[kind].missing
    waits, groups, free, worked = [], [], 0, 0
    for one in patients:
        group = int(draw.integers(2))
        wait = max(0, free - one.at)
        free = one.at + wait
        if draw.random() < rate * GROUPS[group]:
            continue
        taken = int(draw.choice(len(one.service), p=one.service))
        waits.append(wait)
        groups.append(group)
        worked += max(0, min(free + taken, LENGTH) - min(free, LENGTH))
        free += taken
    return _Day(np.array(waits), np.array(groups), max(0, free - LENGTH), worked)


def _figures(
    mornings: Sequence[_Morning], days: Sequence[_Day], draw: np.random.Generator
) -> Figures:
    risks = [morning.risk for morning in mornings]
    coming = np.concatenate([[one.comes for one in m.patients] for m in mornings])
    expected_waits = np.concatenate([risk.waits for risk in risks])
    expected_longs = np.concatenate([risk.long_waits for risk in risks])
    waits = np.concatenate([day.waits for day in days])
    over = np.array([day.overtime for day in days])
    sums = np.array([[day.waits[day.groups == g].sum() for g in (0, 1)] for day in days])
    counts = np.array([[(day.groups == g).sum() for g in (0, 1)] for day in days])
    ratio, interval = _ratio(sums, counts, draw)
    return Figures(
        sum(morning.extras for morning in mornings),
        (float(np.mean([risk.late for risk in risks])), float((over > LATE_FINISH).mean())),
        (float(np.mean([risk.overtime for risk in risks])), float(over.mean())),
        (float(np.average(expected_waits, weights=coming)), float(waits.mean())),
        (float(np.average(expected_longs, weights=coming)), float((waits > LONG_WAIT).mean())),
        float(np.mean([day.worked for day in days])),
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

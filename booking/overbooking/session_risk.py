"""What waiting, overtime and idle time a planned session will see, exactly. Pure.

A session is a row of patients with booked times. Each comes with a probability and takes a random
number of whole minutes; they are seen in booked order, ties in list order, and nobody is early or
late. With V what patient i waits if they come, B whether they come and S the minutes they take:

    V(1) = 0,  V(i+1) = max(0, V(i) + B(i) S(i) - (a(i+1) - a(i)))
    overtime = max(0, a(n) + V(n) + B(n) S(n) - T),  idle = T + E[overtime] - sum p(i) E[S(i)]

The distribution of V is carried from patient to patient by convolution on whole minutes (Kaandorp
& Koole 2007; Zacharias & Pinedo 2014). Everything is in minutes from the session's start.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONG_WAIT, LATE_FINISH = 30, 15
# Tails below this are dropped; all they could add lies far below the 1e-9 the answers hold.
_NEGLIGIBLE = 1e-15

Distribution = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Patient:
    """at: booked minute. comes: probability. service: P(takes 0, 1, 2 … minutes | comes)."""

    at: int
    comes: float
    service: Distribution


@dataclass(frozen=True, eq=False)
class Risk:
    """waits, long_waits: of each patient who comes: expected minutes, and P(more than LONG_WAIT).

    overtime, idle: expected minutes. late: P(overtime > LATE_FINISH).
    """

    waits: Distribution
    long_waits: Distribution
    overtime: float
    late: float
    idle: float


@dataclass(frozen=True)
class Position:
    """A session with one patient more, booked at `at` after whoever is booked there already.

    wait, long_wait: of that patient. waiting: expected minutes waited by all who come, together.
    overtime, late, idle: as in Risk.
    """

    at: int
    wait: float
    long_wait: float
    waiting: float
    overtime: float
    late: float
    idle: float


def evaluate(patients: Sequence[Patient], planned_end: int) -> Risk:
    """The risk of a session, its patients in booked order. With no patients all of it is idle."""
    before, over = _forward(patients, planned_end)
    overtime = mean(over)
    return Risk(
        np.array([mean(one) for one in before]),
        np.array([_beyond(LONG_WAIT, one) for one in before]),
        overtime,
        _beyond(LATE_FINISH, over),
        planned_end + overtime - _work(patients),
    )


def positions(
    patients: Sequence[Patient], planned_end: int, extra: Patient, starts: Sequence[int]
) -> list[Position]:
    """What one more patient like `extra` (its own `at` unused) does at each of these minutes.

    One pass forwards gives what lies before the clinician at each point of the session, one pass
    backwards what each amount of it leads to; a position is where the two meet, so that a hundred
    cost little more than one. Answers as `evaluate` would, to 1e-9.
    """
    before, _ = _forward(patients, planned_end)
    after = [np.ones(1), *(_after(work, one) for work, one in zip(before, patients, strict=True))]
    waited = np.cumsum(
        [0.0, *(one.comes * mean(work) for work, one in zip(before, patients, strict=True))]
    )
    work = _work([*patients, extra])
    groups: dict[int, list[int]] = {}
    for start in sorted(set(starts)):
        groups.setdefault(sum(one.at <= start for one in patients), []).append(start)

    found: dict[int, Position] = {}

    def add(start: int, rank: int, arriving: Distribution, led_to: Sequence[float]) -> None:
        wait, (waiting, overtime, late) = mean(arriving), led_to
        found[start] = Position(
            start,
            wait,
            _beyond(LONG_WAIT, arriving),
            float(waited[rank]) + extra.comes * wait + waiting,
            overtime,
            late,
            planned_end + overtime - work,
        )

    def arriving(start: int, rank: int) -> Distribution:
        return _later(after[rank], start - patients[rank - 1].at) if rank else np.ones(1)

    last = len(patients)
    for start in groups.get(last, ()):
        work_then = arriving(start, last)
        over = _later(_after(work_then, extra), planned_end - start)
        add(start, last, work_then, (0.0, mean(over), _beyond(LATE_FINISH, over)))
    consequences = None
    for rank in range(last - 1, -1, -1):
        one = patients[rank]
        width = len(_trimmed(np.convolve(before[rank], extra.service)))
        if consequences is None:
            over = np.arange(width + len(one.service), dtype=np.float64)
            over -= planned_end - one.at
            consequences = np.stack([0.0 * over, np.maximum(over, 0.0), over > LATE_FINISH])
            gap = 0
        else:
            gap = patients[rank + 1].at - one.at
        consequences = _led_to(consequences, one, gap, width)
        consequences[0] += one.comes * np.arange(width)
        if rank in groups:
            longest = one.at - groups[rank][0]
            with_extra = _led_to(consequences, extra, longest, len(after[rank]) + longest)
            for start in groups[rank]:
                work_then = arriving(start, rank)
                skip = start - groups[rank][0]
                led_to = with_extra[:, skip : skip + len(work_then)] @ work_then
                add(start, rank, work_then, led_to.tolist())
    return [found[start] for start in starts]


def mean(distribution: Distribution) -> float:
    """The expected minutes of a distribution over 0, 1, 2 … minutes."""
    return float(distribution @ np.arange(len(distribution)))


def _forward(
    patients: Sequence[Patient], planned_end: int
) -> tuple[list[Distribution], Distribution]:
    """What each patient would wait, and the overtime."""
    before, work, now = [], np.ones(1), 0
    for one in patients:
        work = _later(work, one.at - now)
        before.append(work)
        work, now = _after(work, one), one.at
    return before, _later(work, planned_end - now)


def _after(work: Distribution, one: Patient) -> Distribution:
    """The work before the clinician once a patient was due, and came or did not."""
    total = np.convolve(work, one.service * one.comes)
    total[: len(work)] += (1.0 - one.comes) * work
    return total


def _later(work: Distribution, minutes: int) -> Distribution:
    """What is left of some work after so many minutes; negative where the end has passed."""
    if minutes < 0:
        return np.concatenate([np.zeros(-minutes), work])
    left = work[minutes:].copy() if minutes < len(work) else np.zeros(1)
    left[0] = work[: minutes + 1].sum()
    return _trimmed(left)


def _led_to(consequences: Distribution, one: Patient, gap: int, width: int) -> Distribution:
    """Rows of consequences of the work left `gap` minutes after a patient was due, as rows over
    the work 0 … width - 1 there was just before. Beyond its end a row is taken to go on level:
    so much work has no probability worth the name."""
    due = one.service * one.comes
    due[0] += 1.0 - one.comes
    index = np.clip(np.arange(width + len(due) - 1) - gap, 0, consequences.shape[1] - 1)
    return np.stack([np.correlate(row, due, "valid") for row in consequences[:, index]])


def _trimmed(distribution: Distribution) -> Distribution:
    beyond = np.cumsum(distribution[::-1])
    return distribution[: max(1, len(distribution) - int(np.searchsorted(beyond, _NEGLIGIBLE)))]


def _beyond(minutes: int, distribution: Distribution) -> float:
    return float(distribution[minutes + 1 :].sum())


def _work(patients: Sequence[Patient]) -> float:
    return sum(one.comes * mean(one.service) for one in patients)

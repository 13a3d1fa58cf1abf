"""A session on a day when more, or fewer, stay away together: weather, a strike, influenza. Pure.

Patients who miss independently make the total too certain. A common shock raises or lowers every
patient's probability of missing at once; the answers are the mixture's, and the waits those of
patients who come, weighed by how likely each kind of day is once one of them has come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from booking.overbooking import session_risk
from booking.overbooking.session_risk import Patient, Position, Risk


@dataclass(frozen=True)
class Shock:
    """One kind of day: its weight, and what the probability of missing is multiplied by."""

    weight: float
    missing: float


NONE = (Shock(1.0, 1.0),)
USUAL = (Shock(0.25, 0.5), Shock(0.5, 1.0), Shock(0.25, 1.5))


def evaluate(patients: Sequence[Patient], planned_end: int, shocks: Sequence[Shock]) -> Risk:
    """As `session_risk.evaluate`, over all kinds of day."""
    risks, coming = [], []
    for shock in shocks:
        then = [_shocked(one, shock) for one in patients]
        risks.append(session_risk.evaluate(then, planned_end))
        coming.append([shock.weight * one.comes for one in then])
    weights = [shock.weight for shock in shocks]
    return Risk(
        _given_they_come([risk.waits for risk in risks], coming),
        _given_they_come([risk.long_waits for risk in risks], coming),
        float(np.dot(weights, [risk.overtime for risk in risks])),
        float(np.dot(weights, [risk.late for risk in risks])),
        float(np.dot(weights, [risk.idle for risk in risks])),
    )


def positions(
    patients: Sequence[Patient],
    planned_end: int,
    extra: Patient,
    starts: Sequence[int],
    shocks: Sequence[Shock],
) -> list[Position]:
    """As `session_risk.positions`, over all kinds of day."""
    scanned, coming = [], []
    for shock in shocks:
        then = [_shocked(one, shock) for one in patients]
        one_more = _shocked(extra, shock)
        scanned.append(session_risk.positions(then, planned_end, one_more, starts))
        coming.append([shock.weight * one_more.comes])
    weights = [shock.weight for shock in shocks]
    found = []
    for same in zip(*scanned, strict=True):
        waits = [np.array([one.wait]) for one in same]
        longs = [np.array([one.long_wait]) for one in same]
        found.append(
            Position(
                same[0].at,
                float(_given_they_come(waits, coming)[0]),
                float(_given_they_come(longs, coming)[0]),
                float(np.dot(weights, [one.waiting for one in same])),
                float(np.dot(weights, [one.overtime for one in same])),
                float(np.dot(weights, [one.late for one in same])),
                float(np.dot(weights, [one.idle for one in same])),
            )
        )
    return found


def _shocked(one: Patient, shock: Shock) -> Patient:
    return replace(one, comes=1.0 - min(1.0, (1.0 - one.comes) * shock.missing))


def _given_they_come(
    values: Sequence[session_risk.Distribution], coming: Sequence[Sequence[float]]
) -> session_risk.Distribution:
    """values: of each patient on each kind of day; whoever never comes counts as on any day."""
    weights = np.array(coming)
    total = weights.sum(axis=0)
    even = np.full_like(weights, 1.0 / len(weights))
    share = np.where(total > 0, weights / np.where(total > 0, total, 1.0), even)
    found: session_risk.Distribution = (share * np.array(values)).sum(axis=0)
    return found

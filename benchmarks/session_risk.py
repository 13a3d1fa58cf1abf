"""The risk of sessions: one evaluation, every place for an extra, and a clinic's next four weeks.

The peer puts the extra at each start in turn and evaluates the whole session afresh; both must
answer alike to 1e-9. Sessions are twelve patients, one every twenty minutes, log-normal service of
mean 18 and deviation 8, a start every five minutes.
"""

import random
import time
from dataclasses import astuple

import numpy as np

from benchmarks.measure import Measure, median_seconds
from booking.overbooking.deciding import Limits, Session, decide, put_in
from booking.overbooking.session_risk import Distribution, Patient, Position, evaluate, positions

STARTS = tuple(range(0, 240, 5))
SESSIONS = 400


def measures() -> list[Measure]:
    """Milliseconds of each, and the seconds of deciding for four weeks."""
    how_long = _log_normal(18, 8)
    session = _session(how_long, 12, 0.15)
    extra, end = session[0], 240
    found, peer = positions(session, end, extra, STARTS), _afresh(session, end, extra)
    apart = max(
        abs(a - b)
        for one, other in zip(found, peer, strict=True)
        for a, b in zip(astuple(one), astuple(other), strict=True)
    )
    if apart > 1e-9:
        raise AssertionError(f"the answers differ by {apart}")
    one = median_seconds(lambda: evaluate(session, end), 200)
    ours = median_seconds(lambda: positions(session, end, extra, STARTS), 50)
    theirs = median_seconds(lambda: _afresh(session, end, extra), 20)
    more = {"one_evaluation_ms": 1000 * one, "answers_apart": apart, "weeks_seconds": _weeks()}
    unit = f"ms, an extra at {len(STARTS)} starts"
    return [Measure("session_risk", 1000 * ours, 1000 * theirs, theirs / ours, unit, more)]


def _weeks() -> float:
    """Seconds to decide for 400 sessions of all sizes and missing rates."""
    draw = random.Random(20261123)
    kinds = [_log_normal(mean, 0.44 * mean) for mean in (14, 18, 25, 40)]
    drawn = []
    for _ in range(SESSIONS):
        how_long, missing = draw.choice(kinds), draw.uniform(0.02, 0.25)
        patients = tuple(_session(how_long, draw.randint(5, 16), missing))
        session = Session(patients, 240, STARTS, missing * len(patients))
        drawn.append((session, Patient(0, 1 - missing, how_long)))
    began = time.perf_counter()
    for session, extra in drawn:
        decide(session, extra, Limits(extras=2))
    return time.perf_counter() - began


def _session(how_long: Distribution, size: int, missing: float) -> list[Patient]:
    return [Patient(240 * rank // size, 1 - missing, how_long) for rank in range(size)]


def _afresh(session: list[Patient], end: int, extra: Patient) -> list[Position]:
    found = []
    for at in STARTS:
        whole = put_in(session, extra, at)
        rank = sum(one.at <= at for one in session)
        risk = evaluate(whole, end)
        waited = sum(one.comes * wait for one, wait in zip(whole, risk.waits.tolist(), strict=True))
        found.append(
            Position(
                at,
                float(risk.waits[rank]),
                float(risk.long_waits[rank]),
                waited,
                risk.overtime,
                risk.late,
                risk.idle,
            )
        )
    return found


def _log_normal(mean: float, deviation: float, longest: int = 120) -> Distribution:
    spread = np.sqrt(np.log(1 + (deviation / mean) ** 2))
    minutes = np.arange(1, longest + 1)
    middle = np.log(mean) - spread**2 / 2
    density = np.exp(-(((np.log(minutes) - middle) / spread) ** 2) / 2) / minutes
    return np.concatenate([[0.0], density / density.sum()])

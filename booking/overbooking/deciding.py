"""Whether a session can carry extra patients, and where. Pure.

An extra is admitted only if every limit holds for every patient, if extras stay within the whole
number of patients cautiously expected to miss, and if it lowers the expected cost. Extras are
added one at a time, each at the cheapest start that holds; the first that cannot be ends it. A
session that is past a limit already gets none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Literal

from booking.overbooking import shocks
from booking.overbooking.session_risk import Distribution, Patient, Position, Risk
from booking.overbooking.shocks import Shock

Limit = Literal["late", "wait", "long_wait", "extras", "missing", "cost"]
# A sum of probabilities that should be a whole number may fall a rounding short of it.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Weights:
    """What a minute costs: waited by one patient, idle, and after hours. Only ratios matter."""

    waiting: float = 1.0
    idle: float = 5.0
    overtime: float = 7.5


@dataclass(frozen=True)
class Limits:
    """late: P(more than 15 minutes' overtime). wait: expected minutes of any patient.

    long_wait: P(waiting over 30 minutes) of any patient. extras: at most, in one session.
    """

    late: float = 0.20
    wait: float = 20.0
    long_wait: float = 0.10
    extras: int = 1
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True)
class Session:
    """patients: those booked, in order, with cautious probabilities; extras: how many of them are.

    starts: where one more may be booked. missing: how many are cautiously expected to miss.
    """

    patients: tuple[Patient, ...]
    planned_end: int
    starts: tuple[int, ...]
    missing: float
    extras: int = 0
    shocks: tuple[Shock, ...] = shocks.USUAL


@dataclass(frozen=True)
class Breach:
    """A limit that does not hold: its value and what is allowed; at: the patient's booked minute.

    cost: value and allowed are the expected costs with and without the extra.
    """

    limit: Limit
    value: float
    allowed: float
    at: int | None = None


@dataclass(frozen=True)
class Decision:
    """granted: where, in the order admitted. before, after: the session's risk without and with.

    refused: why no further one is admitted; tried: the cheapest start it was tried at.
    """

    granted: tuple[int, ...]
    before: Risk
    after: Risk
    refused: tuple[Breach, ...]
    tried: int | None = None


def decide(session: Session, extra: Patient, limits: Limits) -> Decision:
    """As many extras like `extra` (its `at` unused) as the session can carry."""
    before = after = shocks.evaluate(session.patients, session.planned_end, session.shocks)
    patients, granted = list(session.patients), list[int]()
    while True:
        refused = _beforehand(session, len(granted), patients, after, limits)
        if refused:
            return Decision(tuple(granted), before, after, refused)
        found = _cheapest(session, patients, extra, after, limits)
        if isinstance(found, _Nowhere):
            return Decision(tuple(granted), before, after, found.why, found.at)
        patients, after = found.patients, found.risk
        granted.append(found.at)


def breaches(patients: Sequence[Patient], risk: Risk, limits: Limits) -> tuple[Breach, ...]:
    """The limits that do not hold, for whom it is worst."""
    found = []
    if risk.late > limits.late:
        found.append(Breach("late", risk.late, limits.late))
    of_patients: tuple[tuple[Limit, Distribution, float], ...] = (
        ("wait", risk.waits, limits.wait),
        ("long_wait", risk.long_waits, limits.long_wait),
    )
    for limit, values, allowed in of_patients:
        worst = int(values.argmax()) if len(values) else 0
        if len(values) and values[worst] > allowed:
            found.append(Breach(limit, float(values[worst]), allowed, patients[worst].at))
    return tuple(found)


def cost(risk: Risk, patients: Sequence[Patient], weights: Weights) -> float:
    """The expected cost of a session, in weighted minutes."""
    waited = sum(one.comes * wait for one, wait in zip(patients, risk.waits, strict=True))
    return _cost(float(waited), risk, weights)


def put_in(patients: Sequence[Patient], extra: Patient, at: int) -> list[Patient]:
    """The session with one more at this minute, after whoever is booked there already."""
    rank = sum(one.at <= at for one in patients)
    return [*patients[:rank], Patient(at, extra.comes, extra.service), *patients[rank:]]


@dataclass(frozen=True)
class _Somewhere:
    at: int
    patients: list[Patient]
    risk: Risk


@dataclass(frozen=True)
class _Nowhere:
    why: tuple[Breach, ...]
    at: int | None


def _beforehand(
    session: Session, granted: int, patients: Sequence[Patient], risk: Risk, limits: Limits
) -> tuple[Breach, ...]:
    """What bars any extra, wherever it is put."""
    extras = session.extras + granted + 1
    if extras > limits.extras:
        return (Breach("extras", extras, limits.extras),)
    if extras > floor(session.missing + _ROUNDING):
        return (Breach("missing", session.missing, extras),)
    return breaches(patients, risk, limits)


def _cheapest(
    session: Session,
    patients: Sequence[Patient],
    extra: Patient,
    risk: Risk,
    limits: Limits,
) -> _Somewhere | _Nowhere:
    """The cheapest start at which every limit holds; or why not even the cheapest will do."""
    scanned = shocks.positions(patients, session.planned_end, extra, session.starts, session.shocks)
    present = cost(risk, patients, limits.weights)
    priced = sorted((_position_cost(one, limits.weights), one.at, one) for one in scanned)
    if not priced:
        return _Nowhere((), None)
    price, cheapest, _ = priced[0]
    if price >= present:
        return _Nowhere((Breach("cost", price, present),), cheapest)
    why: tuple[Breach, ...] = ()
    for price, at, one in priced:
        if price >= present:
            break
        if why and _fails_at_once(one, limits):
            continue
        with_extra = put_in(patients, extra, at)
        then = shocks.evaluate(with_extra, session.planned_end, session.shocks)
        wrong = breaches(with_extra, then, limits)
        if not wrong:
            return _Somewhere(at, with_extra, then)
        why = why or wrong
    return _Nowhere(why, cheapest)


def _fails_at_once(one: Position, limits: Limits) -> bool:
    """What the scan already tells: the session's end, and the extra patient's own wait."""
    return one.late > limits.late or one.wait > limits.wait or one.long_wait > limits.long_wait


def _position_cost(one: Position, weights: Weights) -> float:
    return weights.waiting * one.waiting + weights.idle * one.idle + weights.overtime * one.overtime


def _cost(waited: float, risk: Risk, weights: Weights) -> float:
    return weights.waiting * waited + weights.idle * risk.idle + weights.overtime * risk.overtime

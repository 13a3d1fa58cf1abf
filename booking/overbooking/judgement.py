"""A session as it stands, judged by the limits, and its risk in figures. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from math import floor
from typing import Any

from booking.overbooking import session_risk, shocks
from booking.overbooking.deciding import Breach, Limits, Session, breaches
from booking.overbooking.session_risk import Risk

# A sum of probabilities that should be a whole number may fall a rounding short of it.
_ROUNDING = 1e-9


def judge(session: Session, limits: Limits) -> tuple[Risk, tuple[Breach, ...]]:
    """A session with its extras: its risk, and every limit that does not hold.

    Too few are expected to miss only where it would not hold with everybody coming.
    """
    risk = shocks.evaluate(session.patients, session.planned_end, session.shocks)
    broken: list[Breach] = []
    if session.extras > limits.extras:
        broken.append(Breach("extras", session.extras, limits.extras))
    too_few = session.extras > floor(session.missing + _ROUNDING)
    if too_few and not _holds_if_all_come(session, limits):
        broken.append(Breach("missing", session.missing, session.extras))
    return risk, (*broken, *breaches(session.patients, risk, limits))


def _holds_if_all_come(session: Session, limits: Limits) -> bool:
    """Whether nobody needs to miss: there is time for everybody, extras and all."""
    everybody = [replace(one, comes=1.0) for one in session.patients]
    risk = session_risk.evaluate(everybody, session.planned_end)
    return not breaches(everybody, risk, limits)


def figures(risk: Risk) -> dict[str, float]:
    """late: P(over 15 minutes' overtime); minutes of overtime and idle; wait, long_wait: the
    longest expected minutes of any patient, and the largest P(wait > 30 minutes).
    """
    return {
        "late": risk.late,
        "overtime": risk.overtime,
        "idle": risk.idle,
        "wait": float(max(risk.waits, default=0.0)),
        "long_wait": float(max(risk.long_waits, default=0.0)),
    }


def told(broken: Sequence[Breach]) -> list[dict[str, Any]]:
    """The limits that do not hold, as they are kept."""
    return [
        {"limit": one.limit, "value": one.value, "allowed": one.allowed, "at": one.at}
        for one in broken
    ]

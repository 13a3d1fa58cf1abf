"""What limits would have meant: sessions that are over, each asked of one more patient. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Literal

from booking.overbooking import shocks
from booking.overbooking.deciding import Limits, Session, decide, put_in
from booking.overbooking.session_risk import Patient

Outcome = Literal[
    "could", "free", "extras", "missing", "late", "wait", "long_wait", "cost", "nowhere"
]
# In the order they are told.
OUTCOMES: tuple[Outcome, ...] = (
    "could", "free", "missing", "late", "wait", "long_wait", "cost", "extras", "nowhere",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One session.

    outcome: 'could'; 'free' where it could, but had time left in the plan, which is booked first;
    the limit that stopped it first; or 'nowhere', where no start fits. booked: how many were.
    missing: how many of them were cautiously expected to miss. before, after: P(more than 15
    minutes' overtime) without the extra, and with it where it was tried: at the first start,
    where it was stopped before that.
    """

    outcome: Outcome
    booked: int
    missing: float
    before: float
    after: float


def ask(session: Session, extra: Patient, limits: Limits, *, free: bool) -> Asked:
    """One session asked of one extra. free: it had time left in the plan."""
    one_more = replace(limits, extras=min(limits.extras, session.extras + 1))
    decision = decide(session, extra, one_more)
    outcome: Outcome = "free" if free else "could"
    after = decision.after.late
    if not decision.granted:
        outcome = decision.refused[0].limit if decision.refused else "nowhere"
        at = session.starts[:1] if decision.tried is None else (decision.tried,)
        for start in at:
            with_extra = put_in(session.patients, extra, start)
            after = shocks.evaluate(with_extra, session.planned_end, session.shocks).late
    booked = len(session.patients)
    return Asked(outcome, booked, session.missing, decision.before.late, after)


@dataclass(frozen=True)
class Row:
    """All sessions of one outcome: how many, and the mean of their figures."""

    outcome: Outcome
    sessions: int
    before: float
    after: float


def summed(asked: Sequence[Asked]) -> list[Row]:
    """A row for each outcome that there was, in the order they are told."""
    rows = []
    for outcome in OUTCOMES:
        found = [one for one in asked if one.outcome == outcome]
        if found:
            before, after = fmean(one.before for one in found), fmean(one.after for one in found)
            rows.append(Row(outcome, len(found), before, after))
    return rows


def has_free_start(starts: Sequence[int], minutes: int, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether a visit of so many minutes fits at any of the starts between what is taken.

    taken: (from, to) in minutes, to not included.
    """
    return any(
        all(end <= start or start + minutes <= begins for begins, end in taken) for start in starts
    )

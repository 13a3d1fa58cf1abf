"""What came of a session, from what was noted on the day. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)
# What is noted longer after the end of the session was not noted as it happened.
FORGOTTEN = timedelta(hours=3)
# Called in within so little of having arrived, the patient was noted as arrived by being called.
AT_ONCE = timedelta(seconds=1)
CAME = ("arrived", "checked-in", "fulfilled")


@dataclass(frozen=True)
class Visit:
    """What was noted of one patient (aware UTC); status as the appointment's."""

    starts_at: datetime
    status: str
    arrived_at: datetime | None
    called_in_at: datetime | None
    done_at: datetime | None


def overtime(visits: Sequence[Visit], end: datetime) -> float | None:
    """Minutes the last patient was done after the planned end; None where nobody noted it."""
    came = sorted(
        (one for one in visits if one.status in CAME),
        key=lambda one: one.called_in_at or one.starts_at,
    )
    if not came or any(one.status == "booked" for one in visits):
        return None
    if not _noted(came[-1].done_at, end):
        return None
    done = [one.done_at for one in came if one.done_at is not None and _noted(one.done_at, end)]
    return max(0.0, (max(done) - end) / _MINUTE)


def waited(visit: Visit, end: datetime) -> float | None:
    """Minutes from the booked time, or from arriving if that was later, until called in.

    Whoever was not noted as arrived before they were called counts as punctual. None where it was
    not noted when they were called. end: of the session.
    """
    called, arrived = visit.called_in_at, visit.arrived_at
    if called is None or not _noted(called, end):
        return None
    since = visit.starts_at
    if arrived is not None and called - arrived > AT_ONCE:
        since = max(since, arrived)
    return max(0.0, (called - since) / _MINUTE)


def _noted(at: datetime | None, end: datetime) -> bool:
    """Whether it was noted as it happened."""
    return at is not None and at <= end + FORGOTTEN

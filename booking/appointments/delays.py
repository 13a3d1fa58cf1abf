"""How late a clinician runs, and when each who waits will be called in. Pure.

Worked out from today's contacts as planned and as they went; nothing is asked of anybody. What
nobody marked is not taken for a delay: a contact in the room is over once a later one is called
in, and a contact that should have ended hours ago has been forgotten, not prolonged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN = timedelta(hours=2)
LEAST, STEP = 10, 5
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Contact:
    """One contact of a clinician today; cancelled ones and those nobody came to are left out.

    here: it can begin now: the patient has come, or nobody needs to (telephone).
    """

    key: int
    starts_at: datetime
    ends_at: datetime
    called_in_at: datetime | None = None
    done_at: datetime | None = None
    here: bool = False

    @property
    def length(self) -> timedelta:
        """As planned."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class Wait:
    """How long someone has been here, and how much of it lies after their time began.

    past is negative while their time is still ahead.
    """

    here: int
    past: int


def expected_starts(contacts: Sequence[Contact], now: datetime) -> dict[int, datetime]:
    """When each contact that is still to begin will begin, by key.

    One after the other in planned order, each for its planned length, none before its planned
    start nor before now; pauses between them are used to catch up. Whoever has not come by the
    planned start holds nobody up, and is not among them.
    """
    free = _free_at(contacts, now)
    found: dict[int, datetime] = {}
    for one in sorted(contacts, key=_planned):
        if one.called_in_at or one.done_at or one.ends_at + FORGOTTEN <= now:
            continue
        if one.starts_at <= now and not one.here:
            continue
        begins = max(one.starts_at, free, now)
        found[one.key] = begins
        free = begins + one.length
    return found


def delay(contacts: Sequence[Contact], now: datetime) -> timedelta:
    """How much later than planned the next contact will begin; zero where none is to come."""
    starts = expected_starts(contacts, now)
    coming = [one for one in contacts if one.key in starts]
    if not coming:
        return timedelta()
    following = min(coming, key=_planned)
    return starts[following.key] - following.starts_at


def told(late: timedelta) -> int:
    """A delay as it is told: minutes to the nearest five; 0 where it is less than ten minutes."""
    minutes = late / _MINUTE
    return 0 if minutes < LEAST else int((minutes + STEP / 2) // STEP) * STEP


def waiting_time(expected: datetime, now: datetime) -> int:
    """How long someone still waits, in minutes, rounded up to five: nobody is told too little."""
    minutes = max(0.0, (expected - now) / _MINUTE)
    return -int(-minutes // STEP) * STEP


def waited(arrived_at: datetime, starts_at: datetime, now: datetime) -> Wait:
    """How long someone who has arrived has been waiting."""
    return Wait(max(0, int((now - arrived_at) / _MINUTE)), int((now - starts_at) // _MINUTE))


def _free_at(contacts: Sequence[Contact], now: datetime) -> datetime:
    """When whoever is in the room will have been there for the planned length; now if nobody."""
    inside = [one for one in contacts if one.called_in_at is not None and one.called_in_at <= now]
    if not inside:
        return now
    last = max(inside, key=lambda one: (one.called_in_at or now, one.starts_at))
    if last.done_at is not None or last.called_in_at is None:
        return now
    over = last.called_in_at + last.length
    return now if over + FORGOTTEN <= now else max(now, over)


def _planned(one: Contact) -> tuple[datetime, datetime, int]:
    return one.starts_at, one.ends_at, one.key

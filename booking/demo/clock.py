"""The demo's clock: the machine's, set ahead to a working morning where the clinic is closed now.

Whoever tries the demo in the evening or on a Sunday meets a clinic at work all the same. How far
ahead it is lies beside the database, so that a restart goes on from the same day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from holidays.utils import country_holidays

from booking.platform.clock import SystemClock
from booking.platform.database import Session
from booking.platform.localtime import local_date, to_utc

BUSY = (time(8, 30), time(14, 0))
MORNING = time(10, 20)
CLOSED = time(17, 0)


class DemoClock:
    """The machine's clock and so much ahead; `path`: the file that remembers it."""

    def __init__(self, path: Path) -> None:
        """As far ahead as it was last set, or not at all."""
        self._path, self._machine = path, SystemClock()
        kept = path.read_text(encoding="ascii") if path.exists() else "0"
        self.ahead = timedelta(seconds=int(kept))

    def now(self) -> datetime:
        """The demo's present instant, aware, UTC."""
        return self._machine.now() + self.ahead

    def begin(self, zone: ZoneInfo) -> None:
        """Set it for a demo that is about to be made."""
        real = self._machine.now()
        self.ahead = timedelta(seconds=round((a_working_moment(real, zone) - real).total_seconds()))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(str(round(self.ahead.total_seconds())), encoding="ascii")


def a_working_moment(real: datetime, zone: ZoneInfo) -> datetime:
    """`real` (aware, UTC) itself in a clinic's busy hours, else the next working morning."""
    local = real.astimezone(zone)
    day = local.date()
    if _works(day):
        if BUSY[0] <= local.time() < BUSY[1]:
            return real
        if local.time() < BUSY[0]:
            return to_utc(datetime.combine(day, MORNING), zone)
    day += timedelta(days=1)
    while not _works(day):
        day += timedelta(days=1)
    return to_utc(datetime.combine(day, MORNING), zone)


def day_over(made: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """True once a demo made at `made` shows a day that is over, or another one."""
    local = now.astimezone(zone)
    return local.date() != local_date(made, zone) or local.time() >= CLOSED


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in country_holidays("DK", years=day.year)


@dataclass(frozen=True)
class _Then:
    """The clock as it stood."""

    at: datetime

    def now(self) -> datetime:
        """That instant."""
        return self.at


@contextmanager
def as_at(session: Session, at: datetime) -> Iterator[None]:
    """What is done inside was done at this instant."""
    present, session.clock = session.clock, _Then(at)
    yield
    session.clock = present

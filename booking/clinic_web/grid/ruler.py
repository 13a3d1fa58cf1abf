"""How far down a column an instant of one local day stands. Pure.

Alone, a day is as long as it lasts: 23, 24 or 25 hours, and an hour that comes twice is there
twice. Beside other days it goes by the wall clock, so that they share their rows: an hour that is
skipped is empty, and one that comes twice stands in one place.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

TICK = 5
WHOLE_DAY = 24 * 60
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ruler:
    """A column of one local day, which lasts from `start` up to `end`.

    by_wall: whether it goes by the wall clock, because it stands beside other days.
    """

    day: date
    zone: ZoneInfo
    start: datetime
    end: datetime
    by_wall: bool = False

    @cached_property
    def minutes(self) -> int:
        """How long the column is."""
        return WHOLE_DAY if self.by_wall else _minutes(self.end - self.start)

    def minute(self, instant: datetime) -> int:
        """Where an instant stands: at the column's ends if it lies outside the day."""
        if instant <= self.start:
            return 0
        if instant >= self.end:
            return self.minutes
        if self._even:
            return _minutes(instant - self.start)
        local = instant.astimezone(self.zone).replace(tzinfo=None)
        return _minutes(local - datetime.combine(self.day, time()))

    def span(self, start: datetime, end: datetime) -> tuple[int, int] | None:
        """From which minute up to which a stretch of time takes; None for nothing of this day."""
        if end <= self.start or start >= self.end:
            return None
        first, after = self.minute(start), self.minute(end)
        if after <= first:  # It ends in the second of two hours, earlier by the wall than it began.
            lasts = _minutes(min(end, self.end) - max(start, self.start))
            after = min(self.minutes, first + max(TICK, lasts))
        return first, after

    def ticks(self, ticks: int) -> int:
        """A bitmap of five-minute ticks since the day began, as they stand in the column."""
        if self._even:
            return ticks
        found = 0
        for number in range(ticks.bit_length()):
            if ticks >> number & 1:
                at = self.minute(self.start + timedelta(minutes=TICK * number))
                found |= 1 << at // TICK
        return found

    def at(self, minute: int) -> tuple[datetime, ZoneInfo]:
        """A minute of the column as something a clock shows: an instant, and the zone it is in."""
        if self.by_wall:
            return _ANY_DAY + timedelta(minutes=minute), ZoneInfo("UTC")
        return self.start + timedelta(minutes=minute), self.zone

    @cached_property
    def _even(self) -> bool:
        """True if the column runs as time does."""
        return not self.by_wall or _minutes(self.end - self.start) == WHOLE_DAY


def _minutes(stretch: timedelta) -> int:
    return int(stretch.total_seconds()) // 60

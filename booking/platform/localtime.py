"""Between instants (aware UTC) and a clinic's wall clock.

Python's zoneinfo silently shifts a time that does not exist and silently picks one of two
that do; here the first is refused and the second must be chosen.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.platform.errors import AmbiguousLocalTime, NonexistentLocalTime


def to_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """An aware instant on the clinic's wall clock."""
    return instant.astimezone(zone)


def to_utc(local: datetime, zone: ZoneInfo, *, fold: int | None = None) -> datetime:
    """A naive wall-clock time as an aware UTC instant.

    fold: 0 or 1 chooses between the two instants of a doubled hour. Raises
    NonexistentLocalTime in a spring gap, AmbiguousLocalTime where fold is needed and absent.
    """
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    early, late = first.astimezone(UTC), second.astimezone(UTC)
    if early == late:
        return early
    if early.astimezone(zone).replace(tzinfo=None) != local:
        raise NonexistentLocalTime(local=local.isoformat(), zone=zone.key)
    if fold is None:
        raise AmbiguousLocalTime(local=local.isoformat(), zone=zone.key)
    return late if fold else early


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, as UTC; midnight exists twice or never in some zones."""
    midnight = datetime.combine(day, time())
    try:
        return to_utc(midnight, zone, fold=0)
    except NonexistentLocalTime:
        return midnight.replace(tzinfo=zone, fold=0).astimezone(UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open UTC interval of a local day: 23, 24 or 25 hours."""
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day an instant falls on at the clinic."""
    return instant.astimezone(zone).date()

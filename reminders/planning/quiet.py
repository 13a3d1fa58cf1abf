"""The hours in which patients are left alone, by the clinic's own clock.

Pure. A moment is quiet when the clock on the clinic's wall shows a time in
[quiet_from, quiet_to); the hours may cross midnight, and equal ends mean none. Reading the wall
clock makes both nights on which it is changed come out right by themselves.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.platform.errors import NonexistentLocalTime
from booking.platform.localtime import local_date, to_local, to_utc
from reminders.policies.bounds import quiet_at
from reminders.policies.steps import Policy

# What is sent before quiet hours rather than after them goes this long before they begin, so
# that a slow minute or a second try does not end in them.
LAST_CALL = timedelta(minutes=15)

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def at_clock(day: date, at: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """The instant (UTC) at which a clinic's clock shows `at` on a local day.

    A time that the clock skips becomes the first that exists after it; one that it shows twice
    is the first of the two, or the second with fold=1.
    """
    local = datetime.combine(day, at)
    while True:
        try:
            return to_utc(local, zone, fold=fold)
        except NonexistentLocalTime:
            local += _MINUTE


def is_quiet(instant: datetime, policy: Policy, zone: ZoneInfo) -> bool:
    """Whether nothing should be sent at an instant."""
    return quiet_at(policy, to_local(instant, zone).time())


def next_decent(instant: datetime, policy: Policy, zone: ZoneInfo) -> datetime:
    """The instant itself, or the end of the quiet hours it lies in."""
    if not is_quiet(instant, policy, zone):
        return instant
    day = local_date(instant, zone)
    ends = (
        at_clock(day + n * _DAY, policy.quiet_to, zone, fold=fold)
        for n in range(3)
        for fold in (0, 1)
    )
    return next(end for end in ends if end > instant and not is_quiet(end, policy, zone))


def before_quiet(instant: datetime, policy: Policy, zone: ZoneInfo) -> datetime | None:
    """The moment LAST_CALL before the quiet hours that an instant lies in.

    Where less than that is open between two nights, the moment it opens. None where nothing is:
    the clocks can skip a very short opening.
    """
    start = _began(instant, policy, zone)
    moment = next_decent(start - LAST_CALL, policy, zone)
    return moment if moment < start else None


def _began(instant: datetime, policy: Policy, zone: ZoneInfo) -> datetime:
    """When the quiet hours that an instant lies in began."""
    day = local_date(instant, zone)
    starts = (at_clock(day - n * _DAY, policy.quiet_from, zone) for n in range(3))
    return next(start for start in starts if start <= instant)

"""Planning done slowly, minute by minute and by nothing but a look at the wall clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.planning.planner import About
from reminders.policies.steps import Policy, When

DENMARK = ZoneInfo("Europe/Copenhagen")
MINUTE = timedelta(minutes=1)


def at(text: str, zone: ZoneInfo = DENMARK, *, fold: int = 0) -> datetime:
    """A local time that exists, as UTC: '2027-03-28 09:00'."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def booked(start: str, *, when: str = "2027-01-04 09:00") -> About:
    """An appointment in Denmark."""
    return About("appointment", at(start), at(when), DENMARK, form="in_person")


def quiet(moment: datetime, policy: Policy, zone: ZoneInfo) -> bool:
    """Whether the clock on the wall shows a quiet time, found by going round from its start."""
    shown = moment.astimezone(zone).time()
    minutes = (shown.hour * 60 + shown.minute - _minute(policy.quiet_from)) % 1440
    return minutes < (_minute(policy.quiet_to) - _minute(policy.quiet_from)) % 1440


def wanted(when: When, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """When a step would go if there were no night."""
    if when.on == "hours_before":
        moment = starts_at
        for _ in range(when.amount * 60):
            moment -= MINUTE
        return moment
    assert when.at is not None
    day = (starts_at.astimezone(zone).replace(tzinfo=None) - timedelta(days=when.amount)).date()
    moment = starts_at - timedelta(days=when.amount + 2)
    while (moment.astimezone(zone).date(), moment.astimezone(zone).time()) < (day, when.at):
        moment += MINUTE
    return moment


def reminder_due(
    when: When, starts_at: datetime, zone: ZoneInfo, policy: Policy
) -> datetime | None:
    """When a reminder goes, if at all."""
    not_after = starts_at - timedelta(minutes=30)
    moment = wanted(when, starts_at, zone)
    if moment > not_after:
        return None
    later = moment
    while quiet(later, policy, zone):
        later += MINUTE
    if later <= not_after:
        return later
    while quiet(moment - MINUTE, policy, zone):
        moment -= MINUTE
    # The last quarter of an hour before the night, or what there is of it.
    for _ in range(15):
        if not quiet(moment - MINUTE, policy, zone):
            moment -= MINUTE
    return moment


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute

"""How long someone has to answer an offer. Pure.

The nearer the time, the shorter: half an hour for a time today, two hours for one tomorrow, a day
for one later. The hours of the night do not count, and nobody is asked in them, so that an offer
made at dusk can still be answered in the morning. An offer ends at the latest half an hour before
the time, and is not made when less than half an hour is left to answer in.

These are no settings of a clinic. They are a promise to patients, who stand on the lists of several
clinics and should not have to learn each one's; they are what the simulated year (`refill` in the
benchmarks) was measured with; and a limit set too short by one clinic would quietly leave out those
who look at their telephone seldom. How many are asked at once costs the patient nothing of the
kind, and is the clinic's own (`Clinic.offers_at_once`).
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.platform.localtime import local_date

NIGHT_FROM, NIGHT_TO = time(20), time(8)
# How long to answer in, by how many local days ahead the time is; the last counts for all later.
LIMITS = (timedelta(minutes=30), timedelta(hours=2), timedelta(hours=24))
LEAST = timedelta(minutes=30)
ON_THE_WAY = timedelta(minutes=30)


def expires_at(now: datetime, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When an offer made now of a time at `starts_at` ends; None where it should not be made.

    For a time later than tomorrow the day is a whole day of the clock, and ends after the night if
    it would end in it.
    """
    if at_night(now, zone):
        return None
    days = (local_date(starts_at, zone) - local_date(now, zone)).days
    if days < 0:
        return None
    limit = LIMITS[min(days, len(LIMITS) - 1)]
    whole_days = limit >= timedelta(days=1)
    ends = _after_night(now + limit, zone) if whole_days else _awake(now, limit, zone)
    ends = min(ends, starts_at - ON_THE_WAY)
    return ends if _awake(now, LEAST, zone) <= ends else None


def at_night(at: datetime, zone: ZoneInfo) -> bool:
    """Whether nobody is asked at this instant."""
    clock = at.astimezone(zone).time()
    return clock >= NIGHT_FROM or clock < NIGHT_TO


def next_asking(now: datetime, zone: ZoneInfo) -> datetime:
    """When somebody may be asked: now, or when the night is over."""
    return _after_night(now, zone)


def _awake(at: datetime, span: timedelta, zone: ZoneInfo) -> datetime:
    """So much later, the hours of the night not counted. `at` is not at night."""
    local = at.astimezone(zone)
    dusk = datetime.combine(local.date(), NIGHT_FROM, zone).astimezone(at.tzinfo)
    if at + span <= dusk:
        return at + span
    return _after_night(dusk, zone) + (at + span - dusk)


def _after_night(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant itself by day; the end of the night it falls in."""
    if not at_night(at, zone):
        return at
    local = at.astimezone(zone)
    day = local.date() + timedelta(days=local.time() >= NIGHT_FROM)
    return datetime.combine(day, NIGHT_TO, zone).astimezone(at.tzinfo)

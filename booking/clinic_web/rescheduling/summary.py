"""A plan in words and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from booking.calendar.models import Resource
from booking.platform.database import Session
from booking.platform.i18n import clock_time, long_day, short_day, time_span
from booking.platform.localtime import day_start, local_date
from booking.rescheduling.gathering import outages_of
from booking.rescheduling.models import Rescheduling, ReschedulingLine

# Back from the midnight an outage ends at: the day before it may have 23 hours, or 25.
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Summary:
    """How many have a place, none, or stay; of those placed, what changes, and days moved."""

    placed: int
    unplaced: int
    left_out: int
    other_clinician: int
    other_form: int
    other_site: int
    mean_days: float


def summary(lines: Sequence[ReschedulingLine], zone: ZoneInfo) -> Summary:
    """The numbers of a plan. Days are calendar days, whichever way a time goes."""
    placed = [one for one in lines if one.starts_at is not None and not one.left_out]
    days = [abs(days_moved(one, zone) or 0) for one in placed]
    return Summary(
        len(placed),
        sum(one.starts_at is None and not one.left_out for one in lines),
        sum(one.left_out for one in lines),
        sum("other_clinician" in one.why for one in placed),
        sum("other_form" in one.why for one in placed),
        sum("other_site" in one.why for one in placed),
        sum(days) / len(days) if days else 0.0,
    )


def days_moved(line: ReschedulingLine, zone: ZoneInfo) -> int | None:
    """Calendar days from the old place to the new; negative for an earlier day."""
    if line.starts_at is None:
        return None
    return (local_date(line.starts_at, zone) - local_date(line.from_start, zone)).days


def said_of(session: Session, plan: Rescheduling) -> str:
    """'Mette Holm, Rum 3: mandag 23. november 2026 kl. 10.20–15.00'."""
    out, zone = outages_of(plan), plan.clinic.zone
    numbers = [one.resource_id for one in out if one.resource_id is not None]
    wanted = select(Resource.id, Resource.name).where(Resource.id.in_(numbers))
    names = {row.id: row.name for row in session.execute(wanted)} if numbers else {}
    who = ", ".join(
        _("Hele klinikken") if one.resource_id is None else names.get(one.resource_id, "")
        for one in out
    )
    return f"{who}: {_stretch(out[0].start, out[0].end, zone)}"


def _stretch(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """What is out, in days; with clock times where it is not whole days."""
    first, last = local_date(start, zone), local_date(end - MOMENT, zone)
    begins = "" if start == day_start(first, zone) else clock_time(start, zone)
    ends = "" if end == day_start(last + timedelta(days=1), zone) else clock_time(end, zone)
    if first != last:
        return f"{_at(short_day(first), begins)} – {_at(short_day(last), ends)}"
    if not ends:
        day = long_day(first)
        return _("%(day)s fra kl. %(clock)s", day=day, clock=begins) if begins else day
    span = time_span(start, end, zone)
    return _("%(day)s kl. %(span)s", day=long_day(first), span=span)


def _at(day: str, clock: str) -> str:
    return f"{day} {_('kl.')} {clock}" if clock else day

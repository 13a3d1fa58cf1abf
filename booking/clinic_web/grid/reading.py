"""What a grid needs to know of a clinic's days: who works when, and what takes their time.

Read in a fixed number of short queries whatever the number of contacts or days, and as plain
values: the grid is drawn for every secretary, and asked about every few seconds.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.models import Clinic, Closure, Resource
from booking.calendar.public_holidays import closed_days
from booking.calendar.queries import closures_of
from booking.clinic_web.grid.holes import Hole, holes_on
from booking.clinic_web.grid.taking import Rows, rows_on
from booking.clinic_web.referrals.pressing import Mark, marks
from booking.people.queries import needs_of_each
from booking.platform.database import Session
from booking.platform.localtime import day_bounds

WEEKDAYS = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A resource of the clinic on one of the days: its number, name and kind ('clinician',
    'room', 'equipment')."""

    id: int
    name: str
    kind: str
    day: date


@dataclass(frozen=True, slots=True)
class Shut:
    """Time taken out of a resource, or of the whole clinic (None), and why.

    at_site: it is the site where the resource works then that is closed.
    """

    resource_id: int | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    at_site: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a grid shows of one local day or more.

    hours: (resource id, day) -> bitmap of open five-minute ticks since the day began, at any site.
    needs: patient id -> codes, sorted. marks: patient id -> the nearest clock of a referral.
    """

    days: tuple[date, ...]
    columns: tuple[Column, ...]
    rows: Rows
    hours: dict[tuple[int, date], int]
    shut: tuple[Shut, ...]
    holes: tuple[Hole, ...]
    visit_types: dict[int, str]
    needs: dict[int, tuple[str, ...]]
    marks: dict[int, Mark]

    @property
    def patients(self) -> set[int]:
        """Everyone whose name is in it."""
        return self.rows.patients


def read_days(
    session: Session,
    clinic: Clinic,
    days: Sequence[date],
    resources: Sequence[Resource],
    language: str,
) -> Shown:
    """Days of these resources, a column for each day of each, in the order given.

    The days follow each other. language: of the visit types' names.
    """
    ids = [one.id for one in resources]
    start, end = day_bounds(days[0], clinic.zone)[0], day_bounds(days[-1], clinic.zone)[1]
    rows = rows_on(session, clinic.id, ids, start, end)
    closures = closures_of(session, clinic.id, start, end)
    needs = needs_of_each(session, rows.patients)
    return Shown(
        tuple(days),
        tuple(Column(one.id, one.name, one.kind, day) for one in resources for day in days),
        rows,
        _hours(session, clinic, days, ids),
        tuple(_shut(session, clinic, days, ids, closures, language)),
        tuple(holes_on(session, clinic.id, ids, start, end)),
        _visit_types(session, clinic.id, language),
        {patient: tuple(sorted(codes)) for patient, codes in sorted(needs.items())},
        marks(session, clinic.id, rows.patients),
    )


def without_weekend(shown: Shown, zone: ZoneInfo) -> Shown:
    """A week from Monday to Friday, if nobody works and nothing is booked after that."""
    friday = shown.days[:WEEKDAYS]
    saturday = day_bounds(shown.days[WEEKDAYS], zone)[0]
    busy = any(row.ends_at > saturday for row in (*shown.rows.contacts, *shown.rows.others))
    if busy or any(ticks for (_one, day), ticks in shown.hours.items() if day not in friday):
        return shown
    return replace(
        shown,
        days=friday,
        columns=tuple(one for one in shown.columns if one.day in friday),
        hours={(one, day): ticks for (one, day), ticks in shown.hours.items() if day in friday},
    )


def _hours(
    session: Session, clinic: Clinic, days: Sequence[date], ids: Collection[int]
) -> dict[tuple[int, date], int]:
    read = availability.read(session, clinic, ids, days[0], days[-1])
    hours: dict[tuple[int, date], int] = {}
    for (resource, _site), ticks in sorted(read.opening.items()):
        for day in days:
            start, end = day_bounds(day, clinic.zone)
            first, after = (read.timeline.tick(one, "down") for one in (start, end))
            on_day = ticks >> first & (1 << after - first) - 1
            hours[resource, day] = hours.get((resource, day), 0) | on_day
    return hours


def _shut(
    session: Session,
    clinic: Clinic,
    days: Sequence[date],
    ids: Collection[int],
    closures: Sequence[Closure],
    language: str,
) -> Iterator[Shut]:
    """Holidays, and the clinic's own closures; those of a site for whoever works there then."""
    for day, name in closed_days(clinic, days[0], days[-1], language).items():
        yield Shut(None, *day_bounds(day, clinic.zone), name)
    ours = [one for one in closures if one.clinic_id == clinic.id]
    sites = [one for one in ours if one.resource_id is None and one.site_id is not None]
    for one in ours:
        if one not in sites:
            yield Shut(one.resource_id, one.starts_at, one.ends_at, one.reason)
    if not sites:
        return
    spans = availability.hours(session, clinic, ids, days[0], days[-1])
    for one in sites:
        for (resource, site), stretches in sorted(spans.items()):
            for start, end in stretches if site == one.site_id else ():
                if start < one.ends_at and one.starts_at < end:
                    first, after = max(start, one.starts_at), min(end, one.ends_at)
                    yield Shut(resource, first, after, one.reason, at_site=True)


def _visit_types(session: Session, clinic_id: int, language: str) -> dict[int, str]:
    wanted = select(VisitType.id, VisitType.name, VisitType.name_en).where(
        VisitType.clinic_id == clinic_id
    )
    return {
        number: english if language == "en" and english else name
        for number, name, english in session.execute(wanted.order_by(VisitType.id))
    }

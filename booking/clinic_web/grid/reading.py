"""One day at a clinic as the grid needs it: who works when, and what takes their time.

Read in a fixed number of short queries whatever the number of contacts, and as plain values: the
grid is drawn for every secretary, and asked about every few seconds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import closures_of
from booking.clinic_web.grid.taking import Rows, rows_on
from booking.people.queries import needs_of_each
from booking.platform.database import Session
from booking.platform.localtime import day_bounds


@dataclass(frozen=True, slots=True)
class Column:
    """A resource of the clinic: its number, name and kind ('clinician', 'room', 'equipment')."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Shut:
    """Time taken out of a resource, a site or (neither) the whole clinic, and why."""

    resource_id: int | None
    site_id: int | None
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    """Everything the grid shows of one local day.

    hours: resource id -> bitmap of open five-minute ticks since the day began, at any site.
    needs: patient id -> codes, sorted.
    """

    day: date
    columns: tuple[Column, ...]
    rows: Rows
    hours: dict[int, int]
    shut: tuple[Shut, ...]
    visit_types: dict[int, str]
    needs: dict[int, tuple[str, ...]]

    @property
    def patients(self) -> set[int]:
        """Everyone whose name is in it."""
        return self.rows.patients


def read_day(
    session: Session, clinic: Clinic, day: date, resources: Sequence[Resource], language: str
) -> Day:
    """A day of these resources of the clinic, in the order given. language: of visit types."""
    ids = [one.id for one in resources]
    start, end = day_bounds(day, clinic.zone)
    rows = rows_on(session, clinic.id, ids, start, end)
    shut = [
        Shut(one.resource_id, one.site_id, one.starts_at, one.ends_at, one.reason)
        for one in closures_of(session, clinic.id, start, end)
        if one.clinic_id == clinic.id
    ]
    needs = needs_of_each(session, rows.patients)
    return Day(
        day,
        tuple(Column(one.id, one.name, one.kind) for one in resources),
        rows,
        _hours(session, clinic, day, ids),
        tuple(shut),
        _visit_types(session, clinic.id, language),
        {patient: tuple(sorted(codes)) for patient, codes in sorted(needs.items())},
    )


def _hours(session: Session, clinic: Clinic, day: date, ids: Collection[int]) -> dict[int, int]:
    opening = availability.read(session, clinic, ids, day, day).opening
    hours: dict[int, int] = {}
    for (resource, _site), ticks in sorted(opening.items()):
        hours[resource] = hours.get(resource, 0) | ticks
    return hours


def _visit_types(session: Session, clinic_id: int, language: str) -> dict[int, str]:
    wanted = select(VisitType.id, VisitType.name, VisitType.name_en).where(
        VisitType.clinic_id == clinic_id
    )
    return {
        number: english if language == "en" and english else name
        for number, name, english in session.execute(wanted.order_by(VisitType.id))
    }

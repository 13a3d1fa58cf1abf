"""From the database to bitmaps: when resources are open, and when a closure takes them out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from booking.calendar.models import Clinic, Closure, WeekTemplate
from booking.calendar.openings import WeekTemplate as Template
from booking.calendar.openings import opening_spans
from booking.calendar.public_holidays import closed_days
from booking.calendar.slots import Timeline
from booking.platform.database import Session
from booking.platform.localtime import day_bounds, day_start

_TICK_SECONDS = 300


@dataclass(frozen=True)
class Availability:
    """When some resources are open at one clinic, over one timeline.

    opening: (resource id, site id) -> bitmap of open ticks, closures and holidays taken out.
    closed: resource id -> bitmap of its own closures, which also bar its buffers.
    """

    timeline: Timeline
    opening: dict[tuple[int, int], int]
    closed: dict[int, int]

    def at(self, resource_id: int, site_id: int) -> int:
        """The open ticks of a resource at a site; none where it has no hours there."""
        return self.opening.get((resource_id, site_id), 0)

    def sites(self, resource_id: int) -> list[int]:
        """The sites where a resource is open at all, in order."""
        return sorted(
            site for (r, site), ticks in self.opening.items() if r == resource_id and ticks
        )


def timeline_of(clinic: Clinic, first: date, last: date) -> Timeline:
    """The ticks of the local days first to last, both included."""
    origin = day_start(first, clinic.zone)
    end = day_start(last + timedelta(days=1), clinic.zone)
    return Timeline(origin, int((end - origin).total_seconds()) // _TICK_SECONDS)


def read(
    session: Session, clinic: Clinic, resource_ids: Iterable[int], first: date, last: date
) -> Availability:
    """Openings of these resources at this clinic on local days first to last, both included.

    Three short queries whatever the number of resources; holidays are computed.
    """
    ids = sorted(set(resource_ids))
    timeline = timeline_of(clinic, first, last)
    spans = _open_spans(session, clinic, ids, first, last)
    everyone, by_site, closed = _closures(session, clinic, ids, timeline)
    holidays = timeline.taken_bits(
        day_bounds(day, clinic.zone) for day in closed_days(clinic, first, last)
    )
    opening = {
        (resource, site): timeline.open_bits(stretches)
        & ~(holidays | everyone | by_site.get(site, 0) | closed.get(resource, 0))
        for (resource, site), stretches in spans.items()
    }
    return Availability(timeline, opening, closed)


def _open_spans(
    session: Session, clinic: Clinic, ids: list[int], first: date, last: date
) -> dict[tuple[int, int], list[tuple[datetime, datetime]]]:
    table = WeekTemplate
    rows = session.execute(
        select(
            table.resource_id,
            table.weekday,
            table.weeks,
            table.start_time,
            table.end_time,
            table.valid_from,
            table.valid_to,
            table.site_id,
        ).where(
            table.resource_id.in_(ids),
            table.clinic_id == clinic.id,
            table.valid_from <= last,
            or_(table.valid_to.is_(None), table.valid_to >= first),
        )
    )
    by_resource: dict[int, list[Template]] = defaultdict(list)
    for resource, weekday, weeks, start, end, valid_from, valid_to, site in rows:
        by_resource[resource].append(
            Template(weekday, weeks, start, end, valid_from, valid_to, site)  # type: ignore[arg-type]
        )
    spans: dict[tuple[int, int], list[tuple[datetime, datetime]]] = defaultdict(list)
    for resource, templates in by_resource.items():
        for opening in opening_spans(templates, clinic.zone, first, last):
            if opening.site_id is not None:
                spans[resource, opening.site_id].append((opening.start, opening.end))
    return spans


def _closures(
    session: Session, clinic: Clinic, ids: list[int], timeline: Timeline
) -> tuple[int, dict[int, int], dict[int, int]]:
    """Closed ticks of the whole clinic, of each site, and of each resource (at any clinic)."""
    table = Closure
    rows = session.execute(
        select(table.resource_id, table.site_id, table.starts_at, table.ends_at).where(
            table.status == "approved",
            table.ends_at > timeline.origin,
            table.starts_at < timeline.end,
            or_(
                table.resource_id.in_(ids),
                (table.clinic_id == clinic.id) & table.resource_id.is_(None),
            ),
        )
    )
    everyone, by_site, by_resource = 0, defaultdict[int, int](int), defaultdict[int, int](int)
    for resource, site, start, end in rows:
        ticks = timeline.taken_bits([(start, end)])
        if resource is not None:
            by_resource[resource] |= ticks
        elif site is not None:
            by_site[site] |= ticks
        else:
            everyone |= ticks
    return everyone, by_site, by_resource

"""Reading clinics, their sites and resources, and when these are open or closed."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from booking.calendar.models import (
    Closure,
    Resource,
    Site,
    WeekTemplate,
    resource_clinic,
)
from booking.people.models import Staff, StaffRole
from booking.platform.database import Session
from booking.platform.errors import NotFound

KINDS = ("clinician", "room", "equipment")


def sites_of(session: Session, clinic_id: int, *, active: bool | None = True) -> Sequence[Site]:
    """A clinic's sites by name. active: None for the closed ones too."""
    wanted = select(Site).where(Site.clinic_id == clinic_id).order_by(Site.name, Site.id)
    if active is not None:
        wanted = wanted.where(Site.active.is_(active))
    return session.scalars(wanted).all()


def site_of(session: Session, clinic_id: int, site_id: int) -> Site:
    """One site of a clinic; raises NotFound for a foreign one."""
    site = session.get(Site, site_id)
    if site is None or site.clinic_id != clinic_id:
        raise NotFound
    return site


def resources_of(
    session: Session, clinic_id: int, kind: str | None = None, *, active: bool | None = True
) -> Sequence[Resource]:
    """A clinic's clinicians, rooms and equipment by name. active: None for all."""
    wanted = _resources(clinic_id).options(joinedload(Resource.site))
    wanted = wanted.order_by(Resource.name, Resource.id)
    if kind is not None:
        wanted = wanted.where(Resource.kind == kind)
    if active is not None:
        wanted = wanted.where(Resource.active.is_(active))
    return session.scalars(wanted).all()


def resource_of(session: Session, clinic_id: int, resource_id: int) -> Resource:
    """One resource of a clinic, perhaps shared with others; raises NotFound for a foreign one."""
    wanted = _resources(clinic_id).where(Resource.id == resource_id)
    resource = session.scalars(wanted).one_or_none()
    if resource is None:
        raise NotFound
    return resource


def resource_of_staff(session: Session, staff_id: int) -> Resource | None:
    """The clinician's calendar of a member of staff, if they have one."""
    return session.scalars(select(Resource).where(Resource.staff_id == staff_id)).one_or_none()


def clinicians_without_calendar(session: Session, clinic_id: int) -> Sequence[Staff]:
    """Staff who are clinicians at a clinic and not yet anybody's calendar, by name."""
    return session.scalars(
        select(Staff)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(
            StaffRole.clinic_id == clinic_id,
            StaffRole.role == "clinician",
            Staff.active,
            Staff.id.not_in(select(Resource.staff_id).where(Resource.staff_id.is_not(None))),
        )
        .order_by(Staff.name, Staff.id)
    ).all()


def templates_of(
    session: Session, resource_id: int, *, ending_after: date | None = None
) -> Sequence[WeekTemplate]:
    """A resource's week templates at every clinic, by weekday and start.

    ending_after: leave out those that ended before this day.
    """
    table = WeekTemplate
    wanted = (
        select(table)
        .where(table.resource_id == resource_id)
        .options(joinedload(table.site))
        .order_by(table.weekday, table.start_time, table.valid_from, table.id)
    )
    if ending_after is not None:
        wanted = wanted.where(or_(table.valid_to.is_(None), table.valid_to >= ending_after))
    return session.scalars(wanted).all()


def with_hours(session: Session, clinic_id: int, day: date) -> set[int]:
    """The resources (their ids) that have hours at a clinic on or after a day."""
    return set(
        session.scalars(
            select(WeekTemplate.resource_id).where(
                WeekTemplate.clinic_id == clinic_id,
                or_(WeekTemplate.valid_to.is_(None), WeekTemplate.valid_to >= day),
            )
        )
    )


def template_of(session: Session, clinic_id: int, template_id: int) -> WeekTemplate:
    """One week template of a clinic; raises NotFound for a foreign one."""
    template = session.get(WeekTemplate, template_id)
    if template is None or template.clinic_id != clinic_id:
        raise NotFound
    return template


def site_in_use(session: Session, site_id: int, day: date) -> bool:
    """True if anything is planned at a site on or after a day: opening hours or an active room."""
    hours = select(WeekTemplate.id).where(
        WeekTemplate.site_id == site_id,
        or_(WeekTemplate.valid_to.is_(None), WeekTemplate.valid_to >= day),
    )
    rooms = select(Resource.id).where(Resource.site_id == site_id, Resource.active)
    return any(session.scalars(wanted.limit(1)).first() is not None for wanted in (hours, rooms))


def anything_timed(session: Session, clinic_id: int) -> bool:
    """True if a clinic has, or had, hours or closures."""
    tables = (WeekTemplate, Closure)
    return any(
        session.scalars(select(table.id).where(table.clinic_id == clinic_id).limit(1)).first()
        is not None
        for table in tables
    )


def closures_of(
    session: Session,
    clinic_id: int,
    start: datetime,
    end: datetime | None = None,
    *,
    statuses: Sequence[str] = ("approved",),
) -> Sequence[Closure]:
    """What closes a clinic, its sites or its resources between two instants, by start.

    With those that another clinic has entered for a clinician both share: they close here too.
    """
    shared = select(resource_clinic.c.resource_id).where(resource_clinic.c.clinic_id == clinic_id)
    wanted = (
        select(Closure)
        .where(
            or_(Closure.clinic_id == clinic_id, Closure.resource_id.in_(shared)),
            Closure.ends_at > start,
            Closure.status.in_(statuses),
        )
        .options(joinedload(Closure.resource), joinedload(Closure.site))
        .order_by(Closure.starts_at, Closure.id)
    )
    if end is not None:
        wanted = wanted.where(Closure.starts_at < end)
    return session.scalars(wanted).all()


def closure_of(session: Session, clinic_id: int, closure_id: int) -> Closure:
    """One closure of a clinic; raises NotFound for a foreign one."""
    closure = session.get(Closure, closure_id)
    if closure is None or closure.clinic_id != clinic_id:
        raise NotFound
    return closure


def time_off_of(
    session: Session, clinic_id: int, resource_id: int, since: datetime
) -> Sequence[Closure]:
    """One resource's own closures at a clinic that end after `since`, whatever became of them."""
    return session.scalars(
        select(Closure)
        .where(
            Closure.clinic_id == clinic_id,
            Closure.resource_id == resource_id,
            Closure.ends_at > since,
        )
        .order_by(Closure.starts_at, Closure.id)
    ).all()


def _resources(clinic_id: int) -> Select[Resource]:
    return (
        select(Resource)
        .join(resource_clinic, resource_clinic.c.resource_id == Resource.id)
        .where(resource_clinic.c.clinic_id == clinic_id)
    )

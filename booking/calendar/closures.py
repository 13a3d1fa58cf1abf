"""Taking time out: of a clinic, a site or a resource; and clinicians' wishes for time off."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from booking.calendar import queries
from booking.calendar.events import (
    ClosureRemoved,
    OpeningChanged,
    TimeOffDecided,
    TimeOffRequested,
)
from booking.calendar.models import Clinic, Closure, Resource
from booking.calendar.service import publish_for
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import (
    AmbiguousLocalTime,
    ChangedMeanwhile,
    InvalidInput,
    NonexistentLocalTime,
    NotAllowed,
    NotFound,
)
from booking.platform.identity import Actor
from booking.platform.localtime import day_start, local_date, to_utc


@dataclass(frozen=True)
class LocalPeriod:
    """A stretch by the clock on the wall, both days included.

    No start means from the first day's beginning, no end until the last day is over.
    """

    first: date
    last: date
    start: time | None = None
    end: time | None = None

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The period as UTC instants. Raises InvalidInput for a time the clock skips or repeats."""
        opens = (
            day_start(self.first, zone)
            if self.start is None
            else _instant("start", self.first, self.start, zone)
        )
        ends = (
            day_start(self.last + timedelta(days=1), zone)
            if self.end is None
            else _instant("end", self.last, self.end, zone)
        )
        if self.last < self.first:
            raise InvalidInput({"last": _("Den sidste dag ligger før den første.")})
        if ends <= opens:
            raise InvalidInput({"end": _("Sluttidspunktet skal ligge efter starten.")})
        return opens, ends


@dataclass(frozen=True)
class Place:
    """What a closure closes: one resource, one site, or (neither) the whole clinic."""

    resource_id: int | None = None
    site_id: int | None = None


def add_closure(
    session: Session, by: Actor, clinic: Clinic, place: Place, period: LocalPeriod, reason: str
) -> Closure:
    """Close something for a while that has not passed."""
    closure = Closure(clinic=clinic, status="approved")
    _write(session, closure, place, period, reason)
    session.add(closure)
    session.flush()
    audit.record(session, by, "closure.added", clinic_id=clinic.id)
    _publish(session, closure.clinic, closure.resource, closure.starts_at, closure.ends_at)
    return closure


def ensure_closed(
    session: Session, by: Actor, clinic: Clinic, place: Place, period: LocalPeriod, reason: str
) -> None:
    """Close a resource or the whole clinic, unless what is approved already closes it throughout.

    Either way whoever is hit is looked for again.
    """
    start, end = period.instants(clinic.zone)
    if not _closed_throughout(session, clinic, place, start, end):
        add_closure(session, by, clinic, place, period, reason)
        return
    resource = place.resource_id and queries.resource_of(session, clinic.id, place.resource_id)
    _publish(session, clinic, resource or None, start, end)


def edit_closure(
    session: Session,
    by: Actor,
    closure: Closure,
    version: int,
    place: Place,
    period: LocalPeriod,
    reason: str,
) -> Closure:
    """Change an approved closure; what it no longer closes is open again."""
    _check(closure, version, "approved")
    resources = {closure.resource}
    start, end = closure.starts_at, closure.ends_at
    _write(session, closure, place, period, reason)
    session.flush()
    audit.record(session, by, "closure.changed", clinic_id=closure.clinic_id)
    resources.add(closure.resource)
    for resource in resources:
        _publish(
            session,
            closure.clinic,
            resource,
            min(start, closure.starts_at),
            max(end, closure.ends_at),
        )
    return closure


def remove_closure(session: Session, by: Actor, closure: Closure, version: int) -> None:
    """Open again what a closure closed."""
    _check(closure, version, "approved")
    start, end, clinic, resource = (
        closure.starts_at,
        closure.ends_at,
        closure.clinic,
        closure.resource,
    )
    session.publish(ClosureRemoved(closure.id, closure.clinic_id))
    session.delete(closure)
    session.flush()
    audit.record(session, by, "closure.removed", clinic_id=clinic.id)
    _publish(session, clinic, resource, start, end)


def request_time_off(
    session: Session,
    by: Actor,
    clinic: Clinic,
    resource: Resource,
    period: LocalPeriod,
    reason: str,
) -> Closure:
    """A clinician asks to be away. Nothing closes until the clinic says yes."""
    _check_own(by, resource)
    closure = Closure(clinic=clinic, status="requested")
    _write(session, closure, Place(resource_id=resource.id), period, reason)
    session.add(closure)
    session.flush()
    audit.record(session, by, "time_off.requested", clinic_id=clinic.id)
    session.publish(TimeOffRequested(closure.id, clinic.id, period.first))
    return closure


def withdraw_time_off(session: Session, by: Actor, closure: Closure) -> None:
    """A clinician takes back a wish that nobody has decided."""
    if closure.resource is None:
        raise NotFound
    _check_own(by, closure.resource)
    _check(closure, closure.version, "requested")
    session.publish(ClosureRemoved(closure.id, closure.clinic_id))
    session.delete(closure)
    session.flush()
    audit.record(session, by, "time_off.withdrawn", clinic_id=closure.clinic_id)


def decide_time_off(session: Session, by: Actor, closure: Closure, approve: bool) -> Closure:
    """Say yes or no to a wish for time off; raises ChangedMeanwhile once it is decided."""
    session.refresh(closure, with_for_update=True)
    _check(closure, closure.version, "requested")
    closure.status = "approved" if approve else "declined"
    session.flush()
    action = "time_off.approved" if approve else "time_off.declined"
    audit.record(session, by, action, clinic_id=closure.clinic_id)
    session.publish(TimeOffDecided(closure.id, closure.clinic_id, by, approve))
    if approve:
        _publish(session, closure.clinic, closure.resource, closure.starts_at, closure.ends_at)
    return closure


def _write(
    session: Session, closure: Closure, place: Place, period: LocalPeriod, reason: str
) -> None:
    clinic = closure.clinic
    starts_at, ends_at = period.instants(clinic.zone)
    if ends_at <= session.now():
        raise InvalidInput({"last": _("Perioden er forbi.")})
    site, resource = place.site_id, place.resource_id
    closure.site = None if site is None else queries.site_of(session, clinic.id, site)
    closure.resource = (
        None if resource is None else queries.resource_of(session, clinic.id, resource)
    )
    closure.starts_at, closure.ends_at, closure.reason = starts_at, ends_at, reason


def _closed_throughout(
    session: Session, clinic: Clinic, place: Place, start: datetime, end: datetime
) -> bool:
    """Whether approved closures, one after the other, leave nothing of the stretch open."""
    whole_clinic = and_(
        Closure.clinic_id == clinic.id, Closure.resource_id.is_(None), Closure.site_id.is_(None)
    )
    wanted = (
        select(Closure.starts_at, Closure.ends_at)
        .where(
            Closure.status == "approved",
            Closure.ends_at > start,
            Closure.starts_at < end,
            whole_clinic
            if place.resource_id is None
            else or_(whole_clinic, Closure.resource_id == place.resource_id),
        )
        .order_by(Closure.starts_at)
    )
    for opens, ends in session.execute(wanted):
        if opens > start:
            return False
        start = max(start, ends)
    return start >= end


def _check(closure: Closure, version: int, status: str) -> None:
    if closure.version != version or closure.status != status:
        raise ChangedMeanwhile


def _check_own(by: Actor, resource: Resource) -> None:
    if by.kind != "staff" or resource.staff_id != by.id:
        raise NotAllowed


def _publish(
    session: Session, clinic: Clinic, resource: Resource | None, start: datetime, end: datetime
) -> None:
    first = local_date(start, clinic.zone)
    last = local_date(end - timedelta(microseconds=1), clinic.zone)
    if resource is None:
        session.publish(OpeningChanged(clinic.id, None, first, last))
    else:
        publish_for(session, resource, first, last)


def _instant(field: str, day: date, clock: time, zone: ZoneInfo) -> datetime:
    try:
        return to_utc(datetime.combine(day, clock), zone)
    except AmbiguousLocalTime:
        text = _("Den nat stilles uret tilbage, og klokkeslættet findes to gange. Vælg et andet.")
        raise InvalidInput({field: text}) from None
    except NonexistentLocalTime:
        text = _("Den nat stilles uret frem, og klokkeslættet findes ikke. Vælg et andet.")
        raise InvalidInput({field: text}) from None

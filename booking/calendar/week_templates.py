"""Giving a resource its repeating hours, changing them from a day on, and ending them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from flask_babel import gettext as _

from booking.calendar import queries
from booking.calendar.events import OpeningChanged
from booking.calendar.models import Clinic, Resource, WeekTemplate
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput
from booking.platform.identity import Actor

TICK_MINUTES = 5


@dataclass(frozen=True)
class Hours:
    """One repeating stretch, as in the table: local times on whole five minutes."""

    site_id: int
    weekday: int
    weeks: str
    start: time
    end: time
    valid_from: date
    valid_to: date | None = None


def add(
    session: Session, by: Actor, clinic: Clinic, resource: Resource, hours: Iterable[Hours]
) -> list[WeekTemplate]:
    """Give a resource hours at a clinic; none may overlap what it has there or elsewhere."""
    added = [_insert(session, clinic, resource, one) for one in hours]
    audit.record(session, by, "template.added", reason=resource.name, clinic_id=clinic.id)
    first, last = _period(added)
    _publish(session, clinic.id, resource.id, first, last)
    return added


def copy(
    session: Session,
    by: Actor,
    clinic: Clinic,
    resource: Resource,
    source: Resource,
    valid_from: date,
) -> list[WeekTemplate]:
    """Give a resource the hours another has at the clinic from a day on, until these would end.

    A room keeps its own site. Raises InvalidInput where there is nothing to copy, or where the
    hours overlap what the resource has.
    """
    hours = []
    for template in queries.templates_of(session, source.id, ending_after=valid_from):
        if template.clinic_id != clinic.id:
            continue
        one = _hours(template)
        site_id = resource.site_id if resource.kind == "room" else one.site_id
        begins = max(one.valid_from, valid_from)
        hours.append(replace(one, site_id=site_id or one.site_id, valid_from=begins))
    if not hours:
        raise InvalidInput({"source": _("Der er ingen timer at kopiere fra den dag.")})
    try:
        return add(session, by, clinic, resource, hours)
    except InvalidInput as error:
        raise InvalidInput({"source": next(iter(error.fields.values()))}) from error


def change(
    session: Session,
    by: Actor,
    clinic: Clinic,
    template: WeekTemplate,
    version: int,
    hours: Hours,
) -> WeekTemplate:
    """Let other hours take a template's place from `hours.valid_from` on.

    What was open before that day stays as it was: the template ends the day before and a new
    one follows it, unless only its end is changed. Returns the template with the new hours.
    """
    _check_version(template, version)
    first, last = _period([template])
    if _same_stretch(_hours(template), hours):
        hours = replace(hours, valid_from=min(first, hours.valid_from))
    if hours.valid_from <= first:
        _check(session, template.resource, hours, leave_out=template.id)
        _write(template, hours)
        changed = template
        session.flush()
    else:
        ended = hours.valid_from - timedelta(days=1)
        if template.valid_to is not None and template.valid_to < ended:
            raise InvalidInput(
                {"valid_from": _("Skemaet er ophørt før den dag. Opret et nyt i stedet.")}
            )
        template.valid_to = ended
        session.flush()
        changed = _insert(session, clinic, template.resource, hours)
    new_first, new_last = _period([changed])
    audit.record(
        session, by, "template.changed", reason=template.resource.name, clinic_id=clinic.id
    )
    until = None if last is None or new_last is None else max(last, new_last)
    _publish(session, clinic.id, template.resource_id, min(first, new_first), until)
    return changed


def end(
    session: Session, by: Actor, template: WeekTemplate, version: int, last_day: date
) -> WeekTemplate:
    """Let a template hold for the last time on a day, earlier or later than it would have."""
    _check_version(template, version)
    if last_day < template.valid_from:
        raise InvalidInput({"valid_to": _("Skemaet kan ikke ophøre, før det begynder.")})
    before = template.valid_to
    if before is not None and before < last_day:
        longer = replace(_hours(template), valid_to=last_day)
        _check(session, template.resource, longer, template.id)
    template.valid_to = last_day
    session.flush()
    resource = template.resource
    audit.record(session, by, "template.ended", reason=resource.name, clinic_id=template.clinic_id)
    first = (last_day if before is None else min(before, last_day)) + timedelta(days=1)
    last = None if before is None else max(before, last_day)
    _publish(session, template.clinic_id, resource.id, first, last)
    return template


def remove(session: Session, by: Actor, clinic: Clinic, template: WeekTemplate) -> None:
    """Take away a template that has not begun; one that has is ended instead."""
    if template.valid_from <= today(session, clinic):
        raise InvalidInput(
            {"_form": _("Skemaet er begyndt og kan ikke slettes. Lad det ophøre i stedet.")}
        )
    first, last = _period([template])
    resource = template.resource
    session.delete(template)
    session.flush()
    audit.record(session, by, "template.removed", reason=resource.name, clinic_id=clinic.id)
    _publish(session, clinic.id, resource.id, first, last)


def _insert(session: Session, clinic: Clinic, resource: Resource, hours: Hours) -> WeekTemplate:
    site = queries.site_of(session, clinic.id, hours.site_id)
    if not site.active:
        raise InvalidInput({"site_id": _("Stedet er ikke i brug.")})
    _check(session, resource, hours)
    template = WeekTemplate(resource=resource, clinic_id=clinic.id)
    _write(template, hours)
    session.add(template)
    session.flush()
    return template


def _write(template: WeekTemplate, hours: Hours) -> None:
    template.site_id = hours.site_id
    template.weekday, template.weeks = hours.weekday, hours.weeks
    template.start_time, template.end_time = hours.start, hours.end
    template.valid_from, template.valid_to = hours.valid_from, hours.valid_to


def _hours(template: WeekTemplate) -> Hours:
    return Hours(
        template.site_id,
        template.weekday,
        template.weeks,
        template.start_time,
        template.end_time,
        template.valid_from,
        template.valid_to,
    )


def _check(
    session: Session, resource: Resource, hours: Hours, leave_out: int | None = None
) -> None:
    if hours.start >= hours.end:
        raise InvalidInput({"end": _("Sluttidspunktet skal ligge efter starten samme dag.")})
    for name, clock in (("start", hours.start), ("end", hours.end)):
        if clock.minute % TICK_MINUTES or clock.second or clock.microsecond:
            raise InvalidInput({name: _("Skriv et klokkeslæt på hele fem minutter.")})
    if hours.valid_to is not None and hours.valid_to < hours.valid_from:
        raise InvalidInput({"valid_to": _("Skemaet kan ikke ophøre, før det begynder.")})
    if resource.kind == "room" and resource.site_id not in (None, hours.site_id):
        raise InvalidInput({"site_id": _("Rummet ligger et andet sted.")})
    for other in queries.templates_of(session, resource.id, ending_after=hours.valid_from):
        if other.id != leave_out and _overlap(_hours(other), hours):
            raise InvalidInput({"start": _overlap_text(other)})


def _same_stretch(a: Hours, b: Hours) -> bool:
    return replace(a, valid_from=b.valid_from, valid_to=b.valid_to) == b


def _overlap(a: Hours, b: Hours) -> bool:
    same_weeks = a.weeks == b.weeks or "any" in (a.weeks, b.weeks)
    return (
        a.weekday == b.weekday
        and same_weeks
        and a.start < b.end
        and b.start < a.end
        and (a.valid_to is None or a.valid_to >= b.valid_from)
        and (b.valid_to is None or b.valid_to >= a.valid_from)
    )


def _overlap_text(other: WeekTemplate) -> str:
    return _(
        "Overlapper et skema, der findes: %(start)s–%(end)s fra %(first)s (%(site)s).",
        start=f"{other.start_time:%-H.%M}",
        end=f"{other.end_time:%-H.%M}",
        first=f"{other.valid_from:%-d.%-m.%Y}",
        site=other.site.name,
    )


def _check_version(template: WeekTemplate, version: int) -> None:
    if template.version != version:
        raise ChangedMeanwhile


def _period(templates: list[WeekTemplate]) -> tuple[date, date | None]:
    ends = [t.valid_to for t in templates]
    last = None if None in ends else max(e for e in ends if e is not None)
    return min(t.valid_from for t in templates), last


def _publish(
    session: Session, clinic_id: int, resource_id: int, first: date, last: date | None
) -> None:
    session.publish(OpeningChanged(clinic_id, (resource_id,), first, last))

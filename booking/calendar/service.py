"""Setting up clinics, their sites and what can be booked there.

Whoever calls has checked that the actor may set up the clinic; only `share` asks about another.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from zoneinfo import available_timezones

from flask_babel import gettext as _
from sqlalchemy import func, select

from booking.calendar import queries
from booking.calendar.events import OpeningChanged
from booking.calendar.models import Clinic, Resource, Site
from booking.calendar.public_holidays import month_days
from booking.people.models import StaffRole
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotFound
from booking.platform.identity import Actor, Role
from booking.platform.localtime import local_date

# What the column has room for.
MOST_CLOSED_DAYS = 50
HOME_ZONE = "Europe/Copenhagen"


@dataclass(frozen=True)
class ClinicDetails:
    """What a clinic is called and how it works; fields as in the table.

    zone_name: '' for Danish time in a new clinic, and for the zone it has in one that is there.
    """

    name: str
    phone: str
    specialty: str = ""
    phone_hours: str = ""
    phone_hours_en: str = ""
    zone_name: str = ""
    horizon_weeks: int = 8
    optional_closures: str = ""


@dataclass(frozen=True)
class SiteDetails:
    """An address, and the way there in Danish and English."""

    name: str
    address: str
    directions: str = ""
    directions_en: str = ""


@dataclass(frozen=True)
class ResourceDetails:
    """A clinician, room or piece of equipment; fields as in the table, `kind` apart."""

    name: str
    profession: str = ""
    title: str = ""
    title_en: str = ""
    site_id: int | None = None
    staff_id: int | None = None
    video_url: str = ""
    clinic_ids: Iterable[int] = field(default=())


def create_clinic(session: Session, by: Actor, details: ClinicDetails) -> Clinic:
    """Begin a clinic; a member of staff who does so becomes its secretary and its leader."""
    _check_clinic(session, details, None)
    clinic = Clinic(**{**asdict(details), "zone_name": details.zone_name or HOME_ZONE})
    session.add(clinic)
    session.flush()
    if by.kind == "staff":
        roles = (Role.SECRETARY, Role.LEADER)
        session.add_all(StaffRole(staff_id=by.id, clinic_id=clinic.id, role=r) for r in roles)
        session.flush()
    audit.record(session, by, "clinic.created", clinic_id=clinic.id)
    return clinic


def edit_clinic(
    session: Session, by: Actor, clinic: Clinic, version: int, details: ClinicDetails
) -> Clinic:
    """Change a clinic. Its zone stays once hours or closures have been meant in it."""
    check_version(clinic, version)
    _check_clinic(session, details, clinic.id)
    if details.zone_name and details.zone_name != clinic.zone_name:
        if queries.anything_timed(session, clinic.id):
            raise InvalidInput(
                {"zone_name": _("Klinikken har ugeskemaer eller lukninger, der er ment i den.")}
            )
        clinic.zone_name = details.zone_name
    closures_before = clinic.optional_closures
    for name, value in asdict(details).items():
        if name != "zone_name":
            setattr(clinic, name, value)
    session.flush()
    audit.record(session, by, "clinic.changed", clinic_id=clinic.id)
    if clinic.optional_closures != closures_before:
        session.publish(OpeningChanged(clinic.id, None, today(session, clinic), None))
    return clinic


def add_site(session: Session, by: Actor, clinic: Clinic, details: SiteDetails) -> Site:
    """Add an address to a clinic."""
    _check_site(session, clinic.id, details.name, None)
    site = Site(clinic_id=clinic.id, **asdict(details))
    session.add(site)
    session.flush()
    audit.record(session, by, "site.added", reason=site.name, clinic_id=clinic.id)
    return site


def edit_site(
    session: Session, by: Actor, site: Site, version: int, details: SiteDetails, *, active: bool
) -> Site:
    """Change an address, close it or open it again. One with hours or rooms cannot be closed."""
    check_version(site, version)
    _check_site(session, site.clinic_id, details.name, site.id)
    if (
        site.active
        and not active
        and queries.site_in_use(session, site.id, today(session, site.clinic))
    ):
        raise InvalidInput(
            {"active": _("Afslut først ugeskemaerne på stedet, og tag dets rum ud af brug.")}
        )
    for name, value in asdict(details).items():
        setattr(site, name, value)
    site.active = active
    session.flush()
    audit.record(session, by, "site.changed", reason=site.name, clinic_id=site.clinic_id)
    return site


def add_resource(
    session: Session, by: Actor, clinic: Clinic, kind: str, details: ResourceDetails
) -> Resource:
    """Add a clinician ('clinician'), a 'room' or a piece of 'equipment' to a clinic."""
    resource = Resource(kind=kind, clinics=[clinic])
    _write_resource(session, by, clinic, resource, details)
    session.add(resource)
    session.flush()
    audit.record(session, by, "resource.added", reason=resource.name, clinic_id=clinic.id)
    return resource


def edit_resource(
    session: Session,
    by: Actor,
    clinic: Clinic,
    resource: Resource,
    version: int,
    details: ResourceDetails,
    *,
    active: bool,
) -> Resource:
    """Change a resource, take it out of use or back into use, for every clinic that shares it."""
    check_version(resource, version)
    was_active = resource.active
    _write_resource(session, by, clinic, resource, details)
    resource.active = active
    session.flush()
    audit.record(session, by, "resource.changed", reason=resource.name, clinic_id=clinic.id)
    if was_active != active:
        publish_for(session, resource, today(session, clinic), None)
    return resource


def share(session: Session, by: Actor, resource: Resource, clinic: Clinic) -> None:
    """Let another clinic book a clinician too; the actor must be in the office of both.

    Raises NotFound unless the actor belongs to a clinic that has the resource and to the other.
    """
    if not any(c.id in by.clinics for c in resource.clinics):
        raise NotFound
    by.at(clinic.id, Role.SECRETARY, Role.LEADER)
    if resource.kind != "clinician":
        raise InvalidInput({"clinics": _("Kun behandlere kan deles mellem klinikker.")})
    if clinic not in resource.clinics:
        resource.clinics.append(clinic)
        session.flush()
        audit.record(session, by, "resource.shared", reason=resource.name, clinic_id=clinic.id)


def stop_sharing(session: Session, by: Actor, resource: Resource, clinic: Clinic) -> None:
    """Take a clinician off a clinic; the hours there end, those not begun are taken away.

    Whoever calls has checked that nothing booked depends on it. Raises InvalidInput for the only
    clinic a clinician has.
    """
    if resource.kind != "clinician" or clinic not in resource.clinics:
        raise NotFound
    if len(resource.clinics) == 1:
        raise InvalidInput(
            {"_form": _("Behandleren er kun her. Tag i stedet behandleren ud af brug.")}
        )
    day = today(session, clinic)
    for template in queries.templates_of(session, resource.id, ending_after=day):
        if template.clinic_id != clinic.id:
            continue
        if template.valid_from >= day:
            session.delete(template)
        else:
            template.valid_to = day - timedelta(days=1)
    resource.clinics.remove(clinic)
    session.flush()
    audit.record(session, by, "resource.unshared", reason=resource.name, clinic_id=clinic.id)
    session.publish(OpeningChanged(clinic.id, (resource.id,), day, None))


def today(session: Session, clinic: Clinic) -> date:
    """The day it is at the clinic."""
    return local_date(session.now(), clinic.zone)


def check_version(row: Clinic | Site | Resource, version: int) -> None:
    """Raise ChangedMeanwhile unless the form was filled in on this version of the row."""
    if row.version != version:
        raise ChangedMeanwhile


def publish_for(session: Session, resource: Resource, first: date, last: date | None) -> None:
    """Tell that a resource's hours changed, at each clinic that has it."""
    for clinic in resource.clinics:
        session.publish(OpeningChanged(clinic.id, (resource.id,), first, last))


def _check_clinic(session: Session, details: ClinicDetails, clinic_id: int | None) -> None:
    same = select(Clinic.id).where(func.lower(Clinic.name) == details.name.lower())
    if any(found != clinic_id for found in session.scalars(same)):
        raise InvalidInput({"name": _("Der findes allerede en klinik med det navn.")})
    if details.zone_name and details.zone_name not in available_timezones():
        raise InvalidInput(
            {"zone_name": _("Skriv et navn fra IANA-listen, for eksempel Europe/Copenhagen.")}
        )
    try:
        days = month_days(details.optional_closures)
    except ValueError:
        raise InvalidInput(
            {"closures": _("Skriv faste lukkedage som dag og måned, for eksempel 23-12.")}
        ) from None
    if len(days) > MOST_CLOSED_DAYS:
        raise InvalidInput(
            {
                "other_closures": _(
                    "Klinikken kan have højst %(most)s faste lukkedage.", most=MOST_CLOSED_DAYS
                )
            }
        )


def _check_site(session: Session, clinic_id: int, name: str, site_id: int | None) -> None:
    sites = queries.sites_of(session, clinic_id, active=None)
    if any(s.name.casefold() == name.casefold() and s.id != site_id for s in sites):
        raise InvalidInput({"name": _("Klinikken har allerede et sted med det navn.")})


def _write_resource(
    session: Session, by: Actor, clinic: Clinic, resource: Resource, details: ResourceDetails
) -> None:
    _check_name(session, clinic.id, resource, details.name)
    if resource.kind == "room" and details.site_id is None:
        raise InvalidInput({"site_id": _("Vælg det sted, rummet ligger.")})
    if resource.kind == "clinician" and not details.profession:
        raise InvalidInput({"profession": _("Vælg en faggruppe.")})
    if details.site_id is not None and details.site_id != resource.site_id:
        queries.site_of(session, clinic.id, details.site_id)
    if details.staff_id is not None and details.staff_id != resource.staff_id:
        free = queries.clinicians_without_calendar(session, clinic.id)
        if details.staff_id not in {s.id for s in free}:
            raise NotFound
    resource.name = details.name
    resource.title, resource.title_en = details.title, details.title_en
    resource.profession, resource.video_url = details.profession, details.video_url
    resource.site_id, resource.staff_id = details.site_id, details.staff_id
    for clinic_id in details.clinic_ids:
        if clinic_id != clinic.id:
            other = session.get(Clinic, clinic_id)
            if other is None:
                raise NotFound
            share(session, by, resource, other)


def _check_name(session: Session, clinic_id: int, resource: Resource, name: str) -> None:
    """Two rooms of one name would be booked for each other; two clinicians may share a name."""
    if resource.kind == "clinician":
        return
    others = queries.resources_of(session, clinic_id, resource.kind, active=True)
    if any(o.name.casefold() == name.casefold() and o.id != resource.id for o in others):
        raise InvalidInput({"name": _("Klinikken har allerede noget med det navn.")})

"""Clinicians, rooms and equipment: the lists, one resource with its week, and its form."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import sharing
from booking.calendar import queries, service
from booking.calendar.models import Clinic, Resource, WeekTemplate
from booking.calendar.professions import PROFESSIONS, profession_name
from booking.calendar.schemas import KindForm, ResourceForm
from booking.calendar.service import ResourceDetails, today
from booking.calendar.wording import KINDS, KINDS_PLURAL, WEEKDAYS, WEEKS
from booking.clinic_web.frame import own_clinics
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.setup.clinics import SETUP, office
from booking.clinic_web.setup.closures import when
from booking.clinic_web.setup.hits import onwards
from booking.people.models import Staff
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me

pages = Pages("staff_resources", __name__, url_prefix=SETUP)


@pages.get("/ressourcer", access=Access.SECRETARY)
def everything(clinic_id: int) -> ResponseReturnValue:
    """One kind of resource, those in use first."""
    office(clinic_id)
    kind = read(KindForm(), "query")["vis"]
    found = queries.resources_of(db(), clinic_id, kind, active=None)
    return render_template(
        "clinic/setup/resources.html",
        kind=kind,
        resources=sorted(found, key=lambda one: not one.active),
        kinds=KINDS_PLURAL,
        profession_name=profession_name,
    )


@pages.get("/ressourcer/<int:resource_id>", access=Access.SECRETARY)
def show(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """One resource: what it is, its week, and when it is away."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    day = today(db(), clinic)
    templates = queries.templates_of(db(), resource_id, ending_after=day)
    away = queries.closures_of(db(), clinic_id, db().now(), statuses=("approved", "requested"))
    return render_template(
        "clinic/setup/resource.html",
        clinic=clinic,
        resource=resource,
        plural=KINDS_PLURAL[resource.kind],
        profession=profession_name(resource.profession) if resource.profession else "",
        login=db().get(Staff, resource.staff_id) if resource.staff_id else None,
        others=[c for c in resource.clinics if c.id != clinic_id and c.id in me().clinics],
        shared_with=_may_leave(resource),
        weeks=WEEKS,
        week=week_of(templates),
        templates=templates,
        today=day,
        closures=[(one, when(one, clinic)) for one in away if one.resource_id == resource_id],
    )


@pages.get("/ressourcer/ny/<kind>", access=Access.SECRETARY)
def new_form(clinic_id: int, kind: str) -> ResponseReturnValue:
    """The form for a new clinician, room or piece of equipment."""
    clinic = office(clinic_id)
    _known(kind)
    return render_template(
        "clinic/setup/resource_form.html", values={}, errors={}, **_choices(clinic, kind, None)
    )


@pages.post("/ressourcer/ny/<kind>", access=Access.SECRETARY)
def new(clinic_id: int, kind: str) -> ResponseReturnValue:
    """Add a resource and go on to its opening hours."""
    clinic = office(clinic_id)
    _known(kind)
    try:
        with refusals():
            details = _details(kind, read(ResourceForm()))
            resource = service.add_resource(db(), me(), clinic, kind, details)
    except DomainError as error:
        return rejected("clinic/setup/resource_form.html", error, **_choices(clinic, kind, None))
    flash(_("%(name)s er oprettet. Næste skridt er ugeskemaet.", name=resource.name), "success")
    return redirect(_page(clinic_id, resource), 303)


@pages.get("/ressourcer/<int:resource_id>/ret", access=Access.SECRETARY)
def edit_form(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """The form for a resource that is there."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    values = {
        "version": resource.version,
        "name": resource.name,
        "profession": resource.profession,
        "title": resource.title,
        "title_en": resource.title_en,
        "site_id": resource.site_id or "",
        "staff_id": resource.staff_id or "",
        "video_url": resource.video_url,
        "active": resource.active,
        "clinic_ids": [c.id for c in resource.clinics],
    }
    choices = _choices(clinic, resource.kind, resource)
    return render_template("clinic/setup/resource_form.html", values=values, errors={}, **choices)


@pages.post("/ressourcer/<int:resource_id>/ret", access=Access.SECRETARY)
def edit(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """Save a resource."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    kind = resource.kind
    try:
        with refusals():
            typed = read(ResourceForm())
            service.edit_resource(
                db(),
                me(),
                clinic,
                resource,
                typed["version"],
                _details(kind, typed),
                active=typed["active"],
            )
    except DomainError as error:
        choices = _choices(clinic, kind, resource)
        return rejected("clinic/setup/resource_form.html", error, row=resource, **choices)
    flash(_("%(name)s er gemt.", name=resource.name), "success")
    back = _page(clinic_id, resource)
    return onwards(clinic, today(db(), clinic), None, [resource_id], back)


@pages.post("/ressourcer/<int:resource_id>/deling/<int:other_id>", access=Access.SECRETARY)
def stop_sharing(clinic_id: int, resource_id: int, other_id: int) -> ResponseReturnValue:
    """Take a shared clinician off one of the clinics they are at; this one or another."""
    office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    other = next((one for one in resource.clinics if one.id == other_id), None)
    if other is None:
        raise NotFound
    try:
        with refusals():
            sharing.stop_sharing(db(), me(), resource, other)
    except DomainError as error:
        db().rollback()
        fields = error.fields.values() if isinstance(error, InvalidInput) else ()
        flash(next(iter(fields), in_words(error)), "error")
        return redirect(_page(clinic_id, resource), 303)
    flash(
        _("%(name)s er ikke længere i %(clinic)s.", name=resource.name, clinic=other.name),
        "success",
    )
    if other_id == clinic_id:
        return redirect(url_for(".everything", clinic_id=clinic_id), 303)
    return redirect(_page(clinic_id, resource), 303)


def _may_leave(resource: Resource) -> list[Clinic]:
    """The clinics a shared clinician may be taken off by whoever is signed in."""
    if resource.kind != "clinician" or len(resource.clinics) < 2:
        return []
    own = me().roles
    return [
        c for c in resource.clinics if own.get(c.id, frozenset()) & {Role.SECRETARY, Role.LEADER}
    ]


def week_of(
    templates: Sequence[WeekTemplate],
) -> list[tuple[str, dict[str, list[WeekTemplate]]]]:
    """(weekday, {any, odd, even: templates}) for Monday to Friday and the weekend days in use."""
    days: list[tuple[str, dict[str, list[WeekTemplate]]]] = []
    for number, name in enumerate(WEEKDAYS):
        cells = {
            weeks: [t for t in templates if t.weekday == number and t.weeks == weeks]
            for weeks in WEEKS
        }
        if number < 5 or any(cells.values()):
            days.append((str(name), cells))
    return days


def _known(kind: str) -> None:
    if kind not in KINDS:
        abort(404)


def _page(clinic_id: int, resource: Resource) -> str:
    return url_for("staff_resources.show", clinic_id=clinic_id, resource_id=resource.id)


def _choices(clinic: Clinic, kind: str, resource: Resource | None) -> dict[str, Any]:
    """What the form needs; read at once, since what is refused is rolled back before it shows."""
    accounts = [(one.id, one.name) for one in queries.clinicians_without_calendar(db(), clinic.id)]
    if resource is not None and resource.staff_id is not None:
        held = db().get_one(Staff, resource.staff_id)
        accounts = [(held.id, held.name), *accounts]
    shared = {c.id for c in resource.clinics} if resource else set()
    return {
        "kind": kind,
        "kinds": KINDS,
        "resource": resource,
        "professions": list(PROFESSIONS.items()),
        "accounts": accounts,
        "sites": [(one.id, one.name) for one in queries.sites_of(db(), clinic.id)],
        "clinics": [
            (one.id, one.name)
            for one in own_clinics()
            if one.id != clinic.id
            and one.id not in shared
            and me().roles[one.id] & {Role.SECRETARY, Role.LEADER}
        ],
    }


def _details(kind: str, typed: dict[str, Any]) -> ResourceDetails:
    """Only what the kind has: a room keeps no profession from a tampered form."""
    if kind != "clinician":
        return ResourceDetails(name=typed["name"], title=typed["title"], site_id=typed["site_id"])
    return ResourceDetails(
        name=typed["name"],
        title=typed["title"],
        title_en=typed["title_en"],
        profession=typed["profession"],
        staff_id=typed["staff_id"],
        video_url=typed["video_url"],
        clinic_ids=typed["clinic_ids"],
    )

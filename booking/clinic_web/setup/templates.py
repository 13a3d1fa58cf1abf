"""Week templates: adding hours, changing them from a day on, ending them, taking them away."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.calendar import queries, week_templates
from booking.calendar.models import Clinic, Resource, WeekTemplate
from booking.calendar.schemas import CopyForm, EndForm, HoursForm, NewHoursForm
from booking.calendar.service import today
from booking.calendar.week_templates import Hours
from booking.calendar.wording import KINDS, WEEKDAYS, WEEKS
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.setup.clinics import SETUP, office
from booking.clinic_web.setup.hits import onwards
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import read, rejected
from booking.platform.pages import Access, Pages, db, me

pages = Pages("staff_templates", __name__, url_prefix=SETUP)


@pages.get("/ressourcer/<int:resource_id>/skema", access=Access.SECRETARY)
def new_form(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """The form for hours on one or more weekdays."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    values = {
        "weeks": "any",
        "valid_from": today(db(), clinic).isoformat(),
        "site_id": resource.site_id or "",
    }
    return render_template(
        "clinic/setup/template.html", values=values, errors={}, **_choices(clinic, resource)
    )


@pages.post("/ressourcer/<int:resource_id>/skema", access=Access.SECRETARY)
def new(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """Give a resource hours."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    try:
        with refusals():
            typed = read(NewHoursForm())
            hours = [_hours(typed, weekday) for weekday in sorted(set(typed["weekdays"]))]
            week_templates.add(db(), me(), clinic, resource, hours)
    except DomainError as error:
        return rejected("clinic/setup/template.html", error, **_choices(clinic, resource))
    flash(_("Ugeskemaet er gemt."), "success")
    return redirect(_page(clinic_id, resource_id), 303)


@pages.get("/ressourcer/<int:resource_id>/kopier", access=Access.SECRETARY)
def copy_form(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """The form for the hours of another: which, and from when."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    values = {"valid_from": today(db(), clinic).isoformat()}
    return render_template(
        "clinic/setup/copy.html", values=values, errors={}, **_sources(clinic, resource)
    )


@pages.post("/ressourcer/<int:resource_id>/kopier", access=Access.SECRETARY)
def copy(clinic_id: int, resource_id: int) -> ResponseReturnValue:
    """Give a resource the hours of another."""
    clinic = office(clinic_id)
    resource = queries.resource_of(db(), clinic_id, resource_id)
    try:
        with refusals():
            typed = read(CopyForm())
            source = queries.resource_of(db(), clinic_id, typed["source"])
            week_templates.copy(db(), me(), clinic, resource, source, typed["valid_from"])
    except DomainError as error:
        return rejected("clinic/setup/copy.html", error, **_sources(clinic, resource))
    flash(_("Timerne er kopieret."), "success")
    return redirect(_page(clinic_id, resource_id), 303)


@pages.get("/skemaer/<int:template_id>", access=Access.SECRETARY)
def edit_form(clinic_id: int, template_id: int) -> ResponseReturnValue:
    """The forms for other hours from a day on, for the last day, and for taking it away."""
    clinic = office(clinic_id)
    template = queries.template_of(db(), clinic_id, template_id)
    values = {
        "version": template.version,
        "site_id": template.site_id,
        "weekday": template.weekday,
        "weeks": template.weeks,
        "start": f"{template.start_time:%H:%M}",
        "end": f"{template.end_time:%H:%M}",
        "valid_from": max(template.valid_from, today(db(), clinic)).isoformat(),
        "valid_to": template.valid_to.isoformat() if template.valid_to else "",
    }
    choices = _choices(clinic, template.resource, template)
    return render_template("clinic/setup/template.html", values=values, errors={}, **choices)


@pages.post("/skemaer/<int:template_id>", access=Access.SECRETARY)
def edit(clinic_id: int, template_id: int) -> ResponseReturnValue:
    """Save other hours from a day on."""
    clinic = office(clinic_id)
    template = queries.template_of(db(), clinic_id, template_id)
    try:
        with refusals():
            typed = read(HoursForm())
            hours = _hours(typed, typed["weekday"])
            week_templates.change(db(), me(), clinic, template, typed["version"], hours)
    except DomainError as error:
        choices = _choices(clinic, template.resource, template)
        return rejected("clinic/setup/template.html", error, row=template, **choices)
    flash(_("Ugeskemaet er gemt."), "success")
    return _onwards(clinic, template.resource_id)


@pages.post("/skemaer/<int:template_id>/ophoer", access=Access.SECRETARY)
def end(clinic_id: int, template_id: int) -> ResponseReturnValue:
    """Let a template hold for the last time on a day."""
    clinic = office(clinic_id)
    template = queries.template_of(db(), clinic_id, template_id)
    resource_id = template.resource_id
    try:
        with refusals():
            typed = read(EndForm())
            week_templates.end(db(), me(), template, typed["version"], typed["valid_to"])
    except DomainError as error:
        return _refused(clinic_id, template_id, error)
    flash(_("Ugeskemaet ophører den dag."), "success")
    return _onwards(clinic, resource_id)


@pages.post("/skemaer/<int:template_id>/slet", access=Access.SECRETARY)
def remove(clinic_id: int, template_id: int) -> ResponseReturnValue:
    """Take away a template that has not begun."""
    clinic = office(clinic_id)
    template = queries.template_of(db(), clinic_id, template_id)
    resource_id = template.resource_id
    try:
        with refusals():
            week_templates.remove(db(), me(), clinic, template)
    except DomainError as error:
        return _refused(clinic_id, template_id, error)
    flash(_("Ugeskemaet er slettet."), "success")
    return _onwards(clinic, resource_id)


def _refused(clinic_id: int, template_id: int, error: DomainError) -> ResponseReturnValue:
    db().rollback()
    text = next(iter(error.fields.values())) if isinstance(error, InvalidInput) else in_words(error)
    flash(text, "error")
    here = url_for("staff_templates.edit_form", clinic_id=clinic_id, template_id=template_id)
    return redirect(here, 303)


def _onwards(clinic: Clinic, resource_id: int) -> ResponseReturnValue:
    back = _page(clinic.id, resource_id)
    return onwards(clinic, today(db(), clinic), None, [resource_id], back)


def _page(clinic_id: int, resource_id: int) -> str:
    return url_for("staff_resources.show", clinic_id=clinic_id, resource_id=resource_id)


def _choices(
    clinic: Clinic, resource: Resource, template: WeekTemplate | None = None
) -> dict[str, Any]:
    sites = queries.sites_of(db(), clinic.id)
    if resource.kind == "room":
        sites = [one for one in sites if one.id == resource.site_id]
    return {
        "resource": resource,
        "held": template,
        "today": today(db(), clinic),
        "sites": [(one.id, one.name) for one in sites],
        "weekdays": list(enumerate(WEEKDAYS)),
        "weeks": list(WEEKS.items()),
    }


def _sources(clinic: Clinic, resource: Resource) -> dict[str, Any]:
    """Everything else of the clinic's that has hours, the same kind first."""
    with_hours = queries.with_hours(db(), clinic.id, today(db(), clinic))
    others = [
        one
        for one in queries.resources_of(db(), clinic.id, active=None)
        if one.id in with_hours and one.id != resource.id
    ]
    others.sort(key=lambda one: (one.kind != resource.kind, queries.KINDS.index(one.kind)))
    return {
        "resource": resource,
        "sources": [(one.id, f"{KINDS[one.kind]}: {one.name}") for one in others],
    }


def _hours(typed: dict[str, Any], weekday: int) -> Hours:
    return Hours(
        typed["site_id"],
        weekday,
        typed["weeks"],
        typed["start"],
        typed["end"],
        typed["valid_from"],
        typed["valid_to"],
    )

"""Visit types: the list, and one form with everything a kind of contact is."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.visit_types import service
from booking.appointments.visit_types.forms import (
    FORMS,
    GRIDS,
    MODES,
    MODES_EXPLAINED,
    form_name,
    mode_name,
)
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_type_of, visit_types_of
from booking.appointments.visit_types.schemas import DEMANDS, VisitTypeForm, definition
from booking.calendar import queries
from booking.calendar.models import Clinic
from booking.calendar.professions import PROFESSIONS, profession_name
from booking.calendar.wording import KINDS
from booking.clinic_web.refusals import refusals
from booking.clinic_web.setup.clinics import SETUP, office
from booking.people.needs import NEEDS
from booking.platform.errors import DomainError
from booking.platform.forms import read, rejected
from booking.platform.pages import Access, Pages, db, me

pages = Pages("staff_visit_types", __name__, url_prefix=SETUP)

NEW = {
    "forms": ["in_person"],
    "base_minutes": 30,
    "cap_minutes": 60,
    "grid_minutes": 15,
    "buffer_before": 0,
    "buffer_after": 0,
    "mode": "code",
    "closing_hours": 24,
    "move_limit": 3,
    "clinicians_needed": 1,
    "group_capacity": 1,
}
_PLAIN = (
    "version", "name", "name_en", "base_minutes", "cap_minutes", "grid_minutes", "buffer_before",
    "buffer_after", "mode", "closing_hours", "move_limit", "profession", "clinicians_needed",
    "group_capacity", "preparation", "preparation_en", "active",
)  # fmt: skip


@pages.get("/kontakttyper", access=Access.SECRETARY)
def everything(clinic_id: int) -> ResponseReturnValue:
    """Every kind of contact, those in use first."""
    office(clinic_id)
    found = visit_types_of(db(), clinic_id, active=None)
    return render_template(
        "clinic/setup/visit_types.html",
        visit_types=sorted(found, key=lambda one: not one.active),
        form_name=form_name,
        mode_name=mode_name,
        profession_name=profession_name,
    )


@pages.get("/kontakttyper/ny", access=Access.SECRETARY)
def new_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a new kind of contact."""
    clinic = office(clinic_id)
    return render_template(
        "clinic/setup/visit_type.html", values=NEW, errors={}, visit_type=None, **_choices(clinic)
    )


@pages.post("/kontakttyper/ny", access=Access.SECRETARY)
def new(clinic_id: int) -> ResponseReturnValue:
    """Add a kind of contact."""
    clinic = office(clinic_id)
    try:
        with refusals():
            service.create(db(), me(), clinic, definition(read(VisitTypeForm())))
    except DomainError as error:
        return rejected("clinic/setup/visit_type.html", error, visit_type=None, **_choices(clinic))
    flash(_("Kontakttypen er oprettet."), "success")
    return redirect(url_for("staff_visit_types.everything", clinic_id=clinic_id), 303)


@pages.get("/kontakttyper/<int:visit_type_id>", access=Access.SECRETARY)
def edit_form(clinic_id: int, visit_type_id: int) -> ResponseReturnValue:
    """The form for a kind of contact that is there."""
    clinic = office(clinic_id)
    visit_type = visit_type_of(db(), clinic_id, visit_type_id)
    return render_template(
        "clinic/setup/visit_type.html",
        values=_values(visit_type),
        errors={},
        visit_type=visit_type,
        **_choices(clinic, visit_type),
    )


@pages.post("/kontakttyper/<int:visit_type_id>", access=Access.SECRETARY)
def edit(clinic_id: int, visit_type_id: int) -> ResponseReturnValue:
    """Save a kind of contact."""
    clinic = office(clinic_id)
    visit_type = visit_type_of(db(), clinic_id, visit_type_id)
    try:
        with refusals():
            typed = read(VisitTypeForm())
            service.edit(
                db(),
                me(),
                clinic,
                visit_type,
                typed["version"],
                definition(typed),
                active=typed["active"],
            )
    except DomainError as error:
        return rejected(
            "clinic/setup/visit_type.html",
            error,
            row=visit_type,
            visit_type=visit_type,
            **_choices(clinic, visit_type),
        )
    flash(_("Kontakttypen er gemt. Tider, der er booket, beholder deres længde."), "success")
    return redirect(url_for("staff_visit_types.everything", clinic_id=clinic_id), 303)


def _values(visit_type: VisitType) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(visit_type, name) for name in _PLAIN}
    values["forms"] = visit_type.form_list
    values["clinicians"] = [one.id for one in visit_type.clinicians]
    for addition in visit_type.need_additions:
        values[f"need_{addition.need}"] = addition.minutes
    for number, requirement in zip(DEMANDS, visit_type.requirements, strict=False):
        values[f"demand{number}_label"] = requirement.label
        values[f"demand{number}_options"] = [one.id for one in requirement.options]
        values[f"demand{number}_every_form"] = requirement.every_form
    return values


def _choices(clinic: Clinic, visit_type: VisitType | None = None) -> dict[str, Any]:
    """What can be chosen: resources in use, and those chosen already, which must not fall out."""
    chosen: set[int] = set()
    if visit_type is not None:
        chosen = {one.id for one in visit_type.clinicians}
        chosen |= {one.id for needed in visit_type.requirements for one in needed.options}
    resources = [
        (one, one.name if one.active else _("%(name)s (ikke i brug)", name=one.name))
        for one in queries.resources_of(db(), clinic.id, active=None)
        if one.active or one.id in chosen
    ]
    return {
        "forms": list(FORMS.items()),
        "modes": [
            {"value": code, "text": name, "hint": MODES_EXPLAINED[code]}
            for code, name in MODES.items()
        ],
        "grids": [(minutes, minutes) for minutes in GRIDS],
        "professions": list(PROFESSIONS.items()),
        "needs": NEEDS,
        "demands": DEMANDS,
        "clinicians": [(one.id, name) for one, name in resources if one.kind == "clinician"],
        "things": [
            (one.id, f"{KINDS[one.kind]}: {name}")
            for one, name in resources
            if one.kind != "clinician"
        ],
    }

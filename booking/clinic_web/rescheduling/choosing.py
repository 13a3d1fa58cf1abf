"""Plans for days that fall apart: those under way and earlier ones, and choosing what is out."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import KINDS, resource_of, resources_of
from booking.calendar.service import today
from booking.calendar.wording import KINDS_PLURAL
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.refusals import refusals
from booking.clinic_web.rescheduling.summary import said_of
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from booking.rescheduling import queries, service
from booking.rescheduling.planning import is_over
from booking.rescheduling.schemas import FromForm, OutageForm, outages
from booking.rescheduling.wording import REASONS, STATUSES

pages = Pages("staff_rescheduling", __name__, url_prefix="/klinik/<int:clinic_id>/omlaegning")
MENU_ENTRIES = (MenuEntry("staff_rescheduling.overview", _l("Omlægning"), OFFICE),)


def office(clinic_id: int) -> Clinic:
    """The clinic of this page, for its secretaries and leaders."""
    return clinic_here(clinic_id, Role.SECRETARY, Role.LEADER)


@pages.get("", access=Access.SECRETARY)
def overview(clinic_id: int) -> ResponseReturnValue:
    """What is planned and not carried out, and what was."""
    clinic = office(clinic_id)
    found = queries.plans_of(db(), clinic_id)
    return render_template(
        "clinic/rescheduling/overview.html",
        clinic=clinic,
        drafts=[one for one in found if one.plan.status == "draft"],
        earlier=[one for one in found if one.plan.status != "draft"],
        said_of=lambda plan: said_of(db(), plan),
        is_over=lambda plan: plan.status == "draft" and is_over(db(), plan),
        statuses=STATUSES,
    )


@pages.get("/ny", access=Access.SECRETARY)
def new_form(clinic_id: int) -> ResponseReturnValue:
    """The form for what is out; a link may have chosen who and when."""
    clinic = office(clinic_id)
    asked = read(FromForm(), "query")
    chosen = [resource_of(db(), clinic_id, one) for one in asked["ressource"]]
    day = asked["dag"] or today(db(), clinic)
    away = all(one.kind == "clinician" for one in chosen)
    values = {
        "resources": [one.id for one in chosen],
        "first": day.isoformat(),
        "last": asked["til"].isoformat() if asked["til"] and asked["til"] > day else "",
        "reason": "clinician_away" if away else "clinic",
    }
    return _form(clinic, values)


@pages.post("/ny", access=Access.SECRETARY)
def new(clinic_id: int) -> ResponseReturnValue:
    """Propose a place for everyone; nothing is moved by that."""
    clinic = office(clinic_id)
    try:
        with refusals():
            typed = read(OutageForm())
            chosen = [resource_of(db(), clinic_id, one) for one in typed["resources"]]
            _check_reason(typed, chosen)
            out = outages(typed, clinic.zone, db().now())
            plan = service.draft(db(), me(), clinic, out, typed["reason"], typed["words"])
    except DomainError as error:
        return rejected("clinic/rescheduling/choosing.html", error, **_choices(clinic))
    return redirect(url_for("staff_replanning.show", clinic_id=clinic_id, plan_id=plan.id), 303)


def _check_reason(typed: dict[str, Any], chosen: list[Resource]) -> None:
    """Patients are told the reason: no clinician is ill where only rooms are out."""
    somebody = typed["everything"] or any(one.kind == "clinician" for one in chosen)
    if typed["reason"] == "clinician_away" and not somebody:
        raise InvalidInput({"reason": _("Ingen behandler er valgt. Vælg den anden grund.")})


def _form(clinic: Clinic, values: dict[str, Any]) -> ResponseReturnValue:
    return render_template(
        "clinic/rescheduling/choosing.html", values=values, errors={}, **_choices(clinic)
    )


def _choices(clinic: Clinic) -> dict[str, Any]:
    everything = resources_of(db(), clinic.id)
    return {
        "clinic": clinic,
        "groups": [
            (KINDS_PLURAL[kind], [(one.id, one.name) for one in everything if one.kind == kind])
            for kind in KINDS
            if any(one.kind == kind for one in everything)
        ],
        "reasons": list(REASONS.items()),
        "everything": _("Hele klinikken"),
    }

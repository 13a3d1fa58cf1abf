"""A clinician asks for time off, and sees what became of it."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar import closures, queries
from booking.calendar.models import Clinic, Resource
from booking.calendar.schemas import PeriodForm, period
from booking.calendar.wording import CLOSURE_STATUSES
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.setup.closures import when
from booking.platform.errors import DomainError, NotAllowed
from booking.platform.extension import MenuEntry
from booking.platform.forms import read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me

pages = Pages("staff_time_off", __name__, url_prefix="/klinik/<int:clinic_id>/fri")
MENU_ENTRIES = (
    MenuEntry("staff_time_off.show", _l("Ønsk fri"), frozenset({Role.CLINICIAN}), seldom=True),
)
SHOWN_BACK = timedelta(days=30)


@pages.get("", access=Access.CLINICIAN)
def show(clinic_id: int) -> ResponseReturnValue:
    """The form, and the clinician's own closures and wishes."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    return render_template("clinic/setup/own_time_off.html", values={}, errors={}, **_own(clinic))


@pages.post("", access=Access.CLINICIAN)
def ask(clinic_id: int) -> ResponseReturnValue:
    """Ask to be away."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    resource = _calendar(clinic)
    if resource is None:
        raise NotAllowed
    try:
        with refusals():
            typed = read(PeriodForm())
            closures.request_time_off(db(), me(), clinic, resource, period(typed), typed["reason"])
    except DomainError as error:
        return rejected("clinic/setup/own_time_off.html", error, **_own(clinic))
    flash(_("Ønsket er sendt. Klinikken svarer, og indtil da er intet lukket."), "success")
    return redirect(url_for("staff_time_off.show", clinic_id=clinic_id), 303)


@pages.post("/<int:closure_id>/fortryd", access=Access.CLINICIAN)
def withdraw(clinic_id: int, closure_id: int) -> ResponseReturnValue:
    """Take back a wish that nobody has answered."""
    clinic_here(clinic_id, Role.CLINICIAN)
    closure = queries.closure_of(db(), clinic_id, closure_id)
    try:
        with refusals():
            closures.withdraw_time_off(db(), me(), closure)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
    else:
        flash(_("Ønsket er trukket tilbage."), "success")
    return redirect(url_for("staff_time_off.show", clinic_id=clinic_id), 303)


def _calendar(clinic: Clinic) -> Resource | None:
    resource = queries.resource_of_staff(db(), me().id)
    return resource if resource is not None and clinic in resource.clinics else None


def _own(clinic: Clinic) -> dict[str, Any]:
    resource = _calendar(clinic)
    own = (
        queries.time_off_of(db(), clinic.id, resource.id, db().now() - SHOWN_BACK)
        if resource
        else []
    )
    return {
        "clinic": clinic,
        "resource": resource,
        "own": [(closure, when(closure, clinic)) for closure in own],
        "statuses": CLOSURE_STATUSES,
    }

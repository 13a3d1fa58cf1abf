"""Closures of the clinic, its sites and resources; and the answer to wishes for time off."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import consequences
from booking.calendar import closures, queries
from booking.calendar.closures import Place
from booking.calendar.models import Clinic, Closure
from booking.calendar.public_holidays import closed_days
from booking.calendar.schemas import ClosureForm, DecisionForm, Version, WhenForm, period
from booking.calendar.service import today
from booking.calendar.wording import KINDS
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.setup.clinics import SETUP, office
from booking.clinic_web.setup.hits import onwards
from booking.platform.errors import DomainError
from booking.platform.forms import Form, read, rejected
from booking.platform.i18n import language_code
from booking.platform.localtime import day_start, local_date, to_local
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_closures", __name__, url_prefix=SETUP)
YEAR = timedelta(days=365)
# Back from the midnight a closure ends at: the day before it may have 23 hours, or 25.
MOMENT = timedelta(microseconds=1)


class VersionForm(Form):
    """Which version of the row a button was pressed on."""

    version = Version()


@pages.get("/lukninger", access=Access.SECRETARY)
def everything(clinic_id: int) -> ResponseReturnValue:
    """What is closed from now on, wishes that wait for an answer, and the year's closed days.

    On the second tab: what was closed in the past year, the latest first.
    """
    clinic = office(clinic_id)
    now, day = db().now(), today(db(), clinic)
    if read(WhenForm(), "query")["vis"] == "tidligere":
        were = queries.closures_of(db(), clinic_id, now - YEAR, now)
        return render_template(
            "clinic/setup/past_closures.html",
            clinic=clinic,
            closures=[one for one in reversed(were) if one.ends_at <= now],
            when=lambda closure: when(closure, clinic),
        )
    return render_template(
        "clinic/setup/closures.html",
        clinic=clinic,
        closures=queries.closures_of(db(), clinic_id, now),
        requests=queries.closures_of(db(), clinic_id, now, statuses=("requested",)),
        closed_days=closed_days(clinic, day, day + YEAR, language_code()),
        when=lambda closure: when(closure, clinic),
    )


@pages.get("/lukninger/ny", access=Access.SECRETARY)
def new_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a closure."""
    clinic = office(clinic_id)
    return render_template(
        "clinic/setup/closure.html",
        values={"place": request.args.get("place", "clinic")},
        errors={},
        closure=None,
        places=_places(clinic),
    )


@pages.post("/lukninger/ny", access=Access.SECRETARY)
def new(clinic_id: int) -> ResponseReturnValue:
    """Close something for a while."""
    clinic = office(clinic_id)
    try:
        with refusals():
            typed = read(ClosureForm())
            closure = closures.add_closure(
                db(), me(), clinic, typed["place"], period(typed), typed["reason"]
            )
    except DomainError as error:
        places = _places(clinic)
        return rejected("clinic/setup/closure.html", error, closure=None, places=places)
    flash(_("Lukningen er gemt."), "success")
    return _onwards(clinic, closure)


@pages.get("/lukninger/<int:closure_id>", access=Access.SECRETARY)
def edit_form(clinic_id: int, closure_id: int) -> ResponseReturnValue:
    """The form for a closure that is there, or the wish and its two answers."""
    clinic = office(clinic_id)
    closure = queries.closure_of(db(), clinic_id, closure_id)
    if closure.status != "approved":
        return _wish(clinic, closure)
    return render_template(
        "clinic/setup/closure.html",
        values=_values(closure, clinic),
        errors={},
        closure=closure,
        places=_places(clinic),
    )


@pages.post("/lukninger/<int:closure_id>", access=Access.SECRETARY)
def edit(clinic_id: int, closure_id: int) -> ResponseReturnValue:
    """Save a closure."""
    clinic = office(clinic_id)
    closure = queries.closure_of(db(), clinic_id, closure_id)
    try:
        with refusals():
            typed = read(ClosureForm())
            closures.edit_closure(
                db(),
                me(),
                closure,
                typed["version"],
                typed["place"],
                period(typed),
                typed["reason"],
            )
    except DomainError as error:
        places = _places(clinic)
        return rejected(
            "clinic/setup/closure.html", error, row=closure, closure=closure, places=places
        )
    flash(_("Lukningen er gemt."), "success")
    return _onwards(clinic, closure)


@pages.post("/lukninger/<int:closure_id>/slet", access=Access.SECRETARY)
def remove(clinic_id: int, closure_id: int) -> ResponseReturnValue:
    """Open again what was closed."""
    office(clinic_id)
    closure = queries.closure_of(db(), clinic_id, closure_id)
    try:
        with refusals():
            closures.remove_closure(db(), me(), closure, read(VersionForm())["version"])
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
        here = url_for("staff_closures.edit_form", clinic_id=clinic_id, closure_id=closure_id)
        return redirect(here, 303)
    flash(_("Lukningen er slettet, og tiden kan bookes igen."), "success")
    return redirect(url_for("staff_closures.everything", clinic_id=clinic_id), 303)


@pages.post("/lukninger/<int:closure_id>/svar", access=Access.SECRETARY)
def decide(clinic_id: int, closure_id: int) -> ResponseReturnValue:
    """Say yes or no to a wish for time off."""
    clinic = office(clinic_id)
    closure = queries.closure_of(db(), clinic_id, closure_id)
    back = url_for("staff_closures.everything", clinic_id=clinic_id)
    try:
        with refusals():
            approve = read(DecisionForm())["decision"] == "approve"
            closures.decide_time_off(db(), me(), closure, approve=approve)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
        return redirect(back, 303)
    if not approve:
        flash(_("Ønsket er afslået."), "success")
        return redirect(back, 303)
    flash(_("Ønsket er godkendt, og tiden er lukket."), "success")
    return _onwards(clinic, closure)


def when(closure: Closure, clinic: Clinic) -> tuple[datetime, datetime, bool]:
    """(local start, local last moment, whether it is whole days) of a closure."""
    zone = clinic.zone
    starts, ends = to_local(closure.starts_at, zone), to_local(closure.ends_at, zone)
    whole = all(
        instant == day_start(local_date(instant, zone), zone)
        for instant in (closure.starts_at, closure.ends_at)
    )
    return starts, to_local(closure.ends_at - MOMENT, zone) if whole else ends, whole


def _wish(clinic: Clinic, closure: Closure) -> ResponseReturnValue:
    """A wish for time off, with what is booked in it."""
    mine = [closure.resource_id] if closure.resource_id else None
    booked = (
        consequences.taking(db(), clinic, closure.starts_at, closure.ends_at, mine)
        if closure.status == "requested"
        else []
    )
    looked_at(*{one.patient_id for one in booked}, clinic_id=clinic.id)
    return render_template(
        "clinic/setup/time_off.html",
        clinic=clinic,
        closure=closure,
        when=when(closure, clinic),
        booked=booked,
    )


def _onwards(clinic: Clinic, closure: Closure) -> ResponseReturnValue:
    first = max(local_date(closure.starts_at, clinic.zone), today(db(), clinic))
    last = local_date(closure.ends_at - MOMENT, clinic.zone)
    resources = [closure.resource_id] if closure.resource_id else None
    back = url_for("staff_closures.everything", clinic_id=clinic.id)
    return onwards(clinic, first, last, resources, back)


def _values(closure: Closure, clinic: Clinic) -> dict[str, Any]:
    starts, last, whole = when(closure, clinic)
    values: dict[str, Any] = {
        "version": closure.version,
        "place": _code(Place(closure.resource_id, closure.site_id)),
        "first": starts.date().isoformat(),
        "last": last.date().isoformat(),
        "reason": closure.reason,
    }
    return values if whole else {**values, "start": f"{starts:%H:%M}", "end": f"{last:%H:%M}"}


def _code(place: Place) -> str:
    if place.resource_id is not None:
        return f"resource-{place.resource_id}"
    return "clinic" if place.site_id is None else f"site-{place.site_id}"


def _places(clinic: Clinic) -> list[tuple[str, str]]:
    """What can be closed, as (value, text) pairs."""
    sites = queries.sites_of(db(), clinic.id)
    resources = queries.resources_of(db(), clinic.id)
    return [
        ("clinic", _("Hele klinikken")),
        *((f"site-{one.id}", _("Sted: %(name)s", name=one.name)) for one in sites),
        *(
            (f"resource-{one.id}", f"{KINDS[kind]}: {one.name}")
            for kind in KINDS
            for one in resources
            if one.kind == kind
        ),
    ]

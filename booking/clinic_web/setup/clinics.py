"""The set-up overview; a clinic's own details and its sites; beginning a new clinic."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar import queries, service
from booking.calendar.models import Clinic, Site
from booking.calendar.public_holidays import month_days
from booking.calendar.schemas import ClinicForm, SiteForm, clinic_details
from booking.calendar.service import SiteDetails
from booking.calendar.wording import KINDS_PLURAL, OWN_CLOSED_DAYS, wall_clock
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.refusals import refusals
from booking.platform.errors import DomainError
from booking.platform.extension import MenuEntry
from booking.platform.forms import read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid

SETUP = "/klinik/<int:clinic_id>/opsaetning"
OVERVIEW = "staff.setup"

pages = Pages("staff_setup", __name__, url_prefix="/klinik")
pages.add_app_template_filter(wall_clock)
MENU_ENTRIES = (MenuEntry("staff_setup.overview", _l("Opsætning"), OFFICE, seldom=True),)


def office(clinic_id: int) -> Clinic:
    """The clinic of this page, for its secretaries and leaders."""
    return clinic_here(clinic_id, Role.SECRETARY, Role.LEADER)


@pages.get("/<int:clinic_id>/opsaetning", access=Access.SECRETARY)
def overview(clinic_id: int) -> ResponseReturnValue:
    """Everything that is set up here, and what is still missing."""
    clinic = office(clinic_id)
    resources = queries.resources_of(db(), clinic_id)
    return render_template(
        "clinic/setup/overview.html",
        clinic=clinic,
        sites=queries.sites_of(db(), clinic_id, active=None),
        kinds=[
            (kind, name, sum(one.kind == kind for one in resources))
            for kind, name in KINDS_PLURAL.items()
        ],
        visit_types=visit_types_of(db(), clinic_id),
        closures=queries.closures_of(db(), clinic_id, db().now()),
        requests=queries.closures_of(db(), clinic_id, db().now(), statuses=("requested",)),
        closed_days=_closed_days_in_words(clinic),
        cards=rettid().parts.cards(OVERVIEW, db(), me(), clinic),
    )


@pages.get("/ny-klinik", access=Access.SECRETARY)
def new_clinic_form() -> ResponseReturnValue:
    """The form for a new clinic."""
    values = {"horizon_weeks": 8, "closures": ["12-24"], "zone_name": service.HOME_ZONE}
    return render_template("clinic/setup/clinic.html", values=values, errors={}, **_choices())


@pages.post("/ny-klinik", access=Access.SECRETARY)
def new_clinic() -> ResponseReturnValue:
    """Begin a clinic and go on with setting it up."""
    try:
        with refusals():
            clinic = service.create_clinic(db(), me(), clinic_details(read(ClinicForm())))
    except DomainError as error:
        return rejected("clinic/setup/clinic.html", error, **_choices())
    flash(_("Klinikken er oprettet. Næste skridt er et sted og en behandler."), "success")
    return redirect(url_for("staff_setup.overview", clinic_id=clinic.id), 303)


@pages.get("/<int:clinic_id>/opsaetning/klinik", access=Access.SECRETARY)
def clinic_form(clinic_id: int) -> ResponseReturnValue:
    """The form for the clinic's own details."""
    clinic = office(clinic_id)
    known = [day for day in _own_days(clinic) if day in OWN_CLOSED_DAYS]
    others = [day for day in _own_days(clinic) if day not in OWN_CLOSED_DAYS]
    values = {
        "version": clinic.version,
        "name": clinic.name,
        "specialty": clinic.specialty,
        "phone": clinic.phone,
        "phone_hours": clinic.phone_hours,
        "phone_hours_en": clinic.phone_hours_en,
        "zone_name": clinic.zone_name,
        "horizon_weeks": clinic.horizon_weeks,
        "closures": known,
        "other_closures": ", ".join(f"{day[3:]}-{day[:2]}" for day in others),
    }
    return render_template(
        "clinic/setup/clinic.html", values=values, errors={}, clinic=clinic, **_choices()
    )


@pages.post("/<int:clinic_id>/opsaetning/klinik", access=Access.SECRETARY)
def save_clinic(clinic_id: int) -> ResponseReturnValue:
    """Save the clinic's own details."""
    clinic = office(clinic_id)
    try:
        with refusals():
            typed = read(ClinicForm())
            before = clinic.optional_closures
            service.edit_clinic(db(), me(), clinic, typed["version"], clinic_details(typed))
    except DomainError as error:
        return rejected("clinic/setup/clinic.html", error, row=clinic, clinic=clinic, **_choices())
    flash(_("Klinikkens oplysninger er gemt."), "success")
    if clinic.optional_closures != before:
        return redirect(url_for("staff_hits.show", clinic_id=clinic_id), 303)
    return redirect(url_for("staff_setup.overview", clinic_id=clinic_id), 303)


@pages.get("/<int:clinic_id>/opsaetning/steder/nyt", access=Access.SECRETARY)
def new_site_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a new address."""
    office(clinic_id)
    return render_template("clinic/setup/site.html", values={}, errors={}, site=None)


@pages.post("/<int:clinic_id>/opsaetning/steder/nyt", access=Access.SECRETARY)
def new_site(clinic_id: int) -> ResponseReturnValue:
    """Add an address."""
    clinic = office(clinic_id)
    try:
        with refusals():
            service.add_site(db(), me(), clinic, _site_details(read(SiteForm())))
    except DomainError as error:
        return rejected("clinic/setup/site.html", error, site=None)
    flash(_("Stedet er oprettet."), "success")
    return redirect(url_for("staff_setup.overview", clinic_id=clinic_id), 303)


@pages.get("/<int:clinic_id>/opsaetning/steder/<int:site_id>", access=Access.SECRETARY)
def site_form(clinic_id: int, site_id: int) -> ResponseReturnValue:
    """The form for an address that is there."""
    office(clinic_id)
    site = queries.site_of(db(), clinic_id, site_id)
    return render_template("clinic/setup/site.html", values=_values(site), errors={}, site=site)


@pages.post("/<int:clinic_id>/opsaetning/steder/<int:site_id>", access=Access.SECRETARY)
def save_site(clinic_id: int, site_id: int) -> ResponseReturnValue:
    """Save an address."""
    office(clinic_id)
    site = queries.site_of(db(), clinic_id, site_id)
    try:
        with refusals():
            typed = read(SiteForm())
            details = _site_details(typed)
            service.edit_site(db(), me(), site, typed["version"], details, active=typed["active"])
    except DomainError as error:
        return rejected("clinic/setup/site.html", error, row=site, site=site)
    flash(_("Stedet er gemt."), "success")
    return redirect(url_for("staff_setup.overview", clinic_id=clinic_id), 303)


def _choices() -> dict[str, Any]:
    return {"own_closed_days": list(OWN_CLOSED_DAYS.items())}


def _own_days(clinic: Clinic) -> list[str]:
    return [f"{month:02}-{day:02}" for month, day in month_days(clinic.optional_closures)]


def _closed_days_in_words(clinic: Clinic) -> str:
    return ", ".join(
        str(OWN_CLOSED_DAYS.get(day, f"{int(day[3:])}-{int(day[:2])}")) for day in _own_days(clinic)
    )


def _site_details(typed: dict[str, Any]) -> SiteDetails:
    return SiteDetails(typed["name"], typed["address"], typed["directions"], typed["directions_en"])


def _values(site: Site) -> dict[str, Any]:
    return {
        "version": site.version,
        "name": site.name,
        "address": site.address,
        "directions": site.directions,
        "directions_en": site.directions_en,
        "active": site.active,
    }

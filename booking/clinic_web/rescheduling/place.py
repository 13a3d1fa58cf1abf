"""Another place for one line of a plan, chosen by hand among those that are free."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import listing
from booking.appointments.serving import serving
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of, sites_of
from booking.clinic_web.refusals import refusals
from booking.clinic_web.rescheduling.choosing import office
from booking.clinic_web.rescheduling.plan import back_to, changed, line_of
from booking.platform.errors import DomainError
from booking.platform.forms import read, rejected
from booking.platform.i18n import clock_time, long_day
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.rescheduling import by_hand, service
from booking.rescheduling.models import ReschedulingLine
from booking.rescheduling.places import Choice
from booking.rescheduling.planning import is_over
from booking.rescheduling.schemas import LookForm, PlaceForm, VersionForm
from booking.rescheduling.wording import WHY
from booking.sequences import whole_day

pages = Pages(
    "staff_new_place",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/omlaegning/<int:plan_id>/linjer/<int:line_id>",
)
MARKED = ("after_deadline", "other_site")
TEMPLATE = "clinic/rescheduling/place.html"


@pages.get("", access=Access.SECRETARY)
def look(clinic_id: int, plan_id: int, line_id: int) -> ResponseReturnValue:
    """The free places, the first at the top; for a plan that can be changed no more, the plan."""
    clinic = office(clinic_id)
    plan = service.plan_of(db(), clinic_id, plan_id)
    line = line_of(plan, line_id)
    if plan.status != "draft" or is_over(db(), plan):
        return back_to(clinic_id, plan_id, line_id)
    return render_template(TEMPLATE, values={}, errors={}, **_context(clinic, line))


@pages.post("", access=Access.SECRETARY)
def choose(clinic_id: int, plan_id: int, line_id: int) -> ResponseReturnValue:
    """Put the line there; the others of the plan stay where they are."""
    clinic = office(clinic_id)
    line = line_of(service.plan_of(db(), clinic_id, plan_id), line_id)
    try:
        with refusals():
            typed = read(PlaceForm())
            slot, form = listing.parsed(db(), typed["start"])
            by_hand.choose_place(db(), me(), line, typed["version"], slot, form)
    except DomainError as error:
        return rejected(TEMPLATE, error, **_context(clinic, line))
    flash(_("Tiden er valgt. Intet er flyttet endnu."), "success")
    return back_to(clinic_id, plan_id, line_id)


@pages.post("/slip", access=Access.SECRETARY)
def let_go(clinic_id: int, plan_id: int, line_id: int) -> ResponseReturnValue:
    """Let the plan choose again, the next time it is made."""
    office(clinic_id)
    line = line_of(service.plan_of(db(), clinic_id, plan_id), line_id)
    version = read(VersionForm())["version"]

    def act() -> str:
        by_hand.let_go(db(), me(), line, version)
        return _("Planen vælger selv en tid til patienten, næste gang den laves.")

    return changed(line.rescheduling, act, line)


def _context(clinic: Clinic, line: ReschedulingLine) -> dict[str, Any]:
    looked_at(line.appointment.patient_id, clinic_id=clinic.id)
    asked = read(LookForm(), "query")
    visit_type = line.appointment.visit_type
    form = asked["form"] if asked["form"] in visit_type.form_list else None
    clinicians = {one.id: one.name for one in resources_of(db(), clinic.id, "clinician")}
    sites = {one.id: one.name for one in sites_of(db(), clinic.id)}
    found = by_hand.choices(db(), me(), line, asked["fra"], asked["hos"], form)

    def tile(one: Choice) -> dict[str, str]:
        about = [clinicians.get(one.slot.clinician_id, "")]
        if len(sites) > 1:
            about.append(sites.get(one.slot.site_id, ""))
        if one.form != line.appointment.form:
            about.append(str(FORMS[one.form]))
        marks = [str(WHY[code]) for code in one.warnings if code in MARKED]
        return {
            "value": listing.value_of(one.slot, one.form),
            "clock": clock_time(one.slot.start, clinic.zone),
            "about": ", ".join(about),
            "mark": ", ".join(marks),
        }

    def day_of(one: Choice) -> date:
        return local_date(one.slot.start, clinic.zone)

    days = [
        {
            "id": f"day-{day.isoformat()}",
            "legend": long_day(day),
            "parts": [{"heading": "", "times": [tile(one) for one in those]}],
        }
        for day, those in groupby(found, key=day_of)
    ]
    able = serving(db(), visit_type).clinicians
    return {
        "clinic": clinic,
        "line": line,
        "whole_day": whole_day.day_of(db(), line.appointment),
        "days": days,
        "filter_values": {
            "fra": asked["fra"].isoformat() if asked["fra"] else "",
            "hos": asked["hos"] or "",
            "form": form or "",
        },
        "form_options": [(code, FORMS[code]) for code in visit_type.form_list],
        "clinician_options": [(one, clinicians[one]) for one in able if one in clinicians],
        "later": (day_of(found[-1]) + timedelta(days=1)).isoformat() if found else "",
        "here": url_for(
            ".look", clinic_id=clinic.id, plan_id=line.rescheduling_id, line_id=line.id
        ),
    }

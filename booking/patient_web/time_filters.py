"""Narrowing the list of times: the filter form's fields, what was asked for, and paging by week."""

from datetime import date

from flask import request
from flask_babel import gettext as _

from booking.appointments.occasions import Occasion
from booking.appointments.wording import FORMS, clinician_name
from booking.patient_web import choices
from booking.patient_web.choices import ANYONE, Filters, Week
from booking.patient_web.schemas import TimesFilter
from booking.platform.errors import InvalidInput
from booking.platform.forms import read
from booking.platform.pages import db


def asked_for() -> tuple[Filters, str | None, bool]:
    """The filters, the form of contact, and whether something in them could not be read."""
    try:
        asked = read(TimesFilter(), "query")
    except InvalidInput:
        return Filters(), None, True
    clinician = asked.get("clinician", "")
    known = clinician in ("", ANYONE) or (clinician.isdecimal() and clinician.isascii())
    filters = Filters(
        asked.get("from_day"),
        asked.get("part", ""),
        asked.get("site_id"),
        clinician if known else "",
    )
    return filters, asked.get("form"), not known


def pager(here: str, occasion: Occasion, filters: Filters, week: Week | None) -> dict[str, str]:
    if week is None:
        return {}

    def to(monday: date | None) -> str:
        if monday is None:
            return ""
        query = {
            "fra": monday.isoformat(),
            "tid": filters.part,
            "form": request.args.get("form", "") and occasion.form,
            "sted": str(filters.site_id or ""),
            "behandler": week.clinician,
        }
        given = "&".join(f"{name}={value}" for name, value in query.items() if value)
        return f"{here}?{given}"

    return {
        "week_name": choices.week_name(week.monday),
        "previous_href": to(week.previous),
        "next_href": to(week.next),
        "elsewhere_href": to(week.elsewhere),
        "elsewhere_name": choices.week_name(week.elsewhere) if week.elsewhere else "",
    }


def fields(occasion: Occasion, filters: Filters, week: Week | None) -> list[dict[str, object]]:
    """The selects above the list; one that offers no choice is left out."""
    shown: list[dict[str, object]] = [
        {
            "name": "tid",
            "label": _("Tid på dagen"),
            "value": filters.part,
            "options": [
                ("", _("Hele dagen")),
                ("morning", _("Formiddag")),
                ("afternoon", _("Eftermiddag")),
            ],
        }
    ]
    people = choices.clinicians(db(), occasion)
    if len(people) > 1:
        options = [(ANYONE, _("Alle"))]
        options += [
            (
                str(person.id),
                _("%(name)s (din ansvarlige)", name=person.name)
                if person.id == occasion.preferred_id
                else clinician_name(person),
            )
            for person in people
        ]
        chosen = week.clinician if week else filters.clinician or ANYONE
        shown.append(
            {"name": "behandler", "label": _("Behandler"), "value": chosen, "options": options}
        )
    forms = occasion.visit_type.form_list
    if len(forms) > 1:
        shown.append(
            {
                "name": "form",
                "label": _("Hvordan"),
                "value": occasion.form,
                "options": [(form, FORMS[form]) for form in forms if form in FORMS],
            }
        )
    sites = [site for site in occasion.visit_type.clinic.sites if site.active]
    if len(sites) > 1 and occasion.form == "in_person":
        options = [("", _("Alle steder")), *((str(site.id), site.name) for site in sites)]
        shown.append(
            {"name": "sted", "label": _("Sted"), "value": filters.site_id or "", "options": options}
        )
    return shown

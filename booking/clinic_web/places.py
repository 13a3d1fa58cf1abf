"""What cards and tabs at the places of the staff's pages are given.

- 'staff.patient': a `PatientHere`; a tab's endpoint takes clinic_id and patient_id.
"""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.pages import db, me
from booking.platform.web import rettid

PATIENT = "staff.patient"


@dataclass(frozen=True)
class PatientHere:
    """A patient, seen from one of the clinics they belong to."""

    clinic: Clinic
    patient: Patient


def patient_cards(here: PatientHere) -> list[Markup]:
    """What the rooms above have to show on a patient's page."""
    return rettid().parts.cards(PATIENT, db(), me(), here)


def patient_tabs(here: PatientHere) -> list[dict[str, object]]:
    """The patient's pages as `tabs` of macros/layout.html wants them; none if there is but one."""
    added = rettid().parts.tabs(PATIENT)
    if not added:
        return []
    shown = [("staff_patients.show", _("Overblik")), *((tab.endpoint, tab.text) for tab in added)]
    return [
        {
            "href": url_for(endpoint, clinic_id=here.clinic.id, patient_id=here.patient.id),
            "text": text,
            "current": request.endpoint == endpoint,
        }
        for endpoint, text in shown
    ]

"""A patient's courses at a clinic: opening one, and ending it."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.invitations import service
from booking.appointments.invitations.models import Course
from booking.appointments.queries import open_courses
from booking.calendar.models import Clinic
from booking.calendar.queries import resource_of_staff, resources_of
from booking.clinic_web.choices import responsible_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import refusals
from booking.people.models import Patient
from booking.people.queries import patient_of
from booking.people.service import one_at_a_time
from booking.platform.errors import DomainError, NotFound
from booking.platform.forms import Form, Id, Text, read, rejected
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_courses", __name__, url_prefix="/klinik/<int:clinic_id>")


class OpenForm(Form):
    """What the course is about, and who is responsible."""

    title = Text(required=True, error_messages={"required": _l("Skriv, hvad forløbet handler om.")})
    responsible = Id()


@pages.get("/patienter/<int:patient_id>/forlob", access=Access.STAFF)
def open_form(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """The form for a new course; a clinician who opens one is responsible unless they say else."""
    clinic, patient = _here(clinic_id, patient_id)
    page = _page_of(clinic, patient)
    own = resource_of_staff(db(), me().id)
    values = {"responsible": own.id} if own is not None else {}
    return render_template("clinic/courses/open.html", values=values, errors={}, **page)


@pages.post("/patienter/<int:patient_id>/forlob", access=Access.STAFF)
def begin(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Open a course; one of that name that is open already is not opened twice."""
    clinic, patient = _here(clinic_id, patient_id)
    try:
        typed = read(OpenForm())
        with refusals():
            one_at_a_time(db(), clinic.id, patient.id)
            there = any(
                one.title.casefold() == typed["title"].casefold()
                for one in open_courses(db(), patient.id, clinic.id)
            )
            if not there:
                responsible = responsible_of(db(), clinic, typed)
                service.open_course(db(), me(), clinic, patient, typed["title"], responsible)
    except DomainError as error:
        return rejected("clinic/courses/open.html", error, **_page_of(clinic, patient))
    if there:
        flash(_("Et forløb med den titel er åbent i forvejen. Der er ikke åbnet et til."), "info")
    else:
        flash(_("Forløbet er åbnet. Nu kan der bookes og bestilles i det."), "success")
    return _back(clinic_id, patient_id)


@pages.post("/forlob/<int:course_id>/afslut", access=Access.STAFF)
def end(clinic_id: int, course_id: int) -> ResponseReturnValue:
    """End a patient's course."""
    clinic_here(clinic_id)
    course = db().get(Course, course_id)
    if course is None or course.clinic_id != clinic_id:
        raise NotFound
    patient_id = course.patient_id
    looked_at(patient_id, clinic_id=clinic_id)
    try:
        if course.ended_on is None:
            with refusals():
                service.end_course(db(), me(), course)
        flash(_("Forløbet er afsluttet."), "success")
    except DomainError:
        db().rollback()
        flash(
            _("Forløbet har stadig en tid eller en indkaldelse. Afslut den først."),
            "warning",
        )
    return _back(clinic_id, patient_id)


def _here(clinic_id: int, patient_id: int) -> tuple[Clinic, Patient]:
    clinic = clinic_here(clinic_id)
    patient = patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    return clinic, patient


def _page_of(clinic: Clinic, patient: Patient) -> dict[str, Any]:
    clinicians = resources_of(db(), clinic.id, "clinician")
    return {
        "clinic": clinic,
        "patient": patient,
        "courses": open_courses(db(), patient.id, clinic.id),
        "responsible_options": [(one.id, one.name) for one in clinicians],
    }


def _back(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff_patients.show", clinic_id=clinic_id, patient_id=patient_id), 303)

"""Booking and moving on a patient's behalf: choose what, see the times, one press books."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import occasions, queries, service
from booking.appointments.errors import PastDeadline, WrongState
from booking.appointments.invitations.models import Course
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import Appointment
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_types_of
from booking.appointments.wording import FORMS, length_sum
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of
from booking.clinic_web import times
from booking.clinic_web.choices import CourseForm, course_of, visit_type_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.words import LATE_REASONS
from booking.people.models import Patient
from booking.people.queries import patient_of
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import Choice, Form, Id, Text, read, rejected
from booking.platform.i18n import language_code, moment
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable

pages = Pages("staff_booking", __name__, url_prefix="/klinik/<int:clinic_id>")


class WhatForm(CourseForm):
    """What is to be booked."""

    visit_type = Id(required=True)
    form = Choice(FORMS)


class BookForm(Form):
    """The chosen time, how the patient was spoken to, and why it lies late."""

    start = Text(longest=60, required=True, error_messages={"required": _l("Vælg en tid.")})
    channel = Choice(["phone", "desk"], load_default="phone")
    late = Choice(LATE_REASONS)


@pages.get("/patienter/<int:patient_id>/book", access=Access.STAFF)
def what(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Choose what to book: an invitation that waits, or a visit type."""
    clinic = clinic_here(clinic_id)
    patient = _patient(clinic_id, patient_id)
    return render_template(
        "clinic/booking/what.html", values={}, errors={}, **_choices(clinic, patient)
    )


@pages.post("/patienter/<int:patient_id>/book", access=Access.STAFF)
def chosen(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """On to the times; a course is opened first where there is none."""
    clinic = clinic_here(clinic_id)
    patient = _patient(clinic_id, patient_id)
    try:
        typed = read(WhatForm())
        visit_type = visit_type_of(db(), clinic_id, typed["visit_type"])
        course = course_of(db(), me(), clinic, patient, typed)
    except DomainError as error:
        return rejected("clinic/booking/what.html", error, **_choices(clinic, patient))
    arguments: dict[str, Any] = {"form": typed["form"]} if "form" in typed else {}
    return redirect(
        url_for(
            ".free_times",
            clinic_id=clinic_id,
            patient_id=patient_id,
            course_id=course.id,
            visit_type_id=visit_type.id,
            **arguments,
        ),
        303,
    )


FREE = "/patienter/<int:patient_id>/book/<int:course_id>/<int:visit_type_id>"


@pages.route(FREE, methods=["GET", "POST"], access=Access.STAFF)
def free_times(
    clinic_id: int, patient_id: int, course_id: int, visit_type_id: int
) -> ResponseReturnValue:
    """The times of a visit type for a patient, without an invitation."""
    clinic_here(clinic_id)
    _patient(clinic_id, patient_id)
    course, visit_type = db().get(Course, course_id), db().get(VisitType, visit_type_id)
    if course is None or course.patient_id != patient_id or course.clinic_id != clinic_id:
        raise NotFound
    if visit_type is None or visit_type.clinic_id != clinic_id:
        raise NotFound
    return _times(
        lambda form: occasions.free(db(), me(), course, visit_type, form),
        url_for(".what", clinic_id=clinic_id, patient_id=patient_id),
    )


@pages.route(
    "/invitationer/<int:invitation_id>/tider", methods=["GET", "POST"], access=Access.STAFF
)
def invitation_times(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """The times of an invitation; where it has one already, this is moving it."""
    clinic_here(clinic_id)
    invitation = queries.invitation_at_clinic(db(), clinic_id, invitation_id)
    looked_at(invitation.patient_id, clinic_id=clinic_id)
    booked = live_appointment(db(), invitation)
    if booked is not None:
        return redirect(url_for(".move_times", clinic_id=clinic_id, appointment_id=booked.id), 303)
    return _times(
        lambda form: occasions.for_invitation(db(), me(), invitation, form),
        url_for("staff_invitations.show", clinic_id=clinic_id, invitation_id=invitation_id),
    )


@pages.route("/tider/<int:appointment_id>/flyt", methods=["GET", "POST"], access=Access.STAFF)
def move_times(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """The times an appointment may be moved to; the old one stands until one is chosen."""
    clinic_here(clinic_id)
    appointment = queries.at_clinic(db(), clinic_id, appointment_id)
    looked_at(appointment.patient_id, clinic_id=clinic_id)
    return _times(
        lambda form: occasions.for_move(db(), me(), appointment, form),
        url_for("staff_appointments.show", clinic_id=clinic_id, appointment_id=appointment_id),
    )


def _times(occasion_in: Callable[[str | None], Occasion], back: str) -> ResponseReturnValue:
    """Show the times, or book the chosen one; a refusal shows them again with the nearest."""
    filters = read(times.FilterForm(), "query")
    try:
        occasion = occasion_in(filters.get("form"))
    except WrongState:
        flash(
            _("Tiden er ændret imens, eller forløbet er afsluttet. Se, hvordan det står nu."),
            "warning",
        )
        return redirect(back, 303)
    seeking = times.of_occasion(db(), occasion)
    errors, slot, status = {}, None, 200
    if request.method == "POST":
        try:
            typed = read(BookForm())
            slot = times.chosen_slot(db(), seeking, typed["start"])
            return _booked(occasion, slot, typed)
        except DomainError as error:
            db().rollback()
            errors, status = _errors(error), _status(error)
            if isinstance(error, InvalidInput | PastDeadline):
                slot = None
    page = times.page_of(db(), seeking, filters, slot)
    links = times.pager(request.endpoint or "", page, **(request.view_args or {}))
    shown = render_template(
        "clinic/booking/times.html",
        back=back,
        occasion=occasion,
        patient=occasion.patient,
        sum=length_sum(occasion.length.minutes, occasion.length.parts),
        late_options=list(LATE_REASONS.items()),
        links=links,
        values=request.form or {"channel": "phone"},
        errors=errors,
        **page,
    )
    return shown, status


def _booked(occasion: Occasion, slot: Slot, typed: dict[str, Any]) -> ResponseReturnValue:
    with refusals():
        appointment = service.book(
            db(), me(), occasion, slot, typed["channel"], late_reason=typed.get("late")
        )
        if appointment.participant == "needs-action":
            service.keep(db(), me(), appointment, typed["channel"])
    flash(_say(appointment, moved=occasion.moving is not None), "success")
    return redirect(
        url_for(
            "staff_appointments.show",
            clinic_id=appointment.clinic_id,
            appointment_id=appointment.id,
        ),
        303,
    )


def _say(appointment: Appointment, *, moved: bool) -> str:
    """What is certain now, in the words for the caller."""
    clinic, site = appointment.clinic, appointment.site
    where = {
        "in_person": _("Mødested: %(site)s, %(address)s.", site=site.name, address=site.address),
        "video": _("Samtalen er på video."),
        "phone": _("Vi ringer op."),
    }[appointment.form]
    facts = _(
        "Sig til patienten: %(when)s, %(minutes)s minutter, hos %(clinician)s.",
        when=moment(appointment.starts_at, clinic.zone),
        minutes=appointment.minutes,
        clinician=appointment.clinician.name,
    )
    phone = _("Skal tiden ændres, så ring %(phone)s.", phone=readable(clinic.phone))
    first = _("Tiden er flyttet.") if moved else _("Tiden er booket.")
    return " ".join((first, facts, where, phone))


def _errors(error: DomainError) -> dict[str, str]:
    if isinstance(error, InvalidInput):
        return error.fields
    if isinstance(error, PastDeadline):
        return {"late": _("Tiden ligger efter fristen. Skriv, hvorfor den vælges.")}
    return {"_form": in_words(error)}


def _status(error: DomainError) -> int:
    return 422 if isinstance(error, InvalidInput | PastDeadline) else 409


def _patient(clinic_id: int, patient_id: int) -> Patient:
    patient = patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    return patient


def _choices(clinic: Clinic, patient: Patient) -> dict[str, Any]:
    waiting = queries.without_a_time(db(), patient.id)
    visit_types = visit_types_of(db(), clinic.id)
    courses = queries.open_courses(db(), patient.id, clinic.id)
    clinicians = resources_of(db(), clinic.id, "clinician")
    return {
        "clinic": clinic,
        "patient": patient,
        "waiting": [one for one in waiting if one.clinic_id == clinic.id],
        "visit_types": visit_types,
        "visit_type_options": [(one.id, one.title(language_code())) for one in visit_types],
        "courses": courses,
        "course_options": [(one.id, one.title or _("Uden titel")) for one in courses],
        "responsible_options": [(one.id, one.name) for one in clinicians],
        "forms": FORMS,
    }

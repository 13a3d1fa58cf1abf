"""Booking at a free place of the grid: for whom, what, and one press."""

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import occasions, queries, service
from booking.appointments.errors import PastDeadline
from booking.appointments.models import Appointment, OverbookingGrant
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot
from booking.appointments.visit_types.queries import visit_types_of
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.calendar.queries import resource_of, resources_of
from booking.clinic_web.choices import CourseForm, course_of, visit_type_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.grid.target import Target, site_at
from booking.clinic_web.grid.view import WEEK
from booking.clinic_web.overbooking.refused import said
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.words import LATE_REASONS
from booking.overbooking import granting
from booking.overbooking.queries import grant_at
from booking.overbooking.settings import policy_of
from booking.people.models import Patient
from booking.people.queries import find, patient_of
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import Choice, Day, Form, Id, Text, WallClock, read
from booking.platform.i18n import clock_time, language_code, moment
from booking.platform.localtime import local_date, to_local, to_utc
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_grid_booking", __name__, url_prefix="/klinik/<int:clinic_id>/kalender/book")

INVITATION, VISIT_TYPE = "i", "v"


class PlaceForm(Form):
    """The free place that was chosen, and the patient when that is known.

    ekstra: the grant by which it lies on top of the plan.
    """

    dato = Day(required=True)
    kl = WallClock(required=True)
    hos = Id(required=True)
    patient = Id()
    ekstra = Id()
    visning = Choice([WEEK])


class FindForm(Form):
    """Whoever calls."""

    text = Text(
        longest=100, required=True, error_messages={"required": _l("Skriv, hvem du søger.")}
    )


class BookForm(CourseForm):
    """What is booked: an invitation that waits ('i7') or a visit type ('v3')."""

    what = Text(
        longest=12, required=True, error_messages={"required": _l("Vælg, hvad der bookes.")}
    )
    form = Choice(FORMS)
    channel = Choice(["phone", "desk"], load_default="phone")
    late = Choice(LATE_REASONS)


@pages.get("", access=Access.STAFF)
def here(clinic_id: int) -> ResponseReturnValue:
    """Who is it for; and, when that is known, what is booked."""
    clinic = clinic_here(clinic_id)
    typed = read(PlaceForm(), "query")
    target = _target(clinic, typed)
    if "patient" not in typed:
        return _whose(clinic, target, {}, {}, None)
    return _what(clinic, target, _patient(clinic, typed["patient"]), {"channel": "phone"}, {})


@pages.post("", access=Access.STAFF)
def search(clinic_id: int) -> ResponseReturnValue:
    """Those whom what was typed may mean: it may be a CPR number, and is in no address."""
    clinic = clinic_here(clinic_id)
    target = _target(clinic, read(PlaceForm(), "query"))
    try:
        text = read(FindForm())["text"]
    except InvalidInput as error:
        return _whose(clinic, target, {}, error.fields, None)
    found = find(db(), clinic_id, text)
    looked_at(*(one.id for one in found), clinic_id=clinic_id)
    return _whose(clinic, target, {"text": text}, {}, found)


@pages.post("/gem", access=Access.STAFF)
def save(clinic_id: int) -> ResponseReturnValue:
    """Book it there; a refusal shows the form again and leads to the other times."""
    clinic = clinic_here(clinic_id)
    place = read(PlaceForm(), "query")
    target, patient = _target(clinic, place), _patient(clinic, place.get("patient", 0))
    grant = _grant(clinic, place, target)
    try:
        typed = read(BookForm())
        appointment = _booked(clinic, target, patient, typed, grant)
    except DomainError as error:
        db().rollback()
        errors = {"_form": said(error, clinic, grant.session_start) if grant else in_words(error)}
        if isinstance(error, InvalidInput):
            errors = error.fields
        elif isinstance(error, PastDeadline):
            errors = {"late": _("Tiden ligger efter fristen. Skriv, hvorfor den vælges.")}
        return _what(clinic, target, patient, None, errors)
    text = _(
        "%(name)s har fået tid %(when)s hos %(who)s.",
        name=patient.name,
        when=moment(appointment.starts_at, clinic.zone),
        who=appointment.clinician.name,
    )
    flash(text, "success")
    day = local_date(appointment.starts_at, clinic.zone)
    return redirect(f"{_grid(clinic, target, day)}#a{appointment.id}", 303)


def _booked(
    clinic: Clinic,
    target: Target,
    patient: Patient,
    typed: dict[str, Any],
    grant: OverbookingGrant | None,
) -> Appointment:
    occasion = _occasion(clinic, patient, typed)
    if grant is not None:
        with refusals():
            return granting.place(
                db(), me(), grant, occasion, typed["channel"], late_reason=typed.get("late")
            )
    site = site_at(db(), clinic, target.clinician.id, target.start)
    slot = Slot(target.start, target.start, target.clinician.id, site or clinic.sites[0].id)
    with refusals():
        return service.book(
            db(), me(), occasion, slot, typed["channel"], late_reason=typed.get("late")
        )


def _occasion(clinic: Clinic, patient: Patient, typed: dict[str, Any]) -> Occasion:
    kind, number = typed["what"][:1], typed["what"][1:]
    if not number.isascii() or not number.isdecimal():
        raise InvalidInput({"what": _("Vælg en af mulighederne.")})
    if kind == INVITATION:
        invitation = queries.invitation_at_clinic(db(), clinic.id, int(number))
        if invitation.patient_id != patient.id:
            raise InvalidInput({"what": _("Vælg en af mulighederne.")})
        return occasions.for_invitation(db(), me(), invitation, typed.get("form"))
    visit_type = visit_type_of(db(), clinic.id, int(number))
    course = course_of(db(), me(), clinic, patient, typed)
    return occasions.free(db(), me(), course, visit_type, typed.get("form"))


def _target(clinic: Clinic, typed: dict[str, Any]) -> Target:
    start = to_utc(datetime.combine(typed["dato"], typed["kl"]), clinic.zone, fold=0)
    return Target(start, resource_of(db(), clinic.id, typed["hos"]))


def _grant(clinic: Clinic, typed: dict[str, Any], target: Target) -> OverbookingGrant | None:
    """The grant by which the place lies on top of the plan; raises NotFound for another's."""
    if "ekstra" not in typed:
        return None
    grant = grant_at(db(), clinic.id, typed["ekstra"])
    if (grant.starts_at, grant.resource_id) != (target.start, target.clinician.id):
        raise NotFound
    return grant


def _allowed(clinic: Clinic, target: Target) -> set[int] | None:
    """The visit types that may stand on top of the plan there; None in the plan, for any."""
    if "ekstra" not in request.args:
        return None
    uses = policy_of(db(), clinic).uses
    return {visit_type for clinician, visit_type in uses if clinician == target.clinician.id}


def _patient(clinic: Clinic, patient_id: int) -> Patient:
    patient = patient_of(db(), clinic.id, patient_id)
    looked_at(patient.id, clinic_id=clinic.id)
    return patient


def _place(clinic: Clinic, target: Target, **more: object) -> dict[str, Any]:
    """The arguments of an address about this place."""
    start = to_local(target.start, clinic.zone)
    return {
        "clinic_id": clinic.id,
        "dato": start.date().isoformat(),
        "kl": f"{start:%H:%M}",
        "hos": target.clinician.id,
        "visning": request.args.get("visning"),
        "ekstra": request.args.get("ekstra"),
        **more,
    }


def _frame(clinic: Clinic, target: Target) -> dict[str, Any]:
    return {
        "clinic": clinic,
        "when": moment(target.start, clinic.zone),
        "clock": clock_time(target.start, clinic.zone),
        "clinician": target.clinician,
        "back": _grid(clinic, target, local_date(target.start, clinic.zone)),
        "extra": "ekstra" in request.args,
    }


def _grid(clinic: Clinic, target: Target, day: date) -> str:
    """The grid one came from."""
    where: dict[str, Any] = {"clinic_id": clinic.id, "dato": day.isoformat()}
    if request.args.get("visning") == WEEK:
        return url_for("staff_week.week", **where, hos=target.clinician.id)
    return url_for("staff_grid.day", **where)


def _whose(
    clinic: Clinic,
    target: Target,
    values: dict[str, str],
    errors: dict[str, str],
    found: list[Patient] | None,
) -> ResponseReturnValue:
    page = render_template(
        "clinic/grid/book_whom.html",
        **_frame(clinic, target),
        action=url_for(".search", **_place(clinic, target)),
        found=[
            (one, url_for(".here", **_place(clinic, target, patient=one.id))) for one in found or ()
        ],
        searched=found is not None,
        values=values,
        errors=errors,
    )
    return page, 422 if errors else 200


def _what(
    clinic: Clinic,
    target: Target,
    patient: Patient,
    values: dict[str, Any] | None,
    errors: dict[str, str],
) -> ResponseReturnValue:
    """values: None for what was typed."""
    language = language_code()
    allowed = _allowed(clinic, target)
    waiting = [
        one
        for one in queries.without_a_time(db(), patient.id)
        if one.clinic_id == clinic.id and (allowed is None or one.visit_type_id in allowed)
    ]
    options = [
        (
            f"{INVITATION}{one.id}",
            _("%(what)s (indkaldelse, der venter)", what=one.visit_type.title(language)),
        )
        for one in waiting
    ]
    options += [
        (f"{VISIT_TYPE}{one.id}", one.title(language))
        for one in visit_types_of(db(), clinic.id)
        if one.group_capacity == 1 and (allowed is None or one.id in allowed)
    ]
    courses = queries.open_courses(db(), patient.id, clinic.id)
    page = render_template(
        "clinic/grid/book_what.html",
        **_frame(clinic, target),
        patient=patient,
        action=url_for(".save", **_place(clinic, target, patient=patient.id)),
        other_times=url_for("staff_booking.what", clinic_id=clinic.id, patient_id=patient.id),
        options=options,
        courses=courses,
        course_options=[(one.id, one.title or _("Uden titel")) for one in courses],
        responsible_options=[
            (one.id, one.name) for one in resources_of(db(), clinic.id, "clinician")
        ],
        forms=FORMS,
        late_options=list(LATE_REASONS.items()),
        values=values if values is not None else request.form.to_dict(),
        errors=errors,
    )
    return page, 422 if errors else 200

"""Ordering the next contact: one short form, filled in from the contact that is ending."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from booking.appointments import queries
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.invitations.service import (
    Order,
    live_appointment,
    order,
)
from booking.appointments.models import Appointment
from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_types_of
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import resource_of_staff, resources_of
from booking.clinic_web.choices import CourseForm, course_of, visit_type_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import refusals
from booking.clinic_web.words import DEADLINES
from booking.people.models import Patient
from booking.people.queries import patient_of
from booking.people.schemas import FreeText
from booking.people.service import one_at_a_time
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import Choice, Day, Id, Number, Text, read, rejected
from booking.platform.i18n import language_code, long_day, moment
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_orders", __name__, url_prefix="/klinik/<int:clinic_id>")

OWN_WEEKS = "own"
PRESETS = {"2-4": (2, 4), "4-6": (4, 6), "10-14": (10, 14), "24-28": (24, 28)}
USUAL = "10-14"
ANYONE = "anyone"
SENT_TWICE = timedelta(minutes=10)


class OrderForm(CourseForm):
    """What is ordered. weeks: a preset, or 'own' with from and to."""

    visit_type = Id(required=True)
    form = Choice(FORMS, required=True)
    weeks = Choice([*PRESETS, OWN_WEEKS], required=True)
    weeks_from = Number(0, 260)
    weeks_to = Number(0, 260)
    clinician = Text(longest=12, load_default=ANYONE)
    purpose = FreeText(longest=300, load_default="")
    deadline_on = Day()
    deadline_kind = Choice(DEADLINES, load_default="clinical")


@pages.get("/patienter/<int:patient_id>/naeste", access=Access.STAFF)
def form(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """The form, filled in from the contact it is ordered after (`efter`), if there is one."""
    clinic = clinic_here(clinic_id)
    patient = _patient(clinic_id, patient_id)
    after = _after(clinic_id, patient_id)
    page = _page_of(clinic, patient, after)
    return render_template(
        "clinic/orders/form.html", values=_defaults(page, after), errors={}, **page
    )


@pages.post("/patienter/<int:patient_id>/naeste", access=Access.STAFF)
def place(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Order it, and say what was reserved."""
    clinic = clinic_here(clinic_id)
    patient = _patient(clinic_id, patient_id)
    after = _after(clinic_id, patient_id)
    try:
        typed = read(OrderForm())
        with refusals():
            one_at_a_time(db(), clinic.id, patient.id)
            course = course_of(db(), me(), clinic, patient, typed)
            wanted = _order(clinic, typed)
            sent_before = _same_order(course, wanted)
            invitation = sent_before or order(db(), me(), course, wanted)
    except DomainError as error:
        return rejected("clinic/orders/form.html", error, **_page_of(clinic, patient, after))
    if sent_before is not None:
        flash(_("Det samme var bestilt for et øjeblik siden. Der er ikke bestilt en til."), "info")
    _say(clinic, invitation)
    return redirect(
        url_for("staff_invitations.show", clinic_id=clinic_id, invitation_id=invitation.id), 303
    )


def _patient(clinic_id: int, patient_id: int) -> Patient:
    patient = patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    return patient


def _after(clinic_id: int, patient_id: int) -> Appointment | None:
    """The contact this one follows; one of another patient is nobody's."""
    number = request.args.get("efter", type=int)
    if number is None or not 0 < number < 2**31:
        return None
    appointment = queries.at_clinic(db(), clinic_id, number)
    if appointment.patient_id != patient_id:
        raise NotFound
    return appointment


def _page_of(clinic: Clinic, patient: Patient, after: Appointment | None) -> dict[str, Any]:
    clinicians = resources_of(db(), clinic.id, "clinician")
    own = resource_of_staff(db(), me().id)
    courses = queries.open_courses(db(), patient.id, clinic.id)
    visit_types = visit_types_of(db(), clinic.id)
    responsible = {course.responsible_id for course in courses}
    return {
        "clinic": clinic,
        "patient": patient,
        "after": after,
        "visit_types": visit_types,
        "forms": FORMS,
        "courses": courses,
        "visit_type_options": [(one.id, one.title(language_code())) for one in visit_types],
        "course_options": [(one.id, one.title or _("Uden titel")) for one in courses],
        "responsible_options": [(one.id, one.name) for one in clinicians],
        "own": own if own in clinicians else None,
        "clinician_options": _clinician_options(clinicians, own, responsible),
        "deadline_kinds": list(DEADLINES.items()),
        "week_options": [
            *(
                (code, _("%(first)s–%(last)s uger", first=first, last=last))
                for code, (first, last) in PRESETS.items()
            ),
            (OWN_WEEKS, _("Andet")),
        ],
    }


def _clinician_options(
    clinicians: Sequence[Resource], own: Resource | None, responsible: set[int | None]
) -> list[tuple[str, str]]:
    """Oneself first, then whoever is responsible, then anyone, then the others."""
    ranked = sorted(clinicians, key=lambda one: (one is not own, one.id not in responsible))
    named = []
    for one in ranked:
        name = one.name
        if one is own:
            name = _("Mig (%(name)s)", name=name)
        elif one.id in responsible:
            name = _("%(name)s (ansvarlig)", name=name)
        named.append((str(one.id), name))
    first = sum(one is own or one.id in responsible for one in ranked)
    return [*named[:first], (ANYONE, _("Hvem der har tid")), *named[first:]]


def _defaults(page: dict[str, Any], after: Appointment | None) -> dict[str, Any]:
    """What most orders say: the same again, with the same clinician, in ten to fourteen weeks."""
    visit_types, courses, own = page["visit_types"], page["courses"], page["own"]
    values: dict[str, Any] = {"weeks": USUAL, "deadline_kind": "clinical", "clinician": ANYONE}
    course = next((one for one in courses if after and one.id == after.course_id), None)
    course = course or (courses[0] if courses else None)
    if course is not None:
        values["course"] = course.id
        if course.responsible_id is not None:
            values["clinician"] = course.responsible_id
    if own is not None:
        values["clinician"] = own.id
        values["responsible"] = own.id
    if after is not None and after.visit_type.active:
        values["visit_type"], values["form"] = after.visit_type_id, after.form
        if own is None:
            values.setdefault("clinician", after.clinician_id)
    elif visit_types:
        values["visit_type"], values["form"] = visit_types[0].id, visit_types[0].form_list[0]
    return values


def _order(clinic: Clinic, typed: dict[str, Any]) -> Order:
    """The order as typed, checked against what the visit type allows."""
    visit_type = visit_type_of(db(), clinic.id, typed["visit_type"])
    first, last = _weeks(typed)
    today = queries.today(db(), clinic)
    deadline: date | None = typed.get("deadline_on")
    if deadline is not None and deadline < today:
        raise InvalidInput({"deadline_on": _("Fristen er overskredet. Skriv en senere dato.")})
    return Order(
        visit_type,
        typed["form"],
        today + timedelta(weeks=first),
        today + timedelta(weeks=last),
        _clinician(clinic, visit_type, typed["clinician"]),
        deadline,
        typed["deadline_kind"] if deadline else "",
        typed["purpose"],
    )


def _weeks(typed: dict[str, Any]) -> tuple[int, int]:
    if typed["weeks"] != OWN_WEEKS:
        return PRESETS[typed["weeks"]]
    first, last = typed.get("weeks_from"), typed.get("weeks_to")
    if first is None or last is None:
        missing = "weeks_from" if first is None else "weeks_to"
        raise InvalidInput({missing: _("Skriv et antal uger.")})
    if first > last:
        raise InvalidInput({"weeks_to": _("Slutugen ligger før startugen.")})
    return first, last


def _clinician(clinic: Clinic, visit_type: VisitType, typed: str) -> Resource | None:
    if typed == ANYONE:
        return None
    for one in resources_of(db(), clinic.id, "clinician"):
        if str(one.id) != typed:
            continue
        if one.id not in serving(db(), visit_type).clinicians:
            raise InvalidInput(
                {"clinician": _("%(name)s har ikke denne kontakttype.", name=one.name)}
            )
        return one
    raise InvalidInput({"clinician": _("Vælg en af mulighederne.")})


def _same_order(course: Course, wanted: Order) -> Invitation | None:
    """What the same person ordered in the very same words within ten minutes, if it stands."""
    clinician = Invitation.clinician_id
    return db().scalar(
        select(Invitation)
        .where(
            Invitation.course_id == course.id,
            Invitation.visit_type_id == wanted.visit_type.id,
            Invitation.form == wanted.form,
            Invitation.window_from == wanted.window_from,
            Invitation.window_to == wanted.window_to,
            clinician == wanted.clinician.id if wanted.clinician else clinician.is_(None),
            Invitation.purpose == wanted.purpose,
            Invitation.status.in_(("planned", "open")),
            Invitation.created_by == me().name,
            Invitation.created_at > db().now() - SENT_TWICE,
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )


def _say(clinic: Clinic, invitation: Invitation) -> None:
    """What came of it: a time, a plan, or work for a person."""
    appointment = live_appointment(db(), invitation)
    if appointment is not None:
        text = _(
            "Bestilt. Reserveret %(when)s hos %(clinician)s.",
            when=moment(appointment.starts_at, clinic.zone),
            clinician=appointment.clinician.name,
        )
        flash(text, "success")
    elif invitation.status == "planned":
        day = invitation.window_from - timedelta(weeks=clinic.horizon_weeks)
        flash(_("Bestilt. Tiden bliver reserveret omkring %(day)s.", day=long_day(day)), "success")
    else:
        text = _("Bestilt, men ingen tid er ledig i perioden. Den står på arbejdslisten.")
        flash(text, "warning")

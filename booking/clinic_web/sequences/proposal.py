"""Several times at once: the form, the whole proposal with a choice in each row, one press books.

The question is the address, so that a proposal can be gone back to and made again; nothing of a
patient is in it.
"""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import listing
from booking.appointments.invitations.models import Course
from booking.appointments.queries import open_courses
from booking.appointments.search import Slot
from booking.appointments.visit_types.queries import visit_types_of
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.sequences import words
from booking.clinic_web.sequences.asking import asked_for, clinicians_of, defaults
from booking.people.models import Patient
from booking.people.queries import patient_of
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.i18n import clock_time, language_code, moment
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.sequences import service
from booking.sequences.asked import Combined
from booking.sequences.errors import OutOfOrder, PartNotFree
from booking.sequences.proposing import Proposal, Row, choosing, propose

pages = Pages("staff_more_times", __name__, url_prefix="/klinik/<int:clinic_id>")

KINDS = {"gentagne": "repeating", "samme-dag": "combined"}
LEAVE_OUT = "-"
CHANGE = "ret"
DAY = timedelta(days=1)


@pages.get("/patienter/<int:patient_id>/flere-tider", access=Access.STAFF)
def begin(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Repeated times are the commonest."""
    clinic_here(clinic_id)
    return redirect(url_for(".ask", clinic_id=clinic_id, patient_id=patient_id, path="gentagne"))


@pages.get("/patienter/<int:patient_id>/flere-tider/<path>", access=Access.STAFF)
def ask(clinic_id: int, patient_id: int, path: str) -> ResponseReturnValue:
    """The form; once it is filled in, the proposal."""
    clinic, patient = _here(clinic_id, patient_id, path)
    if "first" not in request.args:
        today = local_date(db().now(), clinic.zone)
        return _form(clinic, patient, path, defaults(KINDS[path], today), {})
    if CHANGE in request.args:
        return _form(clinic, patient, path, request.args, {})
    try:
        proposal = _proposal(clinic, patient, path)
    except DomainError as error:
        return _form(clinic, patient, path, request.args, _errors(error)), _status(error)
    return _shown(clinic, patient, path, proposal)


@pages.post("/patienter/<int:patient_id>/flere-tider/<path>", access=Access.STAFF)
def book(clinic_id: int, patient_id: int, path: str) -> ResponseReturnValue:
    """Book all that is chosen, or nothing; a refusal shows the proposal again as it is now."""
    clinic, patient = _here(clinic_id, patient_id, path)
    try:
        proposal = _proposal(clinic, patient, path)
    except DomainError as error:
        return _form(clinic, patient, path, request.args, _errors(error)), _status(error)
    try:
        chosen = _chosen(proposal)
        with refusals():
            sequence = service.book(
                db(),
                me(),
                choosing(proposal, chosen),
                "desk" if request.form.get("channel") == "desk" else "phone",
                out_of_order="anyway" in request.form,
            )
            count = sum(part.status == "booked" for part in sequence.parts)
    except DomainError as error:
        db().rollback()
        proposal = _proposal(clinic, patient, path)
        return _shown(clinic, patient, path, proposal, error), _status(error)
    told = _("Tiden er booket.")
    if count > 1:
        told = _(
            "Alle %(count)s tider er booket. Sig dem til patienten, eller udskriv listen.",
            count=count,
        )
    flash(told, "success")
    return redirect(
        url_for("staff_sequences.show", clinic_id=clinic_id, sequence_id=sequence.id), 303
    )


def _here(clinic_id: int, patient_id: int, path: str) -> tuple[Clinic, Patient]:
    clinic = clinic_here(clinic_id)
    if path not in KINDS:
        raise NotFound
    patient = patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    return clinic, patient


def _proposal(clinic: Clinic, patient: Patient, path: str) -> Proposal:
    asked, course_id = asked_for(clinic, KINDS[path])
    return propose(db(), me(), _course(clinic, patient, course_id), asked)


def _course(clinic: Clinic, patient: Patient, course_id: int | None) -> Course:
    courses = open_courses(db(), patient.id, clinic.id)
    for course in courses:
        if course_id in (None, course.id):
            return course
    raise InvalidInput({"course": _("Vælg et af patientens åbne forløb.")})


def _chosen(proposal: Proposal) -> dict[int, Slot | None]:
    """What stands in each row; raises InvalidInput for a row where nothing was chosen."""
    found: dict[int, Slot | None] = {}
    errors = {}
    for row in proposal.rows:
        if row.planned is None:
            continue
        field = f"row_{row.position}"
        typed = request.form.get(field, "")
        try:
            found[row.position] = None if typed == LEAVE_OUT else listing.parsed(db(), typed)[0]
        except InvalidInput:
            errors[field] = _("Vælg en tid til nr. %(number)s.", number=row.position)
    if errors:
        raise InvalidInput(errors)
    return found


def _form(clinic: Clinic, patient: Patient, path: str, values: Any, errors: dict[str, str]) -> str:
    singles = [one for one in visit_types_of(db(), clinic.id) if one.group_capacity == 1]
    courses = open_courses(db(), patient.id, clinic.id)
    return render_template(
        f"clinic/sequences/{KINDS[path]}.html",
        **_frame(clinic, patient, path),
        values=values,
        errors=errors,
        courses=courses,
        course_options=[(one.id, one.title or _("Uden titel")) for one in courses],
        visit_type_options=[(one.id, one.title(language_code())) for one in singles],
        clinician_options=[
            (one.id, one.name) for one in resources_of(db(), clinic.id, "clinician")
        ],
        forms=FORMS,
        words=words,
    )


def _shown(
    clinic: Clinic,
    patient: Patient,
    path: str,
    proposal: Proposal,
    error: DomainError | None = None,
) -> str:
    names = {number: one.name for number, one in clinicians_of(clinic).items()}
    asked, placed = proposal.asked, [row.planned for row in proposal.rows if row.slot]
    combined = isinstance(asked, Combined)
    return render_template(
        "clinic/sequences/proposal.html",
        **_frame(clinic, patient, path),
        says=_stay(proposal, clinic)
        if isinstance(asked, Combined)
        else words.repeating_in_words(asked.rule),
        rows=[_row(row, clinic, names, request.form) for row in proposal.rows],
        found=bool(placed) or any(row.near for row in proposal.rows),
        change_href=_again(clinic, patient, path, **{CHANGE: "1"}),
        next_day_href=_again(clinic, patient, path, first=(placed[0] + DAY).isoformat())
        if combined and placed and placed[0]
        else "",
        leave_out=LEAVE_OUT,
        combined=combined,
        may_anyway=combined and isinstance(error, OutOfOrder),
        values=request.form or {"channel": "phone"},
        errors=_errors(error) if error else {},
    )


def _stay(proposal: Proposal, clinic: Clinic) -> str:
    """'mandag 30. november 2026 kl. 8.00–9.15, i alt 75 minutter'; '' where nothing was found."""
    slots = [row.slot for row in proposal.rows if row.slot is not None]
    if not slots:
        return ""
    start, end = slots[0].start, slots[-1].end
    return _(
        "%(when)s, i alt %(minutes)s minutter",
        when=f"{moment(start, clinic.zone)}–{clock_time(end, clinic.zone)}",
        minutes=int((end - start).total_seconds()) // 60,
    )


def _again(clinic: Clinic, patient: Patient, path: str, **changed: str) -> str:
    """The same question with something changed."""
    where = {"clinic_id": clinic.id, "patient_id": patient.id, "path": path}
    asked: dict[str, Any] = {
        name: request.args.getlist(name)
        for name in request.args
        if name not in where and name != CHANGE
    }
    return url_for(".ask", **{**asked, **changed, **where})


def _row(row: Row, clinic: Clinic, names: dict[int, str], values: Any) -> dict[str, Any]:
    options = [
        (
            listing.value_of(slot, row.occasion.form),
            words.slot_in_words(slot, clinic.zone, names.get(slot.clinician_id, "")),
        )
        for slot in row.near
    ]
    found = listing.value_of(row.slot, row.occasion.form) if row.slot else ""
    typed = values.get(f"row_{row.position}", "")
    known = {value for value, _text in options} | {LEAVE_OUT}
    chosen = typed if typed in known else found or ("" if options else LEAVE_OUT)
    return {
        "row": row,
        "field": f"row_{row.position}",
        "title": row.occasion.visit_type.title(language_code()),
        "why": words.WHYS.get(row.why, ""),
        "moved": row.planned is not None and row.planned != row.named,
        "options": options,
        "chosen": chosen,
    }


def _frame(clinic: Clinic, patient: Patient, path: str) -> dict[str, Any]:
    here: dict[str, Any] = {"clinic_id": clinic.id, "patient_id": patient.id}
    return {
        "clinic": clinic,
        "patient": patient,
        "path": path,
        "tabs_shown": [
            {"text": words.KINDS[kind], "href": url_for(".ask", path=name, **here),
             "current": name == path}
            for name, kind in KINDS.items()
        ],
    }  # fmt: skip


def _errors(error: DomainError) -> dict[str, str]:
    if isinstance(error, InvalidInput):
        return error.fields
    if isinstance(error, PartNotFree):
        number = error.context["position"]
        return {
            f"row_{number}": _(
                "Nr. %(number)s er lige blevet taget, så ingen af tiderne er booket. "
                "Se den nye tid, og book igen.",
                number=number,
            )
        }
    if isinstance(error, OutOfOrder):
        troubles: Any = error.context["troubles"]
        return {
            f"row_{number}": _(
                "Nr. %(number)s: %(trouble)s.", number=number, trouble=words.TROUBLES[what]
            )
            for number, what in troubles.items()
        }
    return {"_form": in_words(error)}


def _status(error: DomainError) -> int:
    return 422 if isinstance(error, InvalidInput) else 409

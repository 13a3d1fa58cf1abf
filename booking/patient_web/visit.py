"""One appointment: what it means, keeping it, its receipt and its calendar file."""

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking.appointments import occasions, queries, service
from booking.appointments.calendar_file import calendar_file
from booking.appointments.errors import TooLate, WrongState
from booking.appointments.models import Appointment
from booking.appointments.refit import too_short
from booking.patient_web.check_in import arrival_of
from booking.patient_web.frame import domain_words, for_whom, my_appointment, refused
from booking.platform.errors import ChangedMeanwhile, DomainError
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid
from booking.sequences.whole_day import day_of

pages = Pages("patient_visit", __name__, url_prefix="/tid/<int:appointment_id>")


@pages.get("", access=Access.PATIENT)
def visit(appointment_id: int) -> ResponseReturnValue:
    """Where, how to get there, what to prepare, whom one meets, and what one may do."""
    appointment = my_appointment(appointment_id)
    return render_template(
        "patient/visit.html",
        **about(appointment),
        arrival=arrival_of(appointment),
        cards=rettid().parts.cards("patient.visit", db(), me(), appointment),
    )


@pages.post("/behold", access=Access.PATIENT)
def keep(appointment_id: int) -> ResponseReturnValue:
    """Say yes to a reserved time; twice is harmless."""
    appointment = my_appointment(appointment_id)
    try:
        with domain_words():
            service.keep(db(), me(), appointment)
    except ChangedMeanwhile:  # two presses at the same moment: the receipt tells what is true
        pass
    except (WrongState, TooLate) as error:
        return refused(error, appointment.clinic, appointment)
    return redirect(url_for("patient_visit.receipt", appointment_id=appointment_id), 303)


@pages.get("/kvittering", access=Access.PATIENT)
def receipt(appointment_id: int) -> ResponseReturnValue:
    """What is now certain: booked, or cancelled; true whenever it is read."""
    appointment = my_appointment(appointment_id)
    if appointment.status not in ("booked", "cancelled") or (
        appointment.participant == "needs-action"
    ):
        return redirect(url_for("patient_visit.visit", appointment_id=appointment.id), 303)
    latest = queries.history(db(), appointment)[-1:]
    return render_template(
        "patient/receipt.html", **about(appointment), latest=latest[0].what if latest else ""
    )


@pages.get("/tid.ics", access=Access.PATIENT)
def calendar(appointment_id: int) -> ResponseReturnValue:
    """The calendar file; after a cancellation, the one that removes it again."""
    appointment = my_appointment(appointment_id)
    body = calendar_file(appointment, db().now(), rettid().config.public_url)
    answer = Response(body, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = 'attachment; filename="tid.ics"'
    return answer


def about(appointment: Appointment) -> dict[str, object]:
    """What the templates say of an appointment, and what its patient may do with it now."""
    now = db().now()
    return {
        "appointment": appointment,
        "clinic": appointment.clinic,
        "name": for_whom(appointment.patient),
        "rooms": [a.resource for a in appointment.allocations if a.resource.kind == "room"],
        "others": [
            a.resource
            for a in appointment.allocations
            if a.resource.kind == "clinician" and a.resource_id != appointment.clinician_id
        ],
        "now": now,
        "ahead": appointment.status == "booked" and appointment.starts_at > now,
        "barred": barred(appointment),
        "needed": too_short(db(), [appointment]).get(appointment.id),
        "closes_at": occasions.closes_at(appointment),
        "together": day_of(db(), appointment) is not None,
    }


def barred(appointment: Appointment) -> str:
    """Why the patient may not move it now, as the error's code; '' if they may."""
    try:
        occasions.check_movable(db(), me(), appointment)
    except DomainError as error:
        return error.code
    return ""

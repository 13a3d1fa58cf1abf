"""Giving a time up: asked first whether a new one is wanted, with what follows from either."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import service
from booking.appointments.errors import TooLate, WrongState
from booking.appointments.models import Appointment
from booking.appointments.queries import freely_bookable
from booking.appointments.wording import CANCEL_REASONS
from booking.patient_web.frame import domain_words, my_appointment, refused
from booking.patient_web.schemas import CancelForm
from booking.patient_web.visit import about
from booking.platform.errors import ChangedMeanwhile, InvalidInput
from booking.platform.forms import read, rejected
from booking.platform.pages import Access, Pages, db, me

pages = Pages("patient_cancel", __name__, url_prefix="/tid/<int:appointment_id>/afbud")

FORM = "patient/cancel.html"


@pages.get("", access=Access.PATIENT)
def ask(appointment_id: int) -> ResponseReturnValue:
    """A new time, or no more? A time already cancelled shows its receipt."""
    appointment = my_appointment(appointment_id)
    if appointment.status == "cancelled":
        return redirect(url_for("patient_visit.receipt", appointment_id=appointment.id), 303)
    if not appointment.active:
        return refused(WrongState(), appointment.clinic, appointment)
    if appointment.starts_at <= db().now():
        return refused(TooLate(), appointment.clinic, appointment)
    return render_template(FORM, **_about(appointment), values={}, errors={})


@pages.post("", access=Access.PATIENT)
def cancel(appointment_id: int) -> ResponseReturnValue:
    """Cancel; then on to a new time if one is wanted and can be chosen here."""
    appointment = my_appointment(appointment_id)
    again = _where_to_book(appointment)
    try:
        typed = read(CancelForm())
    except InvalidInput as error:
        return rejected(FORM, error, **_about(appointment))
    if appointment.status == "cancelled":
        return redirect(url_for("patient_visit.receipt", appointment_id=appointment.id), 303)
    wants_new = typed["new_time"] == "yes"
    try:
        with domain_words():
            service.cancel(db(), me(), appointment, typed["reason"], wants_new=wants_new)
    except ChangedMeanwhile:  # two presses at the same moment: the receipt tells what is true
        return redirect(url_for("patient_visit.receipt", appointment_id=appointment_id), 303)
    except (WrongState, TooLate) as error:
        return refused(error, appointment.clinic, appointment)
    if wants_new and again:
        flash(_("Dit afbud er modtaget. Vælg en ny tid her."), "success")
        return redirect(again, 303)
    return redirect(url_for("patient_visit.receipt", appointment_id=appointment.id), 303)


def _about(appointment: Appointment) -> dict[str, object]:
    return {
        **about(appointment),
        "again": _where_to_book(appointment),
        "reasons": list(CANCEL_REASONS.items()),
    }


def _where_to_book(appointment: Appointment) -> str:
    """Where the patient can choose a new time themselves; '' if the clinic must find it."""
    if appointment.visit_type.mode == "move_cancel":
        return ""
    if appointment.invitation_id is not None:
        return url_for("patient_times.for_invitation", invitation_id=appointment.invitation_id)
    for course, visit_type in freely_bookable(db(), appointment.patient_id):
        if visit_type.id == appointment.visit_type_id:
            return url_for(
                "patient_times.for_free", course_id=course.id, visit_type_id=visit_type.id
            )
    return ""

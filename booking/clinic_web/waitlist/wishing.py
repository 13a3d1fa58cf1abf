"""Entering a patient's wish for an earlier time, as they tell it on the telephone or here."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import queries
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import DomainError
from booking.platform.forms import read, rejected
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.waitlist import service
from booking.waitlist.schemas import WishForm, shown, wishes
from booking.waitlist.wording import choices_for

pages = Pages("staff_wishes", __name__, url_prefix="/klinik/<int:clinic_id>/venteliste")
FORM = "clinic/waitlist/wish.html"


@pages.get("/tid/<int:appointment_id>", access=Access.STAFF)
def form(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """The wish about a booked time."""
    clinic = clinic_here(clinic_id)
    return _form(clinic, queries.at_clinic(db(), clinic_id, appointment_id))


@pages.post("/tid/<int:appointment_id>", access=Access.STAFF)
def save(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """Put the patient on the list, or change what they wish."""
    clinic = clinic_here(clinic_id)
    return _save(clinic, queries.at_clinic(db(), clinic_id, appointment_id))


@pages.get("/indkaldelse/<int:invitation_id>", access=Access.STAFF)
def invitation_form(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """The wish about an invitation that has no time."""
    clinic = clinic_here(clinic_id)
    return _form(clinic, queries.invitation_at_clinic(db(), clinic_id, invitation_id))


@pages.post("/indkaldelse/<int:invitation_id>", access=Access.STAFF)
def save_invitation(clinic_id: int, invitation_id: int) -> ResponseReturnValue:
    """Put the patient on the list, or change what they wish."""
    clinic = clinic_here(clinic_id)
    return _save(clinic, queries.invitation_at_clinic(db(), clinic_id, invitation_id))


def _form(clinic: Clinic, about: Appointment | Invitation) -> ResponseReturnValue:
    looked_at(about.patient_id, clinic_id=clinic.id)
    try:
        service.check(db(), about)
    except DomainError as error:
        flash(in_words(error), "warning")
        return redirect(_patient(clinic, about), 303)
    values = shown(service.waiting_entry(db(), about), about.form, today(db(), clinic))
    return render_template(FORM, values=values, errors={}, **_about(clinic, about))


def _save(clinic: Clinic, about: Appointment | Invitation) -> ResponseReturnValue:
    looked_at(about.patient_id, clinic_id=clinic.id)
    own = about if isinstance(about, Appointment) else None
    try:
        with refusals():
            service.wish(db(), me(), about, wishes(read(WishForm()), own, today(db(), clinic)))
    except DomainError as error:
        return rejected(FORM, error, **_about(clinic, about))
    flash(_("%(name)s står på ventelisten.", name=about.patient.name), "success")
    return redirect(url_for("staff_waitlist.overview", clinic_id=clinic.id), 303)


def _patient(clinic: Clinic, about: Appointment | Invitation) -> str:
    return url_for("staff_patients.show", clinic_id=clinic.id, patient_id=about.patient_id)


def _about(clinic: Clinic, about: Appointment | Invitation) -> dict[str, object]:
    return {
        "clinic": clinic,
        "patient": about.patient,
        "own": about if isinstance(about, Appointment) else None,
        "visit_type": about.visit_type,
        "choices": choices_for(about.visit_type.form_list),
    }

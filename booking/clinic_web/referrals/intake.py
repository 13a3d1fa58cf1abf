"""Writing in a referral that came for one of the clinic's patients."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import refusals
from booking.people.models import Patient
from booking.people.queries import patient_of
from booking.people.schemas import FreeText
from booking.people.service import one_at_a_time
from booking.platform.errors import DomainError
from booking.platform.forms import Choice, Day, Form, Text, read, rejected
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.referrals import queries, service
from booking.referrals.models import Referral
from booking.referrals.service import Intake
from booking.referrals.wording import TRACKS

pages = Pages(
    "staff_referral_intake",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/henvisninger/ny",
)


SENT_TWICE = timedelta(minutes=1)


class IntakeForm(Form):
    """The referral as it came."""

    received_on = Day(required=True)
    sender = FreeText(
        required=True, error_messages={"required": _l("Skriv, hvem der har henvist.")}
    )
    problem = FreeText(
        longest=2000,
        required=True,
        error_messages={"required": _l("Skriv, hvad patienten er henvist for.")},
    )
    problem_code = Text(longest=20, load_default="")
    track = Choice(TRACKS, load_default="general")


@pages.get("", access=Access.STAFF)
def form(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """The form, as of today."""
    clinic, patient = _here(clinic_id, patient_id)
    values = {"received_on": today(db(), clinic).isoformat(), "track": "general"}
    page = _page_of(clinic, patient)
    return render_template("clinic/referrals/intake.html", values=values, errors={}, **page)


@pages.post("", access=Access.STAFF)
def receive(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Take it in; its clocks run."""
    clinic, patient = _here(clinic_id, patient_id)
    try:
        typed = read(IntakeForm())
        with refusals():
            intake = Intake(**typed)
            referral = _written_just_now(clinic, patient, intake) or service.receive(
                db(), me(), clinic, patient, intake
            )
    except DomainError as error:
        page = _page_of(clinic, patient)
        return rejected("clinic/referrals/intake.html", error, **page)
    if referral.earlier is not None:
        flash(_("Henvisningen er skrevet ind. Patienten er henvist for det samme før."), "warning")
    else:
        flash(_("Henvisningen er skrevet ind, og fristerne løber."), "success")
    there = url_for("staff_referral.show", clinic_id=clinic_id, referral_id=referral.id)
    return redirect(there, 303)


def _here(clinic_id: int, patient_id: int) -> tuple[Clinic, Patient]:
    clinic = clinic_here(clinic_id)
    patient = patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    return clinic, patient


def _written_just_now(clinic: Clinic, patient: Patient, intake: Intake) -> Referral | None:
    """The very same, written by the same person a minute ago: a form that was sent twice."""
    one_at_a_time(db(), clinic.id, patient.id)
    code = intake.problem_code.upper()
    wanted = (intake.received_on, intake.sender, intake.problem, code, intake.track, me().name)
    for one in queries.of_patient(db(), clinic.id, patient.id):
        day = local_date(one.received_at, clinic.zone)
        if one.written_at > db().now() - SENT_TWICE and wanted == (
            day, one.sender, one.problem, one.problem_code, one.track, one.written_by
        ):  # fmt: skip
            return one
    return None


def _page_of(clinic: Clinic, patient: Patient) -> dict[str, Any]:
    return {"clinic": clinic, "patient": patient, "tracks": list(TRACKS.items())}

"""Saying that one has come: on a screen in the waiting room, or on one's own telephone.

The screen asks for the code from the letter and the birth date, as the front page does, begins
no session, and says only a first name, a time, where to sit and how long it takes. It goes back
to its start by itself. The same address works on any telephone.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import attendance
from booking.appointments.errors import TooEarly, TooLate, WrongState
from booking.appointments.models import Appointment
from booking.appointments.waiting import met_today, running
from booking.calendar.models import Clinic, Resource
from booking.patient_web.frame import domain_words, my_appointment, refused, today
from booking.patient_web.sign_in import code_and_birth_date
from booking.people.errors import BadCredentials
from booking.people.models import Patient
from booking.people.queries import people_of
from booking.people.sign_in import known_by_code
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotFound, TooManyAttempts
from booking.platform.forms import rejected
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid
from booking.sequences.arriving import arrive_oneself, following

pages = Pages("patient_check_in", __name__)

FORM = "patient/check_in.html"
LATE_WORDS: dict[str, LazyString] = {
    "doctor": _l("Lægen er ca. %(minutes)s minutter forsinket."),
    "junior_doctor": _l("Lægen er ca. %(minutes)s minutter forsinket."),
    "nurse": _l("Sygeplejersken er ca. %(minutes)s minutter forsinket."),
}
OTHERS_LATE = _l("Din behandler er ca. %(minutes)s minutter forsinket.")


@dataclass(frozen=True)
class Arrival:
    """What a patient is told on the day. may: they can say that they are here. wait: minutes to
    go, to the next five, once they are. late: that their clinician runs late, in words.
    """

    may: bool = False
    from_when: datetime | None = None
    wait: int | None = None
    late: str = ""


def arrival_of(appointment: Appointment) -> Arrival:
    """How it stands for a patient who comes today; nothing at all on other days."""
    now = db().now()
    from_when = appointment.starts_at - attendance.EARLY
    awaited = appointment.status in ("booked", "arrived") and now < appointment.ends_at
    if appointment.form != "in_person" or not awaited or now < from_when:
        early = appointment.form == "in_person" and appointment.status == "booked"
        return Arrival(from_when=from_when if early and now < from_when else None)
    runs = running(db(), appointment.clinic)
    here = appointment.status == "arrived"
    return Arrival(
        may=attendance.may_arrive(appointment, now),
        wait=runs.minutes_left(appointment) if here else None,
        late=_late_words(appointment.clinician, runs.told(appointment.clinician_id)),
    )


@pages.post("/tid/<int:appointment_id>/her", access=Access.PATIENT)
def here(appointment_id: int) -> ResponseReturnValue:
    """'I am here', from one's own pages; twice is harmless."""
    appointment = my_appointment(appointment_id)
    several = False
    try:
        with domain_words():
            if appointment.status != "arrived":
                noted = arrive_oneself(db(), me(), appointment, "web")
                several = len(noted) > 1
        flash(
            _("Du er meldt ankommet til alle dagens tider.")
            if several
            else _("Du er meldt ankommet."),
            "success",
        )
    except ChangedMeanwhile:  # two presses at once: the page tells what is true
        pass
    except (WrongState, TooEarly, TooLate) as error:
        return refused(error, appointment.clinic, appointment)
    return redirect(url_for("patient_visit.visit", appointment_id=appointment_id), 303)


@pages.get("/ankomst/<int:clinic_id>", access=Access.PUBLIC)
def form(clinic_id: int) -> ResponseReturnValue:
    """The screen of a clinic's waiting room."""
    return render_template(FORM, values={}, errors={}, **_screen(clinic_id))


@pages.post("/ankomst/<int:clinic_id>", access=Access.PUBLIC)
def arrive(clinic_id: int) -> ResponseReturnValue:
    """Note that whoever has this code is here; a failure is counted, so it answers the form."""
    screen = _screen(clinic_id)
    try:
        code, born = code_and_birth_date()
    except InvalidInput as error:
        return rejected(FORM, error, **_screen(clinic_id))
    try:
        patient = known_by_code(db(), code, born, request.remote_addr or "")
    except BadCredentials:
        wrong = _("Koden og fødselsdatoen passer ikke sammen. Prøv igen, eller gå til skranken.")
        return render_template(FORM, values={}, errors={"code": wrong}, **screen), 422
    except TooManyAttempts:
        locked = _("Der er prøvet for mange gange. Gå til skranken, så hjælper vi dig.")
        return render_template(FORM, values={}, errors={"code": locked}, **screen), 429
    clinic = _clinic(clinic_id)
    met = _next_to_come(clinic, patient)
    if met is not None and attendance.may_arrive(met, db().now()):
        by = Actor("patient", patient.id, patient.name)
        try:
            with domain_words():
                arrive_oneself(db(), by, met, "kiosk")
        except ChangedMeanwhile:  # noted at the desk at the same moment
            clinic = _clinic(clinic_id)
            met = _next_to_come(clinic, db().get_one(Patient, patient.id))
    return render_template(
        "patient/checked_in.html",
        clinic=clinic,
        appointment=met,
        first_name=met.patient.given_name.partition(" ")[0] if met else "",
        arrival=arrival_of(met) if met else Arrival(),
        later=[one for one in following(db(), met) if one.status == "arrived"] if met else [],
        rooms=[row.resource for row in met.allocations if row.resource.kind == "room"]
        if met
        else [],
    )


def _next_to_come(clinic: Clinic, patient: Patient) -> Appointment | None:
    """What they have come for: the first one they have not told of, else the first they have.

    Somebody's parent comes with the child, so those one acts for are asked about too.
    """
    people = {one.id for one in people_of(db(), patient.id, today())}
    met = met_today(db(), clinic, people)
    now = db().now()
    awaited = [one for one in met if attendance.may_arrive(one, now)]
    known = [one for one in met if one.status != "booked"]
    return next(iter([*awaited, *known, *met]), None)


def _clinic(clinic_id: int) -> Clinic:
    clinic = db().get(Clinic, clinic_id)
    if clinic is None:
        raise NotFound
    return clinic


def _screen(clinic_id: int) -> dict[str, object]:
    """Context of a clinic's screen; raises NotFound."""
    own = url_for("patient_check_in.form", clinic_id=clinic_id)
    return {"clinic": _clinic(clinic_id), "address": rettid().config.public_url + own}


def _late_words(clinician: Resource, minutes: int) -> str:
    if not minutes:
        return ""
    return str(LATE_WORDS.get(clinician.profession or "", OTHERS_LATE)) % {"minutes": minutes}

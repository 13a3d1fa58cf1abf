"""The demo's telephones: anyone may look at them. Registered in demo mode only."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from booking.demo.founding import HOME_ZONE
from booking.demo.web import SHOWS
from booking.people.models import Patient
from booking.people.schemas import FreeText
from booking.platform.errors import NotFound
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages, db
from booking.platform.phone import readable
from booking.platform.web import rettid
from reminders.clinic_web.words import OCCASIONS
from reminders.demo import phone

pages = Pages("demo_phone", __name__, url_prefix="/demo/telefon", template_folder="templates")

STEPS = {
    "next": (_l("Til næste besked"), None),
    "day": (_l("Et døgn"), timedelta(days=1)),
    "week": (_l("En uge"), timedelta(weeks=1)),
    "month": (_l("Fire uger"), timedelta(weeks=4)),
}


class AnswerForm(Form):
    """What the patient writes."""

    body = FreeText(longest=1600, required=True)


class PassForm(Form):
    """How far."""

    step = Choice(tuple(STEPS), required=True)


@pages.get("", access=Access.PUBLIC)
def choose() -> ResponseReturnValue:
    """Whose telephone."""
    owners = phone.owners(db())
    shown = [(patient, SHOWS[story][0]) for story, patient in owners if story in SHOWS]
    return render_template("demo/phones.html", patients=shown)


@pages.get("/<int:patient_id>", access=Access.PUBLIC)
def show(patient_id: int) -> ResponseReturnValue:
    """One telephone."""
    patient = _patient(patient_id)
    return render_template(
        "demo/phone.html",
        patient=patient,
        number=readable(patient.phone or ""),
        bubbles=phone.screen(db(), patient),
        ahead=phone.ahead(db(), patient),
        kinds={**OCCASIONS, "reminder": _l("Påmindelse")},
        steps={code: text for code, (text, _step) in STEPS.items()},
        zone=HOME_ZONE,
    )


@pages.post("/<int:patient_id>/svar", access=Access.PUBLIC)
def answer(patient_id: int) -> ResponseReturnValue:
    """Write back as the patient."""
    patient = _patient(patient_id)
    phone.answer(db(), patient, read(AnswerForm())["body"])
    return redirect(url_for("demo_phone.show", patient_id=patient_id, _anchor="senest"), 303)


@pages.post("/<int:patient_id>/tid", access=Access.PUBLIC)
def let_pass(patient_id: int) -> ResponseReturnValue:
    """Let time pass for this telephone."""
    _patient(patient_id)
    _text, step = STEPS[read(PassForm())["step"]]
    until = rettid().clock.now() + step if step is not None else None
    db().rollback()  # nothing was written; on SQLite the messages' own transactions wait for ours
    sent = phone.let_pass(rettid().database, rettid().clock, patient_id, until)
    flash(
        ngettext("%(num)s besked er kommet.", "%(num)s beskeder er kommet.", sent)
        if sent
        else _("Der kom ingen beskeder.")
    )
    return redirect(url_for("demo_phone.show", patient_id=patient_id), 303)


def _patient(patient_id: int) -> Patient:
    patient = db().get(Patient, patient_id)
    if patient is None:
        raise NotFound
    return patient

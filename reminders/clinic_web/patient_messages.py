"""What one patient gets from this clinic, how they want to hear, and if they get extra help."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere, patient_tabs
from booking.platform.extension import Tab
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages, db, me
from reminders.clinic_web import delivery_words, words
from reminders.messages import queries
from reminders.policies.steps import CHANNELS
from reminders.preferences import reach
from reminders.preferences import service as preferences

pages = Pages(
    "staff_patient_messages",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/beskeder",
    template_folder="templates",
)
PATIENT_TAB = Tab("staff_patient_messages.show", _l("Beskeder"))
ON, OFF = "ja", "nej"


class HelpForm(Form):
    """Whether the patient gets extra help from now on."""

    hjaelp = Choice((ON, OFF), required=True)


@pages.get("", access=Access.STAFF)
def show(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """What is planned and what was sent, and by which ways this patient can be reached."""
    here = patient_here(clinic_id, patient_id)
    return render_template("messages/patient.html", **_page_of(here))


@pages.post("/hjaelp", access=Access.STAFF)
def extra_help(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Begin or stop giving the patient extra help to come."""
    here = patient_here(clinic_id, patient_id)
    on = read(HelpForm())["hjaelp"] == ON
    preferences.give_extra_help(db(), me(), here.patient, clinic_id, on=on)
    flash(
        _("Patienten får ekstra hjælp fra nu af.")
        if on
        else _("Patienten får ikke længere ekstra hjælp."),
        "success",
    )
    return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient_id), 303)


def _page_of(here: PatientHere) -> dict[str, Any]:
    clinic, patient = here.clinic, here.patient
    preference = preferences.of(db(), patient.id)
    coming, past = queries.of_patient(db(), clinic.id, patient.id, db().now())
    usable = reach.usable(reach.has(patient), db().ports["channels"])
    return {
        "clinic": clinic,
        "patient": patient,
        "tabs": patient_tabs(here),
        "first": words.channel(preference.channel) if preference.channel else "",
        "ways": [words.channel(one) for one in CHANNELS if one in usable],
        "stopped": [
            (words.channel(channel), since)
            for channel, since in reach.number_stopped(db(), patient)
        ],
        "extra_help": preference.extra_help,
        "coming": coming,
        "past": past,
        "words": words,
        "said": delivery_words,
    }

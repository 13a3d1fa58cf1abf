"""The help list: whom to call about a time in a week, what to say, and what came of each call."""

from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, validates_schema

from booking.appointments.queries import at_clinic
from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, Number, read, rejected
from booking.platform.pages import Access, Pages, db, looked_at, me
from reminders.clinic_web.frame import MESSAGES
from reminders.help_list import service
from reminders.help_list.models import OUTCOMES
from reminders.policies.queries import sender_of

pages = Pages(
    "staff_help_list", __name__, url_prefix=f"{MESSAGES}/hjaelpeliste", template_folder="templates"
)
TABS = (MenuEntry("staff_help_list.show", _l("Hjælpeliste")),)
PAGE = "messages/help_list.html"
USUAL = 10

# In the order of the buttons: what they say, and what is said of a call afterwards.
ANSWERS: dict[str, tuple[LazyString, LazyString]] = {
    "comes": (_l("Kommer"), _l("Kommer")),
    "moved": (_l("Vil have en anden tid"), _l("Vil have en anden tid")),
    "cancelled": (_l("Vil aflyse"), _l("Vil aflyse")),
    "needs_transport": (_l("Mangler transport"), _l("Mangler transport, står på arbejdslisten")),
    "needs_other": (_l("Mangler anden hjælp"), _l("Mangler hjælp, står på arbejdslisten")),
    "no_answer": (_l("Tog ikke telefonen"), _l("Tog ikke telefonen")),
}
# Where a patient's wish is carried out, as always.
CARRIED_OUT = {"moved": "staff_booking.move_times", "cancelled": "staff_appointments.cancel_form"}


class CallsForm(Form):
    """How many calls the clinic makes today."""

    antal = Number(1, 50, load_default=USUAL)


class CallForm(CallsForm):
    """What came of a call."""

    outcome = Choice(
        OUTCOMES,
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvad der kom ud af opkaldet."))},
    )
    words = FreeText(longest=900, load_default="")

    @validates_schema(skip_on_field_errors=True)
    def check_words(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Help of another kind can be given only when it is said which."""
        if data["outcome"] == "needs_other" and not data["words"]:
            raise ValidationError(_("Skriv, hvad patienten mangler hjælp til."), "words")


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """Whom to call today, and whom somebody has called."""
    clinic = clinic_here(clinic_id)
    try:
        most = read(CallsForm(), "query")["antal"]
    except InvalidInput as error:
        page = _page_of(clinic, USUAL)
        return render_template(PAGE, **page, values={}, errors=error.fields), 422
    return render_template(PAGE, **_page_of(clinic, most), values={}, errors={})


@pages.post("/<int:appointment_id>", access=Access.STAFF)
def record(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """Write down what came of a call; whoever wants another time, or none, is seen to at once."""
    clinic = clinic_here(clinic_id)
    appointment = at_clinic(db(), clinic_id, appointment_id)
    looked_at(appointment.patient_id, clinic_id=clinic_id)
    most = _calls_a_day()
    try:
        with refusals():
            typed = read(CallForm())
            service.record_call(db(), me(), appointment, typed["outcome"], typed["words"])
    except InvalidInput as error:
        return rejected(PAGE, error, refused=appointment_id, **_page_of(clinic, most))
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
        return redirect(url_for(".show", clinic_id=clinic_id, antal=most), 303)
    onwards = CARRIED_OUT.get(typed["outcome"])
    if onwards:
        flash(_("Opkaldet er skrevet ned. Gør det færdigt her."), "success")
        return redirect(url_for(onwards, clinic_id=clinic_id, appointment_id=appointment_id), 303)
    flash(_("Opkaldet er skrevet ned."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, antal=most), 303)


def _calls_a_day() -> int:
    """As the form has it: whoever is shown again must still be on the list."""
    try:
        calls: int = read(CallsForm())["antal"]
    except InvalidInput:
        return USUAL
    return calls


def _page_of(clinic: Clinic, most: int) -> dict[str, Any]:
    today = service.today(db(), clinic, most)
    shown = {one.appointment.patient_id for one in today.to_call}
    shown |= {one.appointment.patient_id for one in today.called}
    shown |= {one.patient_id for one in today.without_phone}
    if shown:
        looked_at(*shown, clinic_id=clinic.id)
    sender = sender_of(db(), clinic.id)
    return {
        "clinic": clinic,
        "today": today,
        "most": most,
        "place": sender.place if sender else clinic.name,
        "answers": ANSWERS,
        "carried_out": CARRIED_OUT,
    }

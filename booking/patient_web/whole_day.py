"""Moving a combined day: told before anything moves that the times go together, and moved so."""

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import listing
from booking.appointments.errors import InClosingPeriod, MoveLimitReached, TooLate, WrongState
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.calendar.models import Site
from booking.patient_web.frame import domain_words, for_whom, my_appointment, refused
from booking.platform.error_table import shown
from booking.platform.errors import ChangedMeanwhile, InvalidInput
from booking.platform.forms import Form, Text, read
from booking.platform.i18n import language_code
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, me
from booking.sequences import queries, whole_day
from booking.sequences.errors import NothingChosen, OutOfOrder, PartNotFree
from booking.sequences.models import ContactSequence

pages = Pages("patient_whole_day", __name__, url_prefix="/tid/<int:appointment_id>/flyt-dagen")

PAGE = "patient/whole_day.html"
MAY_NOT = (InClosingPeriod, MoveLimitReached, TooLate, WrongState)
LOST = (PartNotFree, OutOfOrder, NothingChosen, ChangedMeanwhile)
BETWEEN = " "


@dataclass(frozen=True)
class Choice:
    """A day one may choose: the value of its radio, its contacts as (slot, what), and where."""

    value: str
    day: date
    times: list[tuple[Slot, str]]
    site: str


class DayForm(Form):
    """The day chosen, as all of its slots."""

    day = Text(longest=600, required=True)


@pages.get("", access=Access.PATIENT)
def show(appointment_id: int) -> ResponseReturnValue:
    """That the times go together, the days that have room for all of them, or whom to ring."""
    appointment = my_appointment(appointment_id)
    sequence = whole_day.day_of(db(), appointment)
    if sequence is None:
        return redirect(url_for("patient_times.for_move", appointment_id=appointment_id), 303)
    return _page(appointment, sequence)


@pages.post("", access=Access.PATIENT)
def move(appointment_id: int) -> ResponseReturnValue:
    """Move all of them to the day chosen, or none."""
    appointment = my_appointment(appointment_id)
    sequence = whole_day.day_of(db(), appointment)
    if sequence is None:
        return redirect(url_for("patient_times.for_move", appointment_id=appointment_id), 303)
    try:
        typed = read(DayForm())["day"]
        slots = [listing.parsed(db(), one)[0] for one in typed.split(BETWEEN)]
    except InvalidInput:
        return _page(appointment, sequence, {"day": _("Vælg en dag.")}), 422
    try:
        with domain_words():
            whole_day.move(db(), me(), sequence, slots)
    except MAY_NOT as error:
        return refused(error, appointment.clinic, appointment)
    except LOST as error:
        db().rollback()
        lost = _("Dagen er lige blevet taget af en anden. Intet er flyttet. Vælg en anden dag.")
        return _page(appointment, sequence, {"day": lost}), shown(error.code).status
    flash(_("Alle dagens tider er flyttet."), "success")
    return redirect(url_for("patient_visit.visit", appointment_id=appointment_id), 303)


def _page(
    appointment: Appointment, sequence: ContactSequence, errors: dict[str, str] | None = None
) -> str:
    barred, found = "", []
    try:
        found = whole_day.days(db(), me(), sequence)
    except MAY_NOT as error:
        barred = str(shown(error.code).text)
    parts = queries.still_booked(sequence)
    return render_template(
        PAGE,
        appointment=appointment,
        clinic=appointment.clinic,
        name=for_whom(appointment.patient),
        parts=parts,
        week=listing.monday_of(local_date(appointment.starts_at, appointment.clinic.zone)),
        choices=[_choice(one, sequence) for one in found],
        barred=barred,
        errors=errors or {},
    )


def _choice(one: whole_day.WholeDay, sequence: ContactSequence) -> Choice:
    parts = sequence.parts
    value = BETWEEN.join(
        listing.value_of(slot, part.form) for slot, part in zip(one.slots, parts, strict=True)
    )
    times = [
        (slot, part.visit_type.title(language_code()))
        for slot, part in zip(one.slots, parts, strict=True)
    ]
    site = db().get_one(Site, one.slots[0].site_id).name  # all are at one site
    return Choice(value, one.day, times, site)

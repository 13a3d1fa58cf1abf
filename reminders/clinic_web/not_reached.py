"""Those who could not be reached: why, and what a person can do. The same as on the worklist."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import settling
from booking.appointments.models import Appointment
from booking.appointments.queries import by_ids
from booking.appointments.worklist import queries as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, read, rejected
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable
from reminders.clinic_web import delivery_words, words
from reminders.clinic_web.frame import MESSAGES
from reminders.delivery import retry
from reminders.messages import queries
from reminders.messages.models import Message
from reminders.planning.service import NOT_REACHED
from reminders.policies.steps import Channel

pages = Pages(
    "staff_not_reached", __name__, url_prefix=f"{MESSAGES}/ikke-naaet", template_folder="templates"
)
TABS = (MenuEntry("staff_not_reached.show", _l("Ikke nået")),)
PAGE = "messages/not_reached.html"
MOST = 100
OUTCOMES: dict[str, LazyString] = {
    "ringet": _l("Har ringet til patienten"),
    "brev": _l("Har sendt et brev"),
    "andet": _l("Ikke nødvendigt længere"),
}


class OutcomeForm(Form):
    """What was done, and more about it."""

    outcome = Choice(
        OUTCOMES,
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvad der er gjort."))},
    )
    words = FreeText(longest=900, load_default="")


@dataclass(frozen=True)
class Row:
    """Someone to reach. failed: what did not reach them about it with its local day, the latest
    last. again: the one of these to send again, and ways: by which channels it can be. under_way:
    what may reach them soon. passed: the time is over.
    """

    item: WorklistItem
    appointment: Appointment | None
    failed: list[tuple[Message, date]]
    again: Message | None
    ways: list[Channel]
    under_way: list[Message]
    phone: str
    wrong_number: bool
    passed: bool


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """Whom somebody must reach, the soonest time first."""
    return render_template(PAGE, values={}, errors={}, **_page_of(clinic_here(clinic_id)))


@pages.post("/<int:item_id>", access=Access.STAFF)
def close(clinic_id: int, item_id: int) -> ResponseReturnValue:
    """Take someone off the list, here and on the worklist, with what was done."""
    clinic = clinic_here(clinic_id)
    item = worklist.item_of(db(), clinic_id, item_id)
    if item.kind != NOT_REACHED:
        raise NotFound
    try:
        with refusals():
            typed = read(OutcomeForm())
            done = str(OUTCOMES[typed["outcome"]])
            outcome = f"{done}. {typed['words']}" if typed["words"] else f"{done}."
            settling.finish(db(), me(), item, outcome)
    except DomainError as error:
        if item.status == "open":
            return rejected(PAGE, error, refused=item_id, **_page_of(clinic))
        db().rollback()
        flash(in_words(error), "error")
    else:
        flash(_("Opgaven er færdig."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id), 303)


def _page_of(clinic: Clinic) -> dict[str, Any]:
    rows, total = _rows(clinic)
    patients = {row.item.patient_id for row in rows if row.item.patient_id is not None}
    looked_at(*patients, clinic_id=clinic.id)
    return {
        "clinic": clinic,
        "rows": rows,
        "total": total,
        "outcomes": list(OUTCOMES.items()),
        "in_office": bool(me().roles.get(clinic.id, frozenset()) & OFFICE),
        "words": words,
        "said": delivery_words,
    }


def _rows(clinic: Clinic) -> tuple[list[Row], int]:
    """The soonest MOST, and how many there are."""
    items = [one for one in worklist.open_items(db(), clinic.id) if one.kind == NOT_REACHED]
    wanted = {one.appointment_id for one in items if one.appointment_id is not None}
    appointments = by_ids(db(), wanted)

    def urgency(item: WorklistItem) -> tuple[bool, datetime, int]:
        appointment = appointments.get(item.appointment_id or 0)
        at = appointment.starts_at if appointment else item.created_at
        return _passed(appointment), at, item.id

    first = sorted(items, key=urgency)[:MOST]
    subjects = {one.id: (one.open_key or "").removeprefix(f"{NOT_REACHED}:") for one in first}
    about = queries.open_about(db(), clinic.id, set(subjects.values()))
    rows = [
        _row(
            clinic, one, appointments.get(one.appointment_id or 0), about.get(subjects[one.id], [])
        )
        for one in first
    ]
    return rows, len(items)


def _row(
    clinic: Clinic, item: WorklistItem, appointment: Appointment | None, about: list[Message]
) -> Row:
    now = db().now()
    failed = [one for one in about if one.state == "failed"]
    due = [one for one in failed if one.due_at <= now]
    again = due[-1] if due else next(iter(failed), None)
    phone = item.patient.phone if item.patient else None
    return Row(
        item,
        appointment,
        [(one, local_date(one.due_at, clinic.zone)) for one in failed],
        again,
        retry.ways(db(), again) if again else [],
        [one for one in about if one.state != "failed" and one.due_at <= now],
        readable(phone) if phone else "",
        any(one.error_code in retry.NO_SUCH_NUMBER for m in failed for one in m.attempts),
        _passed(appointment),
    )


def _passed(appointment: Appointment | None) -> bool:
    return appointment is not None and appointment.starts_at <= db().now()

"""The inbox: what patients have answered, what was made of it, and what a person must read."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.models import Appointment
from booking.appointments.queries import by_ids
from booking.clinic_web.frame import clinic_here
from booking.people.models import Patient
from booking.platform.extension import MenuEntry
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable
from reminders.clinic_web.frame import MESSAGES
from reminders.replies import inbox, queries
from reminders.replies.models import InboundMessage

pages = Pages(
    "staff_inbox", __name__, url_prefix=f"{MESSAGES}/indbakke", template_folder="templates"
)
TABS = (MenuEntry("staff_inbox.show", _l("Indbakke")),)

UNDERSTOOD: dict[str, LazyString] = {
    "confirm": _l("Ja, jeg kommer"),
    "cancel": _l("Afbud"),
    "new_time": _l("Vil have en ny tid"),
    "stop": _l("Stop"),
    "start": _l("Start igen"),
    "which": _l("Hvilken tid der blev ment"),
    "other": _l("Ikke forstået"),
}
OUTCOMES: dict[str, LazyString] = {
    "done": _l("Udført"),
    "already": _l("Var gjort i forvejen"),
    "too_late": _l("Tiden var begyndt. Intet er ændret."),
    "to_staff": _l("Intet er ændret. Læs svaret, og kontakt patienten."),
    "asked_whose": _l("Vi har spurgt, hvilken tid det handler om."),
    "no_time": _l("Der er ingen tid, svaret kan handle om."),
    "stopped": _l("Nummeret får ikke flere SMS'er."),
    "started": _l("Nummeret får SMS'er igen."),
}


@dataclass(frozen=True)
class Row:
    """A message as it is shown, opened. patients: whom it may be from, of this clinic's."""

    inbound: InboundMessage
    body: str
    number: str
    understood: str
    outcome: str
    patients: list[Patient]
    appointment: Appointment | None


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """What nobody has seen to first, then the last month's."""
    clinic = clinic_here(clinic_id)
    rows = _rows(clinic_id, queries.inbox(db(), clinic_id))
    waiting = [row for row in rows if row.inbound.handled_at is None]
    handled = [row for row in rows if row.inbound.handled_at is not None]
    return render_template("messages/inbox.html", clinic=clinic, waiting=waiting, handled=handled)


@pages.post("/<int:inbound_id>", access=Access.STAFF)
def seen(clinic_id: int, inbound_id: int) -> ResponseReturnValue:
    """Someone has read it, and done what it asks for."""
    clinic_here(clinic_id)
    inbox.handle(db(), me(), queries.inbound_of(db(), clinic_id, inbound_id))
    flash(_("Svaret er sat til set."), "success")
    return redirect(url_for("staff_inbox.show", clinic_id=clinic_id), 303)


def _rows(clinic_id: int, inbounds: Iterable[InboundMessage]) -> list[Row]:
    came_in = list(inbounds)
    hashes = {one.from_hash for one in came_in if one.patient_id is None}
    sharing = queries.sharing(db(), clinic_id, hashes)
    wanted = {one.appointment_id for one in came_in if one.appointment_id is not None}
    appointments = by_ids(db(), wanted)
    rows = [
        Row(
            one,
            db().vault.open(one.body_sealed) or "",
            readable(db().vault.open(one.from_sealed) or ""),
            str(UNDERSTOOD[one.understood]),
            str(OUTCOMES.get(one.outcome, "")),
            [one.patient] if one.patient else sharing.get(one.from_hash, []),
            appointments.get(one.appointment_id or 0),
        )
        for one in came_in
    ]
    patients = {patient.id for row in rows for patient in row.patients}
    if patients:
        looked_at(*patients, clinic_id=clinic_id)
    return rows

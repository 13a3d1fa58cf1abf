"""The worklist: what a person must look at, by when; and what was done the last month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from booking.appointments import consequences, settling
from booking.appointments.models import Appointment
from booking.appointments.queries import SHOWN
from booking.appointments.visit_types.queries import visit_types_of
from booking.appointments.wording import WISHES
from booking.appointments.worklist import queries
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.referrals.pressing import Mark, marks
from booking.clinic_web.refusals import in_words, refusals
from booking.overbooking.wording import clock_from, why
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, Yes, read, rejected
from booking.platform.i18n import language_code, moment
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.referrals.wording import CLOCKS

pages = Pages("staff_worklist", __name__, url_prefix="/klinik/<int:clinic_id>/arbejdsliste")
MENU_ENTRIES = (MenuEntry("staff_worklist.waiting", _l("Arbejdsliste")),)

DONE_SHOWN = timedelta(days=30)
OPEN, DONE = "aabne", "faerdige"


@dataclass(frozen=True)
class Kind:
    """What an item is about, and what somebody should do.

    page: the endpoint where it is seen to, with clinic_id and, where it is about one, patient_id;
    '' for the patient's own.
    """

    name: LazyString
    to_do: LazyString
    page: str = ""


KINDS: dict[str, Kind] = {
    "no_time_in_window": Kind(
        _l("Ingen ledig tid i perioden"),
        _l("Find en tid, ændr perioden, eller luk tid op, og giv patienten besked."),
    ),
    "no_time_fits": Kind(
        _l("Ingen af tiderne passer patienten"),
        _l("Ring til patienten, og find en tid sammen."),
    ),
    "needs_longer_time": Kind(
        _l("Patienten skal bruge længere tid"),
        _l("Find en tid, der er lang nok, eller aftal med behandleren, at tiden er nok."),
    ),
    "wants_new_time": Kind(
        _l("Patienten har meldt afbud og vil have en ny tid"),
        _l("Find en ny tid inden for fristen."),
    ),
    "cancelled": Kind(
        _l("Patienten har meldt afbud og vil ikke have en ny tid"),
        _l("Vurder, om forløbet skal afsluttes, eller om patienten skal kontaktes."),
    ),
    "did_not_come": Kind(
        _l("Patienten kom ikke"),
        _l("Kontakt patienten om en ny tid, eller vurder, om forløbet skal afsluttes."),
    ),
    "opening_changed": Kind(
        _l("Tiden ligger uden for åbningstiden"),
        _l("Flyt eller aflys tiden, og giv patienten besked, eller skriv, hvorfor den holdes."),
    ),
    "time_off_request": Kind(
        _l("Ønske om fri"),
        _l("Se, hvilke tider det rammer, og svar."),
    ),
    "window_ends": Kind(
        _l("Perioden slutter, og der er ingen tid"),
        _l("Kontakt patienten, ændr perioden, eller træk indkaldelsen tilbage."),
    ),
    "referral_clock": Kind(
        _l("En henvisnings frist er nær"),
        _l(
            "Se på henvisningen, og gør det, fristen gælder. Så går opgaven selv af listen inden "
            "for en time."
        ),
    ),
    "overbooking_breaks": Kind(
        _l("En grænse holder ikke længere for en ekstra patient"),
        _l("Se pladsen: flyt den ekstra, eller aftal med klinikkens leder, at den bliver."),
        "staff_overbooking.sessions",
    ),
    "never_marked": Kind(
        _l("Tiden er ikke afsluttet"),
        _l("Skriv, om patienten kom: sæt den til færdig eller udeblevet."),
    ),
}
OTHER = Kind(_l("Andet"), _l("Se på sagen, og skriv, hvad der kom ud af det."))


class FinishForm(Form):
    """What came of it."""

    outcome = FreeText(
        longest=1000,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvad der kom ud af det."))},
    )
    held = Yes()


class TabForm(Form):
    """Which tab."""

    vis = Choice((OPEN, DONE), load_default=OPEN)


@dataclass(frozen=True)
class Row:
    """An item as it is shown: in words, and with the time it is about."""

    item: WorklistItem
    kind: Kind
    told: list[str]
    appointment: Appointment | None
    needs_a_time: bool
    outside: bool
    mark: Mark | None


@pages.get("", access=Access.STAFF)
def waiting(clinic_id: int) -> ResponseReturnValue:
    """What waits, by the day it is due; or, on the second tab, what was done."""
    clinic = clinic_here(clinic_id)
    if read(TabForm(), "query")["vis"] == DONE:
        since = db().now() - DONE_SHOWN
        rows = _rows(clinic_id, queries.done_items(db(), clinic_id, since))
        return render_template("clinic/worklist/done.html", clinic=clinic, rows=rows)
    return render_template("clinic/worklist/open.html", **_open_page(clinic_id))


@pages.post("/<int:item_id>", access=Access.STAFF)
def finish(clinic_id: int, item_id: int) -> ResponseReturnValue:
    """Close an item with what came of it."""
    clinic_here(clinic_id)
    item = queries.item_of(db(), clinic_id, item_id)
    following = _following(clinic_id, item_id)
    try:
        with refusals():
            typed = read(FinishForm())
            settling.finish(db(), me(), item, typed["outcome"], held=typed["held"])
    except DomainError as error:
        if item.status == "open":
            page = _open_page(clinic_id)
            return rejected("clinic/worklist/open.html", error, refused=item_id, **page)
        db().rollback()
        flash(in_words(error), "error")
    else:
        flash(_("Opgaven er færdig."), "success")
    anchor = f"opgave-{following}" if following else None
    return redirect(url_for("staff_worklist.waiting", clinic_id=clinic_id, _anchor=anchor), 303)


def _following(clinic_id: int, item_id: int) -> int | None:
    """The item to go on with: the next in order, else the one before."""
    order = [one.id for one in queries.open_items(db(), clinic_id)]
    if item_id not in order:
        return None
    rank = order.index(item_id)
    return next(iter([*order[rank + 1 :], *reversed(order[:rank])]), None)


def _open_page(clinic_id: int) -> dict[str, object]:
    clinic = clinic_here(clinic_id)
    rows = _rows(clinic_id, queries.open_items(db(), clinic_id))
    return {
        "clinic": clinic,
        "groups": _by_due(rows),
        "total": len(rows),
        "today": today(db(), clinic),
        "for_leaders": _for_leaders(clinic_id),
    }


def _for_leaders(clinic_id: int) -> int:
    """How many items a leader must see to: unread too long, or urgent and nobody's."""
    leads = Role.LEADER in me().roles.get(clinic_id, frozenset())
    return len(queries.for_leaders(db(), clinic_id)) if leads else 0


def _by_due(rows: Iterable[Row]) -> list[tuple[bool, date | None, list[Row]]]:
    """The rows, sorted already, under each day they are due; what is red has groups of its own."""
    groups: list[tuple[bool, date | None, list[Row]]] = []
    for row in rows:
        red, due = row.item.urgency == "red", row.item.due_on
        if not groups or groups[-1][:2] != (red, due):
            groups.append((red, due, []))
        groups[-1][2].append(row)
    return groups


def _rows(clinic_id: int, items: Sequence[WorklistItem]) -> list[Row]:
    patients = {item.patient_id for item in items if item.patient_id is not None}
    if patients:
        looked_at(*patients, clinic_id=clinic_id)
    wanted = {item.appointment_id for item in items if item.appointment_id is not None}
    found = db().scalars(select(Appointment).options(*SHOWN).where(Appointment.id.in_(wanted)))
    appointments = {one.id: one for one in found}
    invitations = {item.invitation_id for item in items if item.invitation_id is not None}
    needing = queries.needing_a_time(db(), invitations)
    outside = consequences.still_outside(db(), (one for one in items if one.status == "open"))
    pressing = marks(db(), clinic_id, patients)
    zone = db().get_one(Clinic, clinic_id).zone
    names = {one.name: one.title(language_code()) for one in visit_types_of(db(), clinic_id)}
    return [
        Row(
            item,
            KINDS.get(item.kind, OTHER),
            _told(item, names, zone),
            appointments.get(item.appointment_id or 0),
            item.invitation_id in needing,
            item.id in outside,
            pressing.get(item.patient_id or 0) if item.status == "open" else None,
        )
        for item in items
    ]


def _told(item: WorklistItem, visit_types: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    """The item's details in words. visit_types: name as kept -> name for the reader."""
    details, told = item.details, []
    if details.get("visit_type"):
        kept = str(details["visit_type"])
        told.append(visit_types.get(kept, kept))
    if details.get("clinician"):
        told.append(str(details["clinician"]))
    if details.get("about"):
        told.append(str(details["about"]))
    if details.get("clock") in CLOCKS:
        told.append(_("Frist: %(clock)s", clock=CLOCKS[str(details["clock"])]))
    if "minutes" in details:
        told.append(
            _(
                "Skal bruge %(minutes)s minutter, har %(has)s.",
                minutes=details["minutes"],
                has=details.get("has", 0),
            )
        )
    if "session_start" in details:
        start = datetime.fromisoformat(str(details["session_start"]))
        told.append(_("Session %(when)s.", when=moment(start, zone)))
        told += why(cast(list[dict[str, Any]], details["broken"]), clock_from(start, zone))
    if item.owner is not None:
        told.append(_("Ejer: %(name)s", name=item.owner.name))
    if item.escalated_at is not None and item.read_at is None:
        told.append(_("Ingen har åbnet opgaven i tide"))
    if details.get(consequences.HELD):
        told.append(_("Tiden holdes alligevel."))
    if details.get("held_before"):
        told.append(_("Før: tiden holdes alligevel. %(why)s", why=details["held_before"]))
    wishes = details.get("wishes")
    if isinstance(wishes, list) and wishes:
        texts = [str(WISHES.get(str(wish), wish)) for wish in wishes]
        told.append(_("Ønsker: %(wishes)s", wishes=", ".join(texts)))
    return told

"""The waitlist: holes nobody has taken, offers under way with their limits, and who waits."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Form, Id, Number, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable
from booking.waitlist import answering, queries, service
from booking.waitlist.models import FreedTime
from booking.waitlist.service import AT_ONCE
from booking.waitlist.stretches import LIVE
from booking.waitlist.telephone import Fitting, by_phone, unheard
from booking.waitlist.time_limits import at_night
from booking.waitlist.wording import (
    CAUSES,
    ENTRY_CAUSES,
    FREED_STATUSES,
    OFFER_STATUSES,
    VERDICTS,
    said_of,
)

pages = Pages("staff_waitlist", __name__, url_prefix="/klinik/<int:clinic_id>/venteliste")
OVERVIEW = "clinic/waitlist/overview.html"
MENU_ENTRIES = (MenuEntry("staff_waitlist.overview", _l("Venteliste")),)


class GiveForm(Form):
    """Whom a hole is given to."""

    entry = Id(required=True)


class AtOnceForm(Form):
    """How many are offered the same time in a round."""

    at_once = Number(
        *AT_ONCE,
        required=True,
        error_messages={"required": _l("Skriv, hvor mange der spørges ad gangen.")},
    )


@pages.get("", access=Access.STAFF)
def overview(clinic_id: int) -> ResponseReturnValue:
    """What is empty, what is being asked about, and everyone who waits."""
    clinic = clinic_here(clinic_id)
    values = {"at_once": clinic.offers_at_once}
    return render_template(OVERVIEW, **_about(clinic), values=values, errors={})


@pages.post("/antal", access=Access.SECRETARY)
def at_once(clinic_id: int) -> ResponseReturnValue:
    """The leader says how many are asked at once."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    try:
        number = read(AtOnceForm())["at_once"]
    except InvalidInput as error:
        return rejected(OVERVIEW, error, **_about(clinic))
    service.ask_at_once(db(), me(), clinic, number)
    flash(
        ngettext(
            "Fremover bliver %(num)s spurgt ad gangen.",
            "Fremover bliver %(num)s spurgt ad gangen.",
            number,
        ),
        "success",
    )
    return redirect(url_for(".overview", clinic_id=clinic_id), 303)


def _about(clinic: Clinic) -> dict[str, object]:
    """Everything on the page but the form."""
    clinic_id = clinic.id
    waiting = queries.entries(db(), clinic_id)
    offering = queries.freed_times(db(), clinic_id, "offering")
    holes = queries.freed_times(db(), clinic_id, "listed")
    filled = queries.filled_today(db(), clinic)
    asked = {one.patient_id for freed in offering for one in freed.offers if one.status == "open"}
    shown = {entry.patient_id for entry in waiting} | asked
    shown |= {offer.patient_id for _freed, offer in filled}
    if shown:
        looked_at(*shown, clinic_id=clinic_id)
    return {
        "clinic": clinic,
        "holes": holes,
        "offering": offering,
        "filled": filled,
        "to_call": queries.to_call(db(), [one.id for one in (*holes, *offering)]),
        "night": at_night(db().now(), clinic.zone),
        "waiting": waiting,
        "causes": CAUSES,
        "entry_causes": ENTRY_CAUSES,
        "said_of": said_of,
        "today": today(db(), clinic),
        "may_set": Role.LEADER in me().roles.get(clinic_id, ()),
        "least": AT_ONCE[0],
        "most": AT_ONCE[1],
    }


@pages.get("/ledig/<int:freed_id>", access=Access.STAFF)
def freed(clinic_id: int, freed_id: int) -> ResponseReturnValue:
    """One freed time: who was asked, and why each of the others was not."""
    clinic = clinic_here(clinic_id)
    found = queries.freed_at(db(), clinic_id, freed_id)
    reasons = queries.reasons(db(), found)
    patients = {one.entry.patient_id for one in reasons}
    patients |= {offer.patient_id for offer in found.offers}
    calls = _calls(found)
    patients |= {entry.patient_id for entry, _put in calls}
    shown = {entry.id for entry, _put in calls} | {offer.entry_id for offer in found.offers}
    if patients:
        looked_at(*patients, clinic_id=clinic_id)
    return render_template(
        "clinic/waitlist/freed.html",
        clinic=clinic,
        freed=found,
        offers=sorted(found.offers, key=lambda one: (one.round, one.rank)),
        reasons=[one for one in reasons if one.verdict != "offered" and one.entry_id not in shown],
        calls=calls,
        reaches_out=any(
            put.starts_at < found.starts_at or put.ends_at > found.ends_at for _entry, put in calls
        ),
        why={one.entry_id: one.verdict for one in reasons},
        number=lambda patient: readable(patient.phone) if patient.phone else "",
        verdicts=VERDICTS,
        offer_statuses=OFFER_STATUSES,
        freed_statuses=FREED_STATUSES,
        causes=CAUSES,
    )


@pages.post("/ledig/<int:freed_id>/giv", access=Access.STAFF)
def give(clinic_id: int, freed_id: int) -> ResponseReturnValue:
    """Somebody on the list has said yes on the telephone."""
    clinic_here(clinic_id)
    found = queries.freed_at(db(), clinic_id, freed_id)
    try:
        entry = queries.entry_at(db(), clinic_id, read(GiveForm())["entry"])
        with refusals():
            appointment = answering.give(db(), me(), found, entry)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
        return redirect(url_for(".freed", clinic_id=clinic_id, freed_id=freed_id), 303)
    flash(_("Tiden er givet til %(name)s.", name=entry.patient.name), "success")
    return _appointment(clinic_id, appointment.id)


@pages.post("/tilbud/<int:offer_id>/ja", access=Access.STAFF)
def accept(clinic_id: int, offer_id: int) -> ResponseReturnValue:
    """The patient has rung and says yes."""
    clinic_here(clinic_id)
    offer = queries.offer_at(db(), clinic_id, offer_id)
    freed_id = offer.freed_time_id
    try:
        with refusals():
            appointment = answering.accept(db(), me(), offer, "phone")
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
        return redirect(url_for(".freed", clinic_id=clinic_id, freed_id=freed_id), 303)
    flash(_("Tiden er givet til %(name)s.", name=offer.patient.name), "success")
    return _appointment(clinic_id, appointment.id)


@pages.post("/tilbud/<int:offer_id>/nej", access=Access.STAFF)
def decline(clinic_id: int, offer_id: int) -> ResponseReturnValue:
    """The patient has rung and says no."""
    clinic_here(clinic_id)
    offer = queries.offer_at(db(), clinic_id, offer_id)
    answering.decline(db(), me(), offer)
    flash(_("Skrevet: %(name)s sagde nej tak.", name=offer.patient.name), "success")
    return redirect(url_for(".freed", clinic_id=clinic_id, freed_id=offer.freed_time_id), 303)


@pages.post("/oenske/<int:entry_id>/slet", access=Access.STAFF)
def withdraw(clinic_id: int, entry_id: int) -> ResponseReturnValue:
    """Take somebody off the list."""
    clinic_here(clinic_id)
    entry = queries.entry_at(db(), clinic_id, entry_id)
    service.withdraw(db(), me(), entry)
    flash(_("%(name)s er taget af ventelisten.", name=entry.patient.name), "success")
    return redirect(url_for(".overview", clinic_id=clinic_id), 303)


def _calls(found: FreedTime) -> Fitting:
    """Whom to call, in the fair order: anyone about a hole, and while others are asked those whom
    no message can tell.
    """
    if found.status not in LIVE or found.starts_at <= db().now():
        return []
    whom = by_phone if found.status == "listed" else unheard
    return whom(db(), found, queries.entries(db(), found.clinic_id))


def _appointment(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    address = url_for("staff_appointments.show", clinic_id=clinic_id, appointment_id=appointment_id)
    return redirect(address, 303)

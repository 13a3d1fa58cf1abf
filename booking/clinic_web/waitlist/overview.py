"""The waitlist: holes nobody has taken, offers under way with their limits, and who waits."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import DomainError
from booking.platform.extension import MenuEntry
from booking.platform.forms import Form, Id, read
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.waitlist import answering, queries, service
from booking.waitlist.matching import Put
from booking.waitlist.models import FreedTime, WaitlistEntry
from booking.waitlist.wording import (
    CAUSES,
    ENTRY_CAUSES,
    FREED_STATUSES,
    OFFER_STATUSES,
    VERDICTS,
    said_of,
)

pages = Pages("staff_waitlist", __name__, url_prefix="/klinik/<int:clinic_id>/venteliste")
MENU_ENTRIES = (MenuEntry("staff_waitlist.overview", _l("Venteliste")),)


class GiveForm(Form):
    """Whom a hole is given to."""

    entry = Id(required=True)


@pages.get("", access=Access.STAFF)
def overview(clinic_id: int) -> ResponseReturnValue:
    """What is empty, what is being asked about, and everyone who waits."""
    clinic = clinic_here(clinic_id)
    waiting = queries.entries(db(), clinic_id)
    offering = queries.freed_times(db(), clinic_id, "offering")
    asked = {offer.patient_id for freed in offering for offer in freed.offers}
    shown = {entry.patient_id for entry in waiting} | asked
    if shown:
        looked_at(*shown, clinic_id=clinic_id)
    return render_template(
        "clinic/waitlist/overview.html",
        clinic=clinic,
        holes=queries.freed_times(db(), clinic_id, "listed"),
        offering=offering,
        waiting=waiting,
        causes=CAUSES,
        entry_causes=ENTRY_CAUSES,
        said_of=said_of,
        today=today(db(), clinic),
    )


@pages.get("/ledig/<int:freed_id>", access=Access.STAFF)
def freed(clinic_id: int, freed_id: int) -> ResponseReturnValue:
    """One freed time: who was asked, and why each of the others was not."""
    clinic = clinic_here(clinic_id)
    found = queries.freed_at(db(), clinic_id, freed_id)
    reasons = queries.reasons(db(), found)
    patients = {one.entry.patient_id for one in reasons}
    patients |= {offer.patient_id for offer in found.offers}
    by_phone = _by_phone(found)
    patients |= {entry.patient_id for entry, _start in by_phone}
    if patients:
        looked_at(*patients, clinic_id=clinic_id)
    return render_template(
        "clinic/waitlist/freed.html",
        clinic=clinic,
        freed=found,
        offers=sorted(found.offers, key=lambda one: (one.round, one.rank)),
        reasons=[one for one in reasons if one.verdict != "offered"],
        by_phone=by_phone,
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


def _by_phone(found: FreedTime) -> list[tuple[WaitlistEntry, Put]]:
    """Those who fit a hole and may be called, whoever has waited longest first, at most ten."""
    if found.status != "listed":
        return []
    fitting: list[tuple[WaitlistEntry, Put]] = []
    for entry in queries.entries(db(), found.clinic_id):
        put = answering.fit_by_phone(db(), found, entry)
        if put is not None:
            fitting.append((entry, put))
        if len(fitting) == 10:
            break
    return fitting


def _appointment(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    address = url_for("staff_appointments.show", clinic_id=clinic_id, appointment_id=appointment_id)
    return redirect(address, 303)

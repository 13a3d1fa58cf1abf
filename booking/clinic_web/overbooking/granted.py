"""A place granted on top of the plan: what it was granted on, and who gets it."""

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import service as appointments
from booking.appointments.errors import DoesNotFit, WrongState
from booking.appointments.models import Appointment, OverbookingGrant
from booking.appointments.search import Slot
from booking.appointments.service import LateReason
from booking.calendar.models import Clinic
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.overbooking.refused import said
from booking.clinic_web.overbooking.tabs import tabs
from booking.clinic_web.refusals import in_words, refusals
from booking.overbooking import granting, queries, settings
from booking.overbooking.wording import before_and_after, booked, clock_from, why
from booking.platform import audit
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Form, Id, Yes, read
from booking.platform.localtime import local_date, to_local
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable
from booking.waitlist import beside
from booking.waitlist import queries as waitlist
from booking.waitlist.beside import InOrder
from booking.waitlist.gathering import occasion_of
from booking.waitlist.models import WaitlistEntry
from booking.waitlist.wording import VERDICTS

pages = Pages("staff_grant", __name__, url_prefix="/klinik/<int:clinic_id>/overbooking/plads")
PAGE = "clinic/overbooking/grant.html"


class PlaceForm(Form):
    """Who has said yes; asked: those before them on the list have been asked."""

    entry = Id(required=True, error_messages={"required": _l("Vælg, hvem der skal have pladsen.")})
    asked = Yes()


@pages.get("/<int:grant_id>", access=Access.STAFF)
def one(clinic_id: int, grant_id: int) -> ResponseReturnValue:
    """What it was granted on, how it stands now, and who is next on the waiting list."""
    clinic = clinic_here(clinic_id)
    return render_template(PAGE, **_about(clinic, queries.grant_at(db(), clinic_id, grant_id)))


@pages.post("/<int:grant_id>", access=Access.SECRETARY)
def place(clinic_id: int, grant_id: int) -> ResponseReturnValue:
    """Somebody on the waiting list has said yes."""
    clinic = clinic_here(clinic_id, *OFFICE)
    grant = queries.grant_at(db(), clinic_id, grant_id)
    try:
        typed = read(PlaceForm())
        entry = waitlist.entry_at(db(), clinic_id, typed["entry"])
        _check_order(clinic, grant, entry, asked=typed["asked"])
        with refusals():
            made = _placed(clinic, grant, entry)
    except DomainError as error:
        db().rollback()
        grant = queries.grant_at(db(), clinic_id, grant_id)
        errors = (
            error.fields
            if isinstance(error, InvalidInput)
            else {"_form": said(error, clinic, grant.session_start)}
        )
        return render_template(PAGE, **_about(clinic, grant, errors)), 422
    flash(_("%(name)s har fået pladsen.", name=made.patient.name), "success")
    where = url_for("staff_appointments.show", clinic_id=clinic_id, appointment_id=made.id)
    return redirect(where, 303)


@pages.post("/<int:grant_id>/tag-tilbage", access=Access.SECRETARY)
def revoke(clinic_id: int, grant_id: int) -> ResponseReturnValue:
    """Nobody is to have it after all."""
    clinic = clinic_here(clinic_id, *OFFICE)
    grant = queries.grant_at(db(), clinic_id, grant_id)
    day = local_date(grant.starts_at, clinic.zone)
    try:
        with refusals():
            granting.revoke(db(), me(), grant)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
        return redirect(url_for(".one", clinic_id=clinic_id, grant_id=grant_id), 303)
    flash(_("Pladsen er taget tilbage."), "success")
    back = url_for("staff_overbooking.sessions", clinic_id=clinic_id, dato=day.isoformat())
    return redirect(back, 303)


def _placed(clinic: Clinic, grant: OverbookingGrant, entry: WaitlistEntry) -> Appointment:
    beside.claim(db(), entry)
    occasion = occasion_of(db(), entry, entry.forms.split(",")[0])
    if occasion is None:
        raise WrongState
    late: LateReason | None = None
    day = local_date(grant.starts_at, clinic.zone)
    if occasion.deadline_on is not None and day > occasion.deadline_on:
        late = "capacity"
    made = granting.place(db(), me(), grant, occasion, "phone", late_reason=late)
    appointments.keep(db(), me(), made, "phone")
    beside.fulfil(db(), entry)
    return made


def _check_order(
    clinic: Clinic, grant: OverbookingGrant, entry: WaitlistEntry, *, asked: bool
) -> None:
    """Raise InvalidInput for somebody who is not next, unless those before them were asked."""
    numbers = [one.id for one, _put in _next(clinic, grant).fitting]
    if entry.id not in numbers:
        raise InvalidInput({"entry": _("Pladsen passer ikke længere til den valgte.")})
    if numbers[0] == entry.id:
        return
    if not asked:
        raise InvalidInput(
            {"asked": _("Spørg dem før på listen først, og sæt så kryds ved, at de er spurgt.")}
        )
    audit.record(db(), me(), "overbooking.passed_over", [entry.patient_id], clinic_id=clinic.id)


def _next(clinic: Clinic, grant: OverbookingGrant) -> InOrder:
    """Who is next to a place, in the waiting list's fair order."""
    policy = settings.policy_of(db(), clinic)
    types = {kind for clinician, kind in policy.uses if clinician == grant.resource_id}
    at = Slot(grant.starts_at, grant.ends_at, grant.resource_id, grant.site_id)
    until = granting.session_of(db(), grant).end
    return beside.in_order(db(), clinic, at, until, types)


def _about(
    clinic: Clinic, grant: OverbookingGrant, errors: dict[str, str] | None = None
) -> dict[str, Any]:
    standing = queries.standing_on(db(), grant)
    open_ = standing is None and grant.revoked_at is None and grant.starts_at > db().now()
    found = InOrder([], [])
    if open_:
        with suppress(DoesNotFit):  # the session is no more
            found = _next(clinic, grant)
    patients = {entry.patient_id for entry, _put in found.fitting}
    patients |= {entry.patient_id for entry, _verdict in found.others}
    looked_at(*(patients | ({standing.patient_id} if standing else set())), clinic_id=clinic.id)
    clock = clock_from(grant.session_start, clinic.zone)
    local = to_local(grant.starts_at, clinic.zone)
    snapshot: dict[str, Any] = grant.snapshot
    return {
        "clinic": clinic,
        "tabs": tabs(clinic, "sessions"),
        "grant": grant,
        "standing": standing,
        "open": open_,
        "granted_on": [
            booked(snapshot["booked"], snapshot["expected"], snapshot["missing"]),
            before_and_after(
                snapshot["before"],
                snapshot["after"],
                snapshot["limits"]["late"],
                snapshot["limits"]["wait"],
            ),
        ],
        "set_aside": why(snapshot["broken"], clock) if snapshot["broken"] else [],
        "breaks": why(grant.judgement["broken"], clock) if not grant.holds else [],  # type: ignore[arg-type]
        "fitting": found.fitting,
        "others": [(entry.patient.name, VERDICTS[verdict]) for entry, verdict in found.others],
        "number": lambda patient: readable(patient.phone) if patient.phone else "",
        "by_phone": url_for(
            "staff_grid_booking.here",
            clinic_id=clinic.id,
            dato=local.date().isoformat(),
            kl=f"{local:%H:%M}",
            hos=grant.resource_id,
            ekstra=grant.id,
        ),
        "in_office": bool(me().roles[clinic.id] & OFFICE),
        "back": url_for(
            "staff_overbooking.sessions", clinic_id=clinic.id, dato=local.date().isoformat()
        ),
        "values": request.form.to_dict(),
        "errors": errors or {},
    }

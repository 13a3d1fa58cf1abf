"""Who may act for a patient: adding, ending, and the holder's own booking code."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.clinic_web.new_code import show_once
from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere
from booking.people import queries, service
from booking.people.models import Patient, Proxy
from booking.people.reasons import CPR_LOOKUP
from booking.people.schemas import ProxyForm
from booking.people.service import Details
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import read, rejected
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages(
    "staff_proxies",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/fuldmagter",
)
FORM = "clinic/patients/proxy.html"


@pages.get("/ny", access=Access.SECRETARY)
def add_form(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """The form for a new proxy."""
    here = patient_here(clinic_id, patient_id, office=True)
    return render_template(FORM, values={}, errors={}, patient=here.patient, reasons=CPR_LOOKUP)


@pages.post("/ny", access=Access.SECRETARY)
def add(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Add a proxy; someone whom nobody knows is registered here by name first."""
    here = patient_here(clinic_id, patient_id, office=True)
    try:
        typed = read(ProxyForm())
    except DomainError as error:
        return rejected(FORM, error, patient=here.patient, reasons=CPR_LOOKUP)
    try:
        holder = _holder(clinic_id, typed)
        service.add_proxy(
            db(),
            me(),
            clinic_id,
            holder,
            here.patient,
            typed["kind"],
            typed.get("valid_from") or _today(here),
            typed.get("valid_to"),
        )
    except DomainError as error:
        answer = rejected(FORM, error, patient=here.patient, reasons=CPR_LOOKUP)
        # What the answer tells of the number was undone with the rest, and is logged anew.
        service.find_holder(db(), me(), clinic_id, typed["cpr"], typed["reason"])
        return answer
    looked_at(holder.id, clinic_id=clinic_id)
    flash(_("Fuldmagten er gemt. Fuldmagtshaveren logger ind med sin egen bookingkode."), "success")
    return _back(clinic_id, patient_id)


@pages.post("/<int:proxy_id>/afslut", access=Access.SECRETARY)
def end(clinic_id: int, patient_id: int, proxy_id: int) -> ResponseReturnValue:
    """End a proxy from today on."""
    here = patient_here(clinic_id, patient_id, office=True)
    service.end_proxy(db(), me(), clinic_id, _proxy(here.patient, proxy_id), _today(here))
    flash(_("Fuldmagten er afsluttet."), "success")
    return _back(clinic_id, patient_id)


@pages.post("/<int:proxy_id>/kode", access=Access.SECRETARY)
def holder_code(clinic_id: int, patient_id: int, proxy_id: int) -> ResponseReturnValue:
    """One more booking code for a holder who is the clinic's own patient, shown this once.

    Whoever has the code sees all that the holder may see, so another clinic's patient gets
    theirs from that clinic.
    """
    here = patient_here(clinic_id, patient_id, office=True)
    holder = queries.patient_of(db(), clinic_id, _proxy(here.patient, proxy_id).holder_id)
    code = service.issue_code(db(), me(), holder, clinic_id=clinic_id)
    looked_at(holder.id, clinic_id=clinic_id)
    return show_once(here, holder, code, replaced=False)


def _holder(clinic_id: int, typed: dict[str, Any]) -> Patient:
    known = service.find_holder(db(), me(), clinic_id, typed["cpr"], typed["reason"])
    if known is not None:
        return known
    given, family = typed.get("given_name"), typed.get("family_name")
    if not given or not family:
        needed = _("Personen kendes ikke i forvejen. Skriv også navnet.")
        missing = {"given_name": given, "family_name": family}
        raise InvalidInput({name: needed for name, text in missing.items() if not text})
    details = Details(given, family, cpr=typed["cpr"], phone=typed.get("phone"))
    return service.register_patient(db(), me(), clinic_id, details)


def _proxy(patient: Patient, proxy_id: int) -> Proxy:
    proxy = db().get(Proxy, proxy_id)
    if proxy is None or proxy.patient_id != patient.id:
        raise NotFound
    return proxy


def _today(here: PatientHere) -> date:
    return local_date(db().now(), here.clinic.zone)


def _back(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff_patients.show", clinic_id=clinic_id, patient_id=patient_id), 303)

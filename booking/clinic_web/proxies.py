"""Who may act for a patient: adding, ending, and the holder's own booking code."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere
from booking.people import service
from booking.people.models import Patient, Proxy
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
    return render_template(FORM, values={}, errors={}, patient=here.patient)


@pages.post("/ny", access=Access.SECRETARY)
def add(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Add a proxy; someone who is in no clinic is registered by name first."""
    here = patient_here(clinic_id, patient_id, office=True)
    try:
        typed = read(ProxyForm())
        holder = _holder(typed)
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
        return rejected(FORM, error, patient=here.patient)
    looked_at(holder.id, clinic_id=clinic_id)
    flash(_("Fuldmagten er gemt. Giv fuldmagtshaveren sin egen bookingkode."), "success")
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
    """Make a new booking code for the holder and show it this once."""
    here = patient_here(clinic_id, patient_id, office=True)
    holder = _proxy(here.patient, proxy_id).holder
    code = service.issue_code(db(), me(), holder, replace=True, clinic_id=clinic_id)
    looked_at(holder.id, clinic_id=clinic_id)
    return render_template(
        "clinic/patients/code.html", person=holder, patient=here.patient, code=code
    )


def _holder(typed: dict[str, Any]) -> Patient:
    known = service.person_by_cpr(db(), typed["cpr"])
    if known is not None:
        return known
    given, family = typed.get("given_name"), typed.get("family_name")
    if not given or not family:
        needed = _("Personen kendes ikke i forvejen. Skriv også navnet.")
        missing = {"given_name": given, "family_name": family}
        raise InvalidInput({name: needed for name, text in missing.items() if not text})
    details = Details(given, family, cpr=typed["cpr"], phone=typed.get("phone"))
    return service.register_patient(db(), me(), None, details)


def _proxy(patient: Patient, proxy_id: int) -> Proxy:
    proxy = db().get(Proxy, proxy_id)
    if proxy is None or proxy.patient_id != patient.id:
        raise NotFound
    return proxy


def _today(here: PatientHere) -> date:
    return local_date(db().now(), here.clinic.zone)


def _back(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    return redirect(url_for("staff_patients.show", clinic_id=clinic_id, patient_id=patient_id), 303)

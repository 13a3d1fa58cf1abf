"""Finding, registering and editing patients, and the page of one of them.

What was searched for may be a CPR number or a name, so it is posted, and kept sealed in the
cookie until the next search; it is never part of an address.
"""

from datetime import date, timedelta
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from booking.appointments.queries import coming
from booking.appointments.refit import too_short
from booking.appointments.wording import length_sum
from booking.calendar.models import Clinic
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.new_code import show_once, taken
from booking.clinic_web.places import PatientHere, patient_cards, patient_tabs
from booking.people import cpr, needs, queries, service
from booking.people.errors import AlreadyExists
from booking.people.models import ClinicPatient, Patient
from booking.people.reasons import CPR_LOOKUP
from booking.people.schemas import (
    CprLookupForm,
    DetailsForm,
    EditForm,
    NeedsForm,
    NoteForm,
    SearchForm,
)
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import read, rejected
from booking.platform.i18n import LANGUAGES
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable

pages = Pages("staff_patients", __name__, url_prefix="/klinik/<int:clinic_id>/patienter")
NOTE_SENT_TWICE, REGISTERED_TWICE = timedelta(minutes=1), timedelta(minutes=10)
MENU_ENTRIES = (MenuEntry("staff_patients.find", _l("Patienter")),)


@pages.context_processor
def _rights() -> dict[str, bool]:
    """What whoever is signed in may do here, for the buttons."""
    here: tuple[int, str] | None = g.get("here")
    held = me().roles[here[0]] if here else frozenset()
    return {"in_office": bool(held & OFFICE), "leads": Role.LEADER in held}


@pages.get("", access=Access.STAFF)
def find(clinic_id: int) -> ResponseReturnValue:
    """The search form, empty."""
    clinic_here(clinic_id)
    return render_template("clinic/patients/find.html", values={}, errors={}, found=None)


@pages.post("", access=Access.STAFF)
def search(clinic_id: int) -> ResponseReturnValue:
    """Keep the search and show its results under their own address, so that Back works."""
    clinic_here(clinic_id)
    try:
        typed = read(SearchForm())
    except DomainError as error:
        return rejected("clinic/patients/find.html", error, found=None)
    cookie["search"] = db().vault.seal(typed["text"])
    return redirect(url_for(".results", clinic_id=clinic_id), 303)


@pages.get("/fundet", access=Access.STAFF)
def results(clinic_id: int) -> ResponseReturnValue:
    """Whom the latest search found at this clinic."""
    clinic_here(clinic_id)
    try:
        text = db().vault.open(cookie.get("search"))
    except KeyError:  # sealed with a key that has since been left out
        text = None
    if text is None:
        return redirect(url_for(".find", clinic_id=clinic_id), 303)
    found = queries.find(db(), clinic_id, text)
    looked_at(*(patient.id for patient in found), clinic_id=clinic_id)
    return render_template(
        "clinic/patients/find.html",
        values={"text": text},
        errors={},
        found=found,
        most=queries.MOST,
        by_cpr=cpr.is_cpr(text),
        masked=cpr.masked,
        readable=readable,
    )


@pages.get("/ny", access=Access.SECRETARY)
def register_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a new patient."""
    clinic_here(clinic_id, *OFFICE)
    return render_template(
        "clinic/patients/register.html",
        values={"language": "da"},
        errors={},
        languages_spoken=LANGUAGES,
    )


@pages.post("/ny", access=Access.SECRETARY)
def register(clinic_id: int) -> ResponseReturnValue:
    """Register a patient at this clinic."""
    clinic_here(clinic_id, *OFFICE)
    try:
        typed = read(DetailsForm())
    except DomainError as error:
        return rejected("clinic/patients/register.html", error, languages_spoken=LANGUAGES)
    already = _registered_just_now(clinic_id, typed["details"])
    if already is not None:
        flash(
            _("Patienten var oprettet for et øjeblik siden. Der er ikke oprettet en til."), "info"
        )
        return redirect(url_for(".show", clinic_id=clinic_id, patient_id=already.id), 303)
    try:
        patient = service.register_patient(db(), me(), clinic_id, typed["details"])
    except AlreadyExists:
        return _known(
            clinic_id,
            typed["details"],
            "clinic/patients/register.html",
            languages_spoken=LANGUAGES,
        )
    flash(_("Patienten er oprettet."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient.id), 303)


@pages.get("/cpr", access=Access.STAFF)
def lookup_form(clinic_id: int) -> ResponseReturnValue:
    """The form for bringing in a patient by the whole CPR number."""
    clinic_here(clinic_id)
    return render_template("clinic/patients/lookup.html", values={}, errors={}, reasons=CPR_LOOKUP)


@pages.post("/cpr", access=Access.STAFF)
def lookup(clinic_id: int) -> ResponseReturnValue:
    """Bring a patient into the clinic; that nobody was found is logged as well."""
    clinic_here(clinic_id)
    try:
        typed = read(CprLookupForm())
    except DomainError as error:
        return rejected("clinic/patients/lookup.html", error, reasons=CPR_LOOKUP)
    patient = service.enter_clinic_by_cpr(db(), me(), clinic_id, typed["cpr"], typed["reason"])
    if patient is None:
        errors = {"cpr": _("Ingen patient har det CPR-nummer. Opret patienten i stedet.")}
        page = render_template(
            "clinic/patients/lookup.html", values=request.form, errors=errors, reasons=CPR_LOOKUP
        )
        return page, 422
    flash(_("Patienten er nu knyttet til klinikken. Opslaget er skrevet i loggen."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient.id), 303)


@pages.get("/<int:patient_id>", access=Access.STAFF)
def show(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """One patient: facts, needs, proxies, notes, and what other rooms have to show."""
    here = patient_here(clinic_id, patient_id)
    return render_template("clinic/patients/show.html", values={}, errors={}, **_page_of(here))


@pages.get("/<int:patient_id>/ret", access=Access.SECRETARY)
def edit_form(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """The patient's facts, to be changed."""
    here = patient_here(clinic_id, patient_id, office=True)
    return render_template(
        "clinic/patients/edit.html",
        values=_as_typed(here.patient),
        errors={},
        patient=here.patient,
        languages_spoken=LANGUAGES,
    )


@pages.post("/<int:patient_id>/ret", access=Access.SECRETARY)
def edit(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Save the patient's facts, unless someone else did meanwhile."""
    patient = patient_here(clinic_id, patient_id, office=True).patient
    try:
        typed = read(EditForm())
        service.edit_patient(db(), me(), clinic_id, patient, typed["version"], typed["details"])
    except AlreadyExists:
        return _known(
            clinic_id,
            typed["details"],
            "clinic/patients/edit.html",
            patient=patient,
            languages_spoken=LANGUAGES,
        )
    except DomainError as error:
        return rejected(
            "clinic/patients/edit.html",
            error,
            row=patient,
            patient=patient,
            languages_spoken=LANGUAGES,
        )
    flash(_("Oplysningerne er gemt."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient_id), 303)


@pages.get("/<int:patient_id>/behov", access=Access.STAFF)
def needs_form(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """The patient's needs, to be changed."""
    here = patient_here(clinic_id, patient_id)
    return render_template(
        "clinic/patients/needs.html",
        values={"needs": list(queries.needs_of(db(), patient_id))},
        errors={},
        patient=here.patient,
        all_needs=needs.NEEDS,
    )


@pages.post("/<int:patient_id>/behov", access=Access.STAFF)
def set_needs(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Save the patient's needs."""
    patient = patient_here(clinic_id, patient_id).patient
    try:
        typed = read(NeedsForm())
        service.set_needs(db(), me(), patient, typed["needs"], clinic_id=clinic_id)
    except DomainError as error:
        return rejected("clinic/patients/needs.html", error, patient=patient, all_needs=needs.NEEDS)
    flash(_("Behovene er gemt."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient_id), 303)


@pages.post("/<int:patient_id>/noter", access=Access.STAFF)
def add_note(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Add a note."""
    here = patient_here(clinic_id, patient_id)
    try:
        typed = read(NoteForm())
        if not _noted_just_now(here, typed["text"]):
            service.add_note(db(), me(), clinic_id, here.patient, typed["text"])
    except DomainError as error:
        return rejected("clinic/patients/show.html", error, **_page_of(here))
    flash(_("Notatet er gemt."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient_id), 303)


@pages.post("/<int:patient_id>/kode", access=Access.SECRETARY)
def new_code(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Make a new booking code; the earlier ones stop working."""
    here = patient_here(clinic_id, patient_id, office=True)
    code = service.issue_code(db(), me(), here.patient, replace=True, clinic_id=clinic_id)
    return show_once(here, here.patient, code, replaced=True)


@pages.get("/<int:patient_id>/kode", access=Access.SECRETARY)
def code(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Show the code made a moment ago, this once."""
    here = patient_here(clinic_id, patient_id, office=True)
    made = taken(here)
    if made is None:
        flash(_("En kode vises kun én gang. Er den ikke skrevet ned, så lav en ny."), "info")
        return redirect(url_for(".show", clinic_id=clinic_id, patient_id=patient_id), 303)
    person = queries.patient_of(db(), clinic_id, made.person_id)
    looked_at(person.id, clinic_id=clinic_id)
    return render_template(
        "clinic/patients/code.html",
        person=person,
        patient=here.patient,
        code=made.code,
        replaced=made.replaced,
    )


def patient_here(clinic_id: int, patient_id: int, *, office: bool = False) -> PatientHere:
    """The clinic's patient, noted as looked at; raises NotFound for any other.

    office: only for secretaries and leaders.
    """
    clinic = clinic_here(clinic_id, *(OFFICE if office else ()))
    patient = queries.patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    return PatientHere(clinic, patient)


def _noted_just_now(here: PatientHere, text: str) -> bool:
    """True if the same person wrote the very same a minute ago: a form that was sent twice."""
    belongs = ClinicPatient.clinic_id == here.clinic.id, ClinicPatient.patient_id == here.patient.id
    db().execute(select(ClinicPatient.id).where(*belongs).with_for_update())
    since = db().now() - NOTE_SENT_TWICE
    return any(
        (note.text, note.author) == (text, me().name) and note.at > since
        for note in queries.notes_of(db(), here.clinic.id, here.patient.id)
    )


def _registered_just_now(clinic_id: int, details: service.Details) -> Patient | None:
    """Whom this clinic registered ten minutes ago by the same name and day of birth, without CPR.

    A known CPR number is refused anyway. The clinic's row is locked so that the second of two
    forms at once sees what the first made.
    """
    if details.cpr:
        return None
    db().execute(select(Clinic.id).where(Clinic.id == clinic_id).with_for_update(key_share=True))
    return db().scalar(
        select(Patient)
        .join(ClinicPatient, ClinicPatient.patient_id == Patient.id)
        .where(
            ClinicPatient.clinic_id == clinic_id,
            ClinicPatient.basis == "registered",
            Patient.given_name == details.given_name,
            Patient.family_name == details.family_name,
            Patient.birth_date == details.birth_date
            if details.birth_date
            else Patient.birth_date.is_(None),
            Patient.created_at > db().now() - REGISTERED_TWICE,
        )
        .order_by(Patient.id)
        .limit(1)
    )


def _page_of(here: PatientHere) -> dict[str, Any]:
    clinic, patient = here.clinic, here.patient
    today = local_date(db().now(), clinic.zone)
    proxies = queries.proxies_for(db(), patient.id, today)
    holders = {proxy.holder_id for proxy in proxies}
    looked_at(*holders, clinic_id=clinic.id)
    times = [one for one in coming(db(), patient.id) if one.clinic_id == clinic.id]
    needed = too_short(db(), times)
    return {
        "clinic": clinic,
        "patient": patient,
        "cpr": cpr.formatted(patient.cpr) if patient.cpr else "",
        "phone": readable(patient.phone) if patient.phone else "",
        "age": _age(patient.birth_date, today) if patient.birth_date else None,
        "languages_spoken": LANGUAGES,
        "needs": needs.named(queries.needs_of(db(), patient.id)),
        "too_short": [
            (one, length_sum(needed[one.id].minutes, needed[one.id].parts))
            for one in times
            if one.id in needed
        ],
        "proxies": proxies,
        "own_holders": queries.named_patients(db(), frozenset({clinic.id}), holders),
        "notes": queries.notes_of(db(), clinic.id, patient.id),
        "cards": patient_cards(here),
        "tabs": patient_tabs(here),
    }


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _as_typed(patient: Patient) -> dict[str, object]:
    return {
        "version": patient.version,
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "cpr": cpr.formatted(patient.cpr) if patient.cpr else "",
        "birth_date": f"{patient.birth_date:%d-%m-%Y}" if patient.birth_date else "",
        "phone": readable(patient.phone) if patient.phone else "",
        "email": patient.email,
        "address": patient.address,
        "language": patient.language,
        "digital_exempt": patient.digital_exempt,
    }


def _known(
    clinic_id: int, details: service.Details, template: str, **context: Any
) -> ResponseReturnValue:
    """The form again, and in the log that its CPR number was told to be somebody's."""
    text = _("En anden patient har det CPR-nummer. Hent patienten med CPR-opslag i stedet.")
    answer = rejected(template, InvalidInput({"cpr": text}), **context)
    if details.cpr:
        service.note_known_cpr(db(), me(), clinic_id, details.cpr)
    return answer

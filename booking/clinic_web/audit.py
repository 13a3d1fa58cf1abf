"""The log, as staff may read it: their own acts, and for leaders a patient's."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here, own_clinics, stand_at
from booking.people import queries
from booking.people.audit_days import days
from booking.people.audit_words import what_text, when_text, who_text
from booking.people.schemas import LogForm
from booking.platform import audit
from booking.platform.audit import AuditEntry
from booking.platform.errors import InvalidInput, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import read
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_audit", __name__, url_prefix="/klinik")
MENU_ENTRIES = (MenuEntry("staff_audit.mine", _l("Mine opslag"), seldom=True),)

WORDS = {"what_text": what_text, "when_text": when_text, "who_text": who_text}


@pages.get("/mine-opslag", access=Access.STAFF)
def mine() -> ResponseReturnValue:
    """What one has seen and done oneself, newest first; patients of other clinics unnamed."""
    clinics = own_clinics()
    wanted = request.args.get("clinic_id", type=int)
    here = next((clinic for clinic in clinics if clinic.id == wanted), None)
    if here is None and clinics:
        here = clinics[0]
    if here is None:
        raise NotFound
    stand_at(here)
    until = _until()
    log = days(db(), audit.by_actor(me()), here.zone, until, by_patients=True)
    shown = {subject.patient_id for like in log.rows for subject in like.entry.subjects}
    named = queries.named_patients(db(), me().clinics, shown)
    own = {clinic.id for clinic in clinics}
    for clinic_id in {like.entry.clinic_id for like in log.rows}:
        there = {
            subject.patient_id
            for like in log.rows
            if like.entry.clinic_id == clinic_id
            for subject in like.entry.subjects
        }
        looked_at(*there & set(named), clinic_id=clinic_id if clinic_id in own else None)
    return render_template(
        "clinic/audit/mine.html",
        rows=log.rows,
        named=named,
        clinics={clinic.id: clinic for clinic in clinics},
        zone=here.zone,
        newest=url_for(".mine", clinic_id=here.id) if until else "",
        older=url_for(".mine", clinic_id=here.id, til=log.older) if log.older else "",
        **WORDS,
    )


@pages.get("/<int:clinic_id>/patienter/<int:patient_id>/log", access=Access.SECRETARY)
def of_patient(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Who saw or changed a patient's data at the clinics one leads, and the patient's sign-ins.

    What other clinics did is for the patient to see, not for a leader here.
    """
    clinic = clinic_here(clinic_id, Role.LEADER)
    patient = queries.patient_of(db(), clinic_id, patient_id)
    looked_at(patient.id, clinic_id=clinic_id)
    led = {number for number, held in me().roles.items() if Role.LEADER in held}
    own = AuditEntry.clinic_id.is_(None) & (AuditEntry.actor_kind == "patient")
    wanted = audit.about_patient(patient_id).where(AuditEntry.clinic_id.in_(led) | own)
    until = _until()
    log = days(db(), wanted, clinic.zone, until)
    here = url_for(".of_patient", clinic_id=clinic_id, patient_id=patient_id)
    clinics = {one.id: one for one in db().scalars(select(Clinic).where(Clinic.id.in_(led)))}
    return render_template(
        "clinic/audit/patient.html",
        patient=patient,
        rows=log.rows,
        clinics=clinics,
        zone=clinic.zone,
        newest=here if until else "",
        older=f"{here}?til={log.older}" if log.older else "",
        **WORDS,
    )


def _until() -> date | None:
    """The latest day that was asked for; None for the newest, and for what is no day."""
    try:
        until: date | None = read(LogForm(), "query").get("until")
    except InvalidInput:
        return None
    return until

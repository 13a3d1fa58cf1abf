"""The log, as staff may read it: their own acts, and for leaders a patient's."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here, own_clinics, stand_at
from booking.people import queries
from booking.people.audit_words import action_text, reason_text
from booking.platform import audit
from booking.platform.audit import AuditEntry
from booking.platform.errors import NotFound
from booking.platform.extension import MenuEntry
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_audit", __name__, url_prefix="/klinik")
MENU_ENTRIES = (MenuEntry("staff_audit.mine", _l("Mine opslag")),)

A_PAGE = 50


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
    entries, page, pages_ = _page(audit.by_actor(me()))
    shown = {subject.patient_id for entry in entries for subject in entry.subjects}
    named = queries.named_patients(db(), me().clinics, shown)
    looked_at(*named)
    return render_template(
        "clinic/audit/mine.html",
        entries=entries,
        named=named,
        clinics={clinic.id: clinic for clinic in clinics},
        zone=here.zone,
        page=page,
        pages=pages_,
        href_for=lambda number: url_for(".mine", clinic_id=here.id, side=number),
        action_text=action_text,
        reason_text=reason_text,
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
    entries, page, pages_ = _page(wanted)
    clinics = {one.id: one for one in db().scalars(select(Clinic).where(Clinic.id.in_(led)))}
    return render_template(
        "clinic/audit/patient.html",
        patient=patient,
        entries=entries,
        clinics=clinics,
        zone=clinic.zone,
        page=page,
        pages=pages_,
        href_for=lambda number: url_for(
            ".of_patient", clinic_id=clinic_id, patient_id=patient_id, side=number
        ),
        action_text=action_text,
        reason_text=reason_text,
    )


def _page(wanted: Select[AuditEntry]) -> tuple[list[AuditEntry], int, int]:
    """The asked-for page of entries, its number from 1, and how many pages there are."""
    count = db().scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    last = max(1, -(-count // A_PAGE))
    page = min(max(1, request.args.get("side", 1, type=int)), last)
    rows = db().scalars(
        wanted.options(selectinload(AuditEntry.subjects)).limit(A_PAGE).offset((page - 1) * A_PAGE)
    )
    return list(rows), page, last

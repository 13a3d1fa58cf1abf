"""Who has seen or changed a patient's data: the patient's own look into the audit log."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.patient_web.frame import HOME_ZONE, acting_for, for_whom, my_people
from booking.people.audit_days import Like, days
from booking.people.audit_words import what_text, when_text, who_text
from booking.people.models import Patient
from booking.people.schemas import LogForm
from booking.platform import audit
from booking.platform.errors import InvalidInput
from booking.platform.forms import read
from booking.platform.pages import Access, Pages, db, me

pages = Pages("patient_log", __name__, url_prefix="/hvem-har-set")


@pages.get("", access=Access.PATIENT)
def seen() -> ResponseReturnValue:
    """One's own log."""
    return _page(acting_for(me().id))


@pages.get("/<int:patient_id>", access=Access.PATIENT)
def seen_of(patient_id: int) -> ResponseReturnValue:
    """The log of someone one acts for."""
    return _page(acting_for(patient_id))


def _page(person: Patient) -> ResponseReturnValue:
    try:
        until = read(LogForm(), "query").get("until")
    except InvalidInput:
        until = None
    shown = days(db(), audit.about_patient(person.id), HOME_ZONE, until)
    wanted = {like.entry.clinic_id for like in shown.rows if like.entry.clinic_id is not None}
    clinics = dict(db().execute(select(Clinic.id, Clinic.name).where(Clinic.id.in_(wanted))).all())
    here = _address(person)
    return render_template(
        "patient/log.html",
        person=person,
        name=for_whom(person),
        people=[(one, _address(one)) for one in my_people()],
        rows=[_row(like, clinics) for like in shown.rows],
        newest=here if until else "",
        older=f"{here}?til={shown.older}" if shown.older else "",
    )


def _address(person: Patient) -> str:
    return url_for("patient_log.seen_of", patient_id=person.id)


def _row(like: Like, clinics: dict[int, str]) -> list[str]:
    entry = like.entry
    who = who_text(entry)
    if entry.actor_kind == "patient" and entry.actor_id == me().id:
        who = _("Dig selv")
    where = clinics.get(entry.clinic_id or 0, "–")
    return [when_text(like, HOME_ZONE), who, where, what_text(like)]

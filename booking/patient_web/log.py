"""Who has seen or changed a patient's data: the patient's own look into the audit log."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from booking.calendar.models import Clinic
from booking.patient_web.frame import HOME_ZONE, acting_for, for_whom, my_people
from booking.patient_web.schemas import PageNumber
from booking.people.audit_words import action_text, reason_text
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.audit import AuditEntry
from booking.platform.errors import InvalidInput
from booking.platform.forms import read
from booking.platform.i18n import clock_time, short_day
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, me

pages = Pages("patient_log", __name__, url_prefix="/hvem-har-set")

A_PAGE = 50


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
        number = read(PageNumber(), "query")["page"]
    except InvalidInput:
        number = 1
    entries = audit.about_patient(person.id)
    total = db().scalar(select(func.count()).select_from(entries.subquery())) or 0
    number = min(number, max(1, -(-total // A_PAGE)))
    shown = db().scalars(entries.limit(A_PAGE).offset((number - 1) * A_PAGE)).all()
    wanted = {entry.clinic_id for entry in shown if entry.clinic_id is not None}
    clinics = dict(db().execute(select(Clinic.id, Clinic.name).where(Clinic.id.in_(wanted))).all())
    return render_template(
        "patient/log.html",
        person=person,
        name=for_whom(person),
        people=[(one, _address(one)) for one in my_people()],
        rows=[_row(entry, clinics) for entry in shown],
        page=number,
        pages=-(-total // A_PAGE),
        here=_address(person),
    )


def _address(person: Patient) -> str:
    return url_for("patient_log.seen_of", patient_id=person.id)


def _row(entry: AuditEntry, clinics: dict[int, str]) -> list[str]:
    day = local_date(entry.at, HOME_ZONE)
    who = entry.actor_name
    if entry.actor_kind == "patient" and entry.actor_id == me().id:
        who = _("Dig selv")
    elif entry.actor_kind == "system":
        who = _("Systemet selv")
    what = str(action_text(entry.action))
    if entry.reason:
        what = f"{what} ({reason_text(entry.reason)})"
    when = _(
        "%(day)s %(year)s kl. %(clock)s",
        day=short_day(day),
        year=day.year,
        clock=clock_time(entry.at, HOME_ZONE),
    )
    return [when, who, clinics.get(entry.clinic_id or 0, "–"), what]

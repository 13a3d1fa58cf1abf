"""Which sessions could carry one more patient, in words, and granting a place with one press."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.calendar.queries import resource_of, resources_of, sites_of
from booking.calendar.service import today
from booking.clinic_web.choices import visit_type_of
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.overbooking.refused import said
from booking.clinic_web.overbooking.tabs import tabs
from booking.clinic_web.refusals import in_words, refusals
from booking.overbooking import granting, possibilities, queries, settings
from booking.overbooking.errors import LimitBroken
from booking.overbooking.granting import session_at
from booking.overbooking.possibilities import Possibility
from booking.overbooking.settings import Policy
from booking.overbooking.wording import clock_from, possible, why
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Day, Form, Id, WallClock, read
from booking.platform.i18n import clock_time, language_code, moment
from booking.platform.localtime import local_date, to_local, to_utc
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_overbooking", __name__, url_prefix="/klinik/<int:clinic_id>/overbooking")
MENU_ENTRIES = (MenuEntry("staff_overbooking.sessions", _l("Overbooking")),)
# How far ahead the best other session is looked for, the day itself included.
AHEAD = timedelta(days=6)


class LookForm(Form):
    """Which day, and an extra of which visit type."""

    dato = Day()
    kontakt = Id()


class GrantForm(Form):
    """Where an extra is to sit."""

    dato = Day(required=True)
    kl = WallClock(required=True)
    hos = Id(required=True)
    kontakt = Id(required=True)


@dataclass(frozen=True)
class Card:
    """One session as it is shown. fields: what one press sends, where there is room."""

    heading: str
    said: list[str]
    fields: dict[str, object] | None
    clock: str
    details: str


@pages.get("", access=Access.STAFF)
def sessions(clinic_id: int) -> ResponseReturnValue:
    """The sessions of a day, each asked of one more, and the places that are granted."""
    clinic = clinic_here(clinic_id)
    try:
        typed, errors, status = read(LookForm(), "query"), {}, 200
    except InvalidInput as error:
        typed, errors, status = {}, error.fields, 422
    day: date = typed.get("dato", today(db(), clinic))
    policy = settings.policy_of(db(), clinic)
    visit_types = _turned_on(clinic, policy)
    chosen = next((one for one in visit_types if one.id == typed.get("kontakt")), None)
    chosen = chosen or (visit_types[0] if visit_types else None)
    grants = queries.coming_grants(db(), clinic)
    looked_at(*(one.patient_id for _grant, one in grants if one), clinic_id=clinic_id)
    page = render_template(
        "clinic/overbooking/sessions.html",
        clinic=clinic,
        tabs=tabs(clinic, "sessions"),
        day=day,
        policy=policy,
        in_office=bool(me().roles[clinic.id] & OFFICE),
        visit_type_options=[(one.id, one.title(language_code())) for one in visit_types],
        grants=grants,
        said_of=lambda one: why(one.judgement["broken"], _clock(one.session_start, clinic)),
        values={"dato": day.isoformat(), "kontakt": chosen.id if chosen else ""},
        errors=errors,
        previous=_address(clinic, day - timedelta(days=1), chosen),
        following=_address(clinic, day + timedelta(days=1), chosen),
        **_cards(clinic, policy, chosen, day),
    )
    return page, status


@pages.post("", access=Access.SECRETARY)
def grant(clinic_id: int) -> ResponseReturnValue:
    """Give leave for one extra, and on to whom it is for."""
    clinic = clinic_here(clinic_id, *OFFICE)
    typed = read(GrantForm())
    visit_type = visit_type_of(db(), clinic_id, typed["kontakt"])
    clinician = resource_of(db(), clinic_id, typed["hos"])
    start = to_utc(datetime.combine(typed["dato"], typed["kl"]), clinic.zone, fold=0)
    back = _address(clinic, typed["dato"], visit_type)
    try:
        with refusals():
            made = granting.grant(db(), me(), visit_type, clinician.id, start)
    except LimitBroken as error:
        begins = session_at(db(), clinic, clinician.id, start).start
        db().rollback()
        flash(said(error, clinic, begins), "warning")
        return redirect(back, 303)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
        return redirect(back, 303)
    text = _(
        "Der er plads til én ekstra %(when)s hos %(name)s. Vælg, hvem der skal have den.",
        when=moment(made.starts_at, clinic.zone),
        name=clinician.name,
    )
    flash(text, "success")
    return redirect(url_for("staff_grant.one", clinic_id=clinic_id, grant_id=made.id), 303)


def _turned_on(clinic: Clinic, policy: Policy) -> list[VisitType]:
    """The visit types it is on for, by name."""
    wanted = {visit_type for _clinician, visit_type in policy.uses}
    return [one for one in visit_types_of(db(), clinic.id) if one.id in wanted]


def _cards(
    clinic: Clinic, policy: Policy, visit_type: VisitType | None, day: date
) -> dict[str, Any]:
    """The day's sessions, and the best of a week."""
    if visit_type is None or policy.stopped_at is not None:
        return {"cards": [], "best": None}
    found = possibilities.look(db(), clinic, policy, visit_type, day, day + AHEAD)
    best = possibilities.best(found)
    names = {one.id: one.name for one in resources_of(db(), clinic.id, "clinician", active=None)}
    sites = {one.id: one.name for one in sites_of(db(), clinic.id, active=None)}
    todays = [one for one in found if local_date(one.session.start, clinic.zone) == day]
    shown = _best(clinic, best, names, visit_type) if best else None
    return {
        "cards": [_card(clinic, one, policy, visit_type, names, sites) for one in todays],
        "best": shown,
        "any_refused": any(one.start is None for one in todays),
    }


def _card(
    clinic: Clinic,
    one: Possibility,
    policy: Policy,
    visit_type: VisitType,
    names: dict[int, str],
    sites: dict[int, str],
) -> Card:
    session, zone = one.session, clinic.zone
    heading = _(
        "Kl. %(start)s–%(end)s, %(who)s, %(site)s",
        start=clock_time(session.start, zone),
        end=clock_time(session.end, zone),
        who=names[session.clinician_id],
        site=sites[session.site_id],
    )
    fields = None
    if one.start is not None:
        fields = place_of(clinic, one.start, session.clinician_id, visit_type)
    details = url_for(
        "staff_overbooking_session.one",
        clinic_id=clinic.id,
        **place_of(clinic, session.start, session.clinician_id, visit_type),
    )
    return Card(
        heading,
        possible(one, policy.limits, zone),
        fields,
        clock_time(one.start, zone) if one.start else "",
        details,
    )


def place_of(
    clinic: Clinic, start: datetime, clinician_id: int, visit_type: VisitType
) -> dict[str, Any]:
    """A place as forms and addresses have it."""
    local = to_local(start, clinic.zone)
    return {
        "dato": local.date().isoformat(),
        "kl": f"{local:%H:%M}",
        "hos": clinician_id,
        "kontakt": visit_type.id,
    }


def _best(
    clinic: Clinic, best: Possibility, names: dict[int, str], visit_type: VisitType
) -> dict[str, str]:
    start = best.start
    assert start is not None  # it could carry an extra
    text = _(
        "%(when)s hos %(who)s",
        when=moment(start, clinic.zone),
        who=names[best.session.clinician_id],
    )
    return {"text": text, "href": _address(clinic, local_date(start, clinic.zone), visit_type)}


def _address(clinic: Clinic, day: date, visit_type: VisitType | None) -> str:
    return url_for(
        ".sessions",
        clinic_id=clinic.id,
        dato=day.isoformat(),
        kontakt=visit_type.id if visit_type else None,
    )


def _clock(start: datetime, clinic: Clinic) -> Any:
    return clock_from(start, clinic.zone)

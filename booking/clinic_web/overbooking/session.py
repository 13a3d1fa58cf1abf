"""One session asked of one more: what each time would wait, and granting against a limit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import validate

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import resource_of
from booking.clinic_web.choices import visit_type_of
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.overbooking.tabs import tabs
from booking.clinic_web.refusals import refusals
from booking.overbooking import granting, possibilities, settings, shocks
from booking.overbooking.deciding import Limits, Session, put_in
from booking.overbooking.judgement import figures
from booking.overbooking.possibilities import Possibility
from booking.overbooking.session_risk import Patient
from booking.overbooking.sessions import ClinicSession, ServiceTimes
from booking.overbooking.unpunctual import DRAWS, USUAL, stress
from booking.overbooking.wording import (
    Clock,
    before_and_after,
    clock_from,
    minutes,
    possible,
    share,
)
from booking.platform.errors import DomainError
from booking.platform.forms import Day, Form, Id, Text, WallClock, read, rejected
from booking.platform.i18n import clock_time, language_code, long_day, moment
from booking.platform.identity import Role
from booking.platform.localtime import local_date, to_utc
from booking.platform.pages import Access, Pages, db, me

pages = Pages(
    "staff_overbooking_session", __name__, url_prefix="/klinik/<int:clinic_id>/overbooking/session"
)
PAGE = "clinic/overbooking/session.html"


class WhichForm(Form):
    """The start of the session, whose it is, and an extra of which visit type."""

    dato = Day(required=True)
    kl = WallClock(required=True)
    hos = Id(required=True)
    kontakt = Id(required=True)


class ReasonForm(Form):
    """Why a limit is set aside."""

    grund = Text(
        longest=300,
        required=True,
        validate=validate.Length(
            min=5, error=cast(str, _l("Skriv, hvorfor grænsen tilsidesættes."))
        ),
        error_messages={"required": _l("Skriv, hvorfor grænsen tilsidesættes.")},
    )


@dataclass(frozen=True)
class Which:
    """An instant of the session, whose it is, and an extra of which type."""

    start: datetime
    clinician: Resource
    visit_type: VisitType


@dataclass(frozen=True)
class Place:
    """One booked time: minutes waited there without and with the extra; P(over 30 minutes).

    kind: 'new' for the extra it is asked about, 'extra' for one there already, or 'booked'.
    """

    clock: str
    kind: str
    before: float | None
    after: float
    long_wait: str


@pages.get("", access=Access.STAFF)
def one(clinic_id: int) -> ResponseReturnValue:
    """What an extra would do to everybody's wait."""
    clinic = clinic_here(clinic_id)
    asked = _which(clinic, read(WhichForm(), "query"))
    return render_template(PAGE, **_about(clinic, asked), values={}, errors={})


@pages.post("", access=Access.SECRETARY)
def override(clinic_id: int) -> ResponseReturnValue:
    """A leader grants a place against a limit, and says why."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    asked = _which(clinic, read(WhichForm()))
    try:
        reason = read(ReasonForm())["grund"]
        with refusals():
            made = granting.grant(
                db(), me(), asked.visit_type, asked.clinician.id, asked.start, reason=reason
            )
    except DomainError as error:
        return rejected(PAGE, error, **_about(clinic, asked))
    text = _(
        "Der er plads til én ekstra %(when)s hos %(name)s. Vælg, hvem der skal have den.",
        when=moment(made.starts_at, clinic.zone),
        name=asked.clinician.name,
    )
    flash(text, "success")
    return redirect(url_for("staff_grant.one", clinic_id=clinic_id, grant_id=made.id), 303)


def _which(clinic: Clinic, typed: dict[str, Any]) -> Which:
    return Which(
        to_utc(datetime.combine(typed["dato"], typed["kl"]), clinic.zone, fold=0),
        resource_of(db(), clinic.id, typed["hos"]),
        visit_type_of(db(), clinic.id, typed["kontakt"]),
    )


def _about(clinic: Clinic, asked: Which) -> dict[str, Any]:
    session = granting.session_at(db(), clinic, asked.clinician.id, asked.start)
    day = local_date(session.start, clinic.zone)
    return {
        "clinic": clinic,
        "tabs": tabs(clinic, "sessions"),
        "clinician": asked.clinician,
        "visit_type": asked.visit_type,
        "when": f"{long_day(day)}, {clock_time(session.start, clinic.zone)}"
        f"–{clock_time(session.end, clinic.zone)}",
        "language": language_code(),
        "may_override": Role.LEADER in me().roles[clinic.id],
        "in_office": bool(me().roles[clinic.id] & OFFICE),
        "back": url_for(
            "staff_overbooking.sessions",
            clinic_id=clinic.id,
            dato=day.isoformat(),
            kontakt=asked.visit_type.id,
        ),
        "day": day.isoformat(),
        **_asked(clinic, session, asked.visit_type),
    }


def _asked(clinic: Clinic, session: ClinicSession, visit_type: VisitType) -> dict[str, Any]:
    policy = settings.policy_of(db(), clinic)
    day = local_date(session.start, clinic.zone)
    free = possibilities.free_starts(db(), visit_type, day, day)
    times = ServiceTimes(db(), clinic).of(visit_type.id, visit_type.base_minutes)
    found = possibilities.ask(
        session, visit_type, times.distribution, policy.limits, db().now(), free
    )
    at = _tried(found)
    extra = session.one_more(times.distribution)
    question = session.question(visit_type, visit_type.base_minutes, db().now())
    clock = clock_from(session.start, clinic.zone)
    return {
        "said": possible(found, policy.limits, clinic.zone),
        "granted": found.start is not None,
        "at": clock(at) if at is not None else "",
        "stressed": _stressed(question, extra, at, policy.limits) if at is not None else "",
        "places": _places(question, extra, at, clock, session.on_top),
        "press": {"dato": day.isoformat(), "kl": clock(at).replace(".", ":")}
        if at is not None
        else {},
        "starts": [(clock(minute).replace(".", ":"), clock(minute)) for minute in question.starts],
        "on": policy.on(session.clinician_id, visit_type.id),
        "free": found.obstacle == "free",
    }


def _tried(found: Possibility) -> int | None:
    """Where the extra would sit, or was tried last."""
    if found.decision is None:
        return None
    return found.decision.granted[0] if found.decision.granted else found.decision.tried


def _stressed(question: Session, extra: Patient, at: int, limits: Limits) -> str:
    """What comes of it where patients are early or late, in words."""
    drawn = stress(question.patients, question.planned_end, [replace(extra, at=at)])
    before, after = figures(drawn.before.risk), figures(drawn.after.risk)
    early, late = USUAL.span
    return _(
        "Kommer de fleste mellem %(early)s minutter før og %(late)s minutter efter, bliver det, "
        "på %(days)s tænkte dage: %(figures)s",
        early=minutes(-early),
        late=minutes(late),
        days=minutes(DRAWS),
        figures=before_and_after(before, after, limits.late, limits.wait),
    )


def _places(
    question: Session, extra: Patient, at: int | None, clock: Clock, on_top: Sequence[int]
) -> list[Place]:
    """Each booked time in turn, with the extra among them; of several at one time, extras last."""
    before = shocks.evaluate(question.patients, question.planned_end, question.shocks)
    waited: list[float | None] = [float(wait) for wait in before.waits]
    patients, after = list(question.patients), before
    kinds = ["booked"] * len(patients)
    for minute in on_top:
        kinds[max(number for number, one in enumerate(patients) if one.at == minute)] = "extra"
    if at is not None:
        rank = sum(one.at <= at for one in patients)
        patients = put_in(patients, extra, at)
        waited.insert(rank, None)
        kinds.insert(rank, "new")
        after = shocks.evaluate(patients, question.planned_end, question.shocks)
    return [
        Place(clock(one.at), kind, was, float(wait), share(float(long)))
        for one, kind, was, wait, long in zip(
            patients, kinds, waited, after.waits, after.long_waits, strict=True
        )
    ]

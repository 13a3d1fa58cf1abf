"""The leader's page: when overbooking helps, its limits and what they mean, for whom it is on."""

import re
from dataclasses import dataclass
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields
from werkzeug.wrappers import Response

from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.calendar.schemas import Version
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.overbooking import limits_words
from booking.clinic_web.overbooking.limits_words import figure, percent, rate_in_force, whole
from booking.clinic_web.overbooking.tabs import tabs
from booking.clinic_web.refusals import in_words, refusals
from booking.overbooking import granting, queries, session_picture, settings
from booking.overbooking.deciding import Limits, Weights
from booking.overbooking.last_month import summed
from booking.overbooking.past_sessions import PastSessions, look_back
from booking.overbooking.sessions import ServiceTimes
from booking.overbooking.settings import Policy, cannot_be_extra
from booking.overbooking.wording import CANNOT_BE_EXTRA
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import MISSING, Form, Ids, Number, read, rejected
from booking.platform.i18n import language_code
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, me

pages = Pages(
    "staff_overbooking_limits",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/overbooking/graenser",
)
PAGE = "clinic/overbooking/limits.html"
# How long visits take is not told of fewer recorded ones.
FEWEST = 10


class Figure(fields.Float):
    """A number with at most one decimal, with a comma or a point, between two bounds."""

    default_error_messages = {  # noqa: RUF012  (marshmallow declares messages so)
        **MISSING,
        "invalid": cast(str, _l("Skriv et tal med højst én decimal, for eksempel 7,5.")),
    }

    def __init__(self, low: float, high: float, needed: LazyString) -> None:
        """low, high: both included. needed: what is said where nothing is written."""
        super().__init__(required=True, error_messages={"required": cast(str, needed)})
        self.low, self.high = low, high

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        text = str(value).removesuffix("%").strip().replace(",", ".")
        if not re.fullmatch(r"[0-9]{1,6}(\.[0-9])?", text):
            raise self.make_error("invalid")
        number = float(text)
        if not self.low <= number <= self.high:
            bounds = {"low": figure(self.low), "high": figure(self.high)}
            raise ValidationError(_("Skriv et tal fra %(low)s til %(high)s.", **bounds))
        return number


class LimitsForm(Form):
    """The limits, risks as per cent, and what a minute costs."""

    version = Version()
    late = Figure(0, 100, _l("Skriv grænsen for risikoen for overarbejde."))
    wait = Figure(0, 120, _l("Skriv grænsen for ventetiden."))
    long_wait = Figure(0, 100, _l("Skriv grænsen for risikoen for lang ventetid."))
    extras = Number(
        1,
        5,
        required=True,
        error_messages={"required": _l("Skriv, hvor mange ekstra der må være.")},
    )
    waiting = Figure(0.1, 100, _l("Skriv, hvad et minuts ventetid koster."))
    idle = Figure(0, 100, _l("Skriv, hvad et minut uden patient koster."))
    overtime = Figure(0, 100, _l("Skriv, hvad et minuts overarbejde koster."))


@dataclass(frozen=True)
class Length:
    """How long visits of one type take. minutes: as planned; median of `visits` recorded ones."""

    visit_type_id: int
    title: str
    minutes: int
    median: str
    visits: int


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """The page, with the limits as they are."""
    clinic = clinic_here(clinic_id)
    policy = settings.policy_of(db(), clinic)
    setting = settings.setting_of(db(), clinic)
    values = _typed(policy.limits, setting.version if setting else 0)
    about = _about(clinic, policy, policy.limits)
    return render_template(PAGE, values=values, errors={}, **about)


@pages.post("", access=Access.SECRETARY)
def save(clinic_id: int) -> ResponseReturnValue:
    """The leader sets the limits."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    try:
        typed = read(LimitsForm())
        with refusals():
            settings.save(db(), me(), clinic, _limits(typed), typed["version"])
    except DomainError as error:
        return _rejected(clinic, error)
    flash(_("Grænserne er gemt."), "success")
    return _back(clinic_id)


@pages.post("/vis", access=Access.SECRETARY)
def preview(clinic_id: int) -> ResponseReturnValue:
    """What the limits that are typed would have meant; nothing is saved."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    try:
        limits = _limits(read(LimitsForm()))
    except InvalidInput as error:
        return _rejected(clinic, error)
    about = _about(clinic, settings.policy_of(db(), clinic), limits)
    return render_template(PAGE, values=request.form, errors={}, **about, unsaved=True)


@pages.post("/hvem", access=Access.SECRETARY)
def uses(clinic_id: int) -> ResponseReturnValue:
    """The leader says for whom it is on."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    possible = settings.possible_uses(db(), clinic)
    form = Form.from_dict({_name(one.id): Ids() for one, _types in possible})()
    try:
        typed = read(cast(Form, form))
        pairs = {(one.id, chosen) for one, _types in possible for chosen in typed[_name(one.id)]}
        with refusals():
            settings.turn_on(db(), me(), clinic, pairs)
    except DomainError as error:
        db().rollback()
        wrong = error.fields.values() if isinstance(error, InvalidInput) else [in_words(error)]
        flash(" ".join(dict.fromkeys(wrong)), "warning")
        return _back(clinic_id)
    if pairs:
        flash(_("Det er gemt, hos hvem der må være ekstra patienter."), "success")
    else:
        flash(_("Overbooking er slået fra for alle."), "success")
    return _back(clinic_id)


@pages.post("/stop", access=Access.SECRETARY)
def stop(clinic_id: int) -> ResponseReturnValue:
    """Grant no more, in one press."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    number = granting.stop(db(), me(), clinic)
    taken_back = ngettext(
        "%(num)d ekstra plads, som ingen havde fået, er taget tilbage.",
        "%(num)d ekstra pladser, som ingen havde fået, er taget tilbage.",
        number,
    )
    said = [_("Overbooking er stoppet."), *([taken_back] if number else [])]
    flash(" ".join([*said, _("Patienter, der har fået en ekstra tid, beholder den.")]), "success")
    return _back(clinic_id)


@pages.post("/start", access=Access.SECRETARY)
def resume(clinic_id: int) -> ResponseReturnValue:
    """Grant again."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    granting.resume(db(), me(), clinic)
    flash(_("Overbooking er i gang igen."), "success")
    return _back(clinic_id)


def _rejected(clinic: Clinic, error: DomainError) -> ResponseReturnValue:
    """The page again: the picture of the limits as they are, the form as it was typed."""
    db().rollback()
    policy = settings.policy_of(db(), clinic)
    row = settings.setting_of(db(), clinic)
    return rejected(PAGE, error, row=row, **_about(clinic, policy, policy.limits))


def _about(clinic: Clinic, policy: Policy, limits: Limits) -> dict[str, Any]:
    """Everything on the page but the form of the limits. limits: those of the picture."""
    times = ServiceTimes(db(), clinic)
    lengths, too_few = _lengths(clinic, times)
    possible = settings.possible_uses(db(), clinic)
    return {
        "clinic": clinic,
        "tabs": tabs(clinic, "limits"),
        "may_set": Role.LEADER in me().roles[clinic.id],
        "in_office": bool(me().roles[clinic.id] & OFFICE),
        "policy": policy,
        "usual": _typed(Limits(), 0),
        "percent": percent,
        "figure": figure,
        "rate": _rate(clinic),
        **_past(look_back(db(), clinic, policy, limits, times), limits),
        "possible": [
            (one, _name(one.id), [(each.id, each.title(language_code())) for each in visit_types])
            for one, visit_types in possible
            if visit_types
        ],
        "on": {
            _name(one.id): [chosen for clinician, chosen in policy.uses if clinician == one.id]
            for one, _types in possible
        },
        "cannot": _cannot(clinic),
        "lengths": lengths,
        "too_few": too_few,
        "fewest": FEWEST,
    }


def _rate(clinic: Clinic) -> dict[str, Any] | None:
    """What is believed of who misses; None before anything was reckoned."""
    trained = queries.newest(db(), clinic)
    if trained is None:
        return None
    return {
        "expected": percent(trained.rate),
        "cautious": percent(trained.rate * queries.in_force(trained).caution),
        "visits": whole(trained.visits),
        "missed": whole(trained.missed),
        "reckoned_on": local_date(trained.trained_at, clinic.zone),
        "said": rate_in_force(trained),
    }


def _past(past: PastSessions | None, limits: Limits) -> dict[str, Any]:
    """Last month's sessions: in words, in the table and in the picture."""
    if past is None or not past.asked:
        return {"past": past, "rows": []}
    rows = summed(past.asked)
    booked = sum(one.booked for one in past.asked) / len(past.asked)
    words = limits_words.of_picture(rows, limits.late)
    return {
        "past": past,
        "rows": [(limits_words.OUTCOMES[one.outcome], one) for one in rows],
        "said": limits_words.in_words(rows),
        "booked": figure(booked),
        "least_rate": percent(1 / booked),
        "picture": session_picture.draw("sessions", words, past.asked, limits.late, percent),
    }


def _cannot(clinic: Clinic) -> list[tuple[str, LazyString]]:
    """The visit types that cannot be an extra, and why."""
    found = [(one, cannot_be_extra(one)) for one in visit_types_of(db(), clinic.id)]
    return [(one.title(language_code()), CANNOT_BE_EXTRA[why]) for one, why in found if why]


def _lengths(clinic: Clinic, times: ServiceTimes) -> tuple[list[Length], list[str]]:
    """How long visits of the usual length take; and the types of too few recorded visits."""
    told, too_few = [], []
    for one in visit_types_of(db(), clinic.id):
        if one.group_capacity > 1:
            continue
        title, took = one.title(language_code()), times.of(one.id, one.base_minutes)
        if took.median is None or took.visits < FEWEST:
            too_few.append(title)
        else:
            median = figure(took.median)
            told.append(Length(one.id, title, one.base_minutes, median, took.visits))
    return told, too_few


def _name(clinician_id: int) -> str:
    """The field of a clinician's visit types."""
    return f"hos_{clinician_id}"


def _limits(typed: dict[str, Any]) -> Limits:
    return Limits(
        typed["late"] / 100,
        typed["wait"],
        typed["long_wait"] / 100,
        typed["extras"],
        Weights(typed["waiting"], typed["idle"], typed["overtime"]),
    )


def _typed(limits: Limits, version: int) -> dict[str, Any]:
    """As the form has them."""
    weights = limits.weights
    return {
        "version": version,
        "late": figure(100 * limits.late),
        "wait": figure(limits.wait),
        "long_wait": figure(100 * limits.long_wait),
        "extras": limits.extras,
        "waiting": figure(weights.waiting),
        "idle": figure(weights.idle),
        "overtime": figure(weights.overtime),
    }


def _back(clinic_id: int) -> Response:
    return redirect(url_for(".show", clinic_id=clinic_id), 303)

"""One patient's obligations: a card on their page, and clinicians' deviations with reasons."""

from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.calendar.service import today
from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.database import Session
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import Choice, Day, Form, read, rejected
from booking.platform.i18n import language_code
from booking.platform.identity import Actor, Role
from booking.platform.pages import Access, Pages, db, me
from triage_rules.followup.history import short_year
from triage_rules.standards import queries, service, showing
from triage_rules.standards.obligations import after_months

pages = Pages(
    "staff_deviations",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/krav",
    template_folder="templates",
)
FORM = "standards/deviation.html"


class DeviationForm(Form):
    """Why an obligation is not met, and until when."""

    reason = Choice(
        tuple(showing.REASONS),
        required=True,
        error_messages={"required": cast(str, _l("Vælg en grund."))},
    )
    words = FreeText(
        longest=2000,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvorfor kravet fraviges."))},
    )
    until = Day(required=True)


def card(session: Session, actor: Actor, here: PatientHere) -> Markup | None:
    """The patient's obligations; nothing where no standard applies and none was deviated from."""
    owed = queries.ledger(session, here.clinic, here.patient.id)
    decided = queries.deviations_of(session, here.clinic.id, here.patient.id)
    if not owed and not decided:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "standards/card.html",
            clinic=here.clinic,
            patient=here.patient,
            owed=owed,
            decided=decided,
            may_deviate=Role.CLINICIAN in actor.roles.get(here.clinic.id, ()),
            names=_names(session, here),
            states=showing.STATES,
            reasons=showing.REASONS,
            ways=showing.ways,
            way=showing.way,
            often=showing.often,
            short_year=short_year,
            language=language_code(),
        )
    )


@pages.get("/<code>", access=Access.CLINICIAN)
def deviate_form(clinic_id: int, patient_id: int, code: str) -> ResponseReturnValue:
    """The form for deviating from one obligation."""
    here = _here(clinic_id, patient_id)
    page = _page(here, code)
    until = after_months(today(db(), here.clinic), page["owed"].standing.obligation.months)
    return render_template(FORM, values={"until": until.isoformat()}, errors={}, **page)


@pages.post("/<code>", access=Access.CLINICIAN)
def deviate(clinic_id: int, patient_id: int, code: str) -> ResponseReturnValue:
    """Write the deviation."""
    here = _here(clinic_id, patient_id)
    page = _page(here, code)
    try:
        typed = read(DeviationForm())
        with refusals():
            service.deviate(db(), me(), here.clinic, here.patient, code, **typed)
    except DomainError as error:
        return rejected(FORM, error, **page)
    flash(_("Fravigelsen er skrevet. Den ses i oversigten over standarder."), "success")
    return _back(here)


@pages.post("/fravigelser/<int:deviation_id>/tilbage", access=Access.CLINICIAN)
def withdraw(clinic_id: int, patient_id: int, deviation_id: int) -> ResponseReturnValue:
    """Let a deviation count no more."""
    here = _here(clinic_id, patient_id)
    deviation = queries.deviation_here(db(), clinic_id, deviation_id)
    if deviation.patient_id != patient_id:
        raise NotFound
    try:
        service.withdraw(db(), me(), deviation)
        flash(_("Fravigelsen er trukket tilbage. Den kan stadig ses."), "success")
    except InvalidInput:
        raise
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    return _back(here)


def _here(clinic_id: int, patient_id: int) -> PatientHere:
    here = patient_here(clinic_id, patient_id)
    me().at(clinic_id, Role.CLINICIAN)
    return here


def _page(here: PatientHere, code: str) -> dict[str, Any]:
    owed = queries.ledger(db(), here.clinic, here.patient.id)
    mine = next((one for one in owed if one.standing.obligation.code == code), None)
    if mine is None:
        raise NotFound
    return {
        "clinic": here.clinic,
        "patient": here.patient,
        "owed": mine,
        "states": showing.STATES,
        "reasons": showing.REASONS,
        "ways": showing.ways,
        "often": showing.often,
        "short_year": short_year,
        "language": language_code(),
    }


def _names(session: Session, here: PatientHere) -> dict[str, str]:
    language, day = language_code(), today(session, here.clinic)
    return {
        one.code: one.title(language)
        for standard in queries.in_force(session, day)
        for one in standard.obligations
    }


def _back(here: PatientHere) -> ResponseReturnValue:
    there = url_for("staff_patients.show", clinic_id=here.clinic.id, patient_id=here.patient.id)
    return redirect(f"{there}#krav", 303)

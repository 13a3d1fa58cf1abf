"""A patient's follow-up, for those who follow them: how it stands, why, and what has been."""

from datetime import datetime, time
from decimal import Decimal
from typing import cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import settling
from booking.appointments.worklist import queries as worklist
from booking.calendar.service import today
from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.extension import Tab
from booking.platform.forms import Choice, Day, Form, Id, Text, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from triage_rules.followup import measuring, of_patient, pathways, queries, service
from triage_rules.followup.deciding import decide
from triage_rules.followup.history import short_year
from triage_rules.followup.measurements import MEASURES
from triage_rules.followup.staff_page import about, page_of
from triage_rules.questionnaires.queries import open_courses

pages = Pages(
    "staff_follow_up",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/opfoelgning",
    template_folder="templates",
)
pages.add_app_template_filter(short_year)
TAB = Tab("staff_follow_up.of_one", _l("Opfølgning"))
PAGE, DECISION = "followup/staff/patient.html", "followup/staff/decision.html"


class PlanForm(Form):
    """Which of the patient's plans."""

    plan = Id(load_default=None)


class StartForm(Form):
    """Which course to follow, how, and when the first questionnaire goes out: today unless said."""

    course = Id(required=True, error_messages={"required": cast(str, _l("Vælg et forløb."))})
    pathway = Id(
        required=True, error_messages={"required": cast(str, _l("Vælg en opfølgningstype."))}
    )
    ask_on = Day(load_default=None)


class MeasureForm(Form):
    """What was measured, and when."""

    plan = Id(load_default=None)
    code = Choice(
        tuple(MEASURES),
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvad der er målt."))},
    )
    value = Text(
        required=True, longest=20, error_messages={"required": cast(str, _l("Skriv et tal."))}
    )
    taken_on = Day(
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvilken dag der er målt."))},
    )


class FinishForm(Form):
    """What came of it."""

    outcome = FreeText(
        longest=1000,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvad der kom ud af det."))},
    )


@pages.get("", access=Access.STAFF)
def of_one(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Everything about how a patient is followed here."""
    here = patient_here(clinic_id, patient_id)
    wanted = read(PlanForm(), "query")["plan"]
    return render_template(PAGE, values={}, errors={}, **page_of(here, wanted))


@pages.get("/beslutning/<int:decision_id>", access=Access.STAFF)
def decision(clinic_id: int, patient_id: int, decision_id: int) -> ResponseReturnValue:
    """One decision, as it was made."""
    here = patient_here(clinic_id, patient_id)
    found = queries.decision_here(db(), clinic_id, patient_id, decision_id)
    latest = queries.latest_decision(db(), found.plan_id)
    stands = latest is not None and latest.id == found.id
    return render_template(DECISION, stands=stands, **about(here, found))


@pages.post("/begynd", access=Access.STAFF)
def start(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Begin to follow a patient's course."""
    here = patient_here(clinic_id, patient_id)
    try:
        typed = read(StartForm())
        course = next(
            (one for one in open_courses(db(), clinic_id, patient_id) if one.id == typed["course"]),
            None,
        )
        if course is None:
            raise InvalidInput({"course": _("Vælg et forløb.")})
        pathway = pathways.pathway_here(db(), clinic_id, typed["pathway"])
        with refusals():
            plan = service.start_plan(db(), me(), course, pathway, typed["ask_on"])
    except NotFound:
        raise
    except DomainError as error:
        return rejected(PAGE, error, **page_of(here))
    flash(_("Patienten følges nu."), "success")
    return _back(here, plan.id)


@pages.post("/<int:plan_id>/afslut", access=Access.STAFF)
def end(clinic_id: int, patient_id: int, plan_id: int) -> ResponseReturnValue:
    """Stop following by a plan."""
    here = patient_here(clinic_id, patient_id)
    plan = queries.plan_here(db(), clinic_id, patient_id, plan_id)
    service.end_plan(db(), me(), plan)
    flash(_("Opfølgningen er afsluttet. Tider og indkaldelser står der stadig."), "success")
    return _back(here, plan_id)


@pages.post("/<int:plan_id>/spoerg", access=Access.STAFF)
def ask(clinic_id: int, patient_id: int, plan_id: int) -> ResponseReturnValue:
    """Ask the rules now, of what is known now."""
    here = patient_here(clinic_id, patient_id)
    me().at(clinic_id, Role.CLINICIAN, Role.LEADER)
    plan = queries.plan_here(db(), clinic_id, patient_id, plan_id)
    if decide(db(), me(), plan, "asked") is None:
        flash(_("Ingen regler gælder lige nu. Det er sat på arbejdslisten."), "warning")
    else:
        flash(_("Reglerne er spurgt. Beslutningen står herunder."), "success")
    return _back(here, plan_id)


@pages.post("/maalinger", access=Access.STAFF)
def measure(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Write down a measurement."""
    here = patient_here(clinic_id, patient_id)
    plan_id: int | None = None
    try:
        plan_id = read(PlanForm())["plan"]
        typed = read(MeasureForm())
        value = _number(typed["value"])
        day, now = typed["taken_on"], db().now()
        noon = datetime.combine(day, time(12), here.clinic.zone)
        taken_at = min(noon, now) if day == today(db(), here.clinic) else noon
        measuring.measure(db(), me(), here.patient, here.clinic, typed["code"], value, taken_at)
    except InvalidInput as error:
        return rejected(PAGE, error, **page_of(here, plan_id))
    flash(_("Målingen er gemt."), "success")
    return _back(here, plan_id)


@pages.post("/maalinger/<int:measurement_id>/tilbage", access=Access.STAFF)
def withdraw(clinic_id: int, patient_id: int, measurement_id: int) -> ResponseReturnValue:
    """Take back a measurement that was entered in error."""
    here = patient_here(clinic_id, patient_id)
    found = of_patient.measurement(db(), clinic_id, patient_id, measurement_id)
    measuring.withdraw(db(), me(), found)
    flash(_("Målingen er trukket tilbage. Den kan stadig ses og tæller ikke mere med."), "success")
    return _back(here)


@pages.post("/opgave/<int:item_id>", access=Access.STAFF)
def finish(clinic_id: int, patient_id: int, item_id: int) -> ResponseReturnValue:
    """Close what waited for a person, with what came of it."""
    here = patient_here(clinic_id, patient_id)
    item = worklist.item_of(db(), clinic_id, item_id)
    if item.patient_id != patient_id:
        raise NotFound
    try:
        with refusals():
            settling.finish(db(), me(), item, read(FinishForm())["outcome"])
    except InvalidInput as error:
        return rejected(PAGE, error, refused=item_id, **page_of(here))
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
    else:
        flash(_("Opgaven er færdig."), "success")
    return _back(here)


def _number(text: str) -> Decimal:
    """A number with a comma or a point; raises InvalidInput."""
    try:
        value = Decimal(text.replace(" ", "").replace(",", "."))
    except ArithmeticError:
        value = Decimal("nan")
    if not value.is_finite():
        raise InvalidInput({"value": _("Skriv et tal, for eksempel 72,5.")})
    return value


def _back(here: PatientHere, plan_id: int | None = None) -> ResponseReturnValue:
    there = url_for(".of_one", clinic_id=here.clinic.id, patient_id=here.patient.id, plan=plan_id)
    return redirect(there, 303)

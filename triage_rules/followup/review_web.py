"""A clinician's word on what the rules said: accepting it, doing something else, the interval."""

from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.forms import FORMS
from booking.appointments.visit_types.queries import visit_type_of, visit_types_of
from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere
from booking.clinic_web.refusals import refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput, NotAllowed
from booking.platform.forms import Choice, Form, Id, Number, read, rejected
from booking.platform.i18n import language_code
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from triage_rules.followup import queries, reviewing, service, showing, windows, wording
from triage_rules.followup.contacts import contact_of
from triage_rules.followup.errors import DecisionReplaced
from triage_rules.followup.models import FollowUpDecision
from triage_rules.followup.reviewing import Instead
from triage_rules.followup.staff_page import page_of

pages = Pages(
    "staff_follow_up_review",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/opfoelgning",
    template_folder="templates",
)
PAGE, OVERRIDE = "followup/staff/patient.html", "followup/staff/override.html"
ACTIONS = tuple(showing.ACTIONS)


class OverrideForm(Form):
    """What to do instead, and why. What belongs to another act is not read."""

    action = Choice(
        ACTIONS,
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvad der skal ske."))},
    )
    visit_type = Id(load_default=None)
    form = Choice(tuple(FORMS), load_default="none")
    from_weeks = Number(0, 260, load_default=0)
    latest_weeks = Number(0, 260, load_default=None)
    minutes = Number(0, 240, load_default=0)
    interval_weeks = Number(1, 260, load_default=None)
    reason = Choice(
        tuple(wording.REASONS),
        required=True,
        error_messages={"required": cast(str, _l("Vælg en grund."))},
    )
    words = FreeText(longest=2000, load_default="")


class IntervalForm(Form):
    """How often, and why."""

    weeks = Number(1, 260, load_default=None)
    why = FreeText(longest=500, load_default="")


@pages.post("/beslutning/<int:decision_id>/godkend", access=Access.CLINICIAN)
def accept(clinic_id: int, patient_id: int, decision_id: int) -> ResponseReturnValue:
    """Agree with what the rules said."""
    here, decision = _decision(clinic_id, patient_id, decision_id)
    plan_id = decision.plan_id
    try:
        with refusals():
            reviewing.accept(db(), me(), decision)
    except DecisionReplaced:
        return _replaced(here, plan_id)
    flash(_("Beslutningen er godkendt."), "success")
    return _back(here, plan_id)


@pages.get("/beslutning/<int:decision_id>/andet", access=Access.CLINICIAN)
def override_form(clinic_id: int, patient_id: int, decision_id: int) -> ResponseReturnValue:
    """The form for doing something else, filled with what the rules asked for."""
    here, decision = _decision(clinic_id, patient_id, decision_id)
    contact = contact_of(decision)
    values: dict[str, Any] = {}
    if contact is not None:
        values = {
            "form": contact.form,
            "from_weeks": contact.from_weeks,
            "latest_weeks": contact.latest_weeks,
            "minutes": contact.minutes or "",
        }
    return render_template(OVERRIDE, values=values, errors={}, **_override(here, decision))


@pages.post("/beslutning/<int:decision_id>/andet", access=Access.CLINICIAN)
def override(clinic_id: int, patient_id: int, decision_id: int) -> ResponseReturnValue:
    """Do something else than the rules said."""
    here, decision = _decision(clinic_id, patient_id, decision_id)
    plan_id = decision.plan_id
    try:
        with refusals():
            typed = read(OverrideForm())
            reviewing.override(
                db(), me(), decision, _instead(here, typed), typed["reason"], typed["words"]
            )
    except DecisionReplaced:
        return _replaced(here, plan_id)
    except DomainError as error:
        return rejected(OVERRIDE, error, **_override(here, decision))
    flash(_("Det er gjort, og grunden er skrevet ved beslutningen."), "success")
    return _back(here, plan_id)


@pages.post("/<int:plan_id>/interval", access=Access.CLINICIAN)
def interval(clinic_id: int, patient_id: int, plan_id: int) -> ResponseReturnValue:
    """Set how often a patient is asked, within what the rules allow."""
    here = patient_here(clinic_id, patient_id)
    plan = queries.plan_here(db(), clinic_id, patient_id, plan_id)
    try:
        typed = read(IntervalForm())
        service.set_interval(db(), me(), plan, typed["weeks"], typed["why"])
    except InvalidInput as error:
        return rejected(PAGE, error, **page_of(here, plan_id))
    flash(_("Intervallet er gemt."), "success")
    return _back(here, plan_id)


def _decision(
    clinic_id: int, patient_id: int, decision_id: int
) -> tuple[PatientHere, FollowUpDecision]:
    here = patient_here(clinic_id, patient_id)
    if Role.CLINICIAN not in me().roles[clinic_id]:
        raise NotAllowed
    return here, queries.decision_here(db(), clinic_id, patient_id, decision_id)


def _instead(here: PatientHere, typed: dict[str, Any]) -> Instead:
    action = typed["action"]
    if action == "questionnaire":
        return Instead("questionnaire", interval_weeks=typed["interval_weeks"])
    if action == "look":
        return Instead("look")
    if typed["visit_type"] is None:
        raise InvalidInput({"visit_type": _("Vælg en kontakttype.")})
    if typed["latest_weeks"] is None:
        raise InvalidInput({"latest_weeks": _("Skriv, hvornår det senest skal være.")})
    return Instead(
        "contact",
        visit_type=visit_type_of(db(), here.clinic.id, typed["visit_type"]),
        form=typed["form"],
        from_weeks=typed["from_weeks"],
        latest_weeks=typed["latest_weeks"],
        minutes=typed["minutes"],
    )


def _override(here: PatientHere, decision: FollowUpDecision) -> dict[str, Any]:
    language = language_code()
    net = service.net_weeks(db(), decision.plan, decision)
    return {
        "clinic": here.clinic,
        "patient": here.patient,
        "decision": decision,
        "colours": showing.COLOURS,
        "said": showing.ACTIONS[decision.action],
        "actions": list(showing.ACTIONS.items()),
        "forms": list(FORMS.items()),
        "visit_types": [
            (one.id, one.title(language)) for one in visit_types_of(db(), here.clinic.id)
        ],
        "reasons": list(wording.REASONS.items()),
        "net": net,
        "bounds": windows.bounds(contact_of(decision), net),
        "asks": decision.plan.pathway.questionnaire_id is not None,
    }


def _replaced(here: PatientHere, plan_id: int) -> ResponseReturnValue:
    """Something newer came in between; nothing was done, and the newer one is shown."""
    there = _back(here, plan_id)
    db().rollback()
    flash(_("Der er kommet en nyere beslutning imens. Intet er ændret. Se den nye her."), "warning")
    return there


def _back(here: PatientHere, plan_id: int) -> ResponseReturnValue:
    there = url_for(
        "staff_follow_up.of_one",
        clinic_id=here.clinic.id,
        patient_id=here.patient.id,
        plan=plan_id,
    )
    return redirect(there, 303)

"""What the page of a patient's follow-up says: gathered here, shown by `staff_web`."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from booking.appointments.invitations.models import Invitation
from booking.calendar.service import today
from booking.clinic_web.places import PatientHere, patient_tabs
from booking.clinic_web.worklist import KINDS, OTHER
from booking.platform.errors import DomainError, NotFound
from booking.platform.i18n import language_code, moment, short_day
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from booking.platform.pages import db, me
from booking.platform.web import rettid
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring import words
from triage_rules.followup import (
    board,
    history,
    of_patient,
    pathways,
    queries,
    recompute,
    service,
    showing,
    windows,
    wording,
)
from triage_rules.followup.contacts import contact_of
from triage_rules.followup.measurements import MEASURES
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan, Measurement
from triage_rules.questionnaires.queries import latest as latest_version
from triage_rules.questionnaires.queries import open_courses

VALUES_SHOWN = 6
PLACE = "staff.follow_up"


def page_of(here: PatientHere, plan_id: int | None = None) -> dict[str, Any]:
    """Context of the whole page. plan_id: which plan; the one that runs unless given."""
    clinic, patient = here.clinic, here.patient
    plans = of_patient.plans(db(), clinic.id, patient.id)
    plan = plans[0] if plans else None
    if plan_id is not None:
        plan = next((one for one in plans if one.id == plan_id), None)
        if plan is None:
            raise NotFound
    items = of_patient.items(db(), clinic.id, patient.id)
    measured = queries.measurements_of(db(), clinic.id, patient.id)
    return {
        **(_of_plan(here, plan) if plan is not None else {"decision": None, "earlier": ()}),
        "clinic": clinic,
        "patient": patient,
        "tabs": patient_tabs(here),
        "plans": plans,
        "plan": plan,
        "items": items,
        "urgencies": {one.id: board.urgency_of(one) for one in items},
        "kinds": KINDS,
        "other": OTHER,
        "colours": showing.COLOURS,
        "actions": showing.ACTIONS,
        "causes": showing.CAUSES,
        "cards": rettid().parts.cards(PLACE, db(), me(), here),
        "series": _series(here, plan, measured),
        "shown": VALUES_SHOWN,
        "measured": _measured(measured),
        "codes": sorted(
            [
                (code, f"{one.name(language_code())} ({words.unit_name(one.unit)})")
                for code, one in MEASURES.items()
            ],
            key=lambda pair: pair[1].casefold(),
        ),
        "today": today(db(), clinic),
        "may_review": Role.CLINICIAN in me().roles.get(clinic.id, ()),
        **_startable(here, plans),
    }


def about(here: PatientHere, decision: FollowUpDecision) -> dict[str, Any]:
    """Context of one decision: what was said, and why."""
    made = recompute.again(decision)
    version, contact = decision.rule_version, None
    names = showing.names_for(db(), here.clinic.id, [version.rules])
    if decision.contact is not None:
        day = local_date(decision.decided_at, here.clinic.zone)
        contact = showing.contact(decision.contact, day)
    line = ""
    if contact is not None and decision.action == "contact":
        parts = [contact[name] for name in ("form", "minutes", "profession")]
        line = ", ".join(str(one) for one in parts if one)
    return {
        "clinic": here.clinic,
        "patient": here.patient,
        "decision": decision,
        "colours": showing.COLOURS,
        "actions": showing.ACTIONS,
        "causes": showing.CAUSES,
        "override_reasons": wording.REASONS,
        "calls": showing.calls(decision.calls),
        "reasons": showing.reasons(decision),
        "contact": contact,
        "contact_line": line,
        "rules_line": _(
            "%(rules)s, version %(number)s (%(hash)s)",
            rules=version.rule_set.label,
            number=version.number,
            hash=decision.version_hash[:8],
        ),
        "rules_href": url_for(
            "rule_versions.show",
            clinic_id=here.clinic.id,
            rule_set_id=version.rule_set_id,
            number=version.number,
        ),
        "obligations": showing.obligations(decision.obligations, names),
        "led": _led_to(here, decision),
        "fired": showing.fired(made, names),
        "used": [*_alarm(decision), *showing.used(made, names)],
        "different": [*_without_alarm(decision), *showing.different(made, names)],
    }


def _alarm(decision: FollowUpDecision) -> list[showing.Used]:
    """The answer that alarmed, as what the decision was made from."""
    alarm = recompute.inputs_of(decision).alarm
    if alarm is None:
        return []
    asked = latest_version(db(), alarm.questionnaire)
    title = asked.questionnaire.title(language_code()) if asked else alarm.questionnaire
    return [showing.Used(_("Alarmerende svar"), title, alarm.at, "")]


def _without_alarm(decision: FollowUpDecision) -> list[str]:
    if all(reason["why"] != "alarm" for reason in decision.reasons):
        return []
    made = recompute.without_alarm(decision)
    return [
        _(
            "Uden det alarmerende svar havde reglerne sagt: %(colour)s. %(action)s.",
            colour=wording.colour_name(made.colour).lower(),
            action=showing.ACTIONS[made.action],
        )
    ]


def _of_plan(here: PatientHere, plan: FollowUpPlan) -> dict[str, Any]:
    latest = of_patient.latest(db(), plan.id)
    found: dict[str, Any] = {"decision": None, "earlier": (), "bounds": (1, 260)}
    if latest is not None:
        found = about(here, latest)
        found["earlier"] = of_patient.earlier(db(), plan.id)
        found["reviewed"] = bool(latest.reviews)
    found["interval_line"] = _interval(plan)
    try:
        net = service.net_weeks(db(), plan, latest)
    except DomainError:
        return {**found, "bounds": (1, 1)}
    contact = contact_of(latest) if latest is not None else None
    return {**found, "bounds": windows.bounds(contact, net)}


def _interval(plan: FollowUpPlan) -> str:
    if plan.interval_weeks is None:
        return _("Som reglerne siger")
    return _(
        "%(time)s, sat af %(who)s: %(why)s",
        time=words.weeks(plan.interval_weeks),
        who=plan.interval_by,
        why=plan.interval_why,
    )


def _led_to(here: PatientHere, decision: FollowUpDecision) -> list[dict[str, str]]:
    """What came of it, each with the way there where there is one."""
    led = []
    outcome = decision.outcome
    if outcome is not None and outcome.ask_on is not None:
        led.append({"text": _("Nyt spørgeskema %(day)s", day=history.short_year(outcome.ask_on))})
    if outcome is not None and outcome.worklist_item is not None:
        item = outcome.worklist_item
        stands = _("venter") if item.status == "open" else _("færdig")
        name = KINDS.get(item.kind, OTHER).name
        led.append({"text": _("Opgave: %(what)s (%(stands)s).", what=name, stands=stands)})
    invitations = of_patient.led_to(decision)
    times = of_patient.times_of(db(), [one.id for one in invitations])
    for one in invitations:
        time = times.get(one.id)
        if time is not None:
            led.append(
                {
                    "text": _(
                        "Tid: %(what)s %(when)s.",
                        what=one.visit_type.title(language_code()),
                        when=moment(time.starts_at, here.clinic.zone),
                    ),
                    "href": url_for(
                        "staff_appointments.show", clinic_id=here.clinic.id, appointment_id=time.id
                    ),
                    "link": _("Se tiden"),
                }
            )
        else:
            led.append(_invited(here, one))
    return led


def _invited(here: PatientHere, invitation: Invitation) -> dict[str, str]:
    return {
        "text": _(
            "Indkaldelse: %(what)s mellem %(first)s og %(last)s",
            what=invitation.visit_type.title(language_code()),
            first=short_day(invitation.window_from),
            last=short_day(invitation.window_to),
        ),
        "href": url_for(
            "staff_invitations.show", clinic_id=here.clinic.id, invitation_id=invitation.id
        ),
        "link": _("Se indkaldelsen"),
    }


def _series(
    here: PatientHere, plan: FollowUpPlan | None, measured: Sequence[Measurement]
) -> list[history.Series]:
    """Answers over time; the limits are those of the rules in force."""
    responses = history.answers(db(), here.clinic.id, here.patient.id)
    rules = None
    if plan is not None:
        version = rule_sets.in_force(db(), plan.pathway.rule_set_id, db().now())
        rules = version.rules if version is not None else None
    return [
        *history.of_scores(responses, here.clinic, rules),
        *history.of_measurements(measured, here.clinic, rules),
    ]


def _measured(measured: Sequence[Measurement]) -> list[dict[str, Any]]:
    language = language_code()
    found = []
    for one in measured:
        known = MEASURES.get(one.code)
        label, unit = (known.name(language), known.unit) if known else (one.code, "")
        value = words.counted(one.value, unit)
        found.append({"row": one, "label": label, "value": value})
    return found


def _startable(here: PatientHere, plans: Any) -> dict[str, Any]:
    """The courses nobody follows yet, and what they may be followed by."""
    followed = {one.course_id for one in plans if one.ended_at is None}
    return {
        "startable": [
            (one.id, one.title or _("Uden titel"))
            for one in open_courses(db(), here.clinic.id, here.patient.id)
            if one.id not in followed
        ],
        "pathways": [(one.id, one.name) for one in pathways.of_clinic(db(), here.clinic.id)],
        "may_start": bool({Role.CLINICIAN, Role.LEADER} & set(me().roles.get(here.clinic.id, ()))),
    }

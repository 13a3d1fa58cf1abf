"""What may be done with a patient's plan: start it, end it, set its interval."""

from datetime import date, timedelta

from flask_babel import gettext as _

from booking.appointments.invitations.models import Course
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput, NotFound
from booking.platform.identity import Actor, Role
from booking.platform.localtime import local_date
from triage_rules.authoring import queries as rule_sets
from triage_rules.followup import due, queries, windows, wording
from triage_rules.followup.contacts import contact_of
from triage_rules.followup.errors import AlreadyFollowed, NoRulesInForce, PlanEnded
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan, Pathway


def start_plan(
    session: Session,
    by: Actor,
    course: Course,
    pathway: Pathway,
    ask_on: date | None = None,
) -> FollowUpPlan:
    """Follow a patient's course by a pathway; the first questionnaire goes out on `ask_on`, a
    local day (today unless given).

    Raises NotFound for a pathway that is not the course's clinic's or not in use, PlanEnded for
    a course that has ended, NoRulesInForce, AlreadyFollowed, and InvalidInput for a day that is
    past or beyond the rules' latest week.
    """
    by.at(course.clinic_id, Role.CLINICIAN, Role.LEADER)
    if pathway.clinic_id != course.clinic_id or not pathway.active:
        raise NotFound
    if course.ended_on is not None:
        raise PlanEnded
    version = rule_sets.in_force(session, pathway.rule_set_id, session.now())
    if version is None:
        raise NoRulesInForce
    session.refresh(course, with_for_update={"of": Course})
    if queries.running(session, course.id) is not None:
        raise AlreadyFollowed
    day = today(session, course.clinic)
    net = day + timedelta(weeks=version.rules.latest_weeks)
    first = ask_on or day
    if not day <= first <= net:
        raise InvalidInput({"ask_on": _("Vælg en dag fra i dag til %(last)s.", last=net)})
    asks = pathway.questionnaire_id is not None
    answered = first + timedelta(days=pathway.answer_days)
    plan = FollowUpPlan(
        course=course,
        patient=course.patient,
        clinic=course.clinic,
        pathway=pathway,
        started_on=day,
        ask_on=first if asks else None,
        latest_on=min(answered, net) if asks else net,
    )
    session.add(plan)
    session.flush()
    audit.record(session, by, "follow_up.started", [plan.patient_id], clinic_id=plan.clinic_id)
    if plan.ask_on == day:
        due.send(session, plan)
    return plan


def end_plan(session: Session, by: Actor, plan: FollowUpPlan) -> None:
    """Stop following by this plan. What is red stays on the worklist until somebody has seen it,
    and times and invitations stay with booking."""
    by.at(plan.clinic_id, Role.CLINICIAN, Role.LEADER)
    lock(session, plan)
    due.end(session, by, plan)


def set_interval(
    session: Session, by: Actor, plan: FollowUpPlan, weeks: int | None, why: str
) -> FollowUpPlan:
    """Let a clinician set a patient's interval within what the rules allow; None gives it back
    to the rules.

    Raises InvalidInput naming the bounds, or where `why` is empty.
    """
    by.at(plan.clinic_id, Role.CLINICIAN)
    lock(session, plan)
    decision = queries.latest_decision(session, plan.id)
    net = net_weeks(session, plan, decision)
    contact = contact_of(decision) if decision is not None else None
    low, high = windows.bounds(contact, net)
    wrong = {}
    if weeks is not None and not low <= weeks <= high:
        wrong["weeks"] = wording.allowed(low, high)
    if weeks is not None and not why.strip():
        wrong["why"] = _("Skriv, hvorfor intervallet er ændret.")
    if wrong:
        raise InvalidInput(wrong)
    plan.interval_weeks = weeks
    plan.interval_why, plan.interval_by = (why.strip(), by.name) if weeks else ("", "")
    if plan.ask_on is not None and decision is not None:
        day = today(session, plan.clinic)
        decided = local_date(decision.decided_at, plan.clinic.zone)
        step = windows.next_step(contact, weeks, net, plan.pathway.answer_days, decided)
        plan.ask_on = max(day, step.ask_on)
        plan.latest_on = max(day, step.latest_on)
    session.flush()
    audit.record(session, by, "follow_up.interval_set", [plan.patient_id], clinic_id=plan.clinic_id)
    return plan


def lock(session: Session, plan: FollowUpPlan) -> None:
    """Hold the plan for the rest of the transaction; raises PlanEnded."""
    session.flush()
    session.refresh(plan, with_for_update={"of": FollowUpPlan})
    if plan.ended_at is not None:
        raise PlanEnded


def net_weeks(session: Session, plan: FollowUpPlan, decision: FollowUpDecision | None) -> int:
    """The safety net: the latest week of the rules in force, else of those last decided by."""
    version = rule_sets.in_force(session, plan.pathway.rule_set_id, session.now())
    version = version or (decision.rule_version if decision is not None else None)
    if version is None:
        raise NoRulesInForce
    return version.rules.latest_weeks

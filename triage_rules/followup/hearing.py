"""What follow-up does when it hears of answers, wishes, silence and contacts."""

from contextlib import suppress
from datetime import timedelta
from typing import cast

from booking.appointments.events import ContactDone, CourseEnded
from booking.appointments.models import Appointment
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.events import WorklistItemFinished
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import with_key
from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor, ActorKind
from triage_rules.authoring import queries as rule_sets
from triage_rules.followup import contacts, due, facts, going_on, queries, service, tasks
from triage_rules.followup.deciding import decide
from triage_rules.followup.errors import PlanEnded
from triage_rules.followup.models import FollowUpPlan
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.events import (
    PatientWantsContact,
    QuestionnaireAnswered,
    QuestionnaireCorrected,
    QuestionnaireOverdue,
    QuestionnaireWithdrawn,
)
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireResponse


def on_answered(session: Session, answered: QuestionnaireAnswered) -> None:
    """Decide by the answers that came in."""
    _on_response(session, answered.response_id, "answered")


def on_corrected(session: Session, corrected: QuestionnaireCorrected) -> None:
    """Decide again by what the answers should have been."""
    _on_response(session, corrected.response_id, "corrected")


def on_wish(session: Session, wished: PatientWantsContact) -> None:
    """A patient who wants to be contacted always is, whatever the rules say."""
    for plan in queries.plans_of(session, wished.patient_id, wished.clinic_id):
        with suppress(PlanEnded):
            decide(session, SYSTEM, plan, "wish")


def on_overdue(session: Session, overdue: QuestionnaireOverdue) -> None:
    """A patient is silent. A person has it on the worklist, and must open it in time; should that
    come to nothing too, the plan's latest day calls again: not the day that has passed with the
    answers, of which this is the call."""
    request = session.get_one(QuestionnaireRequest, overdue.request_id)
    plan = queries.running(session, request.course_id)
    if plan is None:
        return
    with suppress(PlanEnded):
        service.lock(session, plan)
        _call(session, plan, request)


def _call(session: Session, plan: FollowUpPlan, request: QuestionnaireRequest) -> None:
    day = today(session, plan.clinic)
    soon = day + timedelta(days=plan.pathway.answer_days)
    again = day + min(timedelta(days=plan.pathway.answer_days), due.AGAIN_AFTER)
    plan.latest_on = min(plan.latest_on, soon) if plan.latest_on >= day else again
    due.seen(session, plan)
    item = with_key(session, asking.overdue_key(request))
    if item is not None:
        item.urgency = item.urgency or "yellow"
        item.owner_id = tasks.owner_of(plan)
        item.escalate_at = tasks.unread_at(session, plan)
    session.flush()


def on_withdrawn(session: Session, withdrawn: QuestionnaireWithdrawn) -> None:
    """What was asked is taken back. Where nothing else is on its way, a person decides."""
    request = session.get_one(QuestionnaireRequest, withdrawn.request_id)
    worklist.withdraw(session, due.paper_key(request))
    plan = queries.running(session, request.course_id)
    if plan is not None:
        with suppress(PlanEnded):
            service.lock(session, plan)
            going_on.tell_of_no_step(session, plan)


def on_done(session: Session, done: ContactDone) -> None:
    """The contact took place: the next questionnaire is set, so that the follow-up goes on. Not
    while the plan's own invitation still waits: another contact does not stand in for it."""
    appointment = session.get_one(Appointment, done.appointment_id)
    plan = queries.running(session, appointment.course_id or 0)
    if plan is None:
        return
    with suppress(PlanEnded):
        service.lock(session, plan)
        if contacts.standing(session, plan) is None:
            going_on.with_next_step(session, plan)


def on_course_ended(session: Session, ended: CourseEnded) -> None:
    """Nobody is followed in a course that has ended, and what was asked is taken back."""
    plan = queries.running(session, ended.course_id)
    if plan is not None:
        with suppress(PlanEnded):
            service.lock(session, plan)
            due.end(session, SYSTEM, plan)


def on_finished(session: Session, finished: WorklistItemFinished) -> None:
    """Something about a patient is seen to. Where nothing else is on its way, the next
    questionnaire is set: closing a task never ends a follow-up unseen."""
    item = session.get_one(WorklistItem, finished.item_id)
    if item.patient_id is None:
        return
    for plan in queries.plans_of(session, item.patient_id, item.clinic_id):
        with suppress(PlanEnded):
            service.lock(session, plan)
            going_on.unless_something_waits(session, plan)


def _on_response(session: Session, response_id: int, cause: str) -> None:
    response = session.get_one(QuestionnaireResponse, response_id)
    request = response.request
    worklist.withdraw(session, due.paper_key(request))
    plan = queries.running(session, request.course_id)
    if plan is not None and not _concerns(session, plan, response):
        return
    if plan is not None:
        with suppress(PlanEnded):  # in the same moment: then nothing is decided any more
            decide(session, _giver(response), plan, cause, response)
            return
    if facts.says_wish(response):
        asking.put_wish(session, request.patient, request.clinic)


def _concerns(session: Session, plan: FollowUpPlan, response: QuestionnaireResponse) -> bool:
    """True for the plan's own questionnaire, one its rules ask for, one that it has been decided
    on before, any wish for contact, and an alarm."""
    questionnaire = response.request.version.questionnaire
    if questionnaire.id == plan.pathway.questionnaire_id:
        return True
    version = rule_sets.in_force(session, plan.pathway.rule_set_id, session.now())
    if version is not None and questionnaire.code in facts.questionnaires_of(version.rules):
        return True
    if queries.decided_on(session, plan.id, questionnaire.id):
        return True
    known = facts.Known(session, plan.course, response)
    return known.wishes_contact or known.alarming is not None


def _giver(response: QuestionnaireResponse) -> Actor:
    """Whoever handed in the answers."""
    kind = "staff" if response.given_by == "staff" else "patient"
    return Actor(cast(ActorKind, kind), response.actor_id, response.actor_name)

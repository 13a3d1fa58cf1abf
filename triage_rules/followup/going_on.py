"""That a follow-up goes on: when something is seen to, the next thing is set."""

from sqlalchemy import ColumnElement, exists

from booking.appointments.invitations.models import Invitation
from booking.appointments.worklist.queries import with_key
from booking.platform.database import Session
from triage_rules.followup import acting, contacts, due, queries, service, tasks
from triage_rules.followup.errors import NoRulesInForce
from triage_rules.followup.models import FollowUpPlan
from triage_rules.questionnaires.queries import waiting
from triage_rules.questionnaires.service import wish_key


def unless_something_waits(session: Session, plan: FollowUpPlan) -> None:
    """Set the next questionnaire of a locked plan, unless one is set already, or an invitation,
    unanswered questions or a person's task is on its way."""
    if plan.ask_on is None and not _something_waits(session, plan):
        with_next_step(session, plan)


def with_next_step(session: Session, plan: FollowUpPlan) -> None:
    """Set the next questionnaire of a locked plan by its latest decision, and its latest day.

    Where no rules were ever in force a person is told instead.
    """
    decision = queries.latest_decision(session, plan.id)
    try:
        net = service.net_weeks(session, plan, decision)
    except NoRulesInForce:
        acting.no_rules(session, plan)
        return
    contact = contacts.contact_of(decision) if decision is not None else None
    acting.schedule(session, plan, contact, net)
    due.seen(session, plan)


def taken_back(session: Session) -> int:
    """The job: put plans whose invitation somebody has taken back, and of which nothing else is on
    its way, before a person; returns how many. Closed, the next questionnaire is set."""
    found = 0
    for plans in due.claimed(session, lambda _day: _without_a_step(session)):
        for plan in plans:
            invitation = contacts.taken_back(session, plan)
            if invitation is not None and tell_of_no_step(session, plan, invitation.id):
                found += 1
    return found


def tell_of_no_step(session: Session, plan: FollowUpPlan, invitation_id: int | None = None) -> bool:
    """Put a plan before a person, unless something is on its way; True if it was put."""
    waits = plan.ask_on is not None or _something_waits(session, plan)
    if waits or contacts.on_its_way(session, plan):
        return False
    key, due_on = due.revoked_key(plan.id), tasks.yellow_due(session, plan)
    tasks.put(session, plan, due.REVOKED, key, due_on, invitation_id=invitation_id)
    return True


def _without_a_step(session: Session) -> ColumnElement[bool]:
    """No questionnaire is set, an invitation in the course was taken back, and nobody told."""
    gone = exists().where(
        Invitation.course_id == FollowUpPlan.course_id, Invitation.status == "revoked"
    )
    return FollowUpPlan.ask_on.is_(None) & gone & ~due.told(session, due.REVOKED)


def _something_waits(session: Session, plan: FollowUpPlan) -> bool:
    asked = any(one.course_id == plan.course_id for one in waiting(session, plan.patient_id))
    keys = acting.item_key(plan), wish_key(plan.clinic_id, plan.patient_id)
    tasks = any(with_key(session, key) is not None for key in keys)
    return asked or tasks or contacts.standing(session, plan) is not None

"""That a follow-up goes on: when something is seen to, the next thing is set."""

from booking.appointments.worklist.queries import with_key
from booking.platform.database import Session
from triage_rules.followup import acting, contacts, due, queries, service
from triage_rules.followup.errors import NoRulesInForce
from triage_rules.followup.models import FollowUpPlan
from triage_rules.questionnaires.queries import waiting


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


def _something_waits(session: Session, plan: FollowUpPlan) -> bool:
    asked = any(one.course_id == plan.course_id for one in waiting(session, plan.patient_id))
    item = with_key(session, acting.item_key(plan))
    return asked or item is not None or contacts.standing(session, plan) is not None

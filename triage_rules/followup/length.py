"""How long a contact takes where rules have decided it: the rule's minutes instead of the visit
type's base. What the patient's needs add, the cap and the grid stay booking's own.
"""

from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import select

from booking.appointments.invitations.models import Invitation
from booking.appointments.length import Length, LengthPolicy, LengthQuestion
from booking.platform.database import Session
from triage_rules.followup import contacts, queries
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan


@dataclass(frozen=True)
class ByDecision:
    """A length policy that asks the decisions first, and another for all the rest."""

    otherwise: LengthPolicy

    def __call__(self, session: object, question: LengthQuestion) -> Length:
        """The length for this patient and visit type; the rule's minutes are never cut."""
        minutes = _minutes(cast(Session, session), question)
        if minutes:
            question = replace(question, base=minutes, cap=max(question.cap, minutes))
        return self.otherwise(session, question)


def _minutes(session: Session, question: LengthQuestion) -> int:
    """What a clinician, else the latest decision, asked for, else what ordered this; 0 where
    nothing is about it."""
    if question.invitation_id is None:
        return 0
    plan = session.scalars(
        select(FollowUpPlan)
        .join(Invitation, Invitation.course_id == FollowUpPlan.course_id)
        .where(Invitation.id == question.invitation_id, FollowUpPlan.ended_at.is_(None))
    ).one_or_none()
    decision = queries.latest_decision(session, plan.id) if plan is not None else None
    if plan is None or decision is None:
        return 0
    minutes = _asked(session, plan, decision, question)
    if minutes is None:
        ordered = queries.ordering_decision(session, plan.id, question.invitation_id)
        minutes = _asked(session, plan, ordered, question) if ordered is not None else None
    return minutes or 0


def _asked(
    session: Session, plan: FollowUpPlan, decision: FollowUpDecision, question: LengthQuestion
) -> int | None:
    """What a decision, or a clinician's word on it, says of this contact; None: nothing."""
    review = queries.latest_review(session, decision.id)
    if review is not None and review.invitation_id == question.invitation_id and review.contact:
        return int(str(review.contact.get("minutes") or 0))
    contact = contacts.contact_of(decision)
    if decision.action != "contact" or contact is None:
        return None
    fitting = contacts.fitting(plan, contact)
    about_this = fitting is not None and fitting.id == question.visit_type_id
    return contact.minutes if about_this else None

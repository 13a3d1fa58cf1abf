"""How long a contact takes where rules have decided it: the rule's minutes instead of the visit
type's base. What the patient's needs add, the cap and the grid stay booking's own.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import select

from booking.appointments.invitations.models import Invitation
from booking.appointments.length import Length, LengthPolicy, LengthQuestion
from booking.platform.database import Session
from triage_rules.followup import contacts, queries
from triage_rules.followup.models import DecisionReview, FollowUpDecision, FollowUpPlan


@dataclass(frozen=True)
class ByDecision:
    """A length policy that asks the decisions first, and another for all the rest."""

    otherwise: LengthPolicy

    def __call__(self, session: object, question: LengthQuestion) -> Length:
        """The length for this patient and visit type; the rule's minutes are never cut."""
        return self.otherwise(session, self._by_rule(cast(Session, session), [question])[0])

    def several(self, session: object, questions: Sequence[LengthQuestion]) -> list[Length]:
        """The same for many, in a bounded number of questions to the database."""
        asked = self._by_rule(cast(Session, session), questions)
        return [self.otherwise(session, question) for question in asked]

    def _by_rule(
        self, session: Session, questions: Sequence[LengthQuestion]
    ) -> list[LengthQuestion]:
        minutes = _minutes(session, questions)
        return [
            replace(one, base=found, cap=max(one.cap, found)) if found else one
            for one, found in zip(questions, minutes, strict=True)
        ]


def _minutes(session: Session, questions: Sequence[LengthQuestion]) -> list[int]:
    """What a clinician, else the latest decision, asked for, else what ordered this; 0 where
    nothing is about it."""
    plans = _plans(session, {one.invitation_id for one in questions} - {None})
    if not plans:
        return [0] * len(questions)
    latest = queries.latest_decisions(session, {plan.id for plan in plans.values()})
    ordered = queries.ordering_decisions(session, plans.keys())
    about = {one.id for one in (*latest.values(), *ordered.values())}
    reviews = queries.latest_reviews(session, about)

    def minutes(question: LengthQuestion) -> int:
        plan = plans.get(question.invitation_id or 0)
        decision = latest.get(plan.id) if plan is not None else None
        if plan is None or decision is None:
            return 0
        found = _asked(reviews.get(decision.id), plan, decision, question)
        before = ordered.get(question.invitation_id or 0)
        if found is None and before is not None and before.plan_id == plan.id:
            found = _asked(reviews.get(before.id), plan, before, question)
        return found or 0

    return [minutes(question) for question in questions]


def _plans(session: Session, invitations: Collection[int | None]) -> dict[int, FollowUpPlan]:
    """Invitation -> the running plan of its course."""
    if not invitations:
        return {}
    rows = session.execute(
        select(Invitation.id, FollowUpPlan)
        .join(FollowUpPlan, Invitation.course_id == FollowUpPlan.course_id)
        .where(Invitation.id.in_(invitations), FollowUpPlan.ended_at.is_(None))
    )
    return dict(rows.all())


def _asked(
    review: DecisionReview | None,
    plan: FollowUpPlan,
    decision: FollowUpDecision,
    question: LengthQuestion,
) -> int | None:
    """What a decision, or a clinician's word on it, says of this contact; None: nothing."""
    if review is not None and review.invitation_id == question.invitation_id and review.contact:
        return int(str(review.contact.get("minutes") or 0))
    contact = contacts.contact_of(decision)
    if decision.action != "contact" or contact is None:
        return None
    fitting = contacts.fitting(plan, contact)
    about_this = fitting is not None and fitting.id == question.visit_type_id
    return contact.minutes if about_this else None

"""Reading plans, decisions and measurements."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from booking.platform.database import Session
from booking.platform.errors import NotFound
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpDecision,
    FollowUpPlan,
    Measurement,
    Pathway,
)
from triage_rules.questionnaires.models import (
    QuestionnaireRequest,
    QuestionnaireResponse,
    QuestionnaireVersion,
)


def plan_here(session: Session, clinic_id: int, patient_id: int, plan_id: int) -> FollowUpPlan:
    """A clinic's plan for a patient; raises NotFound for any other."""
    plan = session.get(FollowUpPlan, plan_id)
    if plan is None or (plan.clinic_id, plan.patient_id) != (clinic_id, patient_id):
        raise NotFound
    return plan


def plans_of(
    session: Session, patient_id: int, clinic_id: int | None = None
) -> Sequence[FollowUpPlan]:
    """A patient's running plans, the latest first; at one clinic or all."""
    wanted = (
        select(FollowUpPlan)
        .where(FollowUpPlan.patient_id == patient_id, FollowUpPlan.ended_at.is_(None))
        .options(joinedload(FollowUpPlan.pathway), joinedload(FollowUpPlan.course))
        .order_by(FollowUpPlan.started_on.desc(), FollowUpPlan.id.desc())
    )
    if clinic_id is not None:
        wanted = wanted.where(FollowUpPlan.clinic_id == clinic_id)
    return session.scalars(wanted).all()


def running(session: Session, course_id: int) -> FollowUpPlan | None:
    """The plan a course is followed by, if it is."""
    return session.scalars(
        select(FollowUpPlan).where(
            FollowUpPlan.course_id == course_id, FollowUpPlan.ended_at.is_(None)
        )
    ).one_or_none()


def time_to_read(session: Session, clinic_id: int, patient_id: int) -> timedelta | None:
    """How long a patient's word may lie unread: the shortest time the clinic has set for how they
    are followed, else for how it follows anyone; None where it follows nobody."""
    shortest = select(func.min(Pathway.unread_hours)).where(Pathway.clinic_id == clinic_id)
    theirs = shortest.join(FollowUpPlan, FollowUpPlan.pathway_id == Pathway.id).where(
        FollowUpPlan.patient_id == patient_id, FollowUpPlan.ended_at.is_(None)
    )
    hours = session.scalar(theirs) or session.scalar(shortest.where(Pathway.active.is_(True)))
    return timedelta(hours=hours) if hours is not None else None


def latest_decision(session: Session, plan_id: int) -> FollowUpDecision | None:
    """The decision that stands."""
    return session.scalars(_newest_first(plan_id).limit(1)).one_or_none()


def latest_decisions(session: Session, plans: Collection[int]) -> dict[int, FollowUpDecision]:
    """Plan -> the decision that stands."""
    rank = func.row_number().over(
        partition_by=FollowUpDecision.plan_id,
        order_by=(FollowUpDecision.decided_at.desc(), FollowUpDecision.id.desc()),
    )
    ranked = (
        select(FollowUpDecision.id, rank.label("rank"))
        .where(FollowUpDecision.plan_id.in_(plans))
        .subquery()
    )
    newest = select(FollowUpDecision).join(ranked, ranked.c.id == FollowUpDecision.id)
    return {one.plan_id: one for one in session.scalars(newest.where(ranked.c.rank == 1))}


def ordering_decisions(
    session: Session, invitations: Collection[int]
) -> dict[int, FollowUpDecision]:
    """Invitation -> the newest decision that led to it, by itself or by a clinician's word."""
    found: dict[int, FollowUpDecision] = {}
    for led in (DecisionOutcome, DecisionReview):
        rows = session.execute(
            select(led.invitation_id, FollowUpDecision)
            .join(FollowUpDecision, FollowUpDecision.id == led.decision_id)
            .where(led.invitation_id.in_(invitations))
        )
        for invitation, decision in rows:
            if invitation is None:
                continue
            known = found.get(invitation)
            if known is None or _age(known) < _age(decision):
                found[invitation] = decision
    return found


def latest_reviews(session: Session, decisions: Collection[int]) -> dict[int, DecisionReview]:
    """Decision -> a clinician's last word on it."""
    wanted = (
        select(DecisionReview)
        .where(DecisionReview.decision_id.in_(decisions))
        .order_by(DecisionReview.id)
    )
    return {one.decision_id: one for one in session.scalars(wanted)}


def decided_on(session: Session, plan_id: int, questionnaire_id: int) -> bool:
    """True where answers to a questionnaire have led to a decision in a plan."""
    found = (
        select(FollowUpDecision.id)
        .join(FollowUpDecision.response)
        .join(QuestionnaireResponse.request)
        .join(QuestionnaireRequest.version)
        .where(
            FollowUpDecision.plan_id == plan_id,
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
        )
    )
    return session.scalar(found.limit(1)) is not None


def decision_here(
    session: Session, clinic_id: int, patient_id: int, decision_id: int
) -> FollowUpDecision:
    """A clinic's decision about a patient; raises NotFound for any other."""
    decision = session.get(FollowUpDecision, decision_id)
    if decision is None or (decision.clinic_id, decision.patient_id) != (clinic_id, patient_id):
        raise NotFound
    return decision


def latest_review(session: Session, decision_id: int) -> DecisionReview | None:
    """A clinician's last word on a decision, if there is one."""
    return session.scalars(
        select(DecisionReview)
        .where(DecisionReview.decision_id == decision_id)
        .order_by(DecisionReview.id.desc())
        .limit(1)
    ).one_or_none()


def measurements_of(session: Session, clinic_id: int, patient_id: int) -> Sequence[Measurement]:
    """What was measured of a patient at a clinic, the newest first; withdrawn ones too."""
    return session.scalars(
        select(Measurement)
        .where(Measurement.clinic_id == clinic_id, Measurement.patient_id == patient_id)
        .order_by(Measurement.taken_at.desc(), Measurement.id.desc())
    ).all()


def _newest_first(plan_id: int) -> Select[FollowUpDecision]:
    return (
        select(FollowUpDecision)
        .where(FollowUpDecision.plan_id == plan_id)
        .order_by(FollowUpDecision.decided_at.desc(), FollowUpDecision.id.desc())
    )


def _age(decision: FollowUpDecision) -> tuple[datetime, int]:
    return decision.decided_at, decision.id

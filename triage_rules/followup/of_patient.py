"""Reading how one patient is followed at a clinic."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.errors import NotFound
from triage_rules.followup.board import URGENCIES
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpDecision,
    FollowUpPlan,
    Measurement,
    Pathway,
)

EARLIER = 30


def plans(session: Session, clinic_id: int, patient_id: int) -> Sequence[FollowUpPlan]:
    """A patient's plans at a clinic, those that run first, the latest first."""
    return session.scalars(
        select(FollowUpPlan)
        .where(FollowUpPlan.clinic_id == clinic_id, FollowUpPlan.patient_id == patient_id)
        .options(
            joinedload(FollowUpPlan.pathway).joinedload(Pathway.rule_set),
            joinedload(FollowUpPlan.pathway).joinedload(Pathway.questionnaire),
            joinedload(FollowUpPlan.course).joinedload(Course.responsible),
        )
        .order_by(FollowUpPlan.ended_at.is_not(None), FollowUpPlan.id.desc())
    ).all()


def latest(session: Session, plan_id: int) -> FollowUpDecision | None:
    """The decision that stands: a plan's latest."""
    return session.scalars(
        select(FollowUpDecision)
        .where(FollowUpDecision.plan_id == plan_id)
        .options(*_whole())
        .order_by(FollowUpDecision.decided_at.desc(), FollowUpDecision.id.desc())
        .limit(1)
    ).one_or_none()


def earlier(session: Session, plan_id: int) -> Sequence[FollowUpDecision]:
    """A plan's decisions before the one that stands, the latest first, at most thirty."""
    return session.scalars(
        select(FollowUpDecision)
        .where(FollowUpDecision.plan_id == plan_id)
        .options(
            selectinload(FollowUpDecision.reviews), selectinload(FollowUpDecision.rule_version)
        )
        .order_by(FollowUpDecision.decided_at.desc(), FollowUpDecision.id.desc())
        .offset(1)
        .limit(EARLIER)
    ).all()


def measurement(
    session: Session, clinic_id: int, patient_id: int, measurement_id: int
) -> Measurement:
    """One measurement of a clinic's patient; raises NotFound for any other."""
    found = session.get(Measurement, measurement_id)
    if found is None or (found.clinic_id, found.patient_id) != (clinic_id, patient_id):
        raise NotFound
    return found


def items(session: Session, clinic_id: int, patient_id: int) -> Sequence[WorklistItem]:
    """What waits for a person about how this patient is, red first, then the first due."""
    return session.scalars(
        select(WorklistItem)
        .where(
            WorklistItem.clinic_id == clinic_id,
            WorklistItem.patient_id == patient_id,
            WorklistItem.status == "open",
            or_(WorklistItem.urgency != "", WorklistItem.kind.in_(tuple(URGENCIES))),
        )
        .options(joinedload(WorklistItem.owner))
        .order_by(WorklistItem.urgency != "red", WorklistItem.due_on, WorklistItem.id)
    ).all()


def times_of(session: Session, invitation_ids: Sequence[int]) -> dict[int, Appointment]:
    """The live appointment of each of these invitations that has one."""
    found = session.scalars(
        select(Appointment).where(
            Appointment.invitation_id.in_(invitation_ids), Appointment.status.in_(ACTIVE)
        )
    )
    return {one.invitation_id: one for one in found if one.invitation_id is not None}


def led_to(found: FollowUpDecision) -> list[Invitation]:
    """The invitations a decision and what people made of it led to, the latest first."""
    by_people = [one.invitation for one in found.reviews if one.invitation is not None]
    by_rules = found.outcome.invitation if found.outcome is not None else None
    every = [by_rules, *by_people] if by_rules is not None else by_people
    return list({one.id: one for one in reversed(every)}.values())


def _whole() -> list[Any]:
    """All that the page of a decision says."""
    outcome = joinedload(FollowUpDecision.outcome)
    return [
        joinedload(FollowUpDecision.rule_version),
        joinedload(FollowUpDecision.response),
        outcome.joinedload(DecisionOutcome.invitation).joinedload(Invitation.visit_type),
        outcome.joinedload(DecisionOutcome.worklist_item),
        selectinload(FollowUpDecision.reviews)
        .joinedload(DecisionReview.invitation)
        .joinedload(Invitation.visit_type),
    ]

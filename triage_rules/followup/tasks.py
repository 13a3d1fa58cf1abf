"""A person's tasks about a plan: whose they are, by when, and how long they may lie unread."""

from datetime import date, datetime, timedelta

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.service import Urgency
from booking.calendar.public_holidays import closed_days
from booking.calendar.service import today
from booking.platform.database import Session
from triage_rules.followup.models import FollowUpPlan

YELLOW_DAYS = 3  # working days to look at what is yellow


def put(
    session: Session,
    plan: FollowUpPlan,
    kind: str,
    key: str,
    due_on: date,
    *,
    urgency: Urgency = "yellow",
    escalate_at: datetime | None = None,
    invitation_id: int | None = None,
    decision_id: int | None = None,
) -> WorklistItem:
    """Put something about a plan before whoever owns it; the open one with this key, if any.

    escalate_at: when unread is too long; as the clinic has set it, unless given.
    """
    decided = {} if decision_id is None else {"decision": decision_id}
    return worklist.add(
        session,
        plan.clinic_id,
        kind,
        patient_id=plan.patient_id,
        invitation_id=invitation_id,
        details={"about": plan.pathway.name, "plan": plan.id, **decided},
        due_on=due_on,
        key=key,
        urgency=urgency,
        owner_id=owner_of(plan),
        escalate_at=escalate_at or unread_at(session, plan),
    )


def owner_of(plan: FollowUpPlan) -> int | None:
    """The responsible clinician as a member of staff; None where nobody is."""
    responsible = plan.course.responsible
    return responsible.staff_id if responsible is not None else None


def unread_at(session: Session, plan: FollowUpPlan) -> datetime:
    """When what is put before a person now must have been opened, as the clinic has set."""
    return session.now() + timedelta(hours=plan.pathway.unread_hours)


def yellow_due(session: Session, plan: FollowUpPlan) -> date:
    """By when what is yellow now is to be looked at: the clinic's third working day."""
    day, count = today(session, plan.clinic), YELLOW_DAYS
    closed = closed_days(plan.clinic, day, day + timedelta(days=count * 3 + 14))
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            count -= 1
    return day

"""What time alone makes due: questionnaires to send, latest days that have passed, courses that
have ended. Each claims its rows, so that running it twice does nothing twice.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, select

from booking.appointments.invitations.models import Course
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from triage_rules.followup import acting, tasks
from triage_rules.followup.models import FollowUpPlan
from triage_rules.questionnaires import queries as questionnaires
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireRequest

SOURCE = "plan"
LATE, PAPER, REVOKED = "follow_up_late", "follow_up_paper", "follow_up_revoked"
AT_ONCE = 200
# Somebody has said what came of a passed latest day; silence after that is told again.
AGAIN_AFTER = timedelta(days=14)


def send_due(session: Session) -> int:
    """The job: ask what is due; returns how many were asked."""
    sent = 0
    for plans in claimed(session, lambda day: FollowUpPlan.ask_on <= day):
        for plan in plans:
            send(session, plan)
        sent += len(plans)
    return sent


def send(session: Session, plan: FollowUpPlan) -> QuestionnaireRequest | None:
    """Ask a plan's questionnaire now, to be answered within the pathway's days."""
    plan.ask_on = None
    questionnaire = plan.pathway.questionnaire
    version = questionnaires.latest(session, questionnaire.code) if questionnaire else None
    if version is None:
        acting.nothing_to_ask(session, plan)
        return None
    due_on = today(session, plan.clinic) + timedelta(days=plan.pathway.answer_days)
    request = asking.ask(session, SYSTEM, plan.patient, plan.course, version, due_on, source=SOURCE)
    session.flush()
    if plan.patient.digital_exempt:
        worklist.add(
            session,
            plan.clinic_id,
            PAPER,
            patient_id=plan.patient_id,
            details={"about": version.questionnaire.title_da},
            due_on=today(session, plan.clinic),
            key=paper_key(request),
            owner_id=tasks.owner_of(plan),
        )
    return request


def passed(session: Session) -> int:
    """The job: put plans whose latest day is past before a person; returns how many."""
    found = 0
    for plans in claimed(session, lambda day: _late(session, day)):
        for plan in plans:
            tasks.put(session, plan, LATE, late_key(plan.id), today(session, plan.clinic))
        found += len(plans)
    return found


def end_with_course(session: Session) -> int:
    """The job: end the plans of courses that have ended; returns how many."""
    plans = session.scalars(
        select(FollowUpPlan)
        .join(FollowUpPlan.course)
        .where(FollowUpPlan.ended_at.is_(None), Course.ended_on.is_not(None))
        .order_by(FollowUpPlan.id)
        .limit(AT_ONCE)
        .with_for_update(of=FollowUpPlan, skip_locked=True)
    ).all()
    for plan in plans:
        end(session, SYSTEM, plan)
    return len(plans)


def end(session: Session, by: Actor, plan: FollowUpPlan) -> None:
    """End a plan that is locked: what it asked and what it put on the worklist is taken back,
    but for what is red."""
    plan.ended_at, plan.ask_on = session.now(), None
    asked = session.scalars(
        select(QuestionnaireRequest).where(
            QuestionnaireRequest.course_id == plan.course_id,
            QuestionnaireRequest.source == SOURCE,
            QuestionnaireRequest.status.in_(("open", "overdue")),
        )
    ).all()
    for request in asked:
        asking.withdraw(session, by, request)
        worklist.withdraw(session, paper_key(request))
    acting.settle(session, plan)
    worklist.withdraw(session, late_key(plan.id))
    session.flush()
    audit.record(session, by, "follow_up.ended", [plan.patient_id], clinic_id=plan.clinic_id)


def seen(session: Session, plan: FollowUpPlan) -> None:
    """Something has happened, and there is a new latest day: the passed one is settled, and an
    invitation that was taken back."""
    worklist.withdraw(session, late_key(plan.id))
    worklist.withdraw(session, revoked_key(plan.id))


def paper_key(request: QuestionnaireRequest) -> str:
    """The worklist's key of a question to be sent on paper."""
    return f"{PAPER}:{request.id}"


def late_key(plan_id: int) -> str:
    """The worklist's key of a plan whose latest day has passed."""
    return f"{LATE}:{plan_id}"


def revoked_key(plan_id: int) -> str:
    """The worklist's key of a plan whose invitation somebody has taken back."""
    return f"{REVOKED}:{plan_id}"


def told(session: Session, kind: str) -> ColumnElement[bool]:
    """On the worklist for it, or just taken off by a person."""
    about = (WorklistItem.kind == kind) & (
        WorklistItem.details["plan"].as_integer() == FollowUpPlan.id
    )
    lately = (WorklistItem.done_at > session.now() - AGAIN_AFTER) & (
        WorklistItem.done_by != SYSTEM.name
    )
    theirs = WorklistItem.patient_id == FollowUpPlan.patient_id
    return exists().where(theirs, about, (WorklistItem.status == "open") | lately)


def claimed(
    session: Session, wanted: Callable[[date], ColumnElement[bool]]
) -> Iterator[Sequence[FollowUpPlan]]:
    """Clinic by clinic, the running plans of which this holds on the clinic's own day, locked."""
    for clinic in session.scalars(select(Clinic).order_by(Clinic.id)).all():
        yield session.scalars(
            select(FollowUpPlan)
            .join(FollowUpPlan.course)
            .where(
                FollowUpPlan.clinic_id == clinic.id,
                FollowUpPlan.ended_at.is_(None),
                Course.ended_on.is_(None),
                wanted(today(session, clinic)),
            )
            .order_by(FollowUpPlan.latest_on, FollowUpPlan.id)
            .limit(AT_ONCE)
            .with_for_update(of=FollowUpPlan, skip_locked=True)
        ).all()


def _late(session: Session, day: date) -> ColumnElement[bool]:
    """Past its latest day, and nobody told of it."""
    return (FollowUpPlan.latest_on < day) & ~told(session, LATE)

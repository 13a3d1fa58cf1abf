"""Reading a clinic's follow-up board: what waits for a person, and how everyone followed stands.

A fixed number of queries whatever the clinic's size, and a bounded number of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Resource
from booking.people.models import Patient
from booking.platform.database import Session
from triage_rules.followup.contacts import NOT_ASKED_FOR
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpDecision,
    FollowUpPlan,
)
from triage_rules.questionnaires.alarm import ALARMING
from triage_rules.questionnaires.service import OVERDUE, WANTS_CONTACT

MOST = 200
Ts = TypeVarTuple("Ts")
_Other = aliased(FollowUpDecision)
Colour = Literal["red", "yellow", "green"]
# Items without an urgency of their own that are about how a patient is; how urgent each is.
URGENCIES: dict[str, Colour] = {
    ALARMING: "red",
    WANTS_CONTACT: "yellow",
    OVERDUE: "yellow",
    NOT_ASKED_FOR: "yellow",
}


@dataclass(frozen=True)
class Case:
    """One patient on the board: an open item, a decision nobody has said a word on, or both.

    owner: the item's, else the course's responsible clinician, by name; '' for nobody's.
    due_on: the local day by which someone must have acted.
    """

    urgency: Colour
    patient: Patient
    item: WorklistItem | None
    decision: FollowUpDecision | None
    owner: str
    since: datetime
    due_on: date | None

    @property
    def unread(self) -> bool:
        """True while nobody has opened it."""
        return self.item is not None and self.item.read_at is None

    @property
    def escalated(self) -> bool:
        """True once it lay unread too long."""
        return self.item is not None and self.item.escalated_at is not None


@dataclass(frozen=True)
class Counts:
    """How many wait, by urgency, and how many are green or followed in all."""

    red: int
    yellow: int
    green: int
    followed: int


def waiting(session: Session, clinic_id: int, staff_id: int | None = None) -> list[Case]:
    """What waits for a person: red first, then the nearest deadline, then the longest waiting.

    staff_id: only what is that person's own. At most MOST of each kind.
    """
    cases = [*_items(session, clinic_id, staff_id), *_unseen(session, clinic_id, staff_id)]
    return sorted(cases, key=_order)


def standing(
    session: Session, clinic_id: int, colour: Colour | None = None, staff_id: int | None = None
) -> list[Case]:
    """How everyone followed stands by their latest decision, the most urgent first.

    colour: only those. staff_id: only whose course is that person's. At most MOST.
    """
    wanted = _latest(clinic_id).order_by(_rank(FollowUpDecision.colour), FollowUpPlan.latest_on)
    if colour is not None:
        wanted = wanted.where(FollowUpDecision.colour == colour)
    if staff_id is not None:
        wanted = wanted.where(Resource.staff_id == staff_id)
    return [_case_of(one) for one in session.scalars(wanted.limit(MOST))]


def urgency_of(item: WorklistItem) -> Colour:
    """How urgent an item is: what it says, else its kind's."""
    if item.urgency:
        return "red" if item.urgency == "red" else "yellow"
    return URGENCIES.get(item.kind, "yellow")


def without_decision(
    session: Session, clinic_id: int, staff_id: int | None = None
) -> Sequence[FollowUpPlan]:
    """Plans that have begun and not been decided on yet, the first due first; at most MOST."""
    decided = select(FollowUpDecision.id).where(FollowUpDecision.plan_id == FollowUpPlan.id)
    wanted = (
        select(FollowUpPlan)
        .join(Course, FollowUpPlan.course_id == Course.id)
        .outerjoin(Resource, Course.responsible_id == Resource.id)
        .where(
            FollowUpPlan.clinic_id == clinic_id,
            FollowUpPlan.ended_at.is_(None),
            ~decided.exists(),
        )
        .options(
            joinedload(FollowUpPlan.patient),
            joinedload(FollowUpPlan.pathway),
            contains_eager(FollowUpPlan.course).contains_eager(Course.responsible),
        )
        .order_by(FollowUpPlan.latest_on, FollowUpPlan.id)
        .limit(MOST)
    )
    if staff_id is not None:
        wanted = wanted.where(Resource.staff_id == staff_id)
    return session.scalars(wanted).all()


def counts(session: Session, clinic_id: int, staff_id: int | None = None) -> Counts:
    """The figures of the board's tabs, of all or of one person's own."""
    urgency = _urgency()
    waits = select(urgency, func.count()).where(_waits(clinic_id))
    if staff_id is not None:
        waits = waits.where(_item_is_of(staff_id, clinic_id))
    items = dict(session.execute(waits.group_by(urgency)).all())
    unseen_flag = case((_unanswered(), 1), else_=0)
    decided = _joined(select(FollowUpDecision.colour, unseen_flag, func.count()), clinic_id)
    followed = (
        select(func.count())
        .select_from(FollowUpPlan)
        .join(Course, FollowUpPlan.course_id == Course.id)
        .outerjoin(Resource, Course.responsible_id == Resource.id)
        .where(FollowUpPlan.clinic_id == clinic_id, FollowUpPlan.ended_at.is_(None))
    )
    if staff_id is not None:
        decided = decided.where(Resource.staff_id == staff_id)
        followed = followed.where(Resource.staff_id == staff_id)
    rows = session.execute(decided.group_by(FollowUpDecision.colour, unseen_flag)).all()
    unseen = {colour: number for colour, is_unseen, number in rows if is_unseen}
    return Counts(
        red=items.get("red", 0) + unseen.get("red", 0),
        yellow=items.get("yellow", 0) + unseen.get("yellow", 0),
        green=sum(number for colour, _unseen, number in rows if colour == "green"),
        followed=session.scalars(followed).one(),
    )


def _items(session: Session, clinic_id: int, staff_id: int | None) -> list[Case]:
    """The open items, each with the decision it came from, if it came from one."""
    wanted = (
        select(WorklistItem)
        .where(_waits(clinic_id))
        .options(joinedload(WorklistItem.patient), joinedload(WorklistItem.owner))
        .order_by(_rank(_urgency()), WorklistItem.due_on, WorklistItem.id)
        .limit(MOST)
    )
    if staff_id is not None:
        wanted = wanted.where(_item_is_of(staff_id, clinic_id))
    items = session.scalars(wanted).all()
    decided = {
        one.outcome.worklist_item_id: one
        for one in session.scalars(
            select(FollowUpDecision)
            .join(FollowUpDecision.outcome)
            .where(DecisionOutcome.worklist_item_id.in_([item.id for item in items]))
            .options(*_told())
            .order_by(FollowUpDecision.id)
        )
        if one.outcome is not None
    }
    nobodys = {item.patient_id for item in items if item.owner_id is None}
    responsible = dict(
        session.execute(
            select(Course.patient_id, Resource.name)
            .join(Resource, Course.responsible_id == Resource.id)
            .where(
                Course.clinic_id == clinic_id,
                Course.patient_id.in_(nobodys),
                Course.ended_on.is_(None),
            )
            .order_by(Course.id)
        ).all()
    )
    return [
        _case_with(item, decided.get(item.id), responsible.get(item.patient_id or 0, ""))
        for item in items
    ]


def _unseen(session: Session, clinic_id: int, staff_id: int | None) -> list[Case]:
    """Red and yellow that went straight to a contact, and nobody has said a word on."""
    wanted = (
        _latest(clinic_id)
        .where(_unanswered())
        .order_by(_rank(FollowUpDecision.colour), FollowUpDecision.id)
    )
    if staff_id is not None:
        wanted = wanted.where(Resource.staff_id == staff_id)
    return [_case_of(one) for one in session.scalars(wanted.limit(MOST))]


def _case_with(item: WorklistItem, decision: FollowUpDecision | None, responsible: str) -> Case:
    assert item.patient is not None  # `_waits` asks for one
    owner = item.owner.name if item.owner is not None else responsible
    since = decision.decided_at if decision is not None else item.created_at
    return Case(urgency_of(item), item.patient, item, decision, owner, since, item.due_on)


def _case_of(decision: FollowUpDecision) -> Case:
    plan, outcome = decision.plan, decision.outcome
    invitation = outcome.invitation if outcome is not None else None
    responsible = plan.course.responsible
    return Case(
        urgency=decision.colour,  # type: ignore[arg-type]
        patient=decision.patient,
        item=None,
        decision=decision,
        owner=responsible.name if responsible is not None else "",
        since=decision.decided_at,
        due_on=invitation.window_to if invitation is not None else plan.latest_on,
    )


def _order(one: Case) -> tuple[object, ...]:
    late = one.due_on or date.max
    return (one.urgency != "red", one.urgency != "yellow", late, one.since)


def _waits(clinic_id: int) -> ColumnElement[bool]:
    """The open items that are about how a patient is."""
    return and_(
        WorklistItem.clinic_id == clinic_id,
        WorklistItem.status == "open",
        WorklistItem.patient_id.is_not(None),
        or_(WorklistItem.urgency != "", WorklistItem.kind.in_(tuple(URGENCIES))),
    )


def _urgency() -> ColumnElement[str]:
    """An item's urgency: what it says, else its kind's."""
    return case(
        (WorklistItem.urgency != "", WorklistItem.urgency),
        (WorklistItem.kind == ALARMING, "red"),
        else_="yellow",
    )


def _rank(colour: SQLColumnExpression[str]) -> ColumnElement[int]:
    return case((colour == "red", 0), (colour == "yellow", 1), else_=2)


def _latest(clinic_id: int) -> Select[FollowUpDecision]:
    """The latest decision of every plan that runs, with all a row of the board says."""
    wanted = select(FollowUpDecision).options(*_told(joined=True))
    return _joined(wanted, clinic_id)


def _joined(wanted: Select[*Ts], clinic_id: int) -> Select[*Ts]:
    newest = (
        select(_Other.id)
        .where(_Other.plan_id == FollowUpPlan.id)
        .order_by(_Other.decided_at.desc(), _Other.id.desc())
        .limit(1)
        .correlate(FollowUpPlan)
        .scalar_subquery()
    )
    return (
        wanted.select_from(FollowUpPlan)
        .join(FollowUpDecision, FollowUpDecision.id == newest)
        .join(Course, FollowUpPlan.course_id == Course.id)
        .outerjoin(Resource, Course.responsible_id == Resource.id)
        .where(FollowUpPlan.clinic_id == clinic_id, FollowUpPlan.ended_at.is_(None))
    )


def _told(*, joined: bool = False) -> list[Any]:
    plan = (contains_eager if joined else joinedload)(FollowUpDecision.plan)
    course = (plan.contains_eager if joined else plan.joinedload)(FollowUpPlan.course)
    responsible = (course.contains_eager if joined else course.joinedload)(Course.responsible)
    return [
        responsible,
        joinedload(FollowUpDecision.patient),
        selectinload(FollowUpDecision.rule_version),
        selectinload(FollowUpDecision.trace),
        joinedload(FollowUpDecision.outcome).joinedload(DecisionOutcome.invitation),
    ]


def _unanswered() -> ColumnElement[bool]:
    """Not green, no item for it, no word on it, and what it led to is not over."""
    handled = (
        select(DecisionOutcome.id)
        .outerjoin(Invitation, DecisionOutcome.invitation_id == Invitation.id)
        .where(
            DecisionOutcome.decision_id == FollowUpDecision.id,
            or_(
                DecisionOutcome.worklist_item_id.is_not(None),
                Invitation.status.in_(("completed", "revoked")),
            ),
        )
    )
    said = select(DecisionReview.id).where(DecisionReview.decision_id == FollowUpDecision.id)
    return and_(FollowUpDecision.colour != "green", ~handled.exists(), ~said.exists())


def _item_is_of(staff_id: int, clinic_id: int) -> ColumnElement[bool]:
    """That an item is someone's: its owner's, or nobody's of a patient whose open course here is
    theirs."""
    responsible = (
        select(Course.id)
        .join(Resource, Course.responsible_id == Resource.id)
        .where(
            Course.patient_id == WorklistItem.patient_id,
            Course.clinic_id == clinic_id,
            Course.ended_on.is_(None),
            Resource.staff_id == staff_id,
        )
    )
    return or_(
        WorklistItem.owner_id == staff_id,
        and_(WorklistItem.owner_id.is_(None), responsible.exists()),
    )

"""Reading reviews of check-ups: the list, one with its groups, and how many minutes came back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.platform.errors import NotFound
from triage_rules.checkups.models import MISSING, PROPOSALS, CheckupLine, CheckupReview
from triage_rules.checkups.proposals import ACTED
from triage_rules.followup.models import FollowUpPlan

SHOWN = 50
# What a clinician has something to say about: what would be done, and what the rules leave open.
TO_SETTLE = (*ACTED, "unsure")
# Those of whom too little is known stand apart from those a clinician can say something of.
GROUPS = (*PROPOSALS, "lacking")
shown_as: ColumnElement[str] = case(
    (CheckupLine.lacks == MISSING, "lacking"), else_=CheckupLine.proposal
)


@dataclass(frozen=True)
class Group:
    """The lines with one proposal, or `lacking`. minutes: what all would free; freed: what was."""

    proposal: str
    open: int
    carried_out: int
    rejected: int
    minutes: int
    freed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.open + self.carried_out + self.rejected


@dataclass(frozen=True)
class Progress:
    """How far a review is. open: what a clinician is to settle. freed, possible: minutes."""

    total: int
    waiting: int
    open: int
    freed: int
    possible: int


def reviews_of(session: Session, clinic_id: int) -> Sequence[CheckupReview]:
    """A clinic's reviews, the newest first."""
    return session.scalars(
        select(CheckupReview)
        .options(joinedload(CheckupReview.pathway))
        .where(CheckupReview.clinic_id == clinic_id)
        .order_by(CheckupReview.started_at.desc(), CheckupReview.id.desc())
        .limit(SHOWN)
    ).all()


def review_here(session: Session, clinic_id: int, review_id: int) -> CheckupReview:
    """A clinic's review; raises NotFound for another's."""
    found = session.get(CheckupReview, review_id)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def progress(session: Session, review_ids: Collection[int]) -> dict[int, Progress]:
    """How far each of these reviews is."""
    rows = session.execute(
        select(
            CheckupLine.review_id,
            CheckupLine.status,
            shown_as.label("grouped"),
            func.count(),
            func.sum(CheckupLine.freed),
        )
        .where(CheckupLine.review_id.in_(review_ids))
        .group_by(CheckupLine.review_id, CheckupLine.status, "grouped")
    ).all()
    found = {}
    for number in review_ids:
        mine = [row for row in rows if row[0] == number]
        found[number] = Progress(
            sum(count for _id, _status, _proposal, count, _sum in mine),
            sum(row[3] for row in mine if row[1] == "waiting"),
            sum(row[3] for row in mine if row[1] == "open" and row[2] in TO_SETTLE),
            sum(row[4] for row in mine if row[1] == "carried_out"),
            sum(row[4] for row in mine if row[1] == "open"),
        )
    return found


def groups(session: Session, review: CheckupReview) -> dict[str, Group]:
    """A review's lines that the rules have looked at, counted by group."""
    rows = session.execute(
        select(
            shown_as.label("grouped"),
            CheckupLine.status,
            func.count(),
            func.sum(CheckupLine.freed),
        )
        .where(CheckupLine.review_id == review.id, CheckupLine.proposal != "")
        .group_by("grouped", CheckupLine.status)
    ).all()
    found = {}
    for proposal in {row[0] for row in rows}:
        counts = {row[1]: (row[2], row[3]) for row in rows if row[0] == proposal}
        opened, possible = counts.get("open", (0, 0))
        done, freed = counts.get("carried_out", (0, 0))
        rejected, _none = counts.get("rejected", (0, 0))
        found[proposal] = Group(proposal, opened, done, rejected, possible, freed)
    return found


def lines(
    session: Session, review: CheckupReview, group: str, number: int
) -> Sequence[CheckupLine]:
    """One page of a group: those to be settled first, then by the day of the check-up."""
    return session.scalars(
        select(CheckupLine)
        .options(
            joinedload(CheckupLine.patient),
            joinedload(CheckupLine.rule_version),
            joinedload(CheckupLine.appointment).joinedload(Appointment.visit_type),
            joinedload(CheckupLine.appointment).joinedload(Appointment.clinician),
            joinedload(CheckupLine.invitation).joinedload(Invitation.visit_type),
            joinedload(CheckupLine.plan).joinedload(FollowUpPlan.pathway),
        )
        .where(CheckupLine.review_id == review.id, CheckupLine.proposal != "", shown_as == group)
        .order_by(CheckupLine.status != "open", CheckupLine.on, CheckupLine.id)
        .offset((number - 1) * SHOWN)
        .limit(SHOWN)
    ).all()


def replacements(
    session: Session, lines: Collection[CheckupLine]
) -> dict[int, tuple[Invitation, Appointment | None]]:
    """What came instead of these check-ups, by the line's number, with its time if it has one."""
    wanted = {line.replaced_by: line.id for line in lines if line.replaced_by is not None}
    found = session.execute(
        select(Invitation, Appointment)
        .outerjoin(
            Appointment,
            and_(Appointment.invitation_id == Invitation.id, Appointment.status != "cancelled"),
        )
        .options(joinedload(Invitation.visit_type), joinedload(Appointment.clinician))
        .where(Invitation.id.in_(wanted))
        .order_by(Appointment.id)
    )
    return {wanted[invitation.id]: (invitation, time) for invitation, time in found}


def chosen(session: Session, review: CheckupReview, ids: Collection[int]) -> Sequence[CheckupLine]:
    """These of a review's lines; raises NotFound if one is not among them."""
    found = session.scalars(
        select(CheckupLine).where(CheckupLine.review_id == review.id, CheckupLine.id.in_(ids))
    ).all()
    if len(found) != len(set(ids)):
        raise NotFound
    return found


def open_lines(session: Session, review: CheckupReview) -> Sequence[CheckupLine]:
    """Those that nobody has settled."""
    return session.scalars(
        select(CheckupLine).where(CheckupLine.review_id == review.id, CheckupLine.status == "open")
    ).all()

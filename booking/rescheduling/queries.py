"""Reads: a clinic's plans with their numbers, and one plan's lines in the order of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.rescheduling.models import Rescheduling, ReschedulingLine

FAR = date.max


@dataclass(frozen=True)
class Counted:
    """A plan, and how many of its lines have a place, have none, or are left where they are."""

    plan: Rescheduling
    placed: int
    unplaced: int
    left_out: int


def plans_of(session: Session, clinic_id: int, limit: int = 20) -> list[Counted]:
    """A clinic's plans: those not carried out first, then the newest."""
    out = ReschedulingLine.left_out
    placed = ReschedulingLine.starts_at.is_not(None)
    counts = (
        select(
            ReschedulingLine.rescheduling_id.label("plan"),
            func.sum(case((~out & placed, 1), else_=0)).label("placed"),
            func.sum(case((~out & ~placed, 1), else_=0)).label("unplaced"),
            func.sum(case((out, 1), else_=0)).label("left_out"),
        )
        .group_by(ReschedulingLine.rescheduling_id)
        .subquery()
    )
    wanted = (
        select(Rescheduling, counts.c.placed, counts.c.unplaced, counts.c.left_out)
        .outerjoin(counts, counts.c.plan == Rescheduling.id)
        .where(Rescheduling.clinic_id == clinic_id)
        .order_by(Rescheduling.status != "draft", Rescheduling.made_at.desc())
        .limit(limit)
    )
    return [
        Counted(plan, placed or 0, unplaced or 0, left_out or 0)
        for plan, placed, unplaced, left_out in session.execute(wanted)
    ]


def lines_of(session: Session, plan: Rescheduling) -> Sequence[ReschedulingLine]:
    """The lines with all a page shows: without a place first, by deadline, then by old time."""
    whole = joinedload(ReschedulingLine.appointment)
    wanted = (
        select(ReschedulingLine)
        .where(ReschedulingLine.rescheduling_id == plan.id)
        .options(
            whole.joinedload(Appointment.patient),
            whole.joinedload(Appointment.visit_type),
            whole.joinedload(Appointment.invitation),
            whole.joinedload(Appointment.clinician),
            joinedload(ReschedulingLine.clinician),
            joinedload(ReschedulingLine.from_clinician),
        )
    )
    return sorted(session.scalars(wanted), key=_order)


def _order(line: ReschedulingLine) -> tuple[object, ...]:
    invitation = line.appointment.invitation
    deadline = invitation.deadline_on if invitation else None
    return (line.starts_at is not None, deadline or FAR, line.from_start, line.id)

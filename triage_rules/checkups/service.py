"""What may be done with a review of check-ups: begin it, settle its lines, look again, close it.

A leader begins; a clinician accepts or rejects, and nothing happens by itself.
"""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import CompoundSelect, insert, or_, select
from sqlalchemy.orm.exc import StaleDataError

from booking.appointments.guard import attempt, lock
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.identity import Actor, Role
from booking.platform.localtime import day_bounds, local_date
from triage_rules.checkups import carrying_out, looking
from triage_rules.checkups.errors import NothingToReview, Overtaken, Settled
from triage_rules.checkups.models import CheckupLine, CheckupReview
from triage_rules.checkups.proposals import ACTED
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpPlan,
    Pathway,
)


def begin(
    session: Session,
    by: Actor,
    clinic: Clinic,
    visit_types: Collection[VisitType],
    first: date,
    last: date,
    pathway: Pathway | None = None,
) -> CheckupReview:
    """Take every check-up of these kinds between two local days, and begin to look at them.

    pathway: by whose rules patients without a plan are looked at; None leaves them out. What the
    rules themselves have ordered is no fixed-interval check-up, and group meetings are left out.
    Raises NothingToReview.
    """
    by.at(clinic.id, Role.LEADER)
    ids = [one.id for one in visit_types]
    review = CheckupReview(
        clinic=clinic,
        pathway=pathway,
        visit_types=ids,
        first_on=max(first, today(session, clinic)),
        last_on=last,
        started_at=session.now(),
        started_by_id=by.id,
        started_by=by.name,
    )
    session.add(review)
    session.flush()
    found = [*_appointments(session, review), *_invitations(session, review)]
    plans = _plans(session, clinic)
    lines = []
    for one in found:
        # Another course's rules say nothing of a check-up that has a course of its own.
        key = ("patient", one["patient_id"]) if one["course_id"] is None else None
        plan = plans.get(key or ("course", one["course_id"]))
        if plan is None and pathway is None:
            review.left_out += 1
            continue
        lines.append({**_blank(review), **{k: v for k, v in one.items() if k != "course_id"}})
        lines[-1]["plan_id"] = plan
    if not found:
        raise NothingToReview
    if lines:
        session.execute(insert(CheckupLine), lines)
    audit.record(session, by, "checkups.begun", clinic_id=clinic.id)
    looking.work(session, review, looking.AT_ONCE)
    return review


def settle(
    session: Session,
    by: Actor,
    lines: Sequence[CheckupLine],
    *,
    accept: bool,
    reason: str = "",
    words: str = "",
) -> list[tuple[CheckupLine, DomainError]]:
    """Accept or reject lines, each by itself; those that could not be, and why.

    A line whose check-up was changed meanwhile is looked at anew, and stays to be settled.
    """
    refused: list[tuple[CheckupLine, DomainError]] = []
    for line in sorted(lines, key=lambda one: one.id):
        try:
            with attempt(session):
                if accept:
                    accept_line(session, by, line)
                else:
                    reject_line(session, by, line, reason, words)
        except StaleDataError:
            refused.append((line, _look_again(session, line, Overtaken())))
        except DomainError as error:
            refused.append((line, _look_again(session, line, error)))
    return refused


def _look_again(session: Session, line: CheckupLine, error: DomainError) -> DomainError:
    """The refusal; the rules look anew at what was changed meanwhile."""
    # Locked again: what the savepoint held is free, and somebody else may have settled it.
    session.refresh(line, with_for_update={"of": CheckupLine})
    if isinstance(error, Overtaken):
        if line.status != "open":
            return Settled()
        _refresh(session, line)
        looking.look(session, line.review, [line])
    return error


def accept_line(session: Session, by: Actor, line: CheckupLine) -> None:
    """Carry out what is proposed, through booking's own services; `keep` and the like are noted.

    Raises Settled, Overtaken, and whatever booking refuses.
    """
    _lock(session, by, line)
    _check_unchanged(session, line)
    outcome = "kept"
    if line.proposal in ACTED:
        _check_still_proposed(session, line)
        outcome = carrying_out.carry_out(session, by, line)
    _note(session, by, line, "carried_out")
    line.outcome = outcome
    session.flush()
    audit.record(
        session, by, "checkup.accepted", [line.patient_id], clinic_id=line.review.clinic_id
    )


def reject_line(session: Session, by: Actor, line: CheckupLine, reason: str, words: str) -> None:
    """Let the check-up stand as it is, and say why. Raises Settled."""
    _lock(session, by, line)
    _note(session, by, line, "rejected")
    line.reason, line.words, line.freed = reason, words, 0
    session.flush()
    audit.record(
        session, by, "checkup.rejected", [line.patient_id], clinic_id=line.review.clinic_id
    )


def reopen(session: Session, by: Actor, line: CheckupLine) -> None:
    """Take a line up again that was rejected, or kept as it is: nothing was done. The rules look
    anew. Raises Settled where something was, or the review is put away."""
    by.at(line.review.clinic_id, Role.CLINICIAN)
    session.refresh(line, with_for_update={"of": CheckupLine})
    if line.status == "open":
        return
    if not line.undone or line.review.status == "closed":
        raise Settled
    line.outcome = line.reason = line.words = line.by_name = ""
    line.at = line.by_id = None
    _refresh(session, line)
    looking.look(session, line.review, [line])
    audit.record(
        session, by, "checkup.reopened", [line.patient_id], clinic_id=line.review.clinic_id
    )


def close(session: Session, by: Actor, review: CheckupReview) -> None:
    """Put a review away; what is not settled stays as it is in the calendar."""
    by.at(review.clinic_id, Role.LEADER)
    review.status = "closed"
    session.flush()
    audit.record(session, by, "checkups.closed", clinic_id=review.clinic_id)


def _lock(session: Session, by: Actor, line: CheckupLine) -> None:
    by.at(line.review.clinic_id, Role.CLINICIAN)
    session.refresh(line, with_for_update={"of": CheckupLine})
    if line.status != "open" or line.review.status == "closed":
        raise Settled


def _check_unchanged(session: Session, line: CheckupLine) -> None:
    lock(session, [], [line.patient_id])  # as whoever moves the time must
    _refresh(session, line)
    if looking.planned(line) is None or looking.version_of(line) != line.seen_version:
        raise Overtaken


def _check_still_proposed(session: Session, line: CheckupLine) -> None:
    """What the patient has answered since, and rules published since, count too."""
    before = (line.proposal, line.contact, line.demands)
    looking.look(session, line.review, [line])
    if (line.proposal, line.contact, line.demands) != before:
        raise Overtaken


def _refresh(session: Session, line: CheckupLine) -> None:
    row = line.appointment or line.invitation
    assert row is not None
    session.refresh(row)


def _note(session: Session, by: Actor, line: CheckupLine, status: str) -> None:
    line.status, line.at = status, session.now()
    line.by_id, line.by_name = by.id, by.name


def _blank(review: CheckupReview) -> dict[str, object]:
    return {"review_id": review.id, "appointment_id": None, "invitation_id": None, "version": 1}


def _appointments(session: Session, review: CheckupReview) -> list[dict[str, object]]:
    zone = review.clinic.zone
    start, _end = day_bounds(review.first_on, zone)
    _start, end = day_bounds(review.last_on, zone)
    found = session.scalars(
        select(Appointment)
        .where(
            Appointment.clinic_id == review.clinic_id,
            Appointment.visit_type_id.in_(review.visit_types),
            Appointment.status == "booked",
            Appointment.group_session_id.is_(None),
            Appointment.starts_at > session.now(),
            Appointment.starts_at >= start,
            Appointment.starts_at < end,
            or_(
                Appointment.invitation_id.is_(None),
                Appointment.invitation_id.not_in(_by_rules()),
            ),
        )
        .order_by(Appointment.starts_at)
    )
    return [
        {
            "appointment_id": one.id,
            "patient_id": one.patient_id,
            "course_id": one.course_id,
            "on": local_date(one.starts_at, zone),
            "minutes": one.minutes,
        }
        for one in found
    ]


def _invitations(session: Session, review: CheckupReview) -> list[dict[str, object]]:
    """Those planned, or open without a time."""
    timed = select(Appointment.id).where(
        Appointment.invitation_id == Invitation.id, Appointment.status.in_(ACTIVE)
    )
    found = session.execute(
        select(Invitation, VisitType.base_minutes)
        .join(VisitType, VisitType.id == Invitation.visit_type_id)
        .where(
            Invitation.clinic_id == review.clinic_id,
            Invitation.visit_type_id.in_(review.visit_types),
            VisitType.group_capacity == 1,
            Invitation.status.in_(("planned", "open")),
            Invitation.window_from <= review.last_on,
            Invitation.window_to >= review.first_on,
            Invitation.id.not_in(_by_rules()),
            ~timed.exists(),
        )
        .order_by(Invitation.window_from)
    )
    return [
        {
            "invitation_id": one.id,
            "patient_id": one.patient_id,
            "course_id": one.course_id,
            "on": one.window_to,
            "minutes": minutes,
        }
        for one, minutes in found
    ]


def _by_rules() -> CompoundSelect[int | None]:
    """The invitations that decisions, or clinicians in their stead, have led to."""
    return (
        select(DecisionOutcome.invitation_id)
        .where(DecisionOutcome.invitation_id.is_not(None))
        .union(
            select(DecisionReview.invitation_id).where(DecisionReview.invitation_id.is_not(None))
        )
    )


def _plans(session: Session, clinic: Clinic) -> dict[tuple[str, object], int]:
    """The running plans by course, and by patient where they have but one."""
    found: dict[tuple[str, object], int] = {}
    several: set[tuple[str, object]] = set()
    for plan, course, patient in session.execute(
        select(FollowUpPlan.id, FollowUpPlan.course_id, FollowUpPlan.patient_id).where(
            FollowUpPlan.clinic_id == clinic.id, FollowUpPlan.ended_at.is_(None)
        )
    ):
        found["course", course] = plan
        if ("patient", patient) in found:
            several.add(("patient", patient))
        found["patient", patient] = plan
    for key in several:
        del found[key]
    return found

"""What happens elsewhere and a referral must follow: its time, and the course it began."""

from pathlib import Path

from sqlalchemy import select

from booking.appointments.events import AppointmentBooked, AppointmentMoved, CourseEnded
from booking.appointments.models import Appointment, AppointmentChange
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.localtime import local_date
from booking.referrals import queries
from booking.referrals.errors import ReferralOver
from booking.referrals.happenings import keep
from booking.referrals.models import Referral, ReferralDelay
from booking.referrals.service import OF_THE_VISIT, decide

OF_BOOKING = ("patient_wish", "capacity")


def on_booked(session: Session, event: AppointmentBooked, corrections: Path | None = None) -> None:
    """A time is not booked again on a referral that is over, as when a withdrawal is undone.

    One past a clock takes its reason along. corrections: see `rights_on`.
    """
    booked = session.get_one(Appointment, event.appointment_id)
    if booked.invitation_id is None:
        return
    over = select(Referral.id).where(
        Referral.invitation_id == booked.invitation_id, Referral.status.in_(("returned", "closed"))
    )
    if event.instead_of is not None and session.scalar(over.limit(1)) is not None:
        raise ReferralOver
    _why_late(session, booked, corrections)


def on_moved(session: Session, event: AppointmentMoved, corrections: Path | None = None) -> None:
    """A time moved past a clock takes its reason along; corrections: see `rights_on`."""
    _why_late(session, session.get_one(Appointment, event.appointment_id), corrections)


def on_course_ended(session: Session, event: CourseEnded) -> None:
    """Whoever's course is over is discharged: its referral's clocks stop."""
    triaged = select(Referral).where(
        Referral.course_id == event.course_id, Referral.status == "triaged"
    )
    for referral in session.scalars(triaged):
        keep(session, SYSTEM, referral, "discharged", None, "")
        audit.record(
            session, SYSTEM, "referral.noted", [referral.patient_id], clinic_id=referral.clinic_id
        )
        decide(session, SYSTEM, referral, "closed")


def _why_late(session: Session, booked: Appointment, corrections: Path | None) -> None:
    """Keep why a time lies past the clocks that it had to be in time for, as was said of it."""
    if booked.invitation is None or booked.invitation.deadline_on is None:
        return
    day = local_date(booked.starts_at, booked.clinic.zone)
    if day <= booked.invitation.deadline_on:
        return
    said = session.scalars(
        select(AppointmentChange)
        .where(AppointmentChange.appointment_id == booked.id)
        .order_by(AppointmentChange.id.desc())
        .limit(1)
    ).one()
    if said.reason not in OF_BOOKING:
        return
    referrals = queries.of_invitation(session, booked.invitation.id)
    clocks = queries.clocks_of(session, referrals, corrections)
    for referral in referrals:
        for clock in clocks[referral.id]:
            if clock.open and clock.code in OF_THE_VISIT and clock.due_on < day:
                session.add(
                    ReferralDelay(
                        referral_id=referral.id,
                        clock=clock.code,
                        reason=said.reason,
                        at=session.now(),
                        by_name=said.actor_name[:200],
                    )
                )
        session.flush()
        session.expire(referral, ["delays"])

"""Clocks that near their end, put before a person: a referral never goes late unseen."""

from pathlib import Path

from sqlalchemy import select

from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import with_key
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.referrals import queries
from booking.referrals.clocks import Clock
from booking.referrals.service import OF_THE_VISIT

KIND = "referral_clock"
# So many days before its last one (working days for the letter) a clock is put on the worklist.
NEAR = {"letter": 2, "max_told": 3, "plan": 5}
USUALLY = 7


def look(session: Session, corrections: Path | None = None) -> int:
    """The job: every clinic's open clocks that are near their end or past it; how many were new.

    What is met, or is no longer near, is taken off again; so is a right to a contact that has
    its time, and a word for why the time is late. A late one is red. corrections: see `rights_on`.
    """
    written = 0
    for clinic_id in session.scalars(select(Clinic.id).order_by(Clinic.id)):
        referrals = queries.of_clinic(session, clinic_id)
        clocks = queries.clocks_of(session, referrals, corrections)
        booked = _booked(session, clinic_id)
        wanted = set()
        for referral in referrals:
            said = {delay.clock for delay in referral.delays}
            for clock in clocks[referral.id]:
                settled = clock.code in said & OF_THE_VISIT and referral.invitation_id in booked
                if settled or not _near(clock):
                    continue
                key = f"{KIND}:{referral.id}:{clock.code}"
                wanted.add(key)
                item = with_key(session, key)
                if item is None:
                    item = worklist.add(
                        session,
                        clinic_id,
                        KIND,
                        patient_id=referral.patient_id,
                        details={"clock": clock.code, "referral": referral.id},
                        due_on=clock.due_on,
                        key=key,
                    )
                    written += 1
                if clock.state == "late" and item.urgency != "red":
                    item.urgency = "red"
        for key in _standing(session, clinic_id) - wanted:
            worklist.withdraw(session, key)
    session.flush()
    return written


def _near(clock: Clock) -> bool:
    recommended = clock.kind == "recommendation"
    return clock.open and not recommended and clock.days_left <= NEAR.get(clock.code, USUALLY)


def _booked(session: Session, clinic_id: int) -> set[int | None]:
    """The invitations of a clinic that have a live time."""
    live = select(Appointment.invitation_id).where(
        Appointment.clinic_id == clinic_id,
        Appointment.status.in_(ACTIVE),
        Appointment.invitation_id.is_not(None),
    )
    return set(session.scalars(live))


def _standing(session: Session, clinic_id: int) -> set[str]:
    keys = session.scalars(
        select(WorklistItem.open_key).where(
            WorklistItem.clinic_id == clinic_id,
            WorklistItem.kind == KIND,
            WorklistItem.status == "open",
        )
    )
    return {key for key in keys if key is not None}

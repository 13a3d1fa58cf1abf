"""What lies ahead for several patients at one clinic, in a few reads whatever their number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session


@dataclass(frozen=True)
class Outlook:
    """One patient's: the next time, open invitations without a time, the most pressing first,
    and how many items on the worklist are about them.
    """

    following: Appointment | None = None
    waiting: tuple[Invitation, ...] = ()
    tasks: int = 0


def outlooks(session: Session, clinic_id: int, patients: Collection[int]) -> dict[int, Outlook]:
    """The outlook of each of these patients at a clinic, by number."""
    following, booked = _times(session, clinic_id, patients)
    waiting = _waiting(session, clinic_id, patients, booked)
    tasks = _tasks(session, clinic_id, patients)
    return {
        one: Outlook(following.get(one), tuple(waiting.get(one, ())), tasks.get(one, 0))
        for one in patients
    }


def _times(
    session: Session, clinic_id: int, patients: Collection[int]
) -> tuple[dict[int, Appointment], set[int]]:
    """The next time of each, and the invitations that have a time."""
    wanted = (
        select(Appointment)
        .options(joinedload(Appointment.visit_type), joinedload(Appointment.clinician))
        .where(
            Appointment.patient_id.in_(patients),
            Appointment.clinic_id == clinic_id,
            Appointment.status.in_(ACTIVE),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    following: dict[int, Appointment] = {}
    booked: set[int] = set()
    now = session.now()
    for one in session.scalars(wanted):
        if one.invitation_id is not None:
            booked.add(one.invitation_id)
        if one.ends_at > now:
            following.setdefault(one.patient_id, one)
    return following, booked


def _waiting(
    session: Session, clinic_id: int, patients: Collection[int], booked: set[int]
) -> dict[int, list[Invitation]]:
    wanted = (
        select(Invitation)
        .options(joinedload(Invitation.visit_type))
        .where(
            Invitation.patient_id.in_(patients),
            Invitation.clinic_id == clinic_id,
            Invitation.status == "open",
        )
    )
    found: dict[int, list[Invitation]] = {}
    for one in session.scalars(wanted):
        if one.id not in booked:
            found.setdefault(one.patient_id, []).append(one)
    for several in found.values():
        several.sort(key=lambda one: (one.deadline_on or date.max, one.window_from, one.id))
    return found


def _tasks(session: Session, clinic_id: int, patients: Collection[int]) -> dict[int, int]:
    counted = (
        select(WorklistItem.patient_id, func.count())
        .where(
            WorklistItem.patient_id.in_(patients),
            WorklistItem.clinic_id == clinic_id,
            WorklistItem.status == "open",
        )
        .group_by(WorklistItem.patient_id)
    )
    return {patient or 0: number for patient, number in session.execute(counted)}

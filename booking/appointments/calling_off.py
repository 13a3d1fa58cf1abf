"""Calling off a group session: every participant's time is cancelled, and nobody is lost."""

from sqlalchemy import select

from booking.appointments.errors import TooLate, WrongState
from booking.appointments.models import ACTIVE, Appointment, GroupSession, Hold
from booking.appointments.service import cancel
from booking.appointments.worklist import service as worklist
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor


def call_off(session: Session, by: Actor, group: GroupSession, words: str) -> int:
    """Cancel a coming session; each participant stands on the worklist for a new time.

    words: why, for whoever calls them. Returns how many participants there were.
    """
    session.refresh(group, with_for_update=True)
    if group.cancelled_at is not None:
        raise WrongState
    if group.starts_at <= session.now():
        raise TooLate
    for hold in session.scalars(select(Hold).where(Hold.group_session_id == group.id)):
        session.delete(hold)
    taking_part = participants(session, group)
    for appointment in taking_part:
        cancel(session, by, appointment, "clinic", "desk", wants_new=True, words=words)
    group.cancelled_at = session.now()
    worklist.withdraw(session, f"opening:group:{group.id}")
    audit.record(
        session,
        by,
        "group_session.cancelled",
        [appointment.patient_id for appointment in taking_part],
        clinic_id=group.clinic_id,
    )
    session.flush()
    return len(taking_part)


def participants(session: Session, group: GroupSession) -> list[Appointment]:
    """The active appointments that are places in the session, in order of booking."""
    return list(
        session.scalars(
            select(Appointment)
            .where(Appointment.group_session_id == group.id, Appointment.status.in_(ACTIVE))
            .order_by(Appointment.id)
        )
    )

"""Appointments that have no planned messages: they came in bulk, or before the clinic sent any.

They are planned when a person has seen what that would bring, not before.
"""

from sqlalchemy import select

from booking.appointments.worklist import service as worklist
from booking.calendar.models import Clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from reminders.planning.queries import unplanned
from reminders.planning.service import Changed, plan_ahead
from reminders.policies.models import MessageSender

UNPLANNED = "unplanned_messages"


def put_before_staff(session: Session, clinic: Clinic) -> None:
    """One item on the worklist, where the clinic sends messages and there is something to plan."""
    if _lock(session, clinic.id) and unplanned(session, clinic.id):
        worklist.add(
            session,
            clinic.id,
            UNPLANNED,
            due_on=local_date(session.now(), clinic.zone),
            key=_key(clinic.id),
        )


def plan_unplanned(session: Session, by: Actor, clinic: Clinic) -> Changed:
    """Plan what lies ahead of all of them; the item on the worklist is done. Two who do so at once
    plan each once. Nothing happens where the clinic does not send.
    """
    if not _lock(session, clinic.id):
        return Changed()
    changed = plan_ahead(session, unplanned(session, clinic.id))
    audit.record(session, by, "messages.unplanned_planned", clinic_id=clinic.id)
    settled(session, clinic.id)
    return changed


def settled(session: Session, clinic_id: int) -> None:
    """Nothing waits to be planned any more, or nothing will be."""
    worklist.withdraw(session, _key(clinic_id))


def _lock(session: Session, clinic_id: int) -> bool:
    """Whether the clinic sends messages; others who would plan for it wait."""
    sender = select(MessageSender.id).where(MessageSender.clinic_id == clinic_id)
    return session.scalar(sender.with_for_update()) is not None


def _key(clinic_id: int) -> str:
    return f"{UNPLANNED}:{clinic_id}"

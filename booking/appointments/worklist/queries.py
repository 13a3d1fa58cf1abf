"""Reading a clinic's worklist."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.errors import NotFound


def open_items(session: Session, clinic_id: int) -> Sequence[WorklistItem]:
    """What waits at a clinic: red first, then the earliest due, no due date last, then by age."""
    return session.scalars(
        select(WorklistItem)
        .where(WorklistItem.clinic_id == clinic_id, WorklistItem.status == "open")
        .options(joinedload(WorklistItem.patient), joinedload(WorklistItem.owner))
        .order_by(
            WorklistItem.urgency != "red",
            WorklistItem.due_on.is_(None),
            WorklistItem.due_on,
            WorklistItem.created_at,
            WorklistItem.id,
        )
    ).all()


def for_leaders(session: Session, clinic_id: int) -> Sequence[WorklistItem]:
    """What the leaders must see to: what lay unread too long, and what is urgent and nobody's."""
    urgent_and_nobodys = (WorklistItem.urgency != "") & WorklistItem.owner_id.is_(None)
    return session.scalars(
        select(WorklistItem)
        .where(
            WorklistItem.clinic_id == clinic_id,
            WorklistItem.status == "open",
            WorklistItem.read_at.is_(None),
            WorklistItem.escalated_at.is_not(None) | urgent_and_nobodys,
        )
        .options(joinedload(WorklistItem.patient))
        .order_by(WorklistItem.urgency != "red", WorklistItem.due_on, WorklistItem.id)
    ).all()


def open_count(session: Session, clinic_id: int) -> int:
    """How many things wait at a clinic."""
    counted = select(func.count()).where(
        WorklistItem.clinic_id == clinic_id, WorklistItem.status == "open"
    )
    return session.scalars(counted).one()


def done_items(
    session: Session, clinic_id: int, since: datetime, most: int = 500
) -> Sequence[WorklistItem]:
    """What was closed at a clinic since an instant, the latest first, at most so many."""
    return session.scalars(
        select(WorklistItem)
        .where(
            WorklistItem.clinic_id == clinic_id,
            WorklistItem.status == "done",
            WorklistItem.done_at >= since,
        )
        .options(joinedload(WorklistItem.patient))
        .order_by(WorklistItem.done_at.desc(), WorklistItem.id.desc())
        .limit(most)
    ).all()


def item_of(session: Session, clinic_id: int, item_id: int) -> WorklistItem:
    """One item of a clinic; raises NotFound for a foreign one."""
    item = session.get(WorklistItem, item_id)
    if item is None or item.clinic_id != clinic_id:
        raise NotFound
    return item


def with_key(session: Session, key: str) -> WorklistItem | None:
    """The open item with a key, if there is one."""
    return session.scalars(select(WorklistItem).where(WorklistItem.open_key == key)).one_or_none()


def needs_a_time(session: Session, invitation_id: int) -> bool:
    """True for an open invitation that has no live appointment."""
    return invitation_id in needing_a_time(session, {invitation_id})


def needing_a_time(session: Session, invitation_ids: Collection[int]) -> set[int]:
    """Those of these invitations that are open and have no live appointment."""
    live = select(Appointment.id).where(
        Appointment.invitation_id == Invitation.id, Appointment.status.in_(ACTIVE)
    )
    wanted = select(Invitation.id).where(
        Invitation.id.in_(invitation_ids), Invitation.status == "open", ~live.exists()
    )
    return set(session.scalars(wanted))

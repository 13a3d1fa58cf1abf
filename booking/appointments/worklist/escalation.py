"""Silence escalates: an item nobody has opened in time is put before the leaders too."""

from sqlalchemy import select

from booking.appointments.worklist.events import WorklistItemUnread
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session

AT_ONCE = 500


def escalate(session: Session) -> int:
    """The job: mark what is still unread when it should have been read, once; returns how many.

    At most 500 at a time, those that have waited longest first.
    """
    late = session.scalars(
        select(WorklistItem)
        .where(
            WorklistItem.status == "open",
            WorklistItem.read_at.is_(None),
            WorklistItem.escalated_at.is_(None),
            WorklistItem.escalate_at <= session.now(),
        )
        .order_by(WorklistItem.escalate_at, WorklistItem.id)
        .limit(AT_ONCE)
        .with_for_update(of=WorklistItem, skip_locked=True)
    ).all()
    for item in late:
        item.escalated_at = session.now()
        session.flush()
        session.publish(WorklistItemUnread(item.id, item.clinic_id))
    return len(late)

"""What follows for the inbox when something happens elsewhere, in the same transaction."""

from booking.appointments.events import AppointmentCancelled, AppointmentMoved
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.events import WorklistItemFinished
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from reminders.replies.acting import new_time_key
from reminders.replies.inbox import REPLY
from reminders.replies.models import InboundMessage


def on_moved(session: Session, event: AppointmentMoved) -> None:
    """The patient has the other time they wanted."""
    worklist.withdraw(session, new_time_key(event.appointment_id))


def on_cancelled(session: Session, event: AppointmentCancelled) -> None:
    """There is no time to exchange for another."""
    worklist.withdraw(session, new_time_key(event.appointment_id))


def on_item_finished(session: Session, event: WorklistItemFinished) -> None:
    """Whoever finishes the item about a message has seen to the message."""
    item = session.get_one(WorklistItem, event.item_id)
    inbound_id = item.details.get("inbound")
    if item.kind != REPLY or not isinstance(inbound_id, int):
        return
    inbound = session.get(InboundMessage, inbound_id)
    if inbound is not None and inbound.handled_at is None:
        inbound.handled_at, inbound.handled_by = session.now(), item.done_by
        session.flush()

"""Several times booked, moved or given up at once: one message tells of them all.

The message of the first lists the others as they are when it goes out; theirs are taken back. The
reminders of every one of them stand. Is the first given up or moved before its message has gone,
the next one's message goes in its stead.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, select, update

from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.sequences.events import SequenceBooked, SequenceEnded, SequenceMoved
from booking.sequences.models import SequencePart
from reminders.messages.models import Message, MessageAttempt

REASON = "together"
STANDING = {"booked": "booked", "moved": "booked", "cancelled": "cancelled"}


def on_booked(session: Session, event: SequenceBooked) -> None:
    """Tell once that they are booked."""
    _tell_once(session, event.appointment_ids, "booked")


def on_moved(session: Session, event: SequenceMoved) -> None:
    """Tell once that they are moved."""
    _tell_once(session, event.appointment_ids, "moved")


def on_ended(session: Session, event: SequenceEnded) -> None:
    """Tell once that they are given up."""
    _tell_once(session, event.appointment_ids, "cancelled")


def others(session: Session, message: Message) -> list[datetime]:
    """The times that a message tells of besides its own, in order, as they are now."""
    standing = STANDING.get(message.kind)
    if standing is None or message.appointment_id is None:
        return []
    return list(
        session.scalars(
            select(Appointment.starts_at)
            .where(
                Appointment.id.in_(_beside(message.appointment_id)),
                Appointment.status == standing,
                exists().where(
                    Message.appointment_id == Appointment.id,
                    Message.kind == message.kind,
                    Message.state == "withdrawn",
                    Message.reason == REASON,
                ),
            )
            .order_by(Appointment.starts_at)
        )
    )


def pass_on(session: Session, appointment_id: int) -> None:
    """What nobody has been told yet of the others is told by the next of them."""
    session.flush()
    unsent = (
        Message.appointment_id == appointment_id,
        Message.kind.in_(("booked", "moved")),
        Message.state == "withdrawn",
        Message.reason.in_(("cancelled", "moved")),
        ~exists().where(MessageAttempt.message_id == Message.id),
    )
    for kind in session.scalars(select(Message.kind).where(*unsent).distinct()).all():
        following = session.scalar(
            select(Message)
            .join(Appointment, Appointment.id == Message.appointment_id)
            .where(
                Message.appointment_id.in_(_beside(appointment_id)),
                Message.kind == kind,
                Message.state == "withdrawn",
                Message.reason == REASON,
                Message.not_after > session.now(),
                Appointment.status == "booked",
            )
            .order_by(Appointment.starts_at)
            .limit(1)
        )
        if following is not None:
            following.state, following.reason = "planned", ""
            following.state_at = session.now()
    session.flush()


def _tell_once(session: Session, appointment_ids: Sequence[int], kind: str) -> None:
    """Keep the message of the first that has one: a policy need not tell of every kind of visit."""
    session.flush()
    planned = (
        Message.appointment_id.in_(appointment_ids),
        Message.state == "planned",
        Message.kind == kind,
    )
    told = set(session.scalars(select(Message.appointment_id).where(*planned)))
    first = next((one for one in appointment_ids if one in told), None)
    session.execute(
        update(Message)
        .where(*planned, Message.appointment_id != first)
        .values(state="withdrawn", reason=REASON, state_at=session.now())
        .execution_options(synchronize_session=False)
    )


def _beside(appointment_id: int) -> Select[int | None]:
    mine = select(SequencePart.sequence_id).where(SequencePart.appointment_id == appointment_id)
    return select(SequencePart.appointment_id).where(
        SequencePart.sequence_id.in_(mine), SequencePart.appointment_id != appointment_id
    )

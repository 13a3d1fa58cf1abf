"""Several times booked at once: the patient's telephone tells of the first, and not of each.

The reminders of every one of them stand. Letters stand too: who gets letters only is told of a
time by nothing else.
"""

from sqlalchemy import update

from booking.platform.database import Session
from booking.sequences.events import SequenceBooked
from reminders.messages.models import Message

SHORT = ("sms", "voice")


def on_booked(session: Session, event: SequenceBooked) -> None:
    """Take back that the second and later ones are booked, where that would go by telephone."""
    session.flush()
    session.execute(
        update(Message)
        .where(
            Message.appointment_id.in_(event.appointment_ids[1:]),
            Message.state == "planned",
            Message.kind == "booked",
            Message.channel.in_(SHORT),
        )
        .values(state="withdrawn", reason="together", state_at=session.now())
        .execution_options(synchronize_session=False)
    )

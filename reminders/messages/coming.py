"""What a patient may see of their own messages: those about what lies ahead of them."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from booking.appointments.models import ACTIVE, Appointment
from booking.people.models import ClinicPatient
from booking.platform.database import Session
from reminders.messages.models import Message
from reminders.policies.models import MessageSender

# What was taken back, or came too late to be of use, tells a patient nothing.
TOLD = ("planned", "sending", "unknown", "sent", "delivered", "failed")
LATELY = timedelta(days=30)


def about_coming(session: Session, patient_id: int) -> Sequence[Message]:
    """A patient's messages about their coming times as these stand, at every clinic, by when they
    are due; and the last month's about what is no time, such as a questionnaire.
    """
    ahead = and_(
        Appointment.status.in_(ACTIVE),
        Appointment.ends_at > session.now(),
        Appointment.sequence == Message.subject_version,
    )
    other = and_(Message.appointment_id.is_(None), Message.due_at > session.now() - LATELY)
    return session.scalars(
        select(Message)
        .outerjoin(Message.appointment)
        .where(Message.patient_id == patient_id, Message.state.in_(TOLD), or_(ahead, other))
        .options(joinedload(Message.clinic))
        .order_by(Message.due_at, Message.id)
    ).all()


def hears_from_a_clinic(session: Session, patient_id: int) -> bool:
    """Whether any of a patient's clinics sends messages."""
    theirs = (
        select(MessageSender.id)
        .join(ClinicPatient, ClinicPatient.clinic_id == MessageSender.clinic_id)
        .where(ClinicPatient.patient_id == patient_id)
    )
    return session.scalar(theirs.limit(1)) is not None

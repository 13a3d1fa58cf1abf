"""Tables: what came in from patients, and what they have been asked back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.people.models import Patient
from booking.platform.database import WithId


class InboundMessage(WithId):
    """Something a patient sent, once for each of the provider's ids, and what was made of it.

    understood: 'confirm', 'cancel', 'new_time', 'stop', 'start', 'which' (an answer to whose), or
    'other'. outcome: what came of it, a code ('done', 'too_late', 'asked_whose', 'to_staff', …).
    patient and appointment where they could be told; clinic: whose inbox it is in. handled_at: when
    staff have seen to it (nothing to see to: at once).
    """

    __tablename__ = "inbound_message"
    __table_args__ = (
        UniqueConstraint("provider", "provider_id"),
        Index("ix_inbound_message_clinic_id", "clinic_id", "handled_at"),
        Index("ix_inbound_message_from_hash", "from_hash", "received_at"),
    )

    provider: Mapped[str] = mapped_column(String(20))
    provider_id: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(12))
    from_hash: Mapped[str] = mapped_column(String(64))
    from_sealed: Mapped[str | None] = mapped_column(Text)
    to: Mapped[str] = mapped_column("to_number", String(20), default="")
    body_sealed: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime]
    understood: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(20), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    clinic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic.id"))
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(String(200), default="")
    patient: Mapped[Patient | None] = relationship()


class ReplyQuestion(WithId):
    """That a number was asked which of several times its answer is about.

    options: [[letter, appointment id, its sequence], …]; wants: what was answered before the
    question.
    """

    __tablename__ = "reply_question"

    from_hash: Mapped[str] = mapped_column(String(64), index=True)
    to: Mapped[str] = mapped_column("to_number", String(20), default="")
    wants: Mapped[str] = mapped_column(String(12))
    options: Mapped[list[list[Any]]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

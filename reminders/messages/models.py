"""Tables: planned messages, and the attempts at delivering them. What they say is what is true."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import Session, WithId
from reminders.experiments.models import ExperimentArm
from reminders.messages.states import (
    EFFECTIVE,
    LADDER,
    MESSAGE_STATES,
    AttemptState,
    MessageState,
)
from reminders.policies.models import ReminderPolicyVersion, ReminderWordingVersion
from reminders.policies.steps import Channel


class Message(WithId):
    """One planned message: a step of a policy for one version of what it is about.

    subject: 'appointment:12', 'questionnaire:7'. subject_version: an appointment's `sequence`.
    key: '<subject>:<version>:<step>', so that a step is planned once. about_at: the start it is
    about (the old one where it was cancelled). channels: in order; `channel` is the one whose turn
    it is, '' where none can reach the patient. next_at: not claimed before this. tries: on the
    present channel. reason: a code for why it failed, was withdrawn or came too late.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"state IN {MESSAGE_STATES}", name="state"),
        Index("ix_message_state", "state", "next_at"),
        Index("ix_message_clinic_id", "clinic_id", "due_at"),
        Index("ix_message_patient_id", "patient_id", "due_at"),
    )

    key: Mapped[str] = mapped_column(String(120), unique=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    subject: Mapped[str] = mapped_column(String(60), index=True)
    subject_version: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("reminder_policy_version.id"))
    wording_version_id: Mapped[int] = mapped_column(ForeignKey("reminder_wording_version.id"))
    arm_id: Mapped[int | None] = mapped_column(ForeignKey("experiment_arm.id"), index=True)
    about_at: Mapped[datetime | None]
    channels: Mapped[list[Channel]] = mapped_column(JSON)
    channel: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime]
    not_after: Mapped[datetime]
    next_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[MessageState] = mapped_column(String(10), default="planned")
    state_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]

    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    arm: Mapped[ExperimentArm | None] = relationship()
    policy_version: Mapped[ReminderPolicyVersion] = relationship()
    wording_version: Mapped[ReminderWordingVersion] = relationship()
    attempts: Mapped[list["MessageAttempt"]] = relationship(
        back_populates="message", order_by="MessageAttempt.number"
    )


class MessageAttempt(WithId):
    """One try at delivering a message. The provider is given `key`; its callbacks bring it back.

    to_hash, to_sealed: the address it went to, which may have changed since. body: what was sent.
    parts: an SMS's length in parts. error_code: raw, as the provider gave it; error_class: what
    `delivery.error_classes` makes of it. claimed_by: the worker. looked_at: last looked for.
    """

    __tablename__ = "message_attempt"
    __table_args__ = (
        CheckConstraint(f"state IN {LADDER}", name="state"),
        UniqueConstraint("message_id", "number"),
        UniqueConstraint("provider", "provider_id"),
        Index(
            "uq_message_attempt_effective",
            "message_id",
            "channel",
            unique=True,
            sqlite_where=text(f"state IN {EFFECTIVE}"),
            postgresql_where=text(f"state IN {EFFECTIVE}"),
        ),
        Index("ix_message_attempt_state", "state", "started_at"),
        Index("ix_message_attempt_to_hash", "to_hash", "started_at"),
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(36), unique=True)
    channel: Mapped[Channel] = mapped_column(String(12))
    provider: Mapped[str] = mapped_column(String(20))
    provider_id: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[AttemptState] = mapped_column(String(10), default="sending")
    state_at: Mapped[datetime]
    started_at: Mapped[datetime]
    claimed_by: Mapped[str] = mapped_column(String(40))
    looked_at: Mapped[datetime | None]
    to_hash: Mapped[str] = mapped_column(String(64), default="")
    to_sealed: Mapped[str | None] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(String(40), default="")
    language: Mapped[str] = mapped_column(String(8), default="da")
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    parts: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str] = mapped_column(String(40), default="")
    error_class: Mapped[str] = mapped_column(String(20), default="")
    message: Mapped[Message] = relationship(back_populates="attempts")

    @property
    def to(self) -> str:
        """The address it went to, opened."""
        session = object_session(self)
        if not isinstance(session, Session):
            raise TypeError("an attempt's address opens only within a session")
        return session.vault.open(self.to_sealed) or ""

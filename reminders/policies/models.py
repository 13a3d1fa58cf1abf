"""Tables: a clinic's reminder policies, their wordings, and who its messages come from.

A version of a policy or a wording never changes (the database refuses it, 0010): a planned message
keeps its versions.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.platform.database import WithId

_FOR_ALL = text("visit_type_id IS NULL")


class ReminderPolicy(WithId):
    """What a clinic sends about one visit type, or about all that have no policy of their own.

    What counts is its newest version that `counts_from` a moment. draft: a policy's JSON that is
    being written, None where nothing is.
    """

    __tablename__ = "reminder_policy"
    __table_args__ = (
        UniqueConstraint("clinic_id", "visit_type_id"),
        Index(
            "uq_reminder_policy_clinic_id",
            "clinic_id",
            unique=True,
            sqlite_where=_FOR_ALL,
            postgresql_where=_FOR_ALL,
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    visit_type_id: Mapped[int | None] = mapped_column(ForeignKey("visit_type.id"))
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    draft_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    clinic: Mapped[Clinic] = relationship()
    visit_type: Mapped[VisitType | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class ReminderPolicyVersion(WithId):
    """One version of a policy; `body` as `steps.as_json` writes it.

    counts_from: when it began to count; None for an experiment's arm, which never does by itself.
    """

    __tablename__ = "reminder_policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "number"),)

    policy_id: Mapped[int] = mapped_column(ForeignKey("reminder_policy.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    counts_from: Mapped[datetime | None]
    policy: Mapped[ReminderPolicy] = relationship()


class ReminderWording(WithId):
    """A text by its code, as steps name it. New messages keep its newest version."""

    __tablename__ = "reminder_wording"
    __table_args__ = (UniqueConstraint("clinic_id", "code"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    clinic: Mapped[Clinic] = relationship()


class ReminderWordingVersion(WithId):
    """A text in every language and channel: texts[language][channel] = [subject, body]."""

    __tablename__ = "reminder_wording_version"
    __table_args__ = (UniqueConstraint("wording_id", "number"),)

    wording_id: Mapped[int] = mapped_column(ForeignKey("reminder_wording.id"))
    number: Mapped[int]
    texts: Mapped[dict[str, dict[str, list[str]]]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    wording: Mapped[ReminderWording] = relationship()


class MessageSender(WithId):
    """Who a clinic's messages come from.

    kind: 'number' can be answered, 'name' (at most 11 characters) cannot. sender: the number in
    E.164, or the name. place: what the texts call the place; it must reveal no illness. may_link:
    the operators let links from this sender through. a_minute: how many messages it may send.
    """

    __tablename__ = "message_sender"
    __table_args__ = (
        CheckConstraint("kind IN ('number', 'name')", name="kind"),
        CheckConstraint("a_minute BETWEEN 1 AND 60000", name="a_minute"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    sender: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(40))
    may_link: Mapped[bool] = mapped_column(default=False)
    a_minute: Mapped[int] = mapped_column(default=600)
    version: Mapped[int] = mapped_column(default=1)
    clinic: Mapped[Clinic] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def may_reply(self) -> bool:
        """True where patients can answer what they get."""
        return self.kind == "number"

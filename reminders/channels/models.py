"""Table: what the recording channel was given, instead of a telephone."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import WithId


class RecordedMessage(WithId):
    """One delivery to nobody's telephone, in the order they came.

    attempt: the attempt's key, of which there is one.
    """

    __tablename__ = "recorded_message"
    __table_args__ = (Index("ix_recorded_message_to_hash", "to_hash", "at"),)

    attempt: Mapped[str] = mapped_column(String(36), unique=True)
    channel: Mapped[str] = mapped_column(String(12))
    to_hash: Mapped[str] = mapped_column(String(64))
    to_sealed: Mapped[str | None] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

"""Tables: how a patient wants to hear from clinics, and which numbers said STOP."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import Base, WithId
from reminders.policies.steps import CHANNELS, Channel

_STANDS = text("until IS NULL")


class ContactPreference(Base):
    """How a patient wants to hear. channel: the one tried first, '' for the clinic's own order.

    extra_help: someone at the clinic has said that this patient gets more help to come. The
    language is the patient's own.
    """

    __tablename__ = "contact_preference"
    __table_args__ = (
        CheckConstraint(
            "channel IN ('', 'sms', 'voice', 'email', 'letter', 'digital_post')", name="channel"
        ),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(12), default="")
    extra_help: Mapped[bool] = mapped_column(Boolean, default=False)
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def preferred(self) -> Channel | None:
        """The channel to try first; None for the clinic's own order."""
        return next((one for one in CHANNELS if one == self.channel), None)


class OptOut(WithId):
    """That an address said STOP on a channel, for everyone who shares it; START ends it.

    address_hash: as `vault.fingerprint('phone', …)` or of an e-mail address.
    """

    __tablename__ = "opt_out"
    __table_args__ = (
        Index(
            "uq_opt_out_address_hash",
            "address_hash",
            "channel",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    address_hash: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime]
    until: Mapped[datetime | None]

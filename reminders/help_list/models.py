"""Table: the calls made to patients who may need help to come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import WithId

OUTCOMES = ("comes", "moved", "cancelled", "needs_transport", "needs_other", "no_answer")


class HelpCall(WithId):
    """One call about one coming time, and what came of it. words: what the caller wrote."""

    __tablename__ = "help_call"
    __table_args__ = (
        CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome"),
        Index("ix_help_call_clinic_id", "clinic_id", "called_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    called_at: Mapped[datetime]
    called_by: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")

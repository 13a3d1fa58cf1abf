"""Table: what a person must look at, with why and by when."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.people.models import Patient, Staff
from booking.platform.database import WithId


class WorklistItem(WithId):
    """One thing to look at. `kind` is a code, `details` what its text needs (never a CPR or phone).

    open_key keeps a job or a repeated save from writing the same open item twice. urgency: red,
    yellow, or '' where a date says it all. An item still unread at escalate_at goes to the
    leaders too; read_at is when somebody first opened it.
    """

    __tablename__ = "worklist_item"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'done')", name="status"),
        CheckConstraint("urgency IN ('', 'red', 'yellow')", name="urgency"),
        Index("ix_worklist_item_clinic_id", "clinic_id", "status", "due_on"),
        Index("ix_worklist_item_escalate_at", "escalate_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    kind: Mapped[str] = mapped_column(String(40))
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    closure_id: Mapped[int | None] = mapped_column(ForeignKey("closure.id"), index=True)
    words: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    due_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(String(10), default="open")
    open_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[str] = mapped_column(Text, default="")
    urgency: Mapped[str] = mapped_column(String(6), default="", server_default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    read_at: Mapped[datetime | None]
    read_by: Mapped[str] = mapped_column(String(200), default="", server_default="")
    escalate_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    patient: Mapped[Patient | None] = relationship()
    owner: Mapped[Staff | None] = relationship()

"""Tables: a day that falls apart: what is out, and where everyone concerned goes instead."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic, Resource
from booking.platform.database import WithId


class Rescheduling(WithId):
    """One plan for what is out, until it is carried out or thrown away.

    outages: [{"resource": number or null for the whole clinic, "from": instant, "to": instant}],
    instants in ISO form, UTC. figures: how the plan was found (seconds, placed, changes, days).
    """

    __tablename__ = "rescheduling"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'done', 'discarded')", name="status"),
        Index("ix_rescheduling_clinic_id", "clinic_id", "status"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    reason: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, default="")
    outages: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10), default="draft")
    figures: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    lines: Mapped[list["ReschedulingLine"]] = relationship(
        back_populates="rescheduling",
        order_by="(ReschedulingLine.from_start, ReschedulingLine.id)",
        cascade="all, delete-orphan",
    )

    __mapper_args__ = {"version_id_col": version}


class ReschedulingLine(WithId):
    """One appointment and its proposed place; none where nothing was found.

    appointment_version: what it was planned from; another one by now is a line to look at again.
    rooms: numbers of the rooms the place takes. fixed: the secretary chose this. left_out: it stays
    where it is. why: codes, to be put in words. outcome: '' until carried out, then 'moved',
    'waiting' (on the worklist) or 'left'.
    """

    __tablename__ = "rescheduling_line"
    __table_args__ = (
        CheckConstraint("form IN ('in_person', 'video', 'phone')", name="form"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="whole_place"),
        CheckConstraint("(starts_at IS NULL) = (clinician_id IS NULL)", name="clinician"),
        UniqueConstraint("rescheduling_id", "appointment_id"),
        Index("ix_rescheduling_line_appointment_id", "appointment_id"),
    )

    rescheduling_id: Mapped[int] = mapped_column(ForeignKey("rescheduling.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    appointment_version: Mapped[int]
    from_start: Mapped[datetime]
    from_clinician_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    form: Mapped[str] = mapped_column(String(12))
    rooms: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    fixed: Mapped[bool] = mapped_column(Boolean, default=False)
    left_out: Mapped[bool] = mapped_column(Boolean, default=False)
    why: Mapped[list[str]] = mapped_column(JSON, default=list)
    outcome: Mapped[str] = mapped_column(String(10), default="")

    rescheduling: Mapped[Rescheduling] = relationship(back_populates="lines")
    appointment: Mapped[Appointment] = relationship()
    clinician: Mapped[Resource | None] = relationship(foreign_keys=[clinician_id])
    from_clinician: Mapped[Resource | None] = relationship(foreign_keys=[from_clinician_id])

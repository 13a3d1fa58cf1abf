"""Tables: contacts that belong together: repeated ones, and several on one day in order."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.people.models import Patient
from booking.platform.database import WithId


class ContactSequence(WithId):
    """What was asked for, booked all or nothing.

    kind: 'repeating' (every so many days or weeks) or 'combined' (one day, in order). rule: what
    was asked, as `planning` reads it.
    """

    __tablename__ = "contact_sequence"
    __table_args__ = (
        CheckConstraint("kind IN ('repeating', 'combined')", name="kind"),
        CheckConstraint("status IN ('open', 'ended')", name="status"),
        Index("ix_contact_sequence_patient_id", "patient_id", "clinic_id"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    rule: Mapped[dict[str, object]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient] = relationship()
    course: Mapped[Course] = relationship()
    parts: Mapped[list["SequencePart"]] = relationship(
        back_populates="sequence", order_by="SequencePart.position"
    )

    __mapper_args__ = {"version_id_col": version}


class SequencePart(WithId):
    """One contact of a sequence: its place in the order, its day, and its time while it has one.

    status: booked, skipped (taken out, may be restored) or cancelled (the time was given up).
    """

    __tablename__ = "sequence_part"
    __table_args__ = (
        CheckConstraint("status IN ('booked', 'skipped', 'cancelled')", name="status"),
        CheckConstraint("status <> 'booked' OR appointment_id IS NOT NULL", name="has_time"),
        CheckConstraint("form IN ('in_person', 'video', 'phone')", name="form"),
        UniqueConstraint("sequence_id", "position"),
        Index(
            "uq_sequence_part_appointment_id",
            "appointment_id",
            unique=True,
            sqlite_where=text("status = 'booked'"),
            postgresql_where=text("status = 'booked'"),
        ),
    )

    sequence_id: Mapped[int] = mapped_column(ForeignKey("contact_sequence.id"))
    position: Mapped[int]
    planned_on: Mapped[date]
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    form: Mapped[str] = mapped_column(String(12))
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"))
    status: Mapped[str] = mapped_column(String(10), default="booked")

    sequence: Mapped[ContactSequence] = relationship(back_populates="parts")
    visit_type: Mapped[VisitType] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    clinician: Mapped[Resource | None] = relationship()

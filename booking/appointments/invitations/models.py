"""Tables: a patient's course at a clinic, and leave to book within it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.people.models import Patient
from booking.platform.database import WithId


class Course(WithId):
    """The patient's way through one clinic, with one responsible clinician, until `ended_on`."""

    __tablename__ = "course"
    __table_args__ = (Index("ix_course_patient_id", "patient_id", "clinic_id"),)

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    responsible: Mapped[Resource | None] = relationship()


class Invitation(WithId):
    """Leave to book a visit type within a window of local days (both included).

    status: planned (no time yet: the window lies beyond the clinic's horizon), open (has or
    needs a time), completed (the contact took place), revoked. deadline_on: the last day a
    legal or clinical demand allows, if any; deadline_kind says which.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("status IN ('planned', 'open', 'completed', 'revoked')", name="status"),
        CheckConstraint("window_from <= window_to", name="window"),
        CheckConstraint("form IN ('in_person', 'video', 'phone')", name="form"),
        Index("ix_invitation_patient_id", "patient_id", "status"),
        Index("ix_invitation_status", "status", "window_from"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    form: Mapped[str] = mapped_column(String(12))
    window_from: Mapped[date]
    window_to: Mapped[date]
    deadline_on: Mapped[date | None]
    deadline_kind: Mapped[str] = mapped_column(String(40), default="")
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    purpose: Mapped[str] = mapped_column(String(300), default="")
    status: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)

    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    course: Mapped[Course] = relationship()
    visit_type: Mapped[VisitType] = relationship()
    clinician: Mapped[Resource | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def deadline_by_law(self) -> bool:
        """Whether the patient has a right to a time by then; a clinical one is the clinic's."""
        return self.deadline_on is not None and self.deadline_kind not in ("", "clinical")

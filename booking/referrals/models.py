"""Tables: referrals, what a clinic asks of them, what came of them, and why a clock was not met.

Clocks are computed (`clocks`) from what happened, and never stored.
"""

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.people.models import Patient
from booking.platform.database import WithId

STATUSES = ("received", "waiting", "triaged", "returned", "closed")
REASONS = ("patient_wish", "capacity", "clinical")


class Referral(WithId):
    """What started a course: from whom, why, and what the clinic decided.

    received_at: when the clinic had it; every clock begins there. problem_code: the sender's own
    code, or ''. track: which maximum waits hold ('general', 'cancer', …; see clocks.toml).
    urgency: '' until triage. earlier: the referral this one repeats, as staff saw it. advice: what
    it was returned with.
    """

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint(f"status IN {STATUSES}", name="status"),
        CheckConstraint("urgency IN ('', 'acute', 'soon', 'routine')", name="urgency"),
        UniqueConstraint("source", "source_key"),
        Index("ix_referral_clinic_id", "clinic_id", "status", "received_at"),
        Index("ix_referral_patient_id", "patient_id", "clinic_id"),
        Index("ix_referral_course_id", "course_id"),
        Index("ix_referral_invitation_id", "invitation_id"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    received_at: Mapped[datetime]
    sender: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(Text)
    problem_code: Mapped[str] = mapped_column(String(20), default="")
    track: Mapped[str] = mapped_column(String(30), default="general")
    urgency: Mapped[str] = mapped_column(String(10), default="")
    status: Mapped[str] = mapped_column(String(10), default="received")
    visit_type_id: Mapped[int | None] = mapped_column(ForeignKey("visit_type.id"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("resource.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"))
    advice: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str | None] = mapped_column(String(60))
    source_key: Mapped[str | None] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(default=1)

    clinic: Mapped[Clinic] = relationship()
    patient: Mapped[Patient] = relationship()
    visit_type: Mapped[VisitType | None] = relationship()
    responsible: Mapped[Resource | None] = relationship()
    course: Mapped[Course | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    earlier: Mapped["Referral | None"] = relationship(remote_side="Referral.id")
    events: Mapped[list["ReferralEvent"]] = relationship(
        order_by="(ReferralEvent.happened_on, ReferralEvent.id)", back_populates="referral"
    )
    checks: Mapped[list["ReferralCheck"]] = relationship(order_by="ReferralCheck.criterion_id")
    delays: Mapped[list["ReferralDelay"]] = relationship(order_by="ReferralDelay.id")

    __mapper_args__ = {"version_id_col": version}


class ReferralEvent(WithId):
    """What a clock starts or stops from: its local day, who wrote it and when. Only added to.

    words: a plan's text, what was asked for, what was answered. undoes_id: the one this takes
    back, noted by mistake.
    """

    __tablename__ = "referral_event"
    __table_args__ = (
        Index("ix_referral_event_referral_id", "referral_id", "happened_on"),
        Index("uq_referral_event_undoes_id", "undoes_id", unique=True),
    )

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    kind: Mapped[str] = mapped_column(String(30))
    happened_on: Mapped[date]
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text, default="")
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("referral_event.id"))
    referral: Mapped[Referral] = relationship(back_populates="events")


class ReferralCriterion(WithId):
    """What a clinic looks for in a referral; missing_text: what its sender is asked without it."""

    __tablename__ = "referral_criterion"
    __table_args__ = (Index("ix_referral_criterion_clinic_id", "clinic_id", "position"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    text: Mapped[str] = mapped_column(String(300))
    missing_text: Mapped[str] = mapped_column(Text, default="")
    required: Mapped[bool] = mapped_column(Boolean, default=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class ReferralCheck(WithId):
    """Whether a referral meets a criterion, as somebody last said."""

    __tablename__ = "referral_check"
    __table_args__ = (UniqueConstraint("referral_id", "criterion_id"),)

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("referral_criterion.id"))
    met: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))
    criterion: Mapped[ReferralCriterion] = relationship()


class ReferralDelay(WithId):
    """Why a clock is not met: the patient's wish, lack of capacity, or a clinical reason."""

    __tablename__ = "referral_delay"
    __table_args__ = (
        CheckConstraint(f"reason IN {REASONS}", name="reason"),
        Index("ix_referral_delay_referral_id", "referral_id"),
    )

    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    clock: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(String(15))
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(String(200))


class ReferralText(WithId):
    """A clinic's standard text to a sender: what is missing, or advice."""

    __tablename__ = "referral_text"
    __table_args__ = (
        CheckConstraint("kind IN ('missing', 'advice')", name="kind"),
        UniqueConstraint("clinic_id", "kind", "title"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)

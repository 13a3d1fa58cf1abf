"""Tables: a review of planned check-ups, and what the rules say of each of them.

A line is a proposal and what a clinician made of it; it is no follow-up decision.
"""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import WithId
from triage_rules.authoring.models import RuleVersion
from triage_rules.followup.models import FollowUpPlan, Pathway

MISSING = "missing"  # what a line lacks: answers or measurements of the patient
REPLACED = "replaced"  # beside the rules' own reasons: the invitation that came instead
PROPOSALS = ("unneeded", "later", "sooner", "other_form", "demanded", "keep", "unsure")


class CheckupReview(WithId):
    """One look through a clinic's check-ups from one local day to another, both included.

    visit_types: the ids of the kinds of contact looked at. pathway: by whose rules patients
    without a plan are looked at; None: they are left out. status: working while lines wait.
    """

    __tablename__ = "checkup_review"
    __table_args__ = (
        CheckConstraint("status IN ('working', 'ready', 'closed')", name="status"),
        CheckConstraint("first_on <= last_on", name="days"),
        Index("ix_checkup_review_clinic_id", "clinic_id", "started_at"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    pathway_id: Mapped[int | None] = mapped_column(ForeignKey("pathway.id"))
    visit_types: Mapped[list[int]] = mapped_column(JSON)
    first_on: Mapped[date]
    last_on: Mapped[date]
    status: Mapped[str] = mapped_column(String(10), default="working")
    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    started_by: Mapped[str] = mapped_column(String(200))
    left_out: Mapped[int] = mapped_column(default=0)
    clinic: Mapped[Clinic] = relationship()
    pathway: Mapped[Pathway | None] = relationship()


class CheckupLine(WithId):
    """One check-up: a booked time, or an invitation without one; and what is proposed.

    seen_version: the row's version when it was looked at, so that a later change is noticed.
    status: waiting (for the rules), open (for a clinician), rejected, carried_out.
    demands: the obligations that demand it. lacks: why the rules can say nothing sure, as a code.
    """

    __tablename__ = "checkup_line"
    __table_args__ = (
        CheckConstraint("(appointment_id IS NULL) <> (invitation_id IS NULL)", name="one_of_two"),
        CheckConstraint("status IN ('waiting', 'open', 'rejected', 'carried_out')", name="status"),
        CheckConstraint(f"proposal = '' OR proposal IN {PROPOSALS}", name="proposal"),
        UniqueConstraint("review_id", "appointment_id"),
        UniqueConstraint("review_id", "invitation_id"),
        Index("ix_checkup_line_review_id", "review_id", "status", "proposal"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("checkup_review.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_plan.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_version.id"))
    on: Mapped[date] = mapped_column("on_day")
    minutes: Mapped[int]
    seen_version: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[datetime | None]
    colour: Mapped[str] = mapped_column(String(6), default="")
    action: Mapped[str] = mapped_column(String(15), default="")
    contact: Mapped[dict[str, object] | None] = mapped_column(JSON)
    fired: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    reasons: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    demands: Mapped[list[str]] = mapped_column(JSON, default=list)
    lacks: Mapped[str] = mapped_column(String(20), default="")
    proposal: Mapped[str] = mapped_column(String(12), default="")
    status: Mapped[str] = mapped_column(String(12), default="waiting")
    freed: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    by_name: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    review: Mapped[CheckupReview] = relationship()
    appointment: Mapped[Appointment | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    patient: Mapped[Patient] = relationship()
    plan: Mapped[FollowUpPlan | None] = relationship()
    rule_version: Mapped[RuleVersion | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def replaced_by(self) -> int | None:
        """The number of the invitation that came instead, where one did."""
        return next((int(one["input"]) for one in self.reasons if one["why"] == REPLACED), None)

    @property
    def undone(self) -> bool:
        """True for a line that is settled, and nothing was done: it can be taken up again."""
        return self.status == "rejected" or self.outcome == "kept"

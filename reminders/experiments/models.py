"""Tables: experiments on reminder models, their arms, and which patient drew which."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.platform.database import WithId
from reminders.policies.models import ReminderPolicy, ReminderPolicyVersion

STATES = ("draft", "running", "ended", "stopped")


class Experiment(WithId):
    """Reminder models tried against each other under one policy, until a day fixed beforehand.

    question: what it is to find out. approval: who approved it, and on what grounds. salt: what the
    lot is drawn with, together with the application's key. ended: the fixed end came; stopped:
    somebody ended it before, and why (`stop_reason`).
    """

    __tablename__ = "experiment"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("state = 'draft' OR approval <> ''", name="approval"),
        CheckConstraint("starts_at IS NULL OR starts_at < ends_at", name="order"),
        # One at a time under a policy: of two, nobody could say which did what.
        Index(
            "uq_experiment_policy_id",
            "policy_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("reminder_policy.id"))
    name: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text, default="")
    approval: Mapped[str] = mapped_column(Text, default="")
    salt: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stop_reason: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    policy: Mapped[ReminderPolicy] = relationship()
    arms: Mapped[list["ExperimentArm"]] = relationship(
        back_populates="experiment", order_by="ExperimentArm.number"
    )

    __mapper_args__ = {"version_id_col": version}


class ExperimentArm(WithId):
    """One model: a version of the policy. The first (number 0) is what the others are held against.

    weight: its share of the lot.
    """

    __tablename__ = "experiment_arm"
    __table_args__ = (
        UniqueConstraint("experiment_id", "number"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiment.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    weight: Mapped[int] = mapped_column(default=1)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("reminder_policy_version.id"))
    experiment: Mapped[Experiment] = relationship(back_populates="arms")
    policy_version: Mapped[ReminderPolicyVersion] = relationship()


class ExperimentAssignment(WithId):
    """That a patient drew an arm, for good. Written when the first message is planned by it."""

    __tablename__ = "experiment_assignment"
    __table_args__ = (UniqueConstraint("experiment_id", "patient_id"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiment.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    arm_id: Mapped[int] = mapped_column(ForeignKey("experiment_arm.id"), index=True)
    assigned_at: Mapped[datetime]


class ExperimentVisit(WithId):
    """An appointment that an experiment counts, under the arm its patient drew: to treat by it was
    the intention, whatever was sent. Written with the first message planned for it.
    """

    __tablename__ = "experiment_visit"
    __table_args__ = (UniqueConstraint("experiment_id", "appointment_id"),)

    experiment_id: Mapped[int] = mapped_column(ForeignKey("experiment.id"))
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"), index=True)
    arm_id: Mapped[int] = mapped_column(ForeignKey("experiment_arm.id"))
    planned_at: Mapped[datetime]

"""Tables: what a clinic has confirmed, deviated from and excepted of the national standards.

The standards themselves are dated data (see `catalogue`). Nothing written here is changed or
removed; a deviation may be withdrawn. The database refuses the rest (0007).
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import WithId
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.models import FollowUpPlan


class StandardConfirmation(WithId):
    """That somebody looked, and this version of a standard is what holds for the clinic."""

    __tablename__ = "standard_confirmation"
    __table_args__ = (Index("ix_standard_confirmation_clinic_id", "clinic_id", "standard"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    standard: Mapped[str] = mapped_column(String(60))
    edition: Mapped[str] = mapped_column(String(60))
    confirmed_on: Mapped[date]
    confirmed_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    clinic: Mapped[Clinic] = relationship()


class ObligationDeviation(WithId):
    """That an obligation is knowingly not met for one patient, until a day, and why.

    reason: a code; words: a clinician's own. withdrawn_at: it counts no more from then on.
    """

    __tablename__ = "obligation_deviation"
    __table_args__ = (
        Index("ix_obligation_deviation_clinic_id", "clinic_id", "obligation"),
        Index("ix_obligation_deviation_patient_id", "patient_id", "clinic_id"),
        CheckConstraint("decided_on <= until", name="until"),
        CheckConstraint("words <> ''", name="words"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_plan.id"), index=True)
    obligation: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    until: Mapped[date]
    decided_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    patient: Mapped[Patient] = relationship()
    plan: Mapped[FollowUpPlan | None] = relationship()


class StandardException(WithId):
    """A leader's decision that these very rules may break an obligation systematically.

    rules_hash: SHA-256 (hex) of the rules' written form: other rules take another decision.
    """

    __tablename__ = "standard_exception"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "rules_hash", "obligation"),
        CheckConstraint("words <> ''", name="words"),
    )

    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    rules_hash: Mapped[str] = mapped_column(String(64))
    obligation: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    rule_set: Mapped[RuleSet] = relationship()

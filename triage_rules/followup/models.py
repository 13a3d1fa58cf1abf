"""Tables: pathways, patients' plans, measurements, decisions and what people made of them.

A decision, its trace, its outcome and what was said of it are never changed or removed: the
database refuses it (0005). Only the sealing of a decision's inputs may be renewed, and a keyed
hash shows that they are the same.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import WithId
from triage_rules.authoring.models import RuleSet, RuleVersion
from triage_rules.questionnaires.models import THOUSAND, Questionnaire, QuestionnaireResponse


class Pathway(WithId):
    """How a clinic follows one kind of patient: by which rules, asking what.

    answer_days: how long a patient has to answer. unread_hours: how long a red item may lie
    unread before it escalates. standards: the codes of the national standards that apply.
    """

    __tablename__ = "pathway"
    __table_args__ = (
        UniqueConstraint("clinic_id", "name"),
        CheckConstraint("answer_days BETWEEN 1 AND 90", name="answer_days"),
        CheckConstraint("unread_hours BETWEEN 1 AND 168", name="unread_hours"),
    )

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    name: Mapped[str] = mapped_column(String(200))
    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"), index=True)
    questionnaire_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"))
    answer_days: Mapped[int] = mapped_column(default=14)
    unread_hours: Mapped[int] = mapped_column(default=24)
    standards: Mapped[list[str]] = mapped_column(JSON, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    clinic: Mapped[Clinic] = relationship()
    rule_set: Mapped[RuleSet] = relationship()
    questionnaire: Mapped[Questionnaire | None] = relationship()
    contacts: Mapped[list["PathwayContact"]] = relationship(
        cascade="all, delete-orphan", order_by="PathwayContact.id"
    )

    __mapper_args__ = {"version_id_col": version}


class PathwayContact(WithId):
    """Which visit type a contact with a profession becomes; '' for any profession."""

    __tablename__ = "pathway_contact"
    __table_args__ = (UniqueConstraint("pathway_id", "profession", "visit_type_id"),)

    pathway_id: Mapped[int] = mapped_column(ForeignKey("pathway.id"))
    profession: Mapped[str] = mapped_column(String(30), default="")
    visit_type_id: Mapped[int] = mapped_column(ForeignKey("visit_type.id"))
    visit_type: Mapped[VisitType] = relationship()


class FollowUpPlan(WithId):
    """One patient followed by a pathway within a course, until `ended_at`.

    latest_on: the local day by which something must have happened; there always is one.
    ask_on: when the next questionnaire goes out; None while one is out, or a person has it.
    interval_weeks: what a clinician has set within the rules' bounds; None: as the rules say.
    """

    __tablename__ = "follow_up_plan"
    __table_args__ = (
        Index(
            "uq_follow_up_plan_course_id",
            "course_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_follow_up_plan_patient_id", "patient_id", "clinic_id"),
        Index("ix_follow_up_plan_clinic_id", "clinic_id", "ask_on"),
        CheckConstraint("interval_weeks BETWEEN 1 AND 260", name="interval"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    pathway_id: Mapped[int] = mapped_column(ForeignKey("pathway.id"), index=True)
    started_on: Mapped[date]
    latest_on: Mapped[date]
    ask_on: Mapped[date | None]
    interval_weeks: Mapped[int | None]
    interval_why: Mapped[str] = mapped_column(Text, default="")
    interval_by: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    course: Mapped[Course] = relationship()
    patient: Mapped[Patient] = relationship()
    clinic: Mapped[Clinic] = relationship()
    pathway: Mapped[Pathway] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Measurement(WithId):
    """Something measured, by its code (see `measurements`), exact to three decimals.

    withdrawn_at: entered in error; it stays to be seen and counts no more.
    """

    __tablename__ = "measurement"
    __table_args__ = (
        Index("ix_measurement_patient_id", "patient_id", "clinic_id", "code", "taken_at"),
    )

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    thousandths: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")

    @property
    def value(self) -> Decimal:
        """The value itself, in the code's unit."""
        return Decimal(self.thousandths) / THOUSAND


class FollowUpDecision(WithId):
    """What one published version said for one patient at one instant, and why.

    cause: why it was asked (answered, corrected, wish, measured, asked). inputs_sealed:
    JSON, each input's value and its time. reasons, calls, obligations, contact: as in
    `tables.decide.Decision`. told_*: the explanations, to the patient and to the clinician.
    """

    __tablename__ = "follow_up_decision"
    __table_args__ = (
        CheckConstraint("colour IN ('red', 'yellow', 'green')", name="colour"),
        CheckConstraint("action IN ('contact', 'look', 'questionnaire')", name="action"),
        Index("ix_follow_up_decision_plan_id", "plan_id", "decided_at"),
        Index("ix_follow_up_decision_clinic_id", "clinic_id", "decided_at"),
        Index("ix_follow_up_decision_version_id", "version_id", "decided_at"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("follow_up_plan.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    response_id: Mapped[int | None] = mapped_column(
        ForeignKey("questionnaire_response.id"), index=True
    )
    version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"))
    version_hash: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str] = mapped_column(String(20))
    decided_at: Mapped[datetime]
    inputs_sealed: Mapped[str] = mapped_column(Text)
    inputs_hash: Mapped[str] = mapped_column(String(64))
    colour: Mapped[str] = mapped_column(String(6))
    action: Mapped[str] = mapped_column(String(15))
    contact: Mapped[dict[str, object] | None] = mapped_column(JSON)
    calls: Mapped[list[str]] = mapped_column(JSON)
    reasons: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    obligations: Mapped[list[str]] = mapped_column(JSON)
    told_da: Mapped[str] = mapped_column(Text)
    told_en: Mapped[str] = mapped_column(Text)
    told_clinician: Mapped[str] = mapped_column(Text)
    plan: Mapped[FollowUpPlan] = relationship()
    patient: Mapped[Patient] = relationship()
    rule_version: Mapped[RuleVersion] = relationship()
    response: Mapped[QuestionnaireResponse | None] = relationship()
    trace: Mapped[list["DecisionTrace"]] = relationship(order_by="DecisionTrace.id")
    outcome: Mapped["DecisionOutcome | None"] = relationship()
    reviews: Mapped[list["DecisionReview"]] = relationship(order_by="DecisionReview.id")


class DecisionTrace(WithId):
    """A row that fired (kind fired; name: the row's id), or an input that could not be used
    (kind lacking; name: the input's; state: absent, stale, out_of_range, mistyped)."""

    __tablename__ = "decision_trace"
    __table_args__ = (CheckConstraint("kind IN ('fired', 'lacking')", name="kind"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("follow_up_decision.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    table_name: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(15), default="")


class DecisionOutcome(WithId):
    """What a decision led to: a later questionnaire (ask_on), a worklist item, an invitation."""

    __tablename__ = "decision_outcome"
    __table_args__ = (
        CheckConstraint("kind IN ('questionnaire', 'worklist', 'invitation')", name="kind"),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("follow_up_decision.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(15))
    ask_on: Mapped[date | None]
    worklist_item_id: Mapped[int | None] = mapped_column(ForeignKey("worklist_item.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    worklist_item: Mapped[WorklistItem | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()


class DecisionReview(WithId):
    """A clinician's word on a decision: accepted, or overridden with a coded reason and words.

    action, contact: what was done instead; the invitation it led to, if any.
    """

    __tablename__ = "decision_review"
    __table_args__ = (CheckConstraint("kind IN ('accepted', 'overridden')", name="kind"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("follow_up_decision.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    action: Mapped[str] = mapped_column(String(15), default="")
    contact: Mapped[dict[str, object] | None] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    by_name: Mapped[str] = mapped_column(String(200))
    invitation: Mapped[Invitation | None] = relationship()


class ShadowDecision(WithId):
    """What a version in shadow would have said of the same facts. differs: in colour, action
    or contact."""

    __tablename__ = "shadow_decision"
    __table_args__ = (UniqueConstraint("decision_id", "version_id"),)

    decision_id: Mapped[int] = mapped_column(ForeignKey("follow_up_decision.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"), index=True)
    version_hash: Mapped[str] = mapped_column(String(64))
    colour: Mapped[str] = mapped_column(String(6))
    action: Mapped[str] = mapped_column(String(15))
    contact: Mapped[dict[str, object] | None] = mapped_column(JSON)
    differs: Mapped[bool]
    decision: Mapped[FollowUpDecision] = relationship()

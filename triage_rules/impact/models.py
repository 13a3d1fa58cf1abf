"""Tables: a preview of what a draft would mean, and its patients one by one.

A preview is thrown away after a month (see `service.remove_old`): it is no decision.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.appointments.invitations.models import Course
from booking.people.models import Patient
from booking.platform.database import WithId
from triage_rules.authoring.models import RuleSet, RuleVersion
from triage_rules.followup.models import Pathway
from triage_rules.impact.compare import Line, Step
from triage_rules.tables import written
from triage_rules.tables.rule_set import RuleSet as Rules


class ImpactRun(WithId):
    """One preview. edition, body, body_hash: the draft as it was read, in its written form.

    pathway_id or course_title: whose patients are tried; neither: those whom the rule set
    follows already. version_id: the version they are followed by today; None where they are
    compared with the calendar. ran_on: the local day. done: patients looked at, of `total`.
    """

    __tablename__ = "impact_run"
    __table_args__ = (
        CheckConstraint("status IN ('running', 'done')", name="status"),
        Index("ix_impact_run_rule_set_id", "rule_set_id", "started_at"),
        Index("ix_impact_run_status", "status", "id"),
    )

    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    edition: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    body_hash: Mapped[str] = mapped_column(String(64))
    pathway_id: Mapped[int | None] = mapped_column(ForeignKey("pathway.id"))
    course_title: Mapped[str | None] = mapped_column(String(200))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("rule_version.id"))
    ran_on: Mapped[date]
    started_at: Mapped[datetime]
    started_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    started_by: Mapped[str] = mapped_column(String(200))
    finished_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(10), default="running")
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    rule_set: Mapped[RuleSet] = relationship()
    pathway: Mapped[Pathway | None] = relationship()
    version: Mapped[RuleVersion | None] = relationship()

    @property
    def rules(self) -> Rules:
        """The draft that is tried."""
        return written.read(self.body)


class ImpactLine(WithId):
    """One patient's course in a preview. today, draft: the next step (see `compare.Step`).

    status: waiting, done, or unreadable (sealed answers that are not those given). wished: the
    interval in weeks a clinician has set.
    """

    __tablename__ = "impact_line"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'done', 'unreadable')", name="status"),
        UniqueConstraint("run_id", "course_id"),
        Index("ix_impact_line_run_id", "run_id", "status"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("impact_run.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    wished: Mapped[int | None]
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    age: Mapped[int | None]
    exempt: Mapped[bool] = mapped_column(default=False)
    today: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    changes: Mapped[list[str]] = mapped_column(JSON, default=list)
    lacking: Mapped[list[str]] = mapped_column(JSON, default=list)
    run: Mapped[ImpactRun] = relationship()
    course: Mapped[Course] = relationship()
    patient: Mapped[Patient] = relationship()


def kept(step: Step) -> dict[str, Any]:
    """A step as it is stored."""
    return {
        "action": step.action,
        "colour": step.colour,
        "on": step.on and step.on.isoformat(),
        "latest_on": step.latest_on and step.latest_on.isoformat(),
        "form": step.form,
        "profession": step.profession,
        "minutes": step.minutes,
    }


def step(plain: dict[str, Any]) -> Step:
    """A step as it was."""
    days = {name: plain[name] and date.fromisoformat(plain[name]) for name in ("on", "latest_on")}
    return Step(**{**plain, **days})


def line(row: ImpactLine) -> Line:
    """A patient that has been looked at, to be counted."""
    assert row.today is not None
    assert row.draft is not None
    return Line(
        row.patient_id,
        row.age,
        row.exempt,
        step(row.today),
        step(row.draft),
        tuple(row.changes),  # type: ignore[arg-type]  # written by compare.changes
        tuple(row.lacking),
    )

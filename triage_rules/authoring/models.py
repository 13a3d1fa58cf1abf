"""Tables: a clinic's rule sets, the draft being written, published versions and their releases.

A published version is never changed or removed (0005), and nobody publishes or runs in shadow what
they have written in or sent to review themselves (0009): the database refuses both.
"""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from booking.calendar.models import Clinic
from booking.platform.database import WithId
from triage_rules.tables import written
from triage_rules.tables.decide import Chain
from triage_rules.tables.rule_set import RuleSet as Rules


class RuleSet(WithId):
    """A clinic's rules for one kind of follow-up, by their code. origin: what it began as."""

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("clinic_id", "code"),)

    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"))
    code: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))
    clinic: Mapped[Clinic] = relationship()
    draft: Mapped["RuleDraft | None"] = relationship(back_populates="rule_set")


class RuleDraft(WithId):
    """What is being written: the one draft of a rule set.

    body: the rules' written form; examples: their written form. edition rises with every save,
    so that the second of two people is told. status: editing, or review (waits for someone
    else to publish it). writer_ids: everyone who ever saved it, the earliest first; it only grows.
    """

    __tablename__ = "rule_draft"
    __table_args__ = (CheckConstraint("status IN ('editing', 'review')", name="status"),)

    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"), unique=True)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("rule_version.id"))
    body: Mapped[str] = mapped_column(Text)
    examples: Mapped[str] = mapped_column(Text)
    edition: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(10), default="editing")
    note: Mapped[str] = mapped_column(Text, default="")
    writer_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    edited_by: Mapped[str] = mapped_column(String(200))
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    sent_by: Mapped[str] = mapped_column(String(200), default="")
    rule_set: Mapped[RuleSet] = relationship(back_populates="draft")
    based_on: Mapped["RuleVersion | None"] = relationship()

    __mapper_args__ = {"version_id_col": edition}

    @property
    def rules(self) -> Rules:
        """The rules as they stand."""
        return written.read(self.body)

    @property
    def own_to(self) -> list[int]:
        """The staff whose own work it is: who wrote in it, and who sent it."""
        sent = [self.sent_by_id] if self.sent_by_id is not None else []
        return list(dict.fromkeys([*self.writer_ids, *sent]))

    @validates("edited_by_id")
    def _keep_writer(self, _key: str, staff_id: int) -> int:
        """Whoever edits is kept, so that they cannot approve it later."""
        self.writer_ids = list(dict.fromkeys([*(self.writer_ids or []), staff_id]))
        return staff_id


class DraftStep(WithId):
    """What a draft was before a save, for whoever made it to undo. edition: which the save made."""

    __tablename__ = "rule_draft_step"
    __table_args__ = (UniqueConstraint("draft_id", "edition"),)

    draft_id: Mapped[int] = mapped_column(ForeignKey("rule_draft.id", ondelete="CASCADE"))
    edition: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    examples: Mapped[str] = mapped_column(Text)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class RuleVersion(WithId):
    """One published text of a rule set, numbered from 1. hash: SHA-256 (hex) of `body`.

    written_by sent it to review, published_by read it and published it: never the same person, nor
    one of writer_ids, who edited the draft (not kept before 0009).
    """

    __tablename__ = "rule_version"
    __table_args__ = (
        UniqueConstraint("rule_set_id", "number"),
        CheckConstraint("written_by_id <> published_by_id", name="two_people"),
    )

    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    examples: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    writer_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    written_by: Mapped[str] = mapped_column(String(200))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    published_by: Mapped[str] = mapped_column(String(200))
    rule_set: Mapped[RuleSet] = relationship()

    @property
    def rules(self) -> Rules:
        """The rules it holds."""
        return self.chain.rules

    @property
    def chain(self) -> Chain:
        """The rules made ready to decide with."""
        return _chain(self.body)

    @property
    def own_to(self) -> list[int]:
        """The staff whose own work it is: who wrote in it, and who sent it."""
        return list(dict.fromkeys([*self.writer_ids, self.written_by_id]))


class RuleRelease(WithId):
    """From which instant a version counts; in force is the latest begun that is not withdrawn.

    kind: publish, rollback (an earlier version again), or shadow (runs beside the one in force
    and decides nothing). Only what has not begun, and a shadow, is withdrawn.
    """

    __tablename__ = "rule_release"
    __table_args__ = (
        CheckConstraint("kind IN ('publish', 'rollback', 'shadow')", name="kind"),
        Index("ix_rule_release_rule_set_id", "rule_set_id", "from_at"),
    )

    rule_set_id: Mapped[int] = mapped_column(ForeignKey("rule_set.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("rule_version.id"))
    kind: Mapped[str] = mapped_column(String(10))
    from_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text, default="")
    released_at: Mapped[datetime]
    released_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    released_by: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[RuleVersion] = relationship()


@lru_cache(maxsize=64)
def _chain(body: str) -> Chain:
    """Published texts never change, so each is compiled once."""
    return Chain(written.read(body))

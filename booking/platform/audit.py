"""Who saw or changed what about whom, when, why and where. The log only grows: the database
refuses to change or remove a row.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ForeignKey, Index, Select, String, Table, insert, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload

from booking.platform.database import Session, WithId
from booking.platform.identity import Actor

REPEAT_AFTER = timedelta(minutes=15)
RECENT = 20


class AuditEntry(WithId):
    """One look, change or sign-in. `place` is the page or command, never its parameters."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_actor", "actor_kind", "actor_id", "at"),)

    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int]
    actor_name: Mapped[str] = mapped_column(String(250))
    action: Mapped[str] = mapped_column(String(60))
    place: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    clinic_id: Mapped[int | None]
    subjects: Mapped[list["AuditSubject"]] = relationship(back_populates="entry")


class AuditSubject(WithId):
    """A patient whom an entry is about."""

    __tablename__ = "audit_subject"
    __table_args__ = (Index("ix_audit_subject_patient_id", "patient_id", "entry_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), index=True)
    patient_id: Mapped[int]
    entry: Mapped[AuditEntry] = relationship(back_populates="subjects")


def record(
    session: Session,
    actor: Actor,
    action: str,
    patients: Iterable[int] = (),
    *,
    place: str = "",
    reason: str = "",
    clinic_id: int | None = None,
) -> None:
    """Write one entry naming every patient it concerns, in the caller's transaction."""
    entry = {
        "at": session.now(),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": action,
        "place": place[:120],
        "reason": reason[:200],
        "clinic_id": clinic_id,
    }
    written = session.execute(_ENTRY, entry).scalar_one()
    rows = [{"entry_id": written, "patient_id": one} for one in sorted(set(patients))]
    if rows:
        session.execute(_SUBJECTS, rows)


# On the tables, built once: the log is written with every change and never held as objects.
_ENTRY = insert(cast(Table, AuditEntry.__table__)).returning(AuditEntry.id)
_SUBJECTS = insert(cast(Table, AuditSubject.__table__))


def already_seen(
    session: Session,
    actor: Actor,
    place: str,
    patients: set[int],
    clinic_id: int | None,
    *,
    among_more: bool = False,
) -> bool:
    """True if the same actor's same page at the same clinic named the same patients within 15
    minutes; among_more: or named them among others, for a list that shortens as one types.

    Lets a page that refreshes itself stay one entry. Only the latest entries are compared: one
    too many is better than a slow page.
    """
    recent = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.actor_kind == actor.kind,
            AuditEntry.actor_id == actor.id,
            AuditEntry.at > session.now() - REPEAT_AFTER,
            AuditEntry.action == "look",
            AuditEntry.place == place,
            AuditEntry.clinic_id == clinic_id,
        )
        .order_by(AuditEntry.id.desc())
        .limit(RECENT)
        .options(selectinload(AuditEntry.subjects))
    )
    named = ({s.patient_id for s in entry.subjects} for entry in recent)
    return any(patients <= each if among_more else patients == each for each in named)


def about_patient(patient_id: int) -> Select[AuditEntry]:
    """Everything written about one patient, newest first."""
    return (
        select(AuditEntry)
        .join(AuditSubject)
        .where(AuditSubject.patient_id == patient_id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )


def by_actor(actor: Actor) -> Select[AuditEntry]:
    """Everything one actor did or saw, newest first."""
    return (
        select(AuditEntry)
        .where(AuditEntry.actor_kind == actor.kind, AuditEntry.actor_id == actor.id)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )

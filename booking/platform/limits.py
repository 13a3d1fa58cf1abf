"""Rate limits and lock-outs, counted in our own database so that every process shares them.

A key is hashed before it is kept: it may be made from a booking code or an address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import Base, Session
from booking.platform.errors import TooManyAttempts


class AttemptCount(Base):
    """How often something was tried in the window that began at `since`."""

    __tablename__ = "attempt_count"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    ends: Mapped[datetime]
    count: Mapped[int]


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts in `window`, counted for each key of `kind`."""

    kind: str
    most: int
    window: timedelta


def count(session: Session, limit: Limit, key: str) -> None:
    """Count one attempt, before it is known how it ends; raises TooManyAttempts (with `until`)
    past the limit.

    One statement counts and reads, so that of many attempts at once no more than the limit get
    through. The caller's transaction must commit for it to be remembered.
    """
    now = session.now()
    row = AttemptCount.__table__.c
    over = row.ends <= now
    insert = postgresql.insert if session.on_postgresql else sqlite.insert
    first = {"since": now, "ends": now + limit.window, "count": 1}
    statement = insert(AttemptCount).values(key=_hashed(session, limit, key), **first)
    tries, ends = session.execute(
        statement.on_conflict_do_update(
            index_elements=[row.key],
            set_={
                "since": case((over, statement.excluded.since), else_=row.since),
                "ends": case((over, statement.excluded.ends), else_=row.ends),
                "count": case((over, 1), else_=row["count"] + 1),
            },
        ).returning(row["count"], row.ends)
    ).one()
    if tries > limit.most:
        raise TooManyAttempts(until=ends)


def give_back(session: Session, limit: Limit, key: str) -> None:
    """Take one attempt off the count: it was none, and what was counted before it stays."""
    session.execute(
        update(AttemptCount)
        .where(AttemptCount.key == _hashed(session, limit, key), AttemptCount.count > 0)
        .values(count=AttemptCount.count - 1)
    )


def forget(session: Session, limit: Limit, key: str) -> None:
    """Start over for one key, after a success."""
    session.execute(delete(AttemptCount).where(AttemptCount.key == _hashed(session, limit, key)))


def sweep(session: Session) -> int:
    """Remove windows that have ended; returns how many."""
    done = session.execute(delete(AttemptCount).where(AttemptCount.ends <= session.now()))
    return done.rowcount  # type: ignore[attr-defined, no-any-return]


def _hashed(session: Session, limit: Limit, key: str) -> str:
    return session.vault.fingerprint(f"limit:{limit.kind}", key)

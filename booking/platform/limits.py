"""Rate limits and lock-outs, counted in our own database so that every process shares them.

A key is hashed before it is kept: it may be made from a booking code or an address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete
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


def check(session: Session, limit: Limit, key: str) -> None:
    """Raise TooManyAttempts (with `until`) once the limit is reached; counts nothing."""
    row = session.get(AttemptCount, _hashed(session, limit, key))
    if row and row.ends > session.now() and row.count >= limit.most:
        raise TooManyAttempts(until=row.ends)


def count(session: Session, limit: Limit, key: str) -> None:
    """Count one attempt; the caller's transaction must commit for it to be remembered."""
    now, hashed = session.now(), _hashed(session, limit, key)
    row = session.get(AttemptCount, hashed, with_for_update=session.on_postgresql)
    if row is None:
        session.add(AttemptCount(key=hashed, since=now, ends=now + limit.window, count=1))
    elif row.ends <= now:
        row.since, row.ends, row.count = now, now + limit.window, 1
    else:
        row.count += 1
    session.flush()


def forget(session: Session, limit: Limit, key: str) -> None:
    """Start over for one key, after a success."""
    session.execute(delete(AttemptCount).where(AttemptCount.key == _hashed(session, limit, key)))


def sweep(session: Session) -> int:
    """Remove windows that have ended; returns how many."""
    done = session.execute(delete(AttemptCount).where(AttemptCount.ends <= session.now()))
    return done.rowcount  # type: ignore[attr-defined, no-any-return]


def _hashed(session: Session, limit: Limit, key: str) -> str:
    return session.vault.fingerprint(f"limit:{limit.kind}", key)

"""How fast a sender may send: a token bucket for each, in the database, shared by all workers."""

from datetime import datetime, timedelta
from math import floor

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from booking.platform.database import Session
from reminders.delivery.models import TokenBucket

BURST_SECONDS = 10  # a sender that has been silent may send so many seconds' worth at once
REST = timedelta(seconds=10)


def take(session: Session, name: str, a_minute: int, wanted: int) -> int:
    """Take up to `wanted` tokens from a bucket that `a_minute` fill; how many there were.

    The bucket's row is locked until the transaction ends.
    """
    now = session.now()
    bucket = _locked(session, name) or _first(session, name, capacity(a_minute))
    since = min(bucket.filled_at, now + REST)  # no further ahead, whatever the clock once said
    filled = fill(bucket.tokens, since, now, a_minute)
    taken = min(wanted, floor(filled))
    bucket.tokens, bucket.filled_at = filled - taken, max(now, since)
    session.flush()
    return taken


def rest(session: Session, name: str) -> None:
    """It was too fast all the same: empty the bucket, and let nothing into it for a while."""
    bucket = _locked(session, name)
    if bucket is not None:
        bucket.tokens, bucket.filled_at = 0.0, max(session.now() + REST, bucket.filled_at)
        session.flush()


def capacity(a_minute: int) -> float:
    """How many tokens a bucket holds at most; one at least, or nothing would ever be sent."""
    return max(1.0, a_minute * BURST_SECONDS / 60)


def fill(tokens: float, since: datetime, now: datetime, a_minute: int) -> float:
    """What a bucket has in it by now. A clock that went back fills nothing."""
    passed = max(0.0, (now - since).total_seconds())
    return min(capacity(a_minute), tokens + passed * a_minute / 60)


def _locked(session: Session, name: str) -> TokenBucket | None:
    return session.scalars(
        select(TokenBucket)
        .where(TokenBucket.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _first(session: Session, name: str, tokens: float) -> TokenBucket:
    try:
        with session.begin_nested():
            bucket = TokenBucket(name=name, tokens=tokens, filled_at=session.now())
            session.add(bucket)
            session.flush()
    except IntegrityError:
        bucket = session.scalars(
            select(TokenBucket).where(TokenBucket.name == name).with_for_update()
        ).one()
    return bucket

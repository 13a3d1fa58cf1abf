"""Tables that all workers share: how fast a sender may send, and whether a provider answers."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, String
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import Base


class TokenBucket(Base):
    """How many messages a sender may send now. tokens: as of `filled_at`."""

    __tablename__ = "token_bucket"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    filled_at: Mapped[datetime]


class CircuitBreaker(Base):
    """Whether a provider is asked at all. open: not before `retry_at`, then one at a time.

    failures: in a row.
    """

    __tablename__ = "circuit_breaker"
    __table_args__ = (CheckConstraint("state IN ('closed', 'open', 'half_open')", name="state"),)

    provider: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="closed")
    failures: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(40), default="")

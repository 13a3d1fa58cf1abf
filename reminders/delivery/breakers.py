"""Whether a provider is asked at all: one circuit breaker for each, shared by all workers.

Closed until FAILURES in a row (or an alarm: our own account is refused); then open for a while,
longer each time; then one message is let through to see, and what comes of it closes or opens it.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from booking.platform.database import Session
from reminders.delivery.models import CircuitBreaker

FAILURES = 5
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=15)


def admits(session: Session, provider: str, wanted: int) -> int:
    """How many of `wanted` messages the provider may be given now: all, one to see, or none."""
    breaker = _of(session, provider)
    if breaker.state == "closed":
        return wanted
    if breaker.retry_at is not None and breaker.retry_at > session.now():
        return 0
    # Half open: whoever gets here first sends one, and the others wait for what comes of it.
    breaker.state, breaker.changed_at = "half_open", session.now()
    breaker.retry_at = session.now() + rest(breaker.failures)
    session.flush()
    return min(1, wanted)


def clean(session: Session, provider: str) -> bool:
    """Whether a provider just asked about has answered every time of late."""
    breaker = session.get(CircuitBreaker, provider)
    return breaker is not None and breaker.state == "closed" and breaker.failures == 0


def answered(session: Session, provider: str) -> None:
    """The provider answered as it should, be it yes or no."""
    breaker = session.get(CircuitBreaker, provider)
    if breaker is None or (breaker.state == "closed" and breaker.failures == 0):
        return
    breaker = _of(session, provider)
    breaker.state, breaker.failures, breaker.reason = "closed", 0, ""
    breaker.changed_at, breaker.retry_at = session.now(), None
    session.flush()


def failed(session: Session, provider: str, reason: str, *, alarm: bool = False) -> None:
    """It did not answer (or, an alarm, refused us altogether). reason: a code."""
    breaker = _of(session, provider)
    breaker.failures += 1
    if alarm or breaker.state == "half_open" or breaker.failures >= FAILURES:
        breaker.state, breaker.changed_at, breaker.reason = "open", session.now(), reason[:40]
        breaker.retry_at = session.now() + rest(breaker.failures)
    session.flush()


def rest(failures: int) -> timedelta:
    """How long a provider is left alone after so many failures in a row."""
    return min(FIRST_REST * (1 << max(0, min(failures - FAILURES, 10))), LONGEST_REST)


def _of(session: Session, provider: str) -> CircuitBreaker:
    wanted = (
        select(CircuitBreaker)
        .where(CircuitBreaker.provider == provider)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    breaker = session.scalars(wanted).one_or_none()
    if breaker is not None:
        return breaker
    try:
        with session.begin_nested():
            session.add(CircuitBreaker(provider=provider, changed_at=session.now()))
            session.flush()
    except IntegrityError:
        pass  # another worker wrote the first row in the same moment
    return session.scalars(wanted).one()

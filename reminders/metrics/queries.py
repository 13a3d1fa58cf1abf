"""The figures an operator watches, counted in the tables all processes share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from booking.platform.database import Session
from reminders.delivery.models import CircuitBreaker
from reminders.messages.models import Message, MessageAttempt


@dataclass(frozen=True)
class Figures:
    """messages, attempts: how many in each state (attempts by channel too).

    lag: seconds that the message which has waited longest is overdue; 0 where none is. unknown_age:
    seconds since the oldest send of unknown outcome. breakers: provider -> state.
    """

    messages: Mapping[str, int]
    attempts: Mapping[tuple[str, str], int]
    lag: float
    unknown_age: float
    breakers: Mapping[str, str]


def figures(session: Session) -> Figures:
    """All of them, as of now."""
    now = session.now()
    states = select(Message.state, func.count()).group_by(Message.state)
    tried = select(MessageAttempt.channel, MessageAttempt.state, func.count()).group_by(
        MessageAttempt.channel, MessageAttempt.state
    )
    waiting = select(func.min(Message.next_at)).where(
        Message.state == "planned", Message.next_at <= now
    )
    unknown = select(func.min(MessageAttempt.started_at)).where(MessageAttempt.state == "unknown")
    return Figures(
        dict(session.execute(states).all()),
        {(channel, state): count for channel, state, count in session.execute(tried)},
        _seconds(session.scalar(waiting), now),
        _seconds(session.scalar(unknown), now),
        {one.provider: one.state for one in session.scalars(select(CircuitBreaker))},
    )


def _seconds(since: datetime | None, now: datetime) -> float:
    return (now - since).total_seconds() if since is not None else 0.0

"""Looking for what nobody knows the outcome of: at the provider, and never by sending it again.

A claim whose process died is `sending` for too long and becomes `unknown`. What is unknown is
looked for after some minutes: found, it is what the provider says; not found, it was lost, and one
further try is made. What cannot be looked for goes on by another channel.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select

from booking.platform.database import Database, Session
from reminders.channels.port import Channel, Found, OutcomeUnknown, Outgoing
from reminders.delivery import hearing
from reminders.delivery.hearing import LOOK_AFTER, Heard
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.states import RANK, AttemptState

log = structlog.get_logger()

# A claim is good for seconds (dispatch.GOOD_FOR), and so is a call.
DEAD_AFTER = timedelta(minutes=2)
LOOK_AGAIN_AFTER = timedelta(minutes=5)
# What nobody can tell by then goes on by another channel, or before a person.
LOOK_FOR = timedelta(hours=2)
# The operators' clocks and ours may differ a little.
SLACK = timedelta(minutes=1)
MOST = 100
# A run ends after so long, so that in one process the other jobs have their turn.
RUN_FOR = timedelta(seconds=20)
CANNOT_BE_ASKED = "cannot_be_asked"


@dataclass(frozen=True)
class _Sought:
    """What was sent, by whom, and from when on to look for it. last: if not now, then never."""

    outgoing: Outgoing
    provider: str
    since: datetime
    last: bool


def reconcile(database: Database) -> int:
    """Look for each attempt whose outcome is unknown and whose time has come; how many were."""
    channels = database.ports["channels"]
    with database.transaction() as session:
        given_up(session)
    with database.transaction() as session:
        looked_for = _claim(session, secrets.token_hex(8))
    until = time.monotonic() + RUN_FOR.total_seconds()
    for sought in looked_for:
        if time.monotonic() > until:
            break  # whoever was not looked for now is so the next time
        heard = _look(database, channels.get(sought.outgoing.channel), sought)
        if heard is None:
            continue
        with database.transaction() as session:
            attempt = hearing.locked(session, sought.outgoing.attempt)
            if attempt is not None:
                hearing.hear(session, attempt, heard)
    return len(looked_for)


def given_up(session: Session) -> int:
    """Whatever was claimed so long ago that its process must be gone is unknown; how many."""
    dead = session.scalars(
        select(MessageAttempt)
        .join(MessageAttempt.message)
        .where(
            MessageAttempt.state == "sending",
            MessageAttempt.started_at <= session.now() - DEAD_AFTER,
        )
        .order_by(MessageAttempt.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    ).all()
    for attempt in dead:
        hearing.hear(session, attempt, Heard("unknown", error_code="no_answer_kept"))
    return len(dead)


def _claim(session: Session, worker: str) -> list[_Sought]:
    """The unknown attempts whose turn it is to be looked for."""
    now = session.now()
    unknown = session.scalars(
        select(MessageAttempt)
        .join(MessageAttempt.message)
        .where(
            MessageAttempt.state == "unknown",
            MessageAttempt.started_at <= now - LOOK_AFTER,
            or_(
                MessageAttempt.looked_at.is_(None),
                MessageAttempt.looked_at <= now - LOOK_AGAIN_AFTER,
            ),
        )
        .order_by(MessageAttempt.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    ).all()
    looked_for = []
    for attempt in unknown:
        attempt.looked_at, attempt.claimed_by = now, worker
        since = attempt.started_at - SLACK
        last = now >= min(attempt.started_at + LOOK_FOR, attempt.message.not_after)
        looked_for.append(_Sought(_as_sent(attempt), attempt.provider, since, last))
    session.flush()
    return looked_for


def _as_sent(attempt: MessageAttempt) -> Outgoing:
    message: Message = attempt.message
    return Outgoing(
        attempt.key,
        attempt.channel,
        attempt.to,
        attempt.sender,
        attempt.body,
        attempt.language,
        message.not_after,
        attempt.subject,
    )


def _known(database: Database, sought: _Sought) -> list[str]:
    """What the provider calls the other attempts to this address, as of now."""
    this = select(MessageAttempt.to_hash).where(MessageAttempt.key == sought.outgoing.attempt)
    with database.reading() as session:
        return list(
            session.scalars(
                select(MessageAttempt.provider_id).where(
                    MessageAttempt.to_hash == this.scalar_subquery(),
                    MessageAttempt.provider == sought.provider,
                    MessageAttempt.provider_id.is_not(None),
                    MessageAttempt.key != sought.outgoing.attempt,
                )
            )
        )


def _look(database: Database, channel: Channel | None, sought: _Sought) -> Heard | None:
    """What the provider says of an attempt; None where it does not answer either.

    Another provider, whom the channel goes by now, knows nothing of it.
    """
    never = Heard("failed", error_code=CANNOT_BE_ASKED)
    if channel is None or channel.provider != sought.provider:
        return never if sought.last else None
    try:
        found = channel.find(sought.outgoing, sought.since, _known(database, sought))
    except OutcomeUnknown as unknown:
        if unknown.code == CANNOT_BE_ASKED or sought.last:
            return never
        log.warning("provider not asked", channel=channel.code, code=unknown.code)
        return None
    except Exception:  # whatever a channel did not foresee holds up no other
        log.exception("channel failed", channel=channel.code)
        return never if sought.last else None
    return Heard("lost") if found is None else _heard(found)


def _heard(found: Found) -> Heard:
    assert found.state in RANK
    state: AttemptState = found.state  # type: ignore[assignment]  # just checked
    return Heard(state, found.provider_id, found.error_code, looked_up=True)

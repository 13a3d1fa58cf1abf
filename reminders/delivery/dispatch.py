"""Sending what is due: claim → commit → call outside any transaction → record.

A claim writes the attempt with its key and commits before anybody is asked, so that a process that
dies leaves behind what must be looked for (`reconcile`). Several workers may do this at once: each
claims its own. State, consent and number are looked at again in the claim.
"""

import secrets
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

import structlog
from sqlalchemy import CursorResult, Table, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload

from booking.platform.clock import Clock
from booking.platform.database import Database, Session, worth_retrying
from reminders.channels.port import Channel, NotAccepted, OutcomeUnknown, Outgoing
from reminders.delivery import breakers, buckets, contents, hearing
from reminders.delivery.claiming import judge
from reminders.delivery.error_classes import class_of, says
from reminders.delivery.hearing import Heard
from reminders.messages.models import Message, MessageAttempt
from reminders.planning.service import waiting_for_call
from reminders.policies import queries as policies
from reminders.policies.models import MessageSender
from reminders.preferences.reach import opted_out

log = structlog.get_logger()

BATCH = 20
# A claim older than this is let go of, not sent: what was true in the claim may be so no more.
GOOD_FOR = timedelta(seconds=20)
# A run ends after so long, so that in one process the other jobs have their turn.
RUN_FOR = timedelta(seconds=20)
# What waits for a provider goes before a person after so long, or where there is so little time.
WAITS_ALONE = timedelta(hours=1)
SHORT_OF_TIME = timedelta(hours=2)
# Two who wait for each other's rows: one of them begins anew.
TRIES = 3

UNFORESEEN = "unforeseen"

Channels = Mapping[str, Channel]


@dataclass(frozen=True)
class Claim:
    """A claimed attempt, ready to go.

    plain: its provider has not failed, and nobody is waiting to call the patient about it, so
    that there is nothing to put right when it has been sent.
    """

    outgoing: Outgoing
    channel: Channel
    plain: bool = False


def dispatch(
    database: Database, *, batch: int = BATCH, patients: Collection[int] | None = None
) -> int:
    """Send what is due until nothing is, or the run has lasted long enough; how many were sent.

    patients: only what is for these.
    """
    channels: Channels = database.ports["channels"]
    worker, until, sent = secrets.token_hex(8), time.monotonic() + RUN_FOR.total_seconds(), 0
    while time.monotonic() < until:
        with database.transaction() as session:
            freshness = Freshness(session.clock)
            claims = claim(session, channels, worker, batch, patients)
        if claims is None:
            break
        sent += _send(database, claims, freshness)
    return sent


class Freshness:
    """How long ago a claim was made, by two clocks.

    One of them stands still while the machine sleeps, and the other may be set.
    """

    def __init__(self, clock: Clock) -> None:
        """It begins now."""
        self._clock, self._since, self._counted = clock, clock.now(), time.monotonic()

    def lasts(self, useful_until: datetime) -> bool:
        """Whether what was claimed may still be sent."""
        now = self._clock.now()
        passed = max(time.monotonic() - self._counted, (now - self._since).total_seconds())
        return passed < GOOD_FOR.total_seconds() and now <= useful_until


def _send(database: Database, claims: Sequence[Claim], freshness: Freshness) -> int:
    """Send what has been claimed; how many were sent.

    Where an outcome cannot be written down, the rest is let go of and the error raised.
    """
    sent, failure = 0, None
    for one in claims:
        fresh = failure is None and freshness.lasts(one.outgoing.valid_until)
        heard = _ask(one) if fresh else Heard("failed", error_code="not_called")
        try:
            record(database, one, heard)
        except Exception as error:
            log.exception("outcome not kept", channel=one.outgoing.channel)
            if failure is not None:
                raise
            failure = error
        else:
            sent += heard.state in ("sent", "delivered")
    if failure is not None:
        raise failure
    return sent


def claim(
    session: Session,
    channels: Channels,
    worker: str,
    most: int,
    patients: Collection[int] | None = None,
) -> list[Claim] | None:
    """Claim due messages for this worker; None where none are due. The caller commits.

    What is found to be of no use any more is given up here, so a claim may come back empty.
    """
    wanted = select(Message).where(Message.state == "planned", Message.next_at <= session.now())
    if patients is not None:
        wanted = wanted.where(Message.patient_id.in_(patients))
    due = session.scalars(
        wanted.order_by(Message.next_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Message)
        .options(
            joinedload(Message.patient),
            joinedload(Message.clinic),
            joinedload(Message.appointment),
            joinedload(Message.policy_version),
            joinedload(Message.wording_version),
        )
        .execution_options(populate_existing=True)
    ).all()
    if not due:
        return None
    stopped, senders = _stopped(session, due), policies.senders(session)
    ready = [one for one in due if _may_go(session, one, channels, stopped, senders)]
    admitted = _admitted(session, ready, channels, senders)
    return _write(session, admitted, channels, senders, worker)


def record(database: Database, claimed: Claim, heard: Heard) -> None:
    """Write down what came of a claimed attempt, in a transaction of its own."""
    if (
        claimed.plain
        and heard.state in ("sent", "delivered")
        and _plainly(database, claimed, heard)
    ):
        return
    for tried in range(1, TRIES + 1):
        try:
            with database.transaction() as session:
                attempt = hearing.locked(session, claimed.outgoing.attempt)
                if attempt is None:
                    return  # the message's patient is gone, with all there was about them
                hearing.hear(session, attempt, heard)
                _count(session, attempt, heard)
            return
        except DBAPIError as error:
            if tried == TRIES or not worth_retrying(error):
                raise


class _NotPlain(Exception):
    """Something else has been heard of the attempt, or done with its message."""


def _plainly(database: Database, claimed: Claim, heard: Heard) -> bool:
    """Write down that it was sent, where nothing has happened since the claim: in two statements.

    False, with nothing written, where `hearing` must say what it comes to.
    """
    try:
        with database.transaction() as session:
            said = {"now": session.now(), "to": heard.state}
            named = {"the_key": claimed.outgoing.attempt, "name": heard.provider_id or None}
            message_id = session.scalar(_SENT, {**said, **named})
            followed = session.execute(_FOLLOWED, {**said, "message": message_id})
            assert isinstance(followed, CursorResult)
            if not followed.rowcount:
                raise _NotPlain
    except (_NotPlain, DBAPIError):
        return False
    return True


# On the tables, built once: this is done for every message.
_ATTEMPT, _MESSAGE = cast(Table, MessageAttempt.__table__), cast(Table, Message.__table__)
_SENT = (
    update(_ATTEMPT)
    .where(
        _ATTEMPT.c.key == bindparam("the_key"),
        _ATTEMPT.c.state == "sending",
        _ATTEMPT.c.provider_id.is_(None),
    )
    .values(state=bindparam("to"), state_at=bindparam("now"), provider_id=bindparam("name"))
    .returning(_ATTEMPT.c.message_id)
)
_FOLLOWED = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("message"), _MESSAGE.c.state == "sending")
    .values(state=bindparam("to"), state_at=bindparam("now"), reason="")
)


def _ask(claimed: Claim) -> Heard:
    """Hand it to the provider, once."""
    try:
        receipt = claimed.channel.send(claimed.outgoing)
    except NotAccepted as refused:
        return Heard("failed", error_code=refused.code)
    except OutcomeUnknown as unknown:
        return Heard("unknown", error_code=unknown.code)
    except Exception:  # whatever a channel did not foresee: nobody knows what was sent
        log.exception("channel failed", channel=claimed.outgoing.channel)
        return Heard("unknown", error_code=UNFORESEEN)
    return Heard(receipt.state, receipt.provider_id)


def _count(session: Session, attempt: MessageAttempt, heard: Heard) -> None:
    """What an answer says of its provider, and of how fast the sender may go on."""
    if heard.state == "unknown" or says(heard.error_code) == "trouble":
        breakers.failed(session, attempt.provider, heard.error_code)
    elif class_of(heard.error_code) == "slow_down":
        buckets.rest(session, bucket_of(attempt.message.clinic_id))
    elif says(heard.error_code) == "works" and class_of(heard.error_code) != "alarm":
        breakers.answered(session, attempt.provider)


def bucket_of(clinic_id: int) -> str:
    """The name of a sender's token bucket."""
    return f"clinic:{clinic_id}"


def _may_go(
    session: Session,
    message: Message,
    channels: Channels,
    stopped: Collection[tuple[str, str]],
    senders: Collection[int],
) -> bool:
    """True if a due message may go now; else what becomes of it has been written."""
    if message.clinic_id not in senders:
        message.state, message.state_at, message.reason = "withdrawn", session.now(), "stopped"
        return False
    try:
        return judge(session, message, channels, stopped)
    except Exception:  # whatever nobody foresaw of one message holds up no other
        log.exception("message not judged", message=message.id)
        hearing.again(session, message, UNFORESEEN)
        return False


def _stopped(session: Session, due: Sequence[Message]) -> set[tuple[str, str]]:
    """The (address hash, channel) pairs among these patients that have said STOP."""
    hashes = {one.patient.phone_hash for one in due if one.patient.phone_hash}
    return opted_out(session, hashes) if hashes else set()


def _admitted(
    session: Session,
    ready: Collection[Message],
    channels: Channels,
    senders: Mapping[int, MessageSender],
) -> list[Message]:
    """Those that their provider and their sender may be given now; the others wait their turn.

    Rows that workers share are locked in one order, whoever has which messages.
    """
    by_provider: dict[str, list[Message]] = {}
    for message in ready:
        by_provider.setdefault(channels[message.channel].provider, []).append(message)
    admitted: list[Message] = []
    for provider in sorted(by_provider):
        waiting = by_provider[provider]
        admits = breakers.admits(session, provider, len(waiting))
        admitted += waiting[:admits]
        for message in waiting[admits:]:
            message.next_at = session.now() + breakers.FIRST_REST
            if _presses(message, session.now()):
                hearing.tell_staff(session, message, "connection")
    per_sender = Counter(one.clinic_id for one in admitted)
    for clinic_id in sorted(per_sender):
        sender = senders[clinic_id]
        mine = [one for one in admitted if one.clinic_id == clinic_id]
        taken = buckets.take(session, bucket_of(clinic_id), sender.a_minute, len(mine))
        for place, message in enumerate(mine[taken:], 1):
            message.next_at = session.now() + timedelta(seconds=place * 60 / sender.a_minute)
        late = {one.id for one in mine[taken:]}
        admitted = [one for one in admitted if one.id not in late]
    return admitted


def _presses(message: Message, now: datetime) -> bool:
    """Whether a person should know of a message that waits for its provider to be there again."""
    return now - message.due_at > WAITS_ALONE or message.not_after - now < SHORT_OF_TIME


def _write(
    session: Session,
    admitted: Sequence[Message],
    channels: Channels,
    senders: Mapping[int, MessageSender],
    worker: str,
) -> list[Claim]:
    """Write the attempts of what is claimed, and what each is to say."""
    if not admitted:
        session.flush()
        return []
    now = session.now()
    numbers = Counter(
        session.scalars(
            select(MessageAttempt.message_id).where(
                MessageAttempt.message_id.in_([one.id for one in admitted])
            )
        )
    )
    rows, claims, going = [], [], []
    to_call = waiting_for_call(session, {one.subject for one in admitted})
    for message in admitted:
        channel, sender = channels[message.channel], senders[message.clinic_id]
        try:
            made = contents.outgoing(session, message, sender, key=str(uuid4()))
        except Exception:  # as above
            log.exception("message not written", message=message.id)
            hearing.again(session, message, UNFORESEEN)
            continue
        plain = message.subject not in to_call and breakers.clean(session, channel.provider)
        claims.append(Claim(made, channel, plain))
        going.append(message.id)
        rows.append(
            {
                "message_id": message.id,
                "number": numbers[message.id] + 1,
                "key": made.attempt,
                "channel": made.channel,
                "provider": channel.provider,
                "state": "sending",
                "state_at": now,
                "started_at": now,
                "claimed_by": worker,
                **contents.kept(session, made),
            }
        )
    session.flush()
    if rows:
        session.execute(insert(MessageAttempt), rows)
        session.execute(
            update(Message).where(Message.id.in_(going)).values(state="sending", state_at=now)
        )
    return claims

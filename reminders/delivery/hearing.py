"""What becomes of an attempt, whoever tells: the answer to a send, a callback, or a look at the
provider. The one place where an attempt climbs its ladder and a message follows.
"""

from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom

import structlog
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from booking.platform.database import Session
from reminders.delivery import breakers
from reminders.delivery.error_classes import AGAIN, class_of, most_tries, says, wait
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.overtaken import overtaken
from reminders.messages.states import EFFECTIVE, AttemptState, climbs
from reminders.planning.planner import in_time
from reminders.planning.service import put_before_staff, take_off
from reminders.preferences import service as preferences

log = structlog.get_logger()

_chance = SystemRandom()
# So soon after a send that nobody knows of, an operator may not show it yet.
LOOK_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Heard:
    """News of an attempt. provider_id, error_code: as the provider gave them, or ''.

    looked_up: found by looking, so that which attempt it is about is no more than likely.
    """

    state: AttemptState
    provider_id: str = ""
    error_code: str = ""
    looked_up: bool = False


def locked(session: Session, key: str) -> MessageAttempt | None:
    """An attempt by its key, with it and its message locked until the transaction ends."""
    return session.scalars(
        select(MessageAttempt)
        .join(MessageAttempt.message)
        .where(MessageAttempt.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def hear(session: Session, attempt: MessageAttempt, heard: Heard) -> bool:
    """Take in news of a locked attempt; False where it says nothing new. Twice says nothing."""
    state = heard.state
    if not _named(session, attempt, heard) or not climbs(attempt.state, state):
        return False
    before = attempt.state
    if before in ("lost", "failed") and state in EFFECTIVE and _sent_anew(session, attempt):
        state = "double"
    attempt.state, attempt.state_at = state, session.now()
    if heard.error_code:
        attempt.error_code = heard.error_code[:40]
        attempt.error_class = class_of(heard.error_code)
    session.flush()
    if state == "double":
        log.error("message sent twice", message=attempt.message_id, attempt=attempt.id)
    else:
        _follow(session, attempt, state)
    return True


def give_up(session: Session, message: Message, reason: str) -> None:
    """No channel is left: the message has failed, and a person must know."""
    message.state, message.state_at, message.reason = "failed", session.now(), reason[:40]
    message.channel = ""
    session.flush()
    tell_staff(session, message, reason)


def tell_staff(session: Session, message: Message, reason: str) -> None:
    """Somebody should call the patient, until it is known that the message has arrived."""
    row = {column: getattr(message, column) for column in _TOLD}
    put_before_staff(session, {**row, "reason": reason[:40]})


def next_channel(session: Session, message: Message, reason: str) -> None:
    """Go on by the next of the message's channels that can bring it in time, else give up.

    What is of no use to anybody any more is too late instead.
    """
    if session.now() > message.not_after:
        too_late(session, message, reason)
        return
    channels = list(message.channels)
    at = channels.index(message.channel) + 1 if message.channel in channels else len(channels)
    for channel in channels[at:]:
        if in_time(channel, session.now(), message.not_after):
            message.channel, message.tries, message.reason = channel, 0, reason[:40]
            message.state, message.state_at = "planned", session.now()
            message.next_at = session.now()
            session.flush()
            return
    give_up(session, message, reason)


def too_late(session: Session, message: Message, reason: str) -> None:
    """Its time is past: nobody need see to it."""
    message.state, message.state_at, message.reason = "too_late", session.now(), reason[:40]
    session.flush()


def again(session: Session, message: Message, reason: str) -> None:
    """Try the same channel once more after a while, if it is still of use then; else the next."""
    message.tries += 1
    kind = class_of(reason)
    later = session.now() + wait(message.tries, _chance, kind)
    if message.tries >= most_tries(kind) or later > message.not_after:
        next_channel(session, message, reason)
        return
    message.state, message.state_at, message.reason = "planned", session.now(), reason[:40]
    message.next_at = later
    session.flush()


def _named(session: Session, attempt: MessageAttempt, heard: Heard) -> bool:
    """Keep what the provider calls an attempt; False where it was looked up and is another's.

    An answer or a callback tells for certain. Where that name was taken for another attempt's, the
    other was found by looking, and was not it: it has failed.
    """
    name = heard.provider_id[:120]
    if not name or attempt.provider_id is not None:
        return True
    other = _of_name(session, attempt.provider, name)
    if other is None:
        try:
            with session.begin_nested():
                attempt.provider_id = name
                session.flush()
        except IntegrityError:  # another worker wrote it in the same moment
            other = _of_name(session, attempt.provider, name)
        else:
            return True
    if heard.looked_up:
        return False
    log.error("two attempts of one name", attempt=attempt.id)
    if other is not None:
        hear(session, other, Heard("failed", error_code="mistaken"))
    return True


def _of_name(session: Session, provider: str, name: str) -> MessageAttempt | None:
    return session.scalars(
        select(MessageAttempt)
        .join(MessageAttempt.message)
        .where(MessageAttempt.provider == provider, MessageAttempt.provider_id == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _follow(session: Session, attempt: MessageAttempt, state: AttemptState) -> None:
    """Let the message follow its attempt; an attempt that is not its last changes nothing more."""
    message = attempt.message
    if state in ("sent", "delivered"):
        if message.state != "delivered":
            message.state, message.state_at, message.reason = state, session.now(), ""
        if state == "delivered" and not overtaken(message):
            take_off(session, message.subject)
    elif message.state not in ("sending", "unknown", "sent") or _tried_since(session, attempt):
        return  # withdrawn, or gone on by another attempt meanwhile
    elif state == "unknown":
        message.state, message.state_at = "unknown", session.now()
        message.next_at = session.now() + LOOK_AFTER
    elif state == "lost":
        _lost(session, attempt, message)
    elif state == "failed":
        _failed(session, attempt, message)
    session.flush()


def _lost(session: Session, attempt: MessageAttempt, message: Message) -> None:
    """It never reached the provider: one further try by the channel, and then the next."""
    if _doubled(session, attempt):
        next_channel(session, message, "lost")
        return
    before = exists().where(
        MessageAttempt.message_id == message.id,
        MessageAttempt.channel == attempt.channel,
        MessageAttempt.id != attempt.id,
        MessageAttempt.state == "lost",
    )
    if session.scalar(select(before)):
        next_channel(session, message, "lost")
    else:
        again(session, message, "lost")


def _failed(session: Session, attempt: MessageAttempt, message: Message) -> None:
    kind = class_of(attempt.error_code)
    reason = attempt.error_code or "failed"
    if kind == "opted_out":
        preferences.stop(session, attempt.to_hash, attempt.channel)
    if kind == "alarm":
        log.error("refused by our own fault", provider=attempt.provider, code=reason)
    if says(attempt.error_code) == "account":
        breakers.failed(session, attempt.provider, reason, alarm=True)
    if kind == "expired":
        too_late(session, message, reason)
    elif _doubled(session, attempt):
        next_channel(session, message, reason)
    elif kind == "released":
        message.state, message.state_at, message.next_at = "planned", session.now(), session.now()
    elif kind in AGAIN:
        again(session, message, reason)
    else:
        next_channel(session, message, reason)


def _tried_since(session: Session, attempt: MessageAttempt) -> bool:
    """Whether the message has been tried again since."""
    later = exists().where(
        MessageAttempt.message_id == attempt.message_id, MessageAttempt.number > attempt.number
    )
    return bool(session.scalar(select(later)))


def _doubled(session: Session, attempt: MessageAttempt) -> bool:
    """Whether an earlier try by the same channel has arrived after it was given up."""
    double = exists().where(
        MessageAttempt.message_id == attempt.message_id,
        MessageAttempt.channel == attempt.channel,
        MessageAttempt.state == "double",
    )
    return bool(session.scalar(select(double)))


def _sent_anew(session: Session, attempt: MessageAttempt) -> bool:
    """Whether another attempt by the same channel has reached the patient, or still may."""
    other = exists().where(
        MessageAttempt.message_id == attempt.message_id,
        MessageAttempt.channel == attempt.channel,
        MessageAttempt.id != attempt.id,
        MessageAttempt.state.in_(EFFECTIVE),
    )
    return bool(session.scalar(select(other)))


_TOLD = ("clinic_id", "patient_id", "appointment_id", "subject", "kind")

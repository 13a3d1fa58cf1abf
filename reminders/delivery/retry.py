"""A person's explicit new try at a message that reached nobody."""

from sqlalchemy import exists, select

from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from reminders.delivery.errors import NoFurtherTry
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.overtaken import overtaken
from reminders.messages.states import EFFECTIVE
from reminders.planning.planner import in_time
from reminders.planning.service import plan_ahead
from reminders.policies.steps import CHANNELS, Channel
from reminders.preferences import reach

# What such a failure says of the address it went to; the same address fails again.
_IN_VAIN = ("never", "opted_out")
# Nobody has the number: it is as vain to call it as to write to it.
NO_SUCH_NUMBER = ("21211", "30005")


def ways(session: Session, message: Message) -> list[Channel]:
    """The channels a failed message may be tried by now; none for one that is of no use any more.

    Left out are those that may have reached the patient, that have no address, that were told to
    stop, that come too late, and that failed for good at the address the patient still has.
    """
    if message.state != "failed" or overtaken(message):
        return []
    patient, now = message.patient, session.now()
    usable = reach.usable(reach.has(patient), session.ports["channels"])
    stopped = reach.opted_out(session, {patient.phone_hash}) if patient.phone_hash else set()
    in_vain = {
        (channel, one.to_hash)
        for one in message.attempts
        if one.error_class in _IN_VAIN
        for channel in (reach.BY_PHONE if one.error_code in NO_SUCH_NUMBER else [one.channel])
    }
    effective = {one.channel for one in message.attempts if one.state in EFFECTIVE}

    def may(channel: Channel) -> bool:
        if channel not in usable or channel in effective:
            return False
        if (patient.phone_hash, channel) in stopped or not in_time(channel, now, message.not_after):
            return False
        to = reach.fingerprint(session.vault, channel, reach.address(patient, channel))
        return (channel, to) not in in_vain

    return [channel for channel in CHANNELS if may(channel)]


def try_again(session: Session, by: Actor, message: Message, channel: Channel) -> None:
    """Plan a failed message anew by one channel, and what else about it had no way to go.

    It goes when its turn comes, and no other channel is tried after it: what then fails comes back
    to a person. Raises NoFurtherTry.
    """
    session.refresh(message, with_for_update={"of": Message})
    if channel not in ways(session, message) or _reached(session, message, channel):
        raise NoFurtherTry
    now = session.now()
    if message.appointment_id is not None:
        plan_ahead(session, [message.appointment_id])
    message.channels, message.channel, message.tries = [channel], channel, 0
    message.state, message.state_at, message.reason = "planned", now, ""
    if not in_time(channel, max(now, message.due_at), message.not_after):
        message.due_at = now  # a letter has to go before its day
    message.next_at = max(now, message.due_at)
    session.flush()
    patients = [message.patient_id]
    audit.record(session, by, "messages.tried_again", patients, clinic_id=message.clinic_id)


def _reached(session: Session, message: Message, channel: Channel) -> bool:
    """Whether an attempt by the channel, seen with the message locked, may have arrived."""
    same = exists().where(
        MessageAttempt.message_id == message.id,
        MessageAttempt.channel == channel,
        MessageAttempt.state.in_(EFFECTIVE),
    )
    return bool(session.scalar(select(same)))

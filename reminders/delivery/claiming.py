"""Whether a message that is due may go now: looked at again, in the claim, on what is true then."""

from collections.abc import Collection

from booking.platform.database import Session
from reminders.delivery import hearing
from reminders.messages.models import Message
from reminders.messages.overtaken import AFTERWARDS, overtaken
from reminders.planning.gathering import gather
from reminders.planning.planner import in_time, send_from, still_applies
from reminders.policies.steps import Policy, from_json
from reminders.preferences import reach


def judge(
    session: Session,
    message: Message,
    connected: Collection[str],
    stopped: Collection[tuple[str, str]],
) -> bool:
    """True if a locked, due message may go by its channel now.

    If not, it has been withdrawn, put off, sent on to another channel, or given up. stopped:
    (address hash, channel) pairs that have said STOP.
    """
    now = session.now()
    reason = overtaken(message)
    if reason:
        message.state, message.state_at, message.reason = "withdrawn", now, reason
        return False
    policy = from_json(message.policy_version.body)
    goes = send_from(message.kind, now, message.not_after, policy, message.clinic.zone)
    if goes is None:
        message.state, message.state_at, message.reason = "too_late", now, "too_late"
        return False
    if goes > now:
        message.next_at = goes
        return False
    if not _still_for(session, message, policy):
        message.state, message.state_at, message.reason = "withdrawn", now, "conditions"
        return False
    return _has_a_way(session, message, connected, stopped)


def _still_for(session: Session, message: Message, policy: Policy) -> bool:
    """Whether the step's conditions hold; only those that can have changed cost a question."""
    step = next((one for one in policy.steps if one.key == message.step), None)
    if step is None or message.appointment_id is None or message.kind in AFTERWARDS:
        return True
    asked = step.conditions
    if not asked.answered and asked.interpreter is None and asked.extra_help is None:
        return True
    return all(still_applies(asked, one.about) for one in gather(session, [message.appointment_id]))


def _has_a_way(
    session: Session,
    message: Message,
    connected: Collection[str],
    stopped: Collection[tuple[str, str]],
) -> bool:
    """Settle the channel among those that can be used now; False where none is left."""
    usable = reach.usable(reach.has(message.patient), connected)
    names: list[str] = list(message.channels)
    first = names.index(message.channel)
    for channel in message.channels[first:]:
        said_stop = (message.patient.phone_hash, channel) in stopped
        late = not in_time(channel, session.now(), message.not_after)
        if channel in usable and not said_stop and not late:
            if channel != message.channel:
                message.channel, message.tries = channel, 0
            return True
    hearing.give_up(session, message, "no_channel")
    return False

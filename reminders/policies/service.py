"""What may be done with a clinic's policies, wordings and sender. Everything is logged."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from reminders.policies import queries
from reminders.policies.errors import NoPolicyDraft, PolicyNotReady, WordingNotReady
from reminders.policies.events import PolicyPublished, SendingStopped
from reminders.policies.founding import found_clinic
from reminders.policies.models import (
    MessageSender,
    ReminderPolicy,
    ReminderPolicyVersion,
    ReminderWording,
    ReminderWordingVersion,
)
from reminders.policies.steps import Policy, as_json, from_json
from reminders.texts.wordings import names_the_time

Texts = dict[str, dict[str, list[str]]]


@dataclass(frozen=True)
class SenderDetails:
    """Who messages come from; as `MessageSender` has it."""

    kind: str
    sender: str
    place: str
    may_link: bool = False
    a_minute: int = 600


def send_from(session: Session, by: Actor, clinic: Clinic, details: SenderDetails) -> MessageSender:
    """Say who a clinic's messages come from. The first time is when it begins to send messages."""
    sender = queries.sender_of(session, clinic.id)
    begins = sender is None
    if sender is None:
        found_clinic(session, clinic.id)
        sender = MessageSender(clinic_id=clinic.id)
        session.add(sender)
    sender.kind, sender.sender, sender.place = details.kind, details.sender, details.place
    sender.may_link, sender.a_minute = details.may_link, details.a_minute
    session.flush()
    action = "messages.begun" if begins else "messages.sender_changed"
    audit.record(session, by, action, clinic_id=clinic.id)
    return sender


def stop_sending(session: Session, by: Actor, clinic: Clinic) -> None:
    """A clinic sends nothing more; its policies and wordings stay for another time."""
    session.execute(delete(MessageSender).where(MessageSender.clinic_id == clinic.id))
    audit.record(session, by, "messages.stopped", clinic_id=clinic.id)
    session.publish(SendingStopped(clinic.id))


def own_policy(session: Session, by: Actor, visit_type: VisitType) -> ReminderPolicy:
    """A visit type's own policy: the one it has, or a draft like the clinic's to begin with."""
    policy = session.scalars(
        select(ReminderPolicy).where(ReminderPolicy.visit_type_id == visit_type.id)
    ).one_or_none()
    if policy is None:
        policy = ReminderPolicy(clinic_id=visit_type.clinic_id, visit_type_id=visit_type.id)
        session.add(policy)
    elif policy.draft is not None or queries.newest(session, policy) is not None:
        return policy
    like = queries.in_force(session, visit_type.clinic_id, None)
    assert like is not None  # the pages offer it where the clinic sends messages
    policy.draft, policy.draft_by = like.body, by.name
    session.flush()
    return policy


def draft_of(session: Session, policy: ReminderPolicy) -> Policy:
    """What is being written: the draft, or what counts where nothing is."""
    if policy.draft is not None:
        return from_json(policy.draft)
    newest = queries.newest(session, policy)
    return from_json(newest.body) if newest is not None else Policy(())


def write_draft(session: Session, by: Actor, policy: ReminderPolicy, draft: Policy) -> None:
    """Keep a draft; it counts for nobody before it is published."""
    policy.draft, policy.draft_by = as_json(draft), by.name
    session.flush()


def throw_away(session: Session, by: Actor, policy: ReminderPolicy) -> None:
    """Drop the draft; raises NoPolicyDraft where there is none."""
    if policy.draft is None:
        raise NoPolicyDraft
    policy.draft, policy.draft_by = None, ""
    session.flush()
    audit.record(session, by, "messages.draft_dropped", clinic_id=policy.clinic_id)


def publish(session: Session, by: Actor, policy: ReminderPolicy) -> ReminderPolicyVersion:
    """Let the draft count from now on; what lies ahead is planned again by whoever hears of it.

    Raises NoPolicyDraft, PolicyNotReady, and ExperimentRuns (`experiments` hears of it).
    """
    if policy.draft is None:
        raise NoPolicyDraft
    queries.hold(session, policy.clinic_id)
    flaws = queries.flaws_in(session, policy.clinic_id, from_json(policy.draft))
    if any(flaw.blocks for flaw in flaws):
        raise PolicyNotReady(flaws=flaws)
    version = add_version(session, by, policy, policy.draft, counts=True)
    policy.draft, policy.draft_by = None, ""
    session.flush()
    audit.record(session, by, "messages.policy_published", clinic_id=policy.clinic_id)
    session.publish(PolicyPublished(policy.id))
    return version


def add_version(
    session: Session, by: Actor, policy: ReminderPolicy, body: dict[str, object], *, counts: bool
) -> ReminderPolicyVersion:
    """Write a policy's next version; one that does not count is an experiment's arm."""
    last = session.scalar(
        select(func.max(ReminderPolicyVersion.number)).where(
            ReminderPolicyVersion.policy_id == policy.id
        )
    )
    version = ReminderPolicyVersion(
        policy_id=policy.id,
        number=(last or 0) + 1,
        body=body,
        made_by=by.name,
        made_at=session.now(),
        counts_from=session.now() if counts else None,
    )
    session.add(version)
    session.flush()
    return version


def new_wording(
    session: Session, by: Actor, clinic: Clinic, code: str, name: str
) -> ReminderWording:
    """A text of the clinic's own; it has no version yet."""
    wording = ReminderWording(clinic_id=clinic.id, code=code, name=name)
    session.add(wording)
    session.flush()
    audit.record(session, by, "messages.wording_added", clinic_id=clinic.id)
    return wording


def must_not_name_time(session: Session, wording: ReminderWording) -> bool:
    """Whether a step about questionnaires uses a wording: none of them has a time."""
    used = queries.steps_with(session, wording)
    return any(step.when.on == "questionnaire" for _policy, step, _drafted in used)


def write_wording(
    session: Session, by: Actor, wording: ReminderWording, texts: Texts
) -> ReminderWordingVersion:
    """Write a text's next version. What is planned keeps the one it was planned with.

    What may be wrong with a text is for `texts.lints`; whoever calls asks it first. Raises
    WordingNotReady for one that names the time and must not.
    """
    if names_the_time(texts) and must_not_name_time(session, wording):
        raise WordingNotReady
    last = session.scalar(
        select(func.max(ReminderWordingVersion.number)).where(
            ReminderWordingVersion.wording_id == wording.id
        )
    )
    version = ReminderWordingVersion(
        wording_id=wording.id,
        number=(last or 0) + 1,
        texts=texts,
        made_by=by.name,
        made_at=session.now(),
    )
    session.add(version)
    session.flush()
    audit.record(session, by, "messages.wording_changed", clinic_id=wording.clinic_id)
    return version

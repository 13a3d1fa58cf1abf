"""Reading what counts: a visit type's policy, the wordings, who a clinic's messages come from."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, or_, select

from booking.platform.database import Session
from booking.platform.errors import NotFound
from reminders.policies.checking import Flaw, check
from reminders.policies.models import (
    MessageSender,
    ReminderPolicy,
    ReminderPolicyVersion,
    ReminderWording,
    ReminderWordingVersion,
)
from reminders.policies.steps import Policy, Step, from_json
from reminders.texts.wordings import names_the_time


def in_force(
    session: Session, clinic_id: int, visit_type_id: int | None
) -> ReminderPolicyVersion | None:
    """What counts for a visit type: its own policy, else the clinic's; None before there is one."""
    return session.scalars(
        select(ReminderPolicyVersion)
        .join(ReminderPolicy)
        .where(
            ReminderPolicy.clinic_id == clinic_id,
            ReminderPolicyVersion.counts_from.is_not(None),
            or_(
                ReminderPolicy.visit_type_id == visit_type_id,
                ReminderPolicy.visit_type_id.is_(None),
            ),
        )
        .order_by(
            ReminderPolicy.visit_type_id.is_(None),
            ReminderPolicyVersion.number.desc(),
        )
        .limit(1)
    ).first()


def newest(session: Session, policy: ReminderPolicy) -> ReminderPolicyVersion | None:
    """A policy's own version that counts."""
    return session.scalars(
        select(ReminderPolicyVersion)
        .where(
            ReminderPolicyVersion.policy_id == policy.id,
            ReminderPolicyVersion.counts_from.is_not(None),
        )
        .order_by(ReminderPolicyVersion.number.desc())
        .limit(1)
    ).first()


def policies_of(session: Session, clinic_id: int) -> Sequence[ReminderPolicy]:
    """A clinic's policies: the one for all first."""
    return session.scalars(
        select(ReminderPolicy)
        .where(ReminderPolicy.clinic_id == clinic_id)
        .order_by(ReminderPolicy.visit_type_id.is_not(None), ReminderPolicy.id)
    ).all()


def policy_of(session: Session, clinic_id: int, policy_id: int) -> ReminderPolicy:
    """One policy of a clinic; raises NotFound for a foreign one."""
    policy = session.get(ReminderPolicy, policy_id)
    if policy is None or policy.clinic_id != clinic_id:
        raise NotFound
    return policy


def wordings(session: Session, clinic_id: int) -> Mapping[str, int]:
    """The newest version's id of each of a clinic's wordings, by code."""
    rows = session.execute(
        select(ReminderWording.code, func.max(ReminderWordingVersion.id))
        .join(ReminderWordingVersion)
        .where(ReminderWording.clinic_id == clinic_id)
        .group_by(ReminderWording.code)
    )
    return dict(rows.all())


def flaws_in(session: Session, clinic_id: int, policy: Policy) -> list[Flaw]:
    """Everything found in a policy that a clinic's wordings, as they are now, would be sent by."""
    texts = dict(
        session.execute(
            select(ReminderWording.code, ReminderWordingVersion.texts)
            .join(ReminderWordingVersion)
            .where(ReminderWordingVersion.id.in_(wordings(session, clinic_id).values()))
        ).all()
    )
    timed = {code for code, written in texts.items() if names_the_time(written)}
    return check(policy, texts.keys(), timed)


def steps_with(
    session: Session, wording: ReminderWording
) -> list[tuple[ReminderPolicy, Step, bool]]:
    """The steps that use a wording, in what counts and in drafts; the last: in a draft only."""
    used: list[tuple[ReminderPolicy, Step, bool]] = []
    for policy in policies_of(session, wording.clinic_id):
        version = newest(session, policy)
        counts = from_json(version.body).steps if version else ()
        drafted = from_json(policy.draft).steps if policy.draft else ()
        known = {step.key for step in counts if step.wording == wording.code}
        used += [
            (policy, step, step.key not in known)
            for step in (*counts, *(one for one in drafted if one.key not in known))
            if step.wording == wording.code
        ]
    return used


def sender_of(session: Session, clinic_id: int) -> MessageSender | None:
    """Who a clinic's messages come from; None where nobody has said."""
    return session.scalars(_sender(clinic_id)).one_or_none()


def sends(session: Session, clinic_id: int) -> bool:
    """Whether a clinic sends messages. What counts there stays so until the transaction ends:
    who would publish a policy waits, and who plans while one is published plans by it.
    """
    return session.scalars(_sender(clinic_id).with_for_update(read=True)).first() is not None


def hold(session: Session, clinic_id: int) -> None:
    """Keep everyone from planning for a clinic until the transaction ends."""
    session.execute(_sender(clinic_id).with_for_update())


def _sender(clinic_id: int) -> Select[MessageSender]:
    return select(MessageSender).where(MessageSender.clinic_id == clinic_id)


def senders(session: Session) -> Mapping[int, MessageSender]:
    """Who messages come from, of every clinic that sends any, by clinic."""
    return {one.clinic_id: one for one in session.scalars(select(MessageSender))}


def versions_of(session: Session, policy_id: int) -> Sequence[ReminderPolicyVersion]:
    """A policy's versions that count or have counted, the newest first."""
    return session.scalars(
        select(ReminderPolicyVersion)
        .where(
            ReminderPolicyVersion.policy_id == policy_id,
            ReminderPolicyVersion.counts_from.is_not(None),
        )
        .order_by(ReminderPolicyVersion.number.desc())
    ).all()


def step_keys(session: Session, clinic_id: int) -> set[str]:
    """Every key that a step of a clinic's policies has or has had."""
    bodies = session.scalars(
        select(ReminderPolicyVersion.body)
        .join(ReminderPolicy)
        .where(ReminderPolicy.clinic_id == clinic_id)
    ).all()
    drafts = [one.draft for one in policies_of(session, clinic_id) if one.draft is not None]
    return {str(step["key"]) for body in [*bodies, *drafts] for step in body["steps"]}


def named_wordings(session: Session, clinic_id: int) -> Sequence[ReminderWording]:
    """A clinic's wordings, in the order they were made."""
    return session.scalars(
        select(ReminderWording)
        .where(ReminderWording.clinic_id == clinic_id)
        .order_by(ReminderWording.id)
    ).all()


def wording_of(session: Session, clinic_id: int, wording_id: int) -> ReminderWording:
    """One wording of a clinic; raises NotFound for a foreign one."""
    wording = session.get(ReminderWording, wording_id)
    if wording is None or wording.clinic_id != clinic_id:
        raise NotFound
    return wording


def wording_versions(session: Session, wording_id: int) -> Sequence[ReminderWordingVersion]:
    """A wording's versions, the newest first."""
    return session.scalars(
        select(ReminderWordingVersion)
        .where(ReminderWordingVersion.wording_id == wording_id)
        .order_by(ReminderWordingVersion.number.desc())
    ).all()

"""An experiment from draft to end. What runs is fixed: its arms, their weights and its end.

Each arm has a version of the policy, which never counts by itself. Who plans an appointment for the
first time while it runs asks `drawing` which arm its patient drew.
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, NotAllowed
from booking.platform.identity import Actor, Role
from booking.platform.localtime import day_start, local_date
from reminders.experiments.drawing import running
from reminders.experiments.errors import (
    AnotherRuns,
    DraftInTheWay,
    EndTooEarly,
    ExperimentBegun,
    ExperimentNotApproved,
    ExperimentNotOver,
    ExperimentNotRunning,
    ModelFlawed,
    NothingToCompare,
    NoUsualModel,
    UsualHasChanged,
)
from reminders.experiments.models import Experiment, ExperimentArm
from reminders.policies import queries as policies
from reminders.policies.errors import ExperimentRuns
from reminders.policies.events import PolicyPublished
from reminders.policies.models import ReminderPolicy, ReminderPolicyVersion
from reminders.policies.service import add_version, write_draft
from reminders.policies.steps import Policy, as_json, from_json

MOST_ARMS = 5


def draft(
    session: Session, by: Actor, policy: ReminderPolicy, name: str, question: str, last_day: date
) -> Experiment:
    """Begin one: the first arm is what counts now. last_day: the last local day it runs.

    Raises NoUsualModel where the policy has no version that counts.
    """
    _only_leader(by, policy.clinic_id)
    usual = policies.newest(session, policy)
    if usual is None:
        raise NoUsualModel
    made = Experiment(
        clinic_id=policy.clinic_id,
        policy=policy,
        name=name,
        question=question,
        salt=secrets.token_hex(20),
        ends_at=_end_of(policy, last_day),
        made_by=by.name,
        made_at=session.now(),
    )
    session.add(made)
    made.arms.append(ExperimentArm(number=0, name="", weight=1, policy_version=usual))
    session.flush()
    audit.record(session, by, "experiment.drafted", reason=name, clinic_id=made.clinic_id)
    return made


def describe(
    session: Session,
    by: Actor,
    experiment: Experiment,
    *,
    name: str,
    question: str,
    approval: str,
    last_day: date,
    version: int,
) -> None:
    """Say what a draft is to find out, who approved it, and its last day."""
    _draft_of(session, by, experiment)
    if experiment.version != version:
        raise ChangedMeanwhile
    experiment.name, experiment.question = name, question
    experiment.approval = approval
    experiment.ends_at = _end_of(experiment.policy, last_day)
    session.flush()
    audit.record(session, by, "experiment.described", reason=name, clinic_id=experiment.clinic_id)


def add_arm(
    session: Session, by: Actor, experiment: Experiment, name: str, weight: int, policy: Policy
) -> ExperimentArm:
    """Another model to try in a draft. Raises ModelFlawed for one that could not be published."""
    _draft_of(session, by, experiment)
    if len(experiment.arms) >= MOST_ARMS:
        raise ModelFlawed(flaws=("too_many",))
    made = ExperimentArm(
        number=1 + max(arm.number for arm in experiment.arms),
        name=name,
        weight=weight,
        policy_version=_version(session, by, experiment, policy),
    )
    experiment.arms.append(made)
    _changed(session, by, experiment)
    return made


def change_arm(
    session: Session, by: Actor, arm: ExperimentArm, name: str, weight: int, policy: Policy
) -> None:
    """Another model, name or weight for an arm of a draft; of the first only the weight."""
    _draft_of(session, by, arm.experiment)
    arm.weight = weight
    if arm.number > 0:
        arm.name = name
        if as_json(policy) != arm.policy_version.body:
            arm.policy_version = _version(session, by, arm.experiment, policy)
    _changed(session, by, arm.experiment)


def remove_arm(session: Session, by: Actor, arm: ExperimentArm) -> None:
    """Take a model out of a draft again; not the first, which the others are held against."""
    experiment = arm.experiment
    _draft_of(session, by, experiment)
    if arm.number == 0:
        raise NothingToCompare
    experiment.arms.remove(arm)
    session.delete(arm)
    _changed(session, by, experiment)


def renew_usual(session: Session, by: Actor, experiment: Experiment) -> None:
    """Let the first arm of a draft be what counts now."""
    _draft_of(session, by, experiment)
    usual = policies.newest(session, experiment.policy)
    assert usual is not None  # a policy that had one has one
    experiment.arms[0].policy_version = usual
    _changed(session, by, experiment)


def usual_has_changed(session: Session, experiment: Experiment) -> bool:
    """True for a draft whose first arm is not what counts now."""
    usual = policies.newest(session, experiment.policy)
    return experiment.state == "draft" and (
        usual is None or usual.id != experiment.arms[0].policy_version_id
    )


def start(session: Session, by: Actor, experiment: Experiment) -> None:
    """Let it run until its end: from now on appointments that are booked are drawn by lot.

    Raises what stands in the way: no approval, nothing to compare, an end that is past, another
    that runs under the same policy, or a policy that was published anew meanwhile.
    """
    _draft_of(session, by, experiment)
    if not experiment.approval.strip():
        raise ExperimentNotApproved
    bodies = [arm.policy_version.body for arm in experiment.arms]
    if len(bodies) < 2 or any(body in bodies[:place] for place, body in enumerate(bodies)):
        raise NothingToCompare
    if experiment.ends_at <= session.now() + timedelta(days=1):
        raise EndTooEarly
    session.refresh(experiment.policy, with_for_update=True)
    if usual_has_changed(session, experiment):
        raise UsualHasChanged
    end_due(session)
    others = select(Experiment.id).where(
        Experiment.policy_id == experiment.policy_id, Experiment.state == "running"
    )
    if session.scalars(others).first() is not None:
        raise AnotherRuns
    experiment.state, experiment.starts_at = "running", session.now()
    session.flush()
    audit.record(
        session, by, "experiment.started", reason=experiment.name, clinic_id=experiment.clinic_id
    )


def stop(session: Session, by: Actor, experiment: Experiment, reason: str) -> None:
    """End it before its day: then it never says which model is better. Nobody is drawn any more."""
    _only_leader(by, experiment.clinic_id)
    if experiment.state != "running" or experiment.ends_at <= session.now():
        raise ExperimentNotRunning
    experiment.state, experiment.stopped_at = "stopped", session.now()
    experiment.stop_reason = reason
    session.flush()
    audit.record(
        session, by, "experiment.stopped", reason=experiment.name, clinic_id=experiment.clinic_id
    )


def discard(session: Session, by: Actor, experiment: Experiment) -> None:
    """Throw a draft away."""
    _draft_of(session, by, experiment)
    audit.record(
        session, by, "experiment.discarded", reason=experiment.name, clinic_id=experiment.clinic_id
    )
    for arm in experiment.arms:
        session.delete(arm)
    session.flush()
    session.delete(experiment)
    session.flush()


def end_due(session: Session) -> int:
    """End those whose day has come; how many."""
    due: Sequence[Experiment] = session.scalars(
        select(Experiment).where(Experiment.state == "running", Experiment.ends_at <= session.now())
    ).all()
    for experiment in due:
        experiment.state = "ended"
    session.flush()
    return len(due)


def adopt(session: Session, by: Actor, arm: ExperimentArm) -> None:
    """Lay a model of an experiment that is over as the policy's draft, for somebody to publish.

    Raises ExperimentNotOver, also for one that was stopped, and DraftInTheWay where somebody is
    writing in the policy already.
    """
    experiment = arm.experiment
    _only_leader(by, experiment.clinic_id)
    over = experiment.state in ("running", "ended") and experiment.ends_at <= session.now()
    if not over:
        raise ExperimentNotOver
    session.refresh(experiment.policy, with_for_update=True)
    if experiment.policy.draft is not None:
        raise DraftInTheWay
    write_draft(session, by, experiment.policy, from_json(arm.policy_version.body))
    audit.record(
        session, by, "experiment.adopted", reason=experiment.name, clinic_id=experiment.clinic_id
    )


def on_published(session: Session, event: PolicyPublished) -> None:
    """While an experiment runs, what it compares must stand: raises ExperimentRuns."""
    if running(session, event.policy_id) is not None:
        raise ExperimentRuns


def last_day(experiment: Experiment) -> date:
    """The last local day it runs."""
    zone = experiment.policy.clinic.zone
    return local_date(experiment.ends_at - timedelta(microseconds=1), zone)


def _end_of(policy: ReminderPolicy, last: date) -> datetime:
    return day_start(last + timedelta(days=1), policy.clinic.zone)


def _version(
    session: Session, by: Actor, experiment: Experiment, policy: Policy
) -> ReminderPolicyVersion:
    """A version for an arm: it never counts by itself."""
    found = policies.flaws_in(session, experiment.clinic_id, policy)
    flaws = tuple(flaw.code for flaw in found if flaw.blocks)
    if flaws:
        raise ModelFlawed(flaws=flaws)
    return add_version(session, by, experiment.policy, as_json(policy), counts=False)


def _changed(session: Session, by: Actor, experiment: Experiment) -> None:
    session.flush()
    session.expire(experiment, ["arms"])
    audit.record(
        session, by, "experiment.described", reason=experiment.name, clinic_id=experiment.clinic_id
    )


def _draft_of(session: Session, by: Actor, experiment: Experiment) -> None:
    """The draft is the caller's alone until it commits: nobody starts it while its arms change."""
    _only_leader(by, experiment.clinic_id)
    session.refresh(experiment, ["state", "version"], with_for_update=True)
    if experiment.state != "draft":
        raise ExperimentBegun


def _only_leader(by: Actor, clinic_id: int) -> None:
    if Role.LEADER not in by.roles.get(clinic_id, frozenset()):
        raise NotAllowed

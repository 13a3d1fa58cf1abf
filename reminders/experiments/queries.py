"""Reading experiments."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.platform.database import Session
from booking.platform.errors import NotFound
from reminders.experiments.models import Experiment, ExperimentArm
from reminders.policies.models import ReminderWording


def of_clinic(session: Session, clinic_id: int) -> Sequence[Experiment]:
    """A clinic's experiments, the newest first."""
    return session.scalars(
        select(Experiment)
        .where(Experiment.clinic_id == clinic_id)
        .options(selectinload(Experiment.arms), joinedload(Experiment.policy))
        .order_by(Experiment.id.desc())
    ).all()


def experiment_of(session: Session, clinic_id: int, experiment_id: int) -> Experiment:
    """One experiment of a clinic, with its arms; raises NotFound for a foreign one."""
    found = session.scalars(
        select(Experiment)
        .where(Experiment.id == experiment_id, Experiment.clinic_id == clinic_id)
        .options(selectinload(Experiment.arms).joinedload(ExperimentArm.policy_version))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def arm_of_experiment(experiment: Experiment, arm_id: int) -> ExperimentArm:
    """One arm; raises NotFound for another's."""
    for arm in experiment.arms:
        if arm.id == arm_id:
            return arm
    raise NotFound


def wording_names(session: Session, clinic_id: int) -> Mapping[str, str]:
    """What a clinic's wordings are called, by code."""
    rows = session.execute(
        select(ReminderWording.code, ReminderWording.name)
        .where(ReminderWording.clinic_id == clinic_id)
        .order_by(ReminderWording.name)
    )
    return dict(rows.all())

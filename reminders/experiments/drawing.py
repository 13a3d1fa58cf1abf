"""Which arm a patient has drawn, where an experiment runs."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import selectinload

from booking.platform.database import Session
from reminders.experiments.assignment import arm_of
from reminders.experiments.models import (
    Experiment,
    ExperimentArm,
    ExperimentAssignment,
    ExperimentVisit,
)


def running(session: Session, policy_id: int) -> Experiment | None:
    """The experiment that runs under a policy now, with its arms; None if none does."""
    return session.scalars(
        select(Experiment)
        .where(
            Experiment.policy_id == policy_id,
            Experiment.state == "running",
            Experiment.ends_at > session.now(),
        )
        .options(selectinload(Experiment.arms).joinedload(ExperimentArm.policy_version))
    ).one_or_none()


@dataclass(frozen=True)
class Visit:
    """An appointment that is planned for the first time."""

    appointment_id: int
    patient_id: int


def draw(
    session: Session, experiment: Experiment, visits: Iterable[Visit]
) -> dict[int, ExperimentArm]:
    """The arm of each appointment, by its patient's lot; both are kept for good."""
    visits = list(visits)
    arms = {arm.id: arm for arm in experiment.arms}
    drawn = _assigned(session, experiment, {visit.patient_id for visit in visits})
    counted = set(
        session.scalars(
            select(ExperimentVisit.appointment_id).where(
                ExperimentVisit.experiment_id == experiment.id,
                ExperimentVisit.appointment_id.in_([visit.appointment_id for visit in visits]),
            )
        )
    )
    new = [
        {
            "experiment_id": experiment.id,
            "appointment_id": visit.appointment_id,
            "arm_id": drawn[visit.patient_id],
            "planned_at": session.now(),
        }
        for visit in visits
        if visit.appointment_id not in counted
    ]
    if new:
        session.execute(insert(ExperimentVisit), new)
    return {visit.appointment_id: arms[drawn[visit.patient_id]] for visit in visits}


def arms_of(session: Session, appointment_ids: Iterable[int]) -> dict[int, ExperimentArm]:
    """The arm under which each of these appointments was first planned; none for the others.

    What was planned by an arm stays with it when the experiment is over.
    """
    rows = session.execute(
        select(ExperimentVisit.appointment_id, ExperimentArm)
        .join(ExperimentArm, ExperimentArm.id == ExperimentVisit.arm_id)
        .where(ExperimentVisit.appointment_id.in_(list(appointment_ids)))
        .order_by(ExperimentVisit.id)
    )
    return {row.appointment_id: row.ExperimentArm for row in rows}


def _assigned(session: Session, experiment: Experiment, patients: set[int]) -> dict[int, int]:
    rows = session.execute(
        select(ExperimentAssignment.patient_id, ExperimentAssignment.arm_id).where(
            ExperimentAssignment.experiment_id == experiment.id,
            ExperimentAssignment.patient_id.in_(patients),
        )
    )
    drawn = {row.patient_id: row.arm_id for row in rows}
    key = session.vault.fingerprint("experiment", experiment.salt).encode()
    weights = [arm.weight for arm in experiment.arms]
    new = []
    for patient_id in sorted(patients - drawn.keys()):
        drawn[patient_id] = experiment.arms[arm_of(key, experiment.salt, patient_id, weights)].id
        new.append(
            {
                "experiment_id": experiment.id,
                "patient_id": patient_id,
                "arm_id": drawn[patient_id],
                "assigned_at": session.now(),
            }
        )
    if new:
        session.execute(insert(ExperimentAssignment), new)
    return drawn

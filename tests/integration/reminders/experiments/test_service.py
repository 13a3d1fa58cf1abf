"""From a draft to its end: what runs is fixed, and nobody is drawn twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, DomainError, NotAllowed
from booking.platform.identity import Role
from booking.platform.web import Rettid
from reminders.experiments import service
from reminders.experiments.errors import (
    AnotherRuns,
    EndTooEarly,
    ExperimentBegun,
    ExperimentNotApproved,
    ExperimentNotRunning,
    ModelFlawed,
    NothingToCompare,
    UsualHasChanged,
)
from reminders.experiments.models import ExperimentAssignment, ExperimentVisit
from reminders.messages.models import Message
from reminders.policies import service as policies
from reminders.policies.errors import ExperimentRuns
from tests import factories as make
from tests.integration.reminders.experiments.conftest import Trial, usual, without_first

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

NINE = datetime(2026, 12, 7, 8, tzinfo=UTC)


def reminders_of(session: Session, appointment_id: int) -> list[str]:
    wanted = select(Message.step).where(
        Message.appointment_id == appointment_id, Message.kind == "reminder"
    )
    return sorted(session.scalars(wanted))


def test_a_draft_is_with_nobody(trial: Trial, session: Session) -> None:
    made = trial.book(NINE)
    assert reminders_of(session, made.id) == ["last_day", "three_days"]
    assert session.scalars(select(ExperimentVisit.id)).all() == []


def test_patients_are_drawn_for_good_and_get_what_their_arm_sends(
    trial: Trial, session: Session
) -> None:
    trial.start()
    times = [NINE + timedelta(days=day, minutes=30 * n) for day in range(4) for n in range(6)]
    sent: dict[int, set[tuple[str, ...]]] = {}
    for start in times:
        made = trial.book(start)
        arm = session.scalars(
            select(ExperimentAssignment.arm_id).where(
                ExperimentAssignment.patient_id == made.patient_id
            )
        ).one()
        sent.setdefault(arm, set()).add(tuple(reminders_of(session, made.id)))
    first, second = (arm.id for arm in trial.experiment.arms)
    assert sent == {first: {("last_day", "three_days")}, second: {("last_day",)}}
    # The same patient once more.
    patient = session.get_one(type(trial.place.patient), made.patient_id)
    again = trial.book(NINE + timedelta(days=10), patient)
    lots = session.execute(select(ExperimentVisit.appointment_id, ExperimentVisit.arm_id))
    visits = dict(lots.all())
    assert visits[again.id] == visits[made.id]
    assert len(visits) == 25


def test_a_lot_that_fell_cannot_be_altered(trial: Trial, session: Session) -> None:
    trial.start()
    trial.book(NINE)
    for change in ("UPDATE experiment_assignment SET arm_id = 1", "DELETE FROM experiment_visit"):
        with pytest.raises(IntegrityError):
            session.execute(text(change))
        session.rollback()


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda trial: setattr(trial.experiment, "approval", "  "), ExperimentNotApproved),
        (
            lambda trial: service.remove_arm(
                trial.session, trial.leader, trial.experiment.arms[1]
            ),
            NothingToCompare,
        ),
        (
            lambda trial: service.change_arm(
                trial.session, trial.leader, trial.experiment.arms[1], "Ens", 1,
                usual(trial.session, trial.policy),
            ),
            NothingToCompare,
        ),
        (
            lambda trial: setattr(
                trial.experiment, "ends_at", datetime(2026, 11, 24, 7, tzinfo=UTC)
            ),
            EndTooEarly,
        ),
    ],
)  # fmt: skip
def test_what_bars_it_from_starting(
    trial: Trial, spoil: Callable[[Trial], None], error: type[DomainError]
) -> None:
    trial.approve()
    spoil(trial)
    with pytest.raises(error):
        service.start(trial.session, trial.leader, trial.experiment)


def test_a_policy_published_meanwhile_must_be_looked_at(trial: Trial, session: Session) -> None:
    trial.approve()
    now = usual(session, trial.policy)
    policies.write_draft(session, trial.leader, trial.policy, without_first(now))
    policies.publish(session, trial.leader, trial.policy)
    with pytest.raises(UsualHasChanged):
        service.start(session, trial.leader, trial.experiment)
    service.renew_usual(session, trial.leader, trial.experiment)
    # Now the usual one is what was to be tried.
    with pytest.raises(NothingToCompare):
        service.start(session, trial.leader, trial.experiment)


def test_while_it_runs_its_models_its_end_and_its_policy_stand(
    trial: Trial, session: Session
) -> None:
    trial.start()
    by, experiment = trial.leader, trial.experiment
    model = usual(session, trial.policy)
    with pytest.raises(ExperimentBegun):
        service.add_arm(session, by, experiment, "Ny", 1, model)
    with pytest.raises(ExperimentBegun):
        service.change_arm(session, by, experiment.arms[1], "Ny", 5, model)
    with pytest.raises(ExperimentBegun):
        service.remove_arm(session, by, experiment.arms[1])
    with pytest.raises(ExperimentBegun):
        service.describe(
            session, by, experiment, name="x", question="x", approval="x",
            last_day=date(2027, 1, 1), version=experiment.version,
        )  # fmt: skip
    with pytest.raises(ExperimentBegun):
        service.discard(session, by, experiment)
    policies.write_draft(session, by, trial.policy, without_first(model))
    with pytest.raises(ExperimentRuns):
        policies.publish(session, by, trial.policy)


def test_only_one_runs_under_a_policy(trial: Trial, session: Session) -> None:
    other = service.draft(session, trial.leader, trial.policy, "Et til", "?", date(2027, 1, 31))
    model = without_first(usual(session, trial.policy))
    service.add_arm(session, trial.leader, other, "Kun dagen før", 1, model)
    other.approval = "Ledelsen"
    trial.start()
    with pytest.raises(AnotherRuns):
        service.start(session, trial.leader, other)
    # The database holds it too.
    session.rollback()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE experiment SET state = 'running', approval = 'x'"))


def test_it_ends_on_its_day_and_its_policy_is_free_again(
    trial: Trial, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    ends = datetime(2027, 2, 28, 23, tzinfo=UTC)  # midnight after the last day, in Denmark
    assert trial.experiment.ends_at == ends
    session.commit()
    freezer.move_to(ends - timedelta(minutes=1))
    assert rettid.jobs.run_now(rettid.database, "experiments_end") == 0
    freezer.move_to(ends)
    before = trial.book(ends + timedelta(days=8, hours=9))
    assert session.scalars(select(ExperimentVisit.id)).all() == []
    assert reminders_of(session, before.id) == ["last_day", "three_days"]
    session.commit()
    assert rettid.jobs.run_now(rettid.database, "experiments_end") == 1
    session.refresh(trial.experiment)
    assert trial.experiment.state == "ended"
    policies.write_draft(
        session, trial.leader, trial.policy, without_first(usual(session, trial.policy))
    )
    policies.publish(session, trial.leader, trial.policy)


def test_one_that_is_stopped_says_why_and_draws_nobody_more(trial: Trial, session: Session) -> None:
    with pytest.raises(ExperimentNotRunning):
        service.stop(session, trial.leader, trial.experiment, "Fordi")
    trial.start()
    service.stop(session, trial.leader, trial.experiment, "En tekst var forkert")
    session.commit()
    trial.book(NINE)
    assert session.scalars(select(ExperimentVisit.id)).all() == []
    assert trial.experiment.state == "stopped"
    assert trial.experiment.stop_reason == "En tekst var forkert"
    with pytest.raises(ExperimentNotRunning):
        service.stop(session, trial.leader, trial.experiment, "Igen")


def test_a_model_that_could_not_be_published_is_refused(trial: Trial, session: Session) -> None:
    model = usual(session, trial.policy)
    late = replace(
        model,
        steps=tuple(
            replace(one, channels=("letter",)) if one.key == "last_day" else one
            for one in model.steps
        ),
    )
    with pytest.raises(ModelFlawed) as refused:
        service.add_arm(session, trial.leader, trial.experiment, "Brev", 1, late)
    assert refused.value.context["flaws"] == ("letter_never",)
    timed = replace(
        model,
        steps=tuple(
            replace(one, wording="reminder") if one.when.on == "questionnaire" else one
            for one in model.steps
        ),
    )
    with pytest.raises(ModelFlawed) as refused:
        service.add_arm(session, trial.leader, trial.experiment, "Med tid", 1, timed)
    assert refused.value.context["flaws"] == ("time_named",)
    for number in range(3):
        service.add_arm(session, trial.leader, trial.experiment, f"Nr. {number}", 1, model)
    with pytest.raises(ModelFlawed):
        service.add_arm(session, trial.leader, trial.experiment, "For mange", 1, model)


def test_two_who_write_in_a_draft_do_not_undo_each_other(trial: Trial, session: Session) -> None:
    version = trial.experiment.version

    def save(name: str) -> None:
        service.describe(
            session,
            trial.leader,
            trial.experiment,
            name=name,
            question="?",
            approval="",
            last_day=date(2027, 1, 1),
            version=version,
        )

    save("Først")
    with pytest.raises(ChangedMeanwhile):
        save("Sidst")


def test_a_draft_can_be_thrown_away(trial: Trial, session: Session) -> None:
    service.discard(session, trial.leader, trial.experiment)
    session.commit()
    assert session.execute(text("SELECT count(*) FROM experiment_arm")).scalar_one() == 0


def test_only_the_clinics_leader_may(trial: Trial, session: Session) -> None:
    trial.approve()
    secretary = trial.place.secretary
    with pytest.raises(NotAllowed):
        service.start(session, secretary, trial.experiment)
    with pytest.raises(NotAllowed):
        service.draft(session, secretary, trial.policy, "x", "x", date(2027, 1, 1))
    elsewhere = make.clinic(session)
    foreign = actor_of(make.staff(session, elsewhere, Role.LEADER))
    with pytest.raises(NotAllowed):
        service.start(session, foreign, trial.experiment)

"""The jobs port: what is due is claimed once, runs in a transaction, and may fail without harm."""

from datetime import timedelta
from pathlib import Path

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.platform.database import Database, Session
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.errors import ConfigurationError
from booking.platform.jobs import Job, JobBook, JobState, LongJob
from booking.platform.limits import AttemptCount, Limit, count
from booking.platform.web import Rettid

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def mark(session: Session, key: str = "x") -> int:
    now = session.now()
    session.add(AttemptCount(key=f"{key}{now.isoformat()}", since=now, ends=now, count=1))
    return 1


def marks(rettid: Rettid) -> int:
    with rettid.database.reading() as session:
        return len(session.scalars(select(AttemptCount.key)).all())


def test_a_due_job_runs_once_however_many_processes_ask(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    one, other = JobBook(), JobBook()
    for book in (one, other):
        book.add(Job("marking", timedelta(minutes=1), mark))
    assert one.run_due(rettid.database) == {"marking": 1}
    assert other.run_due(rettid.database) == {}
    freezer.tick(60)
    assert other.run_due(rettid.database) == {"marking": 1}
    assert one.run_due(rettid.database) == {}
    assert marks(rettid) == 2


def test_a_failing_job_is_rolled_back_noted_and_tried_again(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    def fail(session: Session) -> int:
        mark(session)
        session.flush()
        raise ZeroDivisionError

    book = JobBook()
    book.add(Job("failing", timedelta(minutes=1), fail))
    book.add(Job("sound", timedelta(minutes=1), mark))
    assert book.run_due(rettid.database) == {"failing": 0, "sound": 1}
    assert marks(rettid) == 1
    with rettid.database.reading() as session:
        assert session.get_one(JobState, "failing").outcome == "ZeroDivisionError"
    freezer.tick(60)
    assert book.run_due(rettid.database) == {"failing": 0, "sound": 1}


def test_a_long_job_commits_as_it_goes_and_keeps_what_it_had_done_when_it_fails(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    def send(database: Database) -> int:
        with database.transaction() as session:
            mark(session, "first")
        if marks(rettid) == 1:
            raise ZeroDivisionError
        return 1

    book = JobBook()
    book.add(LongJob("sending", timedelta(minutes=1), send, lanes=3))
    assert book.run_due(rettid.database) == {"sending": 0}
    assert marks(rettid) == 1
    freezer.tick(60)
    assert book.run_due(rettid.database) == {"sending": 1}
    assert book.run_due(rettid.database) == {}
    assert marks(rettid) == 2


def test_each_lane_of_a_long_job_is_due_and_claimed_by_itself(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    book = JobBook()
    book.add(LongJob("sending", timedelta(minutes=1), lambda database: 1, lanes=3))
    book.add(Job("marking", timedelta(minutes=2), mark))
    assert book.due(rettid.database) == ["sending", "sending:2", "sending:3", "marking"]
    assert book.run(rettid.database, "sending:2", "worker") == 1
    assert book.run(rettid.database, "sending:2", "another") is None
    assert book.due(rettid.database) == ["sending", "sending:3", "marking"]
    freezer.tick(60)
    assert "sending:2" in book.due(rettid.database)


def test_what_was_begun_and_never_ended_is_due_again_at_once(rettid: Rettid) -> None:
    class Killed(BaseException):
        """What no handler of ours may hold up."""

    def die(session: Session) -> int:
        raise Killed

    book = JobBook()
    book.add(Job("dying", timedelta(days=1), die))
    book.add(Job("sound", timedelta(days=1), mark))
    with pytest.raises(Killed):
        book.run(rettid.database, "dying", "worker 1")
    book.run(rettid.database, "sound", "worker 2")
    assert book.due(rettid.database) == []
    assert book.give_back(rettid.database, "worker 2") == 0
    assert book.give_back(rettid.database, "worker 1") == 1
    assert book.due(rettid.database) == ["dying"]


def test_the_application_has_its_jobs(rettid: Rettid) -> None:
    own = {"hold_sweep", "booking_horizon", "attempt_sweep"}
    assert own <= set(rettid.jobs.jobs)
    assert set(rettid.jobs.run_due(rettid.database)) >= own


def test_counts_of_attempts_are_swept_once_their_window_has_ended(
    rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    with rettid.database.transaction() as session:
        count(session, Limit("test", 5, timedelta(minutes=5)), "someone")
    freezer.tick(timedelta(minutes=4))
    assert rettid.jobs.run_now(rettid.database, "attempt_sweep") == 0
    freezer.tick(timedelta(minutes=2))
    assert rettid.jobs.run_now(rettid.database, "attempt_sweep") == 1
    assert marks(rettid) == 0


def test_a_second_embedded_runner_on_the_machine_refuses_to_start(
    rettid: Rettid, tmp_path: Path
) -> None:
    first = EmbeddedJobs(rettid.database, JobBook(), tmp_path)
    second = EmbeddedJobs(rettid.database, JobBook(), tmp_path)
    first.start()
    try:
        with pytest.raises(ConfigurationError, match="already runs the jobs"):
            second.start()
    finally:
        first.stop()
    second.start()
    second.stop()

"""One contract for both adapters of the jobs: the embedded one, and Procrastinate's workers."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from structlog.testing import capture_logs

from booking.platform.config import ROOT
from booking.platform.database import Database, Session
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.jobs import Job, JobBook, JobState, LongJob
from booking.platform.limits import AttemptCount
from booking.platform.procrastinate_jobs import ProcrastinateJobs
from tests.integration.platform.job_process import HEARTBEAT, PACE, mark, opened

HOUR = timedelta(hours=1)
SECONDS = 20.0


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 8, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Place:
    """An empty database, and the adapter that runs jobs on it."""

    kind: str
    url: str
    folder: Path
    clock: HandClock
    database: Database

    @contextlib.contextmanager
    def running(self, book: JobBook, *, concurrency: int = 4) -> Iterator[None]:
        """Run the jobs in this process for as long as the block lasts."""
        if self.kind == "embedded":
            embedded = EmbeddedJobs(self.database, book, self.folder, HEARTBEAT)
            embedded.start()
            try:
                yield
            finally:
                embedded.stop()
            return
        worker = ProcrastinateJobs(self.database, book, self.url, PACE)
        thread = threading.Thread(target=worker.run, args=[concurrency])
        thread.start()
        try:
            yield
        finally:
            worker.stop()
            thread.join(SECONDS)
        assert not thread.is_alive()

    @contextlib.contextmanager
    def process(self) -> Iterator[subprocess.Popen[str]]:
        """Run the slow jobs in a process of their own."""
        module = "tests.integration.platform.job_process"
        with subprocess.Popen(
            [sys.executable, "-m", module, self.kind, self.url, str(self.folder)],
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def states(self) -> dict[str, JobState]:
        with self.database.reading() as session:
            return {state.name: state for state in session.scalars(select(JobState))}

    def marks(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(session.scalars(select(AttemptCount.key)))

    def queued(self) -> list[tuple[str, str]]:
        """(task's argument, status) of what stands in Procrastinate's queue."""
        with self.database.reading() as session:
            found = session.execute(
                text("SELECT args->>'name', status::text FROM procrastinate.procrastinate_jobs")
            )
            return [(name, status) for name, status in found]


def until(met: Callable[[], object]) -> None:
    """Wait for it; the test fails if it does not come true."""
    end = time.monotonic() + SECONDS
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def place(kind: str, database_url: str, tmp_path: Path) -> Iterator[Place]:
    clock = HandClock()
    database = opened(database_url, clock)
    if kind == "procrastinate":
        ProcrastinateJobs(database, JobBook(), database_url).prepare()
    yield Place(kind, database_url, tmp_path, clock, database)
    database.engine.dispose()


PROCRASTINATE = pytest.param("procrastinate", "postgresql", marks=pytest.mark.postgres)
adapters = pytest.mark.parametrize(
    ("kind", "database_url"),
    [
        ("embedded", "sqlite"),
        pytest.param("embedded", "postgresql", marks=pytest.mark.postgres),
        PROCRASTINATE,
    ],
    indirect=["database_url"],
)
workers = pytest.mark.parametrize(
    ("kind", "database_url"), [PROCRASTINATE], indirect=["database_url"]
)


def marking(name: str, every: timedelta = HOUR) -> Job:
    """A job that leaves a row each time."""

    def work(session: Session) -> int:
        earlier = session.scalars(select(AttemptCount.key)).all()
        mark(session, f"{name} {sum(key.startswith(name) for key in earlier) + 1}")
        return 1

    return Job(name, every, work)


@adapters
def test_what_is_due_is_run_once_and_again_when_its_time_has_come(place: Place) -> None:
    book = JobBook()
    book.add(marking("hourly"))
    book.add(marking("now and again", timedelta(minutes=1)))
    with place.running(book):
        until(lambda: len(place.marks()) == 2)
        place.clock.at += timedelta(minutes=1)
        until(lambda: "now and again 2" in place.marks())
        assert place.marks() == ["hourly 1", "now and again 1", "now and again 2"]
        place.clock.at += HOUR
        until(lambda: "hourly 2" in place.marks())
        until(lambda: not any(state.runner for state in place.states().values()))
    hourly = place.states()["hourly"]
    assert (hourly.outcome, hourly.finished) == ("1", place.clock.at)
    assert hourly.due == place.clock.at + HOUR


@adapters
def test_one_that_fails_is_logged_and_tried_again_and_holds_nobody_up(place: Place) -> None:
    def fail(session: Session) -> int:
        mark(session, "to be rolled back")
        raise ZeroDivisionError

    def fail_long(database: Database) -> int:
        raise ZeroDivisionError

    book = JobBook()
    book.add(Job("failing", HOUR, fail))
    book.add(LongJob("failing long", HOUR, fail_long))
    book.add(marking("sound"))
    with capture_logs() as said, place.running(book):
        until(lambda: place.marks() == ["sound 1"])
        until(lambda: sum(line["event"] == "job failed" for line in said) == 2)
        place.clock.at += HOUR
        until(lambda: place.marks() == ["sound 1", "sound 2"])
        until(lambda: sum(line["event"] == "job failed" for line in said) == 4)
    assert {line["job"] for line in said} == {"failing", "failing long"}
    assert place.states()["failing"].outcome == "ZeroDivisionError"
    assert place.states()["failing long"].outcome == "ZeroDivisionError"


@adapters
def test_others_are_run_while_a_long_one_goes_on(place: Place) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def send(database: Database) -> int:
        begun.set()
        return int(let_go.wait(SECONDS))

    book = JobBook()
    book.add(LongJob("sending", timedelta(seconds=10), send))
    book.add(marking("hourly"))
    with place.running(book):
        assert begun.wait(SECONDS)
        until(lambda: place.marks() == ["hourly 1"])
        place.clock.at += HOUR
        until(lambda: place.marks() == ["hourly 1", "hourly 2"])
        assert place.states()["sending"].outcome == ""
        let_go.set()
        until(lambda: place.states()["sending"].outcome == "1")


@adapters
def test_stopping_lets_what_runs_end_and_begins_nothing(place: Place) -> None:
    begun = threading.Event()

    def send(database: Database) -> int:
        begun.set()
        time.sleep(0.5)
        with database.transaction() as session:
            mark(session, "sent")
        return 1

    book = JobBook()
    book.add(LongJob("sending", timedelta(0), send))
    with place.running(book):
        assert begun.wait(SECONDS)
    assert place.marks() == ["sent"]
    assert (place.states()["sending"].outcome, place.states()["sending"].runner) == ("1", "")


@adapters
def test_what_a_killed_process_had_begun_comes_back_in_another(place: Place) -> None:
    said, slowly = place.folder / "said", place.folder / "slowly"
    slowly.touch()
    with place.process() as first:
        until(lambda: said.exists() and said.read_text().count("\n") == 2)
        if place.kind == "embedded":
            with place.process() as refused:
                assert refused.wait(SECONDS) == 1
                assert "already runs the jobs" in str(refused.stderr and refused.stderr.read())
        os.kill(first.pid, signal.SIGKILL)
        first.wait(SECONDS)
    assert place.marks() == []
    slowly.unlink()
    with place.process() as second:
        until(lambda: {state.outcome for state in place.states().values()} == {"1"})
        second.terminate()
        assert second.wait(SECONDS) == 0
    assert place.marks() == [f"by {second.pid}"]
    lines = said.read_text().splitlines()
    assert {f"long begun {first.pid}", f"row written {first.pid}"} == set(lines[:2])
    again = {f"{what} {second.pid}" for what in ("long begun", "long ended", "row written")}
    assert sorted(lines[2:]) == sorted(again)


@workers
def test_two_workers_share_the_lanes_of_a_long_job(place: Place) -> None:
    together = threading.Barrier(2)

    def send(database: Database) -> int:
        together.wait(SECONDS)
        return 1

    book = JobBook()
    book.add(LongJob("sending", HOUR, send, lanes=2))
    with place.running(book, concurrency=1), place.running(book, concurrency=1):
        until(lambda: [state.outcome for state in place.states().values()] == ["1", "1"])
    assert set(place.states()) == {"sending", "sending:2"}


@workers
def test_one_lane_is_run_in_one_place_and_queued_once(place: Place) -> None:
    begun, beats, let_go = [], [], threading.Event()

    def send(database: Database) -> int:
        begun.append(place.clock.at)
        return int(let_go.wait(SECONDS))

    def beat(session: Session) -> int:
        beats.append(place.clock.at)
        return 1

    book = JobBook()
    book.add(LongJob("sending", timedelta(0), send))
    book.add(Job("beating", timedelta(0), beat))
    with place.running(book), place.running(book):
        until(lambda: len(beats) >= 4)
        assert len(begun) == 1
        queued = sorted(status for name, status in place.queued() if name == "sending")
        assert queued == ["doing", "todo"]
        let_go.set()
        until(lambda: len(begun) > 1)


@workers
def test_a_dead_workers_job_is_given_back_where_the_next_is_queued_already(place: Place) -> None:
    book = JobBook()
    book.add(marking("hourly"))
    with place.database.transaction() as session:
        insert = (
            "INSERT INTO procrastinate.procrastinate_jobs "
            "(queue_name, task_name, lock, queueing_lock, args, status) "
            "VALUES ('rettid', 'lane', 'hourly', 'hourly', '{\"name\": \"hourly\"}', 'todo')"
        )
        session.execute(text("SET LOCAL search_path = procrastinate"))
        session.execute(text(insert.replace(", 'todo'", ", 'doing'")))
        session.execute(text(insert))
    with capture_logs() as said, place.running(book):
        until(lambda: place.marks() == ["hourly 1"])
        until(lambda: ("hourly", "todo") not in place.queued())
    assert ("hourly", "failed") in place.queued()
    assert {"event": "job given back", "job": "hourly", "log_level": "error"} in said


@workers
def test_a_worker_may_be_told_to_stop_at_any_time_and_twice(place: Place) -> None:
    begun = threading.Event()

    def send(database: Database) -> int:
        begun.set()
        time.sleep(0.5)
        return 1

    book = JobBook()
    book.add(LongJob("sending", HOUR, send))
    too_early = ProcrastinateJobs(place.database, book, place.url, PACE)
    too_early.stop()
    stopped = threading.Thread(target=too_early.run, args=[1])  # a browser may have our own loop
    stopped.start()
    stopped.join(SECONDS)
    assert not stopped.is_alive()
    assert not begun.is_set()
    worker = ProcrastinateJobs(place.database, book, place.url, PACE)
    thread = threading.Thread(target=worker.run, args=[1])
    thread.start()
    assert begun.wait(SECONDS)
    for _ in range(2):
        worker.stop()
        time.sleep(0.1)
    thread.join(SECONDS)
    worker.stop()
    assert place.states()["sending"].outcome == "1"


@workers
def test_another_versions_queue_is_made_anew(place: Place) -> None:
    worker = ProcrastinateJobs(place.database, JobBook(), place.url)
    assert worker.prepared()
    with place.database.transaction() as session:
        session.execute(text("COMMENT ON SCHEMA procrastinate IS 'of another version'"))
        session.execute(text("DROP TABLE procrastinate.procrastinate_events"))
    assert not worker.prepared()
    worker.prepare()
    assert worker.prepared()
    book = JobBook()
    book.add(marking("hourly"))
    with place.running(book):
        until(lambda: place.marks() == ["hourly 1"])

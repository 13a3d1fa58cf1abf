"""A process that runs two jobs with either adapter, made to be killed in the middle of them.

`python -m tests.integration.platform.job_process embedded|procrastinate URL FOLDER`. What goes on
is written to FOLDER/said; while FOLDER/slowly exists neither job ends.
"""

import os
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from booking.platform.clock import Clock, SystemClock
from booking.platform.database import Database, Session
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.events import EventBus
from booking.platform.jobs import Job, JobBook, LongJob
from booking.platform.limits import AttemptCount
from booking.platform.procrastinate_jobs import Pace, ProcrastinateJobs
from booking.platform.vault import Vault

HEARTBEAT = timedelta(milliseconds=200)
PACE = Pace(
    beat=timedelta(seconds=1),
    alive=timedelta(milliseconds=300),
    dead_after=timedelta(milliseconds=1200),
)


def opened(url: str, clock: Clock | None = None) -> Database:
    """The database at `url`, with nothing listening to it."""
    vault = Vault({1: Fernet.generate_key().decode()}, "test-lookup-key-" + "y" * 32)
    return Database(url, clock=clock or SystemClock(), events=EventBus(), vault=vault)


def mark(session: Session, key: str) -> None:
    """Write a row of a job's, to be found or found missing."""
    now = session.now()
    session.add(AttemptCount(key=key, since=now, ends=now, count=1))
    session.flush()


def slow_jobs(folder: Path) -> JobBook:
    """One job in a transaction and one long one, that tell how they get on."""

    def say(what: str) -> None:
        with (folder / "said").open("a") as said:
            said.write(f"{what} {os.getpid()}\n")

    def linger() -> None:
        while (folder / "slowly").exists():
            time.sleep(0.02)

    def write(session: Session) -> int:
        while "long begun" not in (folder / "said").read_text():
            time.sleep(0.02)  # SQLite has one writer, and this is about to be it for long
        mark(session, f"by {os.getpid()}")
        say("row written")
        linger()
        return 1

    def send(database: Database) -> int:
        say("long begun")
        linger()
        say("long ended")
        return 1

    book = JobBook()
    book.add(LongJob("sending", timedelta(days=1), send))
    book.add(Job("writing", timedelta(days=1), write))
    return book


def main(kind: str, url: str, folder: Path) -> None:
    """Run the jobs until SIGTERM."""
    (folder / "said").touch()
    database, jobs = opened(url), slow_jobs(folder)
    if kind == "procrastinate":
        ProcrastinateJobs(database, jobs, url, PACE).run(concurrency=4)
        return
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    embedded = EmbeddedJobs(database, jobs, folder, HEARTBEAT)
    embedded.start()
    asked.wait()
    embedded.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))

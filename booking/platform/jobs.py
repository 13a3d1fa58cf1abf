"""The jobs port: work that is due now and again, whoever wakes us.

A job claims what is due in its own tables, so running it twice does nothing twice. An
adapter (the embedded one here; others may follow) calls `run_due` from time to time.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import String, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import Base, Database, Session

log = structlog.get_logger()


class JobState(Base):
    """When a job is next due, who runs it now, and how its last run ended."""

    __tablename__ = "job_state"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    due: Mapped[datetime]
    runner: Mapped[str] = mapped_column(String(40), default="")
    finished: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(200), default="")


@dataclass(frozen=True)
class Job:
    """`work(session)` runs in a transaction of its own and answers how many things it did."""

    name: str
    every: timedelta
    work: Callable[[Session], int]


class JobBook:
    """Every job the application has, and the running of those that are due."""

    def __init__(self) -> None:
        """No jobs yet; a runner's name tells processes apart in the table."""
        self.jobs: dict[str, Job] = {}
        self._runner = secrets.token_hex(8)

    def add(self, job: Job) -> None:
        """Register a job; its name is its identity."""
        self.jobs[job.name] = job

    def run_due(self, database: Database) -> dict[str, int]:
        """Run each job that is due and that no other process has claimed: name -> things done.

        A job that raises is logged, rolled back and tried again when next due.
        """
        done: dict[str, int] = {}
        for job in self.jobs.values():
            if self._claim(database, job):
                done[job.name] = self._run(database, job)
        return done

    def run_now(self, database: Database, name: str) -> int:
        """Run one job whatever the time; raises KeyError for an unknown name."""
        with database.transaction() as session:
            return self.jobs[name].work(session)

    def _claim(self, database: Database, job: Job) -> bool:
        try:
            with database.transaction() as session:
                now = session.now()
                if session.get(JobState, job.name) is None:
                    session.add(JobState(name=job.name, due=now))
                    session.flush()
                claimed = session.execute(
                    update(JobState)
                    .where(JobState.name == job.name, JobState.due <= now)
                    .values(due=now + job.every, runner=self._runner)
                )
                return bool(claimed.rowcount)  # type: ignore[attr-defined]
        except IntegrityError:
            return False  # another process wrote the first row in the same moment

    def _run(self, database: Database, job: Job) -> int:
        try:
            with database.transaction() as session:
                count = job.work(session)
            outcome = str(count)
        except Exception as error:
            log.exception("job failed", job=job.name)
            count, outcome = 0, type(error).__name__
        with database.transaction() as session:
            session.execute(
                update(JobState)
                .where(JobState.name == job.name)
                .values(finished=session.now(), outcome=outcome[:200])
            )
        return count

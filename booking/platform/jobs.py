"""The jobs port: work that is due now and again, whoever wakes us.

A job claims what is due in its own tables, so running it twice does nothing twice. When each is
due, who runs it and how it ended stands in `job_state`, whichever adapter calls: the embedded one
(`run_due` from time to time) or Procrastinate's workers (`due`, then `run` for each).
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import String, case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from booking.platform.database import Base, Database, Session

log = structlog.get_logger()


class JobState(Base):
    """When a lane of a job is next due, who runs it now ('': nobody), how its last run ended."""

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


@dataclass(frozen=True)
class LongJob:
    """`run(database)` opens and commits transactions of its own and answers how many things it did.

    For work that must be seen by others while it goes on, such as sending. A run ends by itself
    within about half a minute; what is left is there at the next. lanes: how many workers may be at
    it at once, each claiming its own; an adapter with one process runs one.
    """

    name: str
    every: timedelta
    run: Callable[[Database], int]
    lanes: int = 1


@dataclass(frozen=True)
class Lane:
    """One of the places from which a job is run: the job's own name, or 'name:2', 'name:3' …"""

    job: Job | LongJob
    number: int = 1

    @property
    def name(self) -> str:
        """What the lane is called in `job_state`."""
        return self.job.name if self.number == 1 else f"{self.job.name}:{self.number}"


class JobBook:
    """Every job the application has, and the running of those that are due."""

    def __init__(self) -> None:
        """No jobs yet; a runner's name tells processes apart in the table."""
        self.jobs: dict[str, Job | LongJob] = {}
        self._runner = secrets.token_hex(8)

    def add(self, job: Job | LongJob) -> None:
        """Register a job; its name is its identity."""
        self.jobs[job.name] = job

    def run_due(
        self, database: Database, kinds: tuple[type, ...] = (Job, LongJob)
    ) -> dict[str, int]:
        """Run each job that is due and that no other process has claimed: name -> things done.

        One lane of each. A job that raises is logged, rolled back and tried again when next due.
        """
        done: dict[str, int] = {}
        for job in self.jobs.values():
            if isinstance(job, kinds):
                count = self._run_if_due(database, Lane(job), self._runner)
                if count is not None:
                    done[job.name] = count
        return done

    def run_now(self, database: Database, name: str) -> int:
        """Run one job whatever the time; raises KeyError for an unknown name."""
        return _work(database, self.jobs[name])

    def due(self, database: Database) -> list[str]:
        """The names of the lanes that are due; they stay so until `run` claims them."""
        with database.reading() as session:
            now = session.now()
            waiting = set(session.scalars(select(JobState.name).where(JobState.due > now)))
        return [lane.name for lane in self._lanes() if lane.name not in waiting]

    def run(self, database: Database, name: str, runner: str) -> int | None:
        """Run a lane if it still is due: things done, or None. A lane that is not ours is not due.

        runner: who does it, to be named if the run never ends (`give_back`); 40 characters at most.
        """
        lane = next((one for one in self._lanes() if one.name == name), None)
        return self._run_if_due(database, lane, runner) if lane else None

    def give_back(self, database: Database, runner: str | None = None) -> int:
        """Make due at once what this runner began and never ended; how many lanes that were.

        For a runner known to be dead, or None: all but this process. What goes on all the same is
        run twice, harmlessly.
        """
        begun = (
            JobState.runner.not_in(["", self._runner])
            if runner is None
            else JobState.runner == runner
        )
        with database.transaction() as session:
            given = session.execute(
                update(JobState).where(begun).values(due=session.now(), runner="")
            )
            return int(given.rowcount)  # type: ignore[attr-defined]

    def _lanes(self) -> Iterator[Lane]:
        for job in self.jobs.values():
            for number in range(1, (job.lanes if isinstance(job, LongJob) else 1) + 1):
                yield Lane(job, number)

    def _run_if_due(self, database: Database, lane: Lane, runner: str) -> int | None:
        return self._run(database, lane, runner) if self._claim(database, lane, runner) else None

    def _claim(self, database: Database, lane: Lane, runner: str) -> bool:
        try:
            with database.transaction() as session:
                now = session.now()
                if session.get(JobState, lane.name) is None:
                    session.add(JobState(name=lane.name, due=now))
                    session.flush()
                claimed = session.execute(
                    update(JobState)
                    .where(JobState.name == lane.name, JobState.due <= now)
                    .values(due=now + lane.job.every, runner=runner)
                )
                return bool(claimed.rowcount)  # type: ignore[attr-defined]
        except IntegrityError:
            return False  # another process wrote the first row in the same moment

    def _run(self, database: Database, lane: Lane, runner: str) -> int:
        try:
            count = _work(database, lane.job)
            outcome = str(count)
        except Exception as error:
            log.exception("job failed", job=lane.name)
            count, outcome = 0, type(error).__name__
        with database.transaction() as session:
            ended = case((JobState.runner == runner, ""), else_=JobState.runner)
            session.execute(
                update(JobState)
                .where(JobState.name == lane.name)
                .values(runner=ended, finished=session.now(), outcome=outcome[:200])
            )
        return count


def _work(database: Database, job: Job | LongJob) -> int:
    if isinstance(job, LongJob):
        return job.run(database)
    with database.transaction() as session:
        return job.work(session)

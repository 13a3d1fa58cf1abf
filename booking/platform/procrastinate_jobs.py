"""The adapter of the jobs port for many processes: Procrastinate's workers on PostgreSQL.

Our tables say what is due; Procrastinate's carry it to whichever worker is free. A beat, one in
every interval however many workers there are, queues each lane that is due: under a queueing lock,
so that nothing piles up, and a lock, so that a lane is run in one place. A worker that dies stops
telling that it lives; the next beat gives back what it had begun.

The queue is in a PostgreSQL schema of its own and holds nothing that cannot be made anew. So it
has no migrations: for another version of Procrastinate `prepare` drops it and makes it again.

Not used: Procrastinate's own retry of a stalled job. It fails where the next one is queued already
(its issue 1446), and a recovery task that takes a lock can itself be what stalls (1408).
"""

import asyncio
import contextlib
import hashlib
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy.engine import make_url

from booking.platform.database import Database
from booking.platform.errors import ConfigurationError
from booking.platform.jobs import JobBook
from booking.platform.migrate import LOCK_TIMEOUT

log = structlog.get_logger()

SCHEMA = "procrastinate"
QUEUE = "rettid"
STOPPING = (signal.SIGTERM, signal.SIGINT)
KEPT_HOURS = 7 * 24  # what failed stays in sight for a week


@dataclass(frozen=True)
class Pace:
    """How often things happen. beat: whole seconds, a divisor of 60.

    alive: how often a worker tells that it lives; dead_after: how long after the last time
    another takes it for dead. The clocks compared are PostgreSQL's alone.
    """

    beat: timedelta = timedelta(seconds=5)
    alive: timedelta = timedelta(seconds=10)
    dead_after: timedelta = timedelta(seconds=30)


USUAL = Pace()


class QueueUnusable(Exception):
    """Why a worker cannot begin or go on; the message is for the operator."""


class ProcrastinateJobs:
    """One worker process."""

    def __init__(self, database: Database, jobs: JobBook, url: str, pace: Pace = USUAL) -> None:
        """url: the application's own, postgresql…; raises ConfigurationError for another kind."""
        self._database, self._jobs, self._pace = database, jobs, pace
        self._conninfo = connection_to(url)
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                conninfo=self._conninfo, min_size=1, max_size=4
            )
        )
        self._stopping = threading.Event()
        self._wake: Callable[[], object] = lambda: None
        seconds = int(pace.beat.total_seconds())
        task, periodic = self._app.task, self._app.periodic
        self._lane = task(name="lane", queue=QUEUE, pass_context=True)(self._run)
        beat = task(name="beat", queue=QUEUE, queueing_lock="beat", priority=1)(self._beat)
        periodic(cron=f"* * * * * */{seconds}")(beat)
        tidy = task(name="tidy", queue=QUEUE, queueing_lock="tidy")(self._tidy)
        periodic(cron="0 * * * *")(tidy)

    def prepared(self) -> bool:
        """True if the queue is there, as this version of Procrastinate wants it."""
        with _told(), psycopg.connect(self._conninfo) as connection:
            return _version_of(connection) == _version()

    def prepare(self) -> None:
        """Make the queue, or make it anew where another version's is; harmless when it is right.

        Stop the workers before: what runs meanwhile is run again.
        """
        with _told(), psycopg.connect(self._conninfo) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('procrastinate schema'))")
            if _version_of(connection) == _version():
                return
            connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            connection.execute(f"CREATE SCHEMA {SCHEMA}")
            connection.execute(SchemaManager.get_schema())
            connection.execute(sql.SQL(f"COMMENT ON SCHEMA {SCHEMA} IS {{}}").format(_version()))
        self._jobs.give_back(self._database)  # the old queue knew who had begun what

    def run(self, concurrency: int) -> None:
        """Work until SIGTERM, SIGINT or `stop`, and end when what runs has ended.

        concurrency: how many lanes at once, each in a thread. Raises QueueUnusable.
        """
        with _told():
            asyncio.run(self._work(concurrency))
        if not self._stopping.is_set():
            raise QueueUnusable("The connection to the queue broke; the log says how.")

    def stop(self) -> None:
        """Begin no more; from any thread."""
        self._stopping.set()
        with contextlib.suppress(RuntimeError):  # it has ended by itself
            self._wake()

    async def _work(self, concurrency: int) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(concurrency + 2))
        async with self._app.open_async():
            task = asyncio.create_task(
                self._app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=concurrency,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._pace.alive.total_seconds(),
                    stalled_worker_timeout=self._pace.dead_after.total_seconds(),
                    fetch_job_polling_interval=self._pace.beat.total_seconds(),
                )
            )
            asked = asyncio.Event()
            self._wake = lambda: loop.call_soon_threadsafe(asked.set)
            if self._stopping.is_set():
                asked.set()
            with _on_signals(loop, self.stop):
                waiting = asyncio.create_task(asked.wait())
                await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                task.cancel()  # lets what runs end; harmless where it has ended by itself
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _run(self, context: procrastinate.JobContext, name: str) -> None:
        """Run a lane, if it still is due."""
        self._jobs.run(self._database, name, _runner(context.job))

    async def _beat(self, timestamp: int) -> None:
        """Give back what the dead had begun, and queue what is due."""
        manager, dead_after = self._app.job_manager, self._pace.dead_after.total_seconds()
        for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=dead_after):
            log.error("job given back", job=stalled.task_kwargs.get("name", stalled.task_name))
            await asyncio.to_thread(self._jobs.give_back, self._database, _runner(stalled))
            with contextlib.suppress(ConnectorException):  # the same beat in another worker
                await manager.finish_job(stalled, Status.FAILED, delete_job=False)
        for name in await asyncio.to_thread(self._jobs.due, self._database):
            with contextlib.suppress(AlreadyEnqueued):
                await self._lane.configure(lock=name, queueing_lock=name).defer_async(name=name)

    async def _tidy(self, timestamp: int) -> None:
        await self._app.job_manager.delete_old_jobs(
            KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )


def connection_to(url: str) -> str:
    """How to connect to the queue of the database at `url`; raises ConfigurationError."""
    if not url.startswith("postgresql"):
        raise ConfigurationError(
            "a worker needs PostgreSQL; on SQLite one process runs the jobs: RETTID_JOBS=embedded"
        )
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = conninfo_to_dict(conninfo).get("options") or ""
    return make_conninfo(conninfo, options=f"{options} -c search_path={SCHEMA}".strip())


def _runner(queued: QueuedJob) -> str:
    return f"procrastinate:{queued.id}"


def _version() -> str:
    """What tells one version's tables from another's."""
    digest = hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest()
    return f"made by rettid from procrastinate's schema {digest[:16]}"


def _version_of(connection: psycopg.Connection) -> str | None:
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
        [SCHEMA],
    ).fetchone()
    return row[0] if row else None


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What PostgreSQL says, in one line."""
    try:
        yield
    except (psycopg.Error, ConnectorException) as error:
        cause = error.__cause__ or error
        raise QueueUnusable(str(cause).partition("\n")[0].strip()) from error


@contextlib.contextmanager
def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT call `stop` the first time, and end the process the second."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def once() -> None:
        for number in STOPPING:
            loop.remove_signal_handler(number)
        stop()

    for number in STOPPING:
        loop.add_signal_handler(number, once)
    yield

"""Procrastinate's own pace with jobs that do nothing: what a dispatch of ours is held against."""

import multiprocessing
from multiprocessing.synchronize import Barrier
from time import perf_counter

import procrastinate
import psycopg
from procrastinate.schema import SchemaManager
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url

SCHEMA = QUEUE = TASK = "noop_jobs"
AT_ONCE = 4
SECONDS = 600

# Each worker is started afresh, with none of its owner's connections in its hands.
_processes = multiprocessing.get_context("spawn")


def rate(url: str, jobs: int, workers: int = 1) -> float:
    """Jobs a second, from the moment every worker is ready until every job is done.

    url: a PostgreSQL database, in which a schema `noop_jobs` is made and dropped. The jobs are
    deferred first; then so many processes drain the queue. Each job is fetched, run (an async
    function, so that there is no thread to wait for) and finished by itself. Raises RuntimeError
    if one was not run, threading.BrokenBarrierError if a worker failed.
    """
    conninfo = make_conninfo(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
        options=f"-c search_path={SCHEMA}",
    )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        connection.execute(SchemaManager.get_schema())
        with _app(conninfo, asynchronous=False).open() as app:
            app.configure_task(TASK, queue=QUEUE).batch_defer(*({} for _ in range(jobs)))
        seconds = _drained(conninfo, workers)
        counts = connection.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"
        ).fetchall()
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    if counts != [("succeeded", jobs)]:
        raise RuntimeError(f"{jobs} no-op jobs ended as {counts}")
    return jobs / seconds


def _drained(conninfo: str, workers: int) -> float:
    """Seconds that so many workers spent on what is in the queue."""
    together = _processes.Barrier(workers + 1)
    started = [_processes.Process(target=_work, args=(conninfo, together)) for _ in range(workers)]
    for process in started:
        process.start()
    try:
        together.wait(SECONDS)
        began = perf_counter()
        together.wait(SECONDS)
        return perf_counter() - began
    finally:
        for process in started:
            process.join()


def _work(conninfo: str, together: Barrier) -> None:
    try:
        app = _app(conninfo, asynchronous=True)
        together.wait(SECONDS)
        app.run_worker(queues=[QUEUE], wait=False, concurrency=AT_ONCE, delete_jobs="never")
        together.wait(SECONDS)
    except BaseException:
        together.abort()
        raise


def _app(conninfo: str, *, asynchronous: bool) -> procrastinate.App:
    kind = procrastinate.PsycopgConnector if asynchronous else procrastinate.SyncPsycopgConnector
    app = procrastinate.App(connector=kind(conninfo=conninfo))

    @app.task(name=TASK, queue=QUEUE)
    async def noop() -> None: ...

    return app

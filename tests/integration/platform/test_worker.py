"""`flask --app wsgi worker`: what an operator meets."""

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from booking.platform import backups
from booking.platform.config import ROOT
from booking.platform.database import Session
from booking.platform.jobs import Job, JobState
from booking.platform.procrastinate_jobs import ProcrastinateJobs
from booking.platform.web import Rettid
from tests.peers.postgres import client_programs
from tests.serving import environment

START_SECONDS = 30

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def worker(app: Flask, *arguments: str) -> Result:
    """The command, in this process."""
    return app.test_cli_runner().invoke(args=["worker", *arguments])


@on_sqlite
@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_sqlite_is_told_to_embed(app: Flask) -> None:
    for arguments in ([], ["--prepare"]):
        done = worker(app, *arguments)
        assert done.exit_code == 1
        assert "needs PostgreSQL" in done.output
        assert "RETTID_JOBS=embedded" in done.output
        assert done.output.count("\n") == 1


@on_postgresql
@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_a_queue_is_made_before_workers_begin(app: Flask, rettid: Rettid) -> None:
    refused = worker(app)
    assert refused.exit_code == 1
    assert "worker --prepare" in refused.output
    for _ in range(2):
        assert worker(app, "--prepare").exit_code == 0
    assert ProcrastinateJobs(rettid.database, rettid.jobs, rettid.config.database_url).prepared()


@on_postgresql
def test_a_worker_refuses_where_a_server_runs_the_jobs(own_app: Flask) -> None:
    parts: Rettid = own_app.extensions["rettid"]
    parts.config = dataclasses.replace(parts.config, run_jobs=True)
    refused = worker(own_app)
    assert refused.exit_code == 1
    assert "RETTID_JOBS=procrastinate" in refused.output


@on_postgresql
def test_what_an_older_queues_workers_had_begun_is_due_when_it_is_made_anew(
    app: Flask, rettid: Rettid
) -> None:
    def die(session: Session) -> int:
        raise KeyboardInterrupt

    rettid.jobs.add(Job("dying", timedelta(days=1), die))
    with pytest.raises(KeyboardInterrupt):
        rettid.jobs.run(rettid.database, "dying", "procrastinate:7")
    assert "dying" not in rettid.jobs.due(rettid.database)
    assert worker(app, "--prepare").exit_code == 0
    assert "dying" in rettid.jobs.due(rettid.database)


@on_postgresql
def test_a_backup_with_a_queue_in_it_comes_back(
    app: Flask, rettid: Rettid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{client_programs()}{os.pathsep}{os.environ['PATH']}")
    assert worker(app, "--prepare").exit_code == 0
    url, copy = rettid.config.database_url, tmp_path / "copy.backup"
    backups.backup(url, copy)
    rettid.database.engine.dispose()
    assert backups.restore(url, copy, overwrite=True)
    assert ProcrastinateJobs(rettid.database, rettid.jobs, url).prepared()


@on_postgresql
def test_a_worker_runs_the_applications_jobs_until_it_is_told_to_stop(
    app: Flask, rettid: Rettid, tmp_path: Path
) -> None:
    assert worker(app, "--prepare").exit_code == 0
    environ = {**environment(rettid.config.database_url, tmp_path), "RETTID_JOBS": "procrastinate"}
    with _running(environ) as process:
        until = time.monotonic() + START_SECONDS
        while not {"hold_sweep", "booking_horizon"} <= _finished(rettid):
            assert time.monotonic() < until, "no job was run"
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        process.terminate()
        said, logged = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0, logged
    assert said.splitlines()[-1] == "Stopped."
    assert "Traceback" not in logged


@contextlib.contextmanager
def _running(environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=ROOT, env={**os.environ, **environ},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def _finished(rettid: Rettid) -> set[str]:
    with rettid.database.reading() as session:
        return set(session.scalars(select(JobState.name).where(JobState.finished.is_not(None))))

"""The embedded adapter of the jobs port: APScheduler's heartbeat in one process.

APScheduler's own job stores cannot be shared between processes (its FAQ says so); here it
only wakes us, and what is due stands in our tables. A lock on the instance folder keeps a
second process on the same machine from starting a second heartbeat.
"""

import fcntl
from datetime import timedelta
from pathlib import Path
from typing import IO

from apscheduler.schedulers.background import BackgroundScheduler

from booking.platform.database import Database
from booking.platform.errors import ConfigurationError
from booking.platform.jobs import JobBook

HEARTBEAT = timedelta(seconds=10)


class EmbeddedJobs:
    """Starts and stops the heartbeat."""

    def __init__(self, database: Database, jobs: JobBook, instance: Path) -> None:
        """Nothing runs before `start`."""
        self._database, self._jobs = database, jobs
        self._lock_path = instance / "jobs.lock"
        self._lock: IO[str] | None = None
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Begin; raises ConfigurationError if another process on this machine already does."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self._lock_path.open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise ConfigurationError(
                f"another process already runs the jobs (lock {self._lock_path}); "
                "start this one without RETTID_JOBS=embedded"
            ) from None
        self._scheduler.add_job(
            self._beat,
            "interval",
            seconds=HEARTBEAT.total_seconds(),
            max_instances=1,
            coalesce=True,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """End the heartbeat and let another process have it."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def _beat(self) -> None:
        self._jobs.run_due(self._database)

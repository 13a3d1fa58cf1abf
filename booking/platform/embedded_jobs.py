"""The embedded adapter of the jobs port: APScheduler's heartbeat in one process.

APScheduler's own job stores cannot be shared between processes (its FAQ says so); here it
only wakes us, and what is due stands in our tables. A lock on the instance folder keeps a
second process on the same machine from starting a second heartbeat. Long jobs have a heartbeat
of their own, so that sending a great deal holds up nothing but other long jobs.
"""

import fcntl
import logging
from datetime import timedelta
from pathlib import Path
from typing import IO

from apscheduler.schedulers.background import BackgroundScheduler

from booking.platform.database import Database
from booking.platform.errors import ConfigurationError
from booking.platform.jobs import Job, JobBook, LongJob

HEARTBEAT = timedelta(seconds=10)


class EmbeddedJobs:
    """Starts and stops the heartbeat."""

    def __init__(
        self,
        database: Database,
        jobs: JobBook,
        instance: Path,
        heartbeat: timedelta = HEARTBEAT,
    ) -> None:
        """Nothing runs before `start`."""
        self._database, self._jobs, self._heartbeat = database, jobs, heartbeat
        self._lock_path = instance / "jobs.lock"
        self._lock: IO[str] | None = None
        self._looked_back = False
        self._scheduler = BackgroundScheduler(timezone="UTC")
        # It warns of each beat left out while a run goes on, which is as meant here.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

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
        for beat in (self._beat, self._long_beat):
            self._scheduler.add_job(
                beat,
                "interval",
                seconds=self._heartbeat.total_seconds(),
                max_instances=1,
                coalesce=True,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """End the heartbeat, when what runs has ended, and let another process have it."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def _beat(self) -> None:
        if not self._looked_back:
            # We hold the lock: whoever had begun something here before is dead.
            self._jobs.give_back(self._database)
            self._looked_back = True
        self._jobs.run_due(self._database, (Job,))

    def _long_beat(self) -> None:
        self._jobs.run_due(self._database, (LongJob,))

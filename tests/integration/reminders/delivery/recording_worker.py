"""One of Procrastinate's workers, sending to the recording channel."""

from dataclasses import dataclass
from datetime import timedelta

from booking.platform.clock import SystemClock
from booking.platform.database import Database
from booking.platform.events import EventBus
from booking.platform.jobs import JobBook, LongJob
from booking.platform.procrastinate_jobs import ProcrastinateJobs
from booking.platform.vault import Vault
from reminders import rooms  # noqa: F401  (every table)
from reminders.channels.recording import RecordingChannel
from reminders.delivery.dispatch import dispatch
from reminders.delivery.register import LANES
from tests.integration.platform.job_process import PACE


@dataclass(frozen=True)
class RecordingWorker:
    """What the process is given: plain values only."""

    url: str
    key: str
    lookup_key: str


def work(worker: RecordingWorker) -> None:
    """Send until killed."""
    vault = Vault({1: worker.key}, worker.lookup_key)
    database = Database(worker.url, clock=SystemClock(), events=EventBus(), vault=vault)
    database.ports["channels"] = {"sms": RecordingChannel("sms", database)}
    database.ports["public_url"] = lambda: "https://rettid.example"
    book = JobBook()
    book.add(LongJob("messages_send", timedelta(seconds=1), dispatch, lanes=LANES))
    ProcrastinateJobs(database, book, worker.url, PACE).run(concurrency=2)

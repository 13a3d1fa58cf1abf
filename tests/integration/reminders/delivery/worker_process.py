"""A worker process that sends by Twilio, made to be killed at a labelled point of delivery."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, event

from booking.platform.database import Database
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.events import EventBus
from booking.platform.jobs import JobBook, LongJob
from booking.platform.procrastinate_jobs import ProcrastinateJobs
from booking.platform.vault import Vault
from reminders import rooms  # noqa: F401  (every table)
from reminders.channels.port import Channel, Found, Outgoing, Receipt
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.sms import TwilioSms
from reminders.delivery.dispatch import dispatch
from reminders.delivery.reconcile import reconcile
from reminders.delivery.register import LANES
from tests.integration.platform.job_process import HEARTBEAT, PACE

Kind = Literal["embedded", "procrastinate"]
Point = Literal["", "before the call", "answer not read", "before the record", "in the record"]
REACHED = "reached"


@dataclass(frozen=True)
class Worker:
    """One worker process: plain values only.

    ahead: by how much its clock is ahead of the machine's; pace: how many seconds of its clock
    pass in one. point: where it stops for good, having made the file REACHED in `folder`; 'answer
    not read' is for Twilio to bring about, by not answering.
    """

    kind: Kind
    url: str
    key: str
    lookup_key: str
    folder: Path
    twilio: TwilioSettings
    ahead: timedelta = timedelta(0)
    pace: int = 1
    point: Point = ""

    def opened(self) -> Database:
        """The database, by the worker's clock."""
        clock = FastClock(self.ahead, self.pace)
        vault = Vault({1: self.key}, self.lookup_key)
        database = Database(self.url, clock=clock, events=EventBus(), vault=vault)
        sms = TwilioSms(self.twilio, clock)
        database.ports["channels"] = {"sms": Stopping(sms, self)}
        database.ports["public_url"] = lambda: self.twilio.public_url
        return database

    def stop_here(self) -> None:
        """Tell that the point is reached, and go no further."""
        (self.folder / REACHED).write_text(str(os.getpid()))
        time.sleep(3600)


class FastClock:
    """A clock that is ahead, and runs fast."""

    def __init__(self, ahead: timedelta, pace: int) -> None:
        self._begun, self._ahead, self._pace = datetime.now(UTC), ahead, pace

    def now(self) -> datetime:
        """The machine's time when it was made, and what has passed since."""
        return self._begun + self._ahead + (datetime.now(UTC) - self._begun) * self._pace


class Stopping:
    """A channel that goes no further where the worker is told to stop."""

    provider = "twilio"

    def __init__(self, channel: Channel, worker: Worker) -> None:
        self.code = channel.code
        self._channel, self._worker = channel, worker

    def send(self, outgoing: Outgoing) -> Receipt:
        """By the real channel."""
        if self._worker.point == "before the call":
            self._worker.stop_here()
        receipt = self._channel.send(outgoing)
        if self._worker.point == "before the record":
            self._worker.stop_here()
        if self._worker.point == "in the record":
            event.listen(Engine, "commit", lambda _connection: self._worker.stop_here())
        return receipt

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """By the real channel."""
        return self._channel.find(outgoing, since, known)


def work(worker: Worker) -> None:
    """Send and look until killed."""
    database, book = worker.opened(), JobBook()
    book.add(LongJob("messages_send", timedelta(seconds=10), dispatch, lanes=LANES))
    book.add(LongJob("messages_look", timedelta(minutes=1), reconcile))
    if worker.kind == "procrastinate":
        ProcrastinateJobs(database, book, worker.url, PACE).run(concurrency=4)
        return
    EmbeddedJobs(database, book, worker.folder, HEARTBEAT).start()
    while True:
        time.sleep(60)

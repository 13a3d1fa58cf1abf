"""A worker is killed in the middle of sending: nothing goes twice, and nothing is lost.

Twilio's stand-in is in this process, and says what it accepted; the workers are processes of their
own. Whoever comes after the dead one has a clock that is some minutes ahead.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.search import Slot
from booking.platform.jobs import JobBook
from booking.platform.localtime import to_local
from booking.platform.procrastinate_jobs import ProcrastinateJobs
from booking.platform.web import Rettid
from reminders.channels.twilio import settings
from reminders.channels.twilio.settings import TwilioSettings
from reminders.messages.models import Message, MessageAttempt
from reminders.policies import service as policies
from reminders.policies.models import ReminderPolicy
from reminders.policies.standard import STANDARD
from reminders.policies.steps import as_json
from tests import factories as make
from tests.conftest import SOAK
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.delivery.worker_process import REACHED, Kind, Point, Worker, work
from tests.integration.reminders.replies.conftest import has_number
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.fixtures import PUBLIC_URL, twilio, twilio_server
from tests.peers.twilio.troubles import hangs
from tests.racing import processes

__all__ = ["twilio", "twilio_server"]

SECONDS = 60.0
NUMBERS = ("+4520301001", "+4520301002")
AHEAD, PACE = timedelta(minutes=10), 20

POINTS: tuple[Point, ...] = (
    "before the call",
    "answer not read",
    "before the record",
    "in the record",
)
ADAPTERS = [
    pytest.param("embedded", "sqlite", id="embedded-sqlite"),
    pytest.param("embedded", "postgresql", id="embedded-postgresql", marks=pytest.mark.postgres),
    pytest.param("procrastinate", "postgresql", id="procrastinate", marks=pytest.mark.postgres),
]
# Each point with both adapters; every one of them on every database in a soak.
CASES = [
    pytest.param(*adapter.values, point, id=f"{adapter.id}-{point}", marks=adapter.marks)
    for adapter in ADAPTERS
    for point in POINTS
    if SOAK > 1 or adapter.id != "embedded-postgresql"
]
cases = pytest.mark.parametrize(("kind", "database_url", "point"), CASES, indirect=["database_url"])
adapters = pytest.mark.parametrize(
    ("kind", "database_url"), ADAPTERS if SOAK > 1 else ADAPTERS[2:], indirect=["database_url"]
)


@dataclass
class Scene:
    """Two messages that are due to two numbers, and Twilio."""

    sending: Sending
    rettid: Rettid
    twilio: FakeTwilio
    worker: Worker

    @contextlib.contextmanager
    def running(self, worker: Worker) -> Iterator[None]:
        """Run a worker, and kill it at the end of the block with no warning."""
        process = processes.Process(target=work, args=[worker])
        process.start()
        try:
            yield
        finally:
            process.kill()
            process.join(SECONDS)

    def killed_at(self, point: Point) -> None:
        """A worker runs until it gets so far, and is killed there."""
        if point == "answer not read":
            self.twilio.next_sends(hangs(accepts=True))
            with self.running(self.worker):
                self.twilio.wait_until_accepted(1, SECONDS)
                until(self.claimed)
            return
        reached = self.worker.folder / REACHED
        with self.running(replace(self.worker, point=point)):
            until(reached.exists)
            until(self.claimed)

    def messages(self) -> list[Message]:
        """The two."""
        with self.rettid.database.reading() as session:
            wanted = select(Message).where(Message.kind == "booked").order_by(Message.id)
            return list(session.scalars(wanted))

    def attempts(self) -> list[MessageAttempt]:
        """Every attempt so far."""
        with self.rettid.database.reading() as session:
            return list(session.scalars(select(MessageAttempt).order_by(MessageAttempt.id)))

    def claimed(self) -> bool:
        """Whether both are being sent: two lanes need not begin at once."""
        return len(self.attempts()) == len(NUMBERS)

    def settled(self) -> bool:
        """Whether both messages have gone."""
        return {one.state for one in self.messages()} <= {"sent", "delivered"}


def until(met: Callable[[], bool]) -> None:
    """Wait for it; the test fails if it does not come true."""
    end = time.monotonic() + SECONDS
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def scene(
    kind: Kind,
    database_url: str,
    sending: Sending,
    rettid: Rettid,
    twilio: FakeTwilio,
    tmp_path: Path,
) -> Scene:
    """Booked by the machine's own clock, at any hour of the day: there are no quiet hours."""
    session, place = sending.session, sending.place
    policy = session.scalars(select(ReminderPolicy)).one()
    awake = replace(STANDARD, quiet_from=clock_time(0), quiet_to=clock_time(0))
    policies.add_version(session, place.secretary, policy, as_json(awake), counts=True)
    has_number(place.patient, NUMBERS[0])
    other = make.patient(session, place.clinic, given_name="Ib")
    has_number(other, NUMBERS[1])
    day = to_local(datetime.now(UTC), place.clinic.zone).date() + timedelta(days=14)
    monday = day - timedelta(days=day.weekday())
    courses = (place.course, make.course(session, place.clinic, other, responsible=place.doctor))
    for hour, course in zip((9, 10), courses, strict=True):
        start = datetime.combine(monday, clock_time(hour), place.clinic.zone).astimezone(UTC)
        occasion = occasions.free(session, place.secretary, course, place.control)
        end = start + timedelta(minutes=occasion.length.minutes)
        slot = Slot(start, end, place.doctor.id, place.site.id)
        booking.book(session, place.secretary, occasion, slot, "desk")
    session.commit()
    if kind == "procrastinate":
        ProcrastinateJobs(rettid.database, JobBook(), database_url).prepare()
    account = TwilioSettings(
        twilio.account_sid, (twilio.auth_token,), PUBLIC_URL, twilio.url, timeout_seconds=15
    )
    [key], lookup_key = rettid.config.data_keys.values(), rettid.config.lookup_key
    return Scene(
        sending,
        rettid,
        twilio,
        Worker(kind, database_url, key, lookup_key, tmp_path, account),
    )


@cases
def test_what_a_killed_worker_was_sending_goes_once(scene: Scene, point: Point) -> None:
    scene.killed_at(point)
    assert [one.state for one in scene.attempts()] == ["sending", "sending"]
    with scene.running(replace(scene.worker, ahead=AHEAD, pace=PACE)):
        until(scene.settled)
    accepted = scene.twilio.records
    assert sorted(record.to for record in accepted) == list(NUMBERS)
    # By a clock that runs so fast a claim can grow old before the call.
    attempts = [one for one in scene.attempts() if one.error_code != "not_called"]
    assert {one.state for one in attempts} <= {"lost", "sent"}
    assert {one.provider_id for one in attempts if one.state == "sent"} == {
        record.sid for record in accepted
    }


@adapters
def test_a_callback_tells_before_anybody_looks(
    scene: Scene, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = {
        settings.SID: scene.twilio.account_sid,
        settings.TOKEN: scene.twilio.auth_token,
    }
    config = replace(scene.rettid.config, messaging=account, public_url=PUBLIC_URL)
    monkeypatch.setattr(scene.rettid, "config", config)
    scene.killed_at("answer not read")
    [record] = scene.twilio.records
    told = scene.twilio.turns(record.sid, "delivered")
    answer = client.post(told.path, data=told.form, headers=told.headers)
    assert answer.status_code == 204
    first = next(one for one in scene.attempts() if one.provider_id == record.sid)
    assert first.state == "delivered"
    with scene.running(replace(scene.worker, ahead=AHEAD, pace=PACE)):
        until(scene.settled)
    assert sorted(record.to for record in scene.twilio.records) == list(NUMBERS)
    assert sorted(one.state for one in scene.messages()) == ["delivered", "sent"]

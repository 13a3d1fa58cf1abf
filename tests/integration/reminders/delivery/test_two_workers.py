"""Several workers send what is due at the same time: each message once, and none after it should
not go.
"""

import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

import pytest
from sqlalchemy import func, insert, select, update

from booking.appointments import service as booking
from booking.appointments.models import Appointment
from booking.people.models import Patient
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.jobs import JobBook
from booking.platform.procrastinate_jobs import ProcrastinateJobs
from booking.platform.web import Rettid
from reminders.channels.models import RecordedMessage
from reminders.delivery.dispatch import claim, dispatch
from reminders.messages.models import Message, MessageAttempt
from reminders.policies import service as policies
from reminders.policies.models import MessageSender, ReminderPolicy
from reminders.policies.standard import STANDARD
from reminders.policies.steps import as_json
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.delivery.recording_worker import RecordingWorker, work
from tests.integration.reminders.replies.conftest import has_number
from tests.racing import processes

postgres = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
TIME = datetime(2026, 12, 3, 9, tzinfo=UTC)
SECONDS = 400.0


def due(session: Session, like: Message, count: int) -> None:
    """So many messages as `like`, about the same time, each to a patient of its own."""
    columns = {column.name: getattr(like, column.name) for column in Message.__table__.columns}
    del columns["id"]
    patient = session.get_one(Patient, like.patient_id)
    sealed, now = session.vault.seal("+4520301020"), session.now()
    whom = [
        {
            "given_name": "Ib", "family_name": f"Prøve{number}", "created_at": now,
            "phone_sealed": sealed, "phone_hash": patient.phone_hash,
        }
        for number in range(count)
    ]  # fmt: skip
    made = insert(Patient).returning(Patient.id, sort_by_parameter_order=True)
    ids = session.scalars(made, whom).all()
    session.execute(
        insert(Message),
        [{**columns, "key": f"many:{one}", "patient_id": one, "state": "planned"} for one in ids],
    )
    session.commit()


@postgres
def test_two_workers_send_each_message_once(
    sending: Sending, session: Session, rettid: Rettid, soak: int, database_url: str
) -> None:
    now = datetime.now(UTC)
    day = now.date() + timedelta(days=14)
    start = datetime.combine(day - timedelta(days=day.weekday()), clock_time(9), tzinfo=UTC)
    _awake(sending, session)
    sending.book(start)
    like = session.scalars(select(Message).where(Message.kind == "booked")).one()
    like.next_at = now
    session.commit()
    count = 1000 * soak if soak > 1 else 300
    due(session, like, count - 1)
    ProcrastinateJobs(rettid.database, JobBook(), database_url).prepare()
    [key] = rettid.config.data_keys.values()
    worker = RecordingWorker(database_url, key, rettid.config.lookup_key)
    with ExitStack() as both:
        for _ in range(2):
            process = processes.Process(target=work, args=[worker])
            process.start()
            both.callback(process.kill)
        _until_none_is_planned(rettid)
    sent = Counter(session.scalars(select(RecordedMessage.attempt)))
    assert len(sent) == count
    assert set(sent.values()) == {1}
    attempts = session.execute(select(MessageAttempt.message_id, MessageAttempt.state)).all()
    assert Counter(state for _, state in attempts if state != "failed") == {"delivered": count}
    assert len({one for one, state in attempts if state == "delivered"}) == count
    assert len(set(session.scalars(select(MessageAttempt.claimed_by)))) > 1, "only one worked"


def _awake(sending: Sending, session: Session) -> None:
    """No quiet hours, for it is whatever o'clock it is; and a sender that is fast."""
    policy = session.scalars(select(ReminderPolicy)).one()
    awake = replace(STANDARD, quiet_from=clock_time(0), quiet_to=clock_time(0))
    policies.add_version(session, sending.place.secretary, policy, as_json(awake), counts=True)
    has_number(sending.place.patient, "+4520301020")
    session.execute(update(MessageSender).values(a_minute=60_000))
    session.commit()


def _until_none_is_planned(rettid: Rettid) -> None:
    end = time.monotonic() + SECONDS
    wanted = select(func.count()).where(
        Message.kind == "booked", Message.state.not_in(["delivered"])
    )
    while True:
        with rettid.database.reading() as session:
            if session.scalar(wanted) == 0:
                return
        assert time.monotonic() < end, "not all were sent"
        time.sleep(0.2)


@postgres
@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_claims_of_two_at_once_are_disjoint(
    sending: Sending, session: Session, rettid: Rettid
) -> None:
    sending.book(TIME)
    due(session, session.scalars(select(Message).where(Message.kind == "booked")).one(), 30)
    channels = rettid.database.ports["channels"]
    with rettid.database.writing() as one, rettid.database.writing() as other:
        first = claim(one, channels, "one", 10)
        # The sender's bucket is locked by the first; what it must wait for is not a message.
        found: list[object] = []
        thread = threading.Thread(target=lambda: found.append(claim(other, channels, "two", 10)))
        thread.start()
        time.sleep(0.2)
        one.commit()
        thread.join(10)
        other.commit()
    [second] = found
    assert first
    assert isinstance(second, list)
    assert second
    keys = [one.outgoing.attempt for one in [*first, *second]]
    assert len(set(keys)) == 20
    claimed = session.scalars(select(MessageAttempt.message_id)).all()
    assert len(set(claimed)) == len(claimed) == 20


@postgres
@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_a_cancellation_and_a_claim_at_once_come_one_after_the_other(
    sending: Sending, session: Session, rettid: Rettid
) -> None:
    appointment = sending.book(TIME)
    channels = rettid.database.ports["channels"]
    staff, appointment_id = sending.place.staff, appointment.id

    def cancel() -> None:
        with rettid.database.transaction() as third:
            booking.cancel(
                third,
                actor_of(third.merge(staff, load=True)),
                third.get_one(Appointment, appointment_id),
                "clinic",
                "desk",
                wants_new=False,
            )

    # Claimed first: the cancellation waits for the claim, and finds the message on its way.
    with rettid.database.writing() as claiming:
        claims = claim(claiming, channels, "one", 10)
        thread = threading.Thread(target=cancel)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        claiming.commit()
        thread.join(10)
    assert claims
    assert len(claims) == 1
    told = {one.kind: one.state for one in sending.messages()}
    assert told == {"booked": "sending", "cancelled": "planned", "reminder": "withdrawn"}
    assert dispatch(rettid.database) == 1
    assert [one.message.kind for one in sending.attempts()] == ["booked", "cancelled"]


@postgres
@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_a_claim_does_not_wait_for_a_cancellation_and_passes_it_by(
    sending: Sending, session: Session, rettid: Rettid
) -> None:
    appointment = sending.book(TIME)
    booking.cancel(session, sending.place.secretary, appointment, "clinic", "desk", wants_new=False)
    with rettid.database.transaction() as claiming:
        assert claim(claiming, rettid.database.ports["channels"], "one", 10) is None
    session.commit()
    assert dispatch(rettid.database) == 1
    assert [one.message.kind for one in sending.attempts()] == ["cancelled"]

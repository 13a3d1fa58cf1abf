"""Messages: how fast those that are due are sent, and how fast what lies ahead is planned.

- `dispatch`, `dispatch_two_workers`: messages a second over the recording channel on PostgreSQL,
  from claim to recorded outcome with every commit, each worker with its four lanes; peer:
  Procrastinate's own jobs that do nothing, four at once, in the same run, by as many workers;
  `ratio` = ours / peer.
- `plan_messages`: seconds to plan for 100,000 coming appointments; peer: writing the very rows
  that come of it, and nothing else; `ratio` = ours / peer.
"""

import multiprocessing
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Table, delete, func, insert, select, update

from benchmarks import clinic as benches
from benchmarks import noop_jobs
from benchmarks.measure import Measure
from booking.appointments.models import Appointment
from booking.people.models import Patient
from booking.platform import migrate
from booking.platform.config import Config
from booking.platform.database import Database, Session
from booking.platform.identity import SYSTEM
from reminders.delivery.dispatch import dispatch
from reminders.delivery.register import LANES
from reminders.messages.models import Message, MessageAttempt
from reminders.planning.queries import unplanned
from reminders.planning.service import plan_ahead
from reminders.policies import queries as policies
from reminders.policies import service as sending
from reminders.policies.service import SenderDetails
from reminders.policies.standard import STANDARD
from reminders.policies.steps import as_json
from tests.conftest import test_config
from tests.peers.postgres import PostgresServer
from wsgi import create_app

MESSAGES, APPOINTMENTS, PATIENTS = 4_000, 100_000, 2_000
SENDER = SenderDetails("number", "+4592450011", "Sygehus Nord", a_minute=60_000)
SECONDS = 600

_processes = multiprocessing.get_context("spawn")


def filled(app: Flask, appointments: int) -> None:
    """A clinic that sends at all hours, and so many booked appointments a month from now on."""
    database = app.extensions["rettid"].database
    migrate.upgrade(database.engine)
    with database.transaction() as session:
        built = benches.build(session)
        people = benches.patients(session, built.clinic, PATIENTS)
        number = session.vault.seal("+4520301020")
        session.execute(update(Patient).values(phone_sealed=number))
        sending.send_from(session, SYSTEM, built.clinic, SENDER)
        policy = policies.policies_of(session, built.clinic.id)[0]
        awake = replace(STANDARD, quiet_from=STANDARD.quiet_to)
        sending.add_version(session, SYSTEM, policy, as_json(awake), counts=True)
        first = session.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
        rows = []
        for number_of in range(appointments):
            start = first + timedelta(minutes=30 * (number_of // PATIENTS))
            rows.append(
                {
                    "clinic_id": built.clinic.id,
                    "site_id": built.site.id,
                    "patient_id": people[number_of % PATIENTS][0],
                    "visit_type_id": built.groups[0].visit_type.id,
                    "clinician_id": built.groups[0].clinicians[0].id,
                    "form": "in_person",
                    "starts_at": start,
                    "ends_at": start + timedelta(minutes=30),
                    "minutes_reason": [],
                    "status": "booked",
                    "participant": "accepted",
                    "booked_at": session.now(),
                }
            )
        session.execute(insert(Appointment), rows)


def plan_all(app: Flask) -> float:
    """Plan for every coming appointment; the seconds it took, with the commit."""
    began = time.perf_counter()
    with app.extensions["rettid"].database.transaction() as session:
        clinic_id = session.scalars(select(Appointment.clinic_id).limit(1)).one()
        plan_ahead(session, unplanned(session, clinic_id))
    return time.perf_counter() - began


def write_all(app: Flask) -> float:
    """Write the same rows anew, and nothing else; the seconds it took, with the commit."""
    table: Table = Message.__table__  # type: ignore[assignment]
    with app.extensions["rettid"].database.transaction() as session:
        rows: list[dict[str, Any]] = [
            dict(one) for one in session.execute(select(table)).mappings()
        ]
        session.execute(delete(Message))
    began = time.perf_counter()
    with app.extensions["rettid"].database.transaction() as session:
        session.execute(insert(table), rows)
    return time.perf_counter() - began


def send_all(config: Config, workers: int) -> float:
    """Messages a second, from the moment every worker is ready until every message is sent."""
    together = _processes.Barrier(workers + 1)
    started = [_processes.Process(target=_work, args=(config, together)) for _ in range(workers)]
    for process in started:
        process.start()
    try:
        together.wait(SECONDS)
        began = time.perf_counter()
        together.wait(SECONDS)
        return MESSAGES / (time.perf_counter() - began)
    finally:
        for process in started:
            process.join()


def _work(config: Config, together: Barrier) -> None:
    try:
        database = create_app(config).extensions["rettid"].database
        with database.reading() as session:
            session.scalar(select(func.count()).select_from(Message))
        together.wait(SECONDS)
        with ThreadPoolExecutor(LANES) as lanes:  # as a worker runs them
            for sent in [lanes.submit(_lane, database) for _ in range(LANES)]:
                sent.result()
        together.wait(SECONDS)
    except BaseException:
        together.abort()
        raise


def _lane(database: Database) -> None:
    while dispatch(database):
        pass


def _make_due(session: Session) -> None:
    """One message of each appointment is due now, and none of the others is sent."""
    session.execute(delete(MessageAttempt))
    session.execute(delete(Message).where(Message.step != "three_days"))
    session.execute(update(Message).values(state="planned", next_at=session.now()))


def _all_sent(session: Session) -> bool:
    once = select(func.count()).select_from(MessageAttempt).where(MessageAttempt.number == 1)
    tried = select(func.count()).select_from(MessageAttempt)
    return session.scalar(once) == session.scalar(tried) == MESSAGES


def measures() -> list[Measure]:
    """Sending by one and by two workers, and planning, all on PostgreSQL."""
    found = []
    with PostgresServer() as server, tempfile.TemporaryDirectory() as folder:
        config = test_config(server.create_database("sending"), Path(folder))
        app = create_app(config)
        database = app.extensions["rettid"].database
        filled(app, MESSAGES)
        plan_all(app)
        for name, workers in (("dispatch", 1), ("dispatch_two_workers", 2)):
            with database.transaction() as session:
                _make_due(session)
            peer = noop_jobs.rate(config.database_url, MESSAGES, workers)
            ours = send_all(config, workers)
            with database.reading() as session:
                if not _all_sent(session):
                    raise AssertionError("a message was not sent, or not once")
            found.append(Measure(name, ours, peer, ours / peer, "messages/s"))
        database.engine.dispose()
        many = create_app(replace(config, database_url=server.create_database("planning")))
        filled(many, APPOINTMENTS)
        ours, peer = plan_all(many), write_all(many)
        found.append(Measure("plan_messages", ours, peer, ours / peer, "s"))
        many.extensions["rettid"].database.engine.dispose()
    return found

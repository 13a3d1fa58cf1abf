"""Bookings a second over HTTP: hold and confirm, against a bare one-row INSERT called as often.

PostgreSQL as in production (fsync on), gunicorn with two workers, four client processes. One
booking is two requests, with everything on: sign-in, CSRF, search, locks, exclusion
constraints, history, audit rows and events. The peer is an endpoint of the same application,
behind the same sign-in, that inserts one row and commits; two of its requests count as one.
`ratio` = ours / peer. Rounds of both in turn; the median of each.
"""

import multiprocessing
import statistics
import tempfile
import time as clock
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import clinic as benches
from benchmarks import http_app
from benchmarks.measure import Measure
from booking.appointments.listing import value_of
from booking.appointments.search import Slot
from booking.calendar.public_holidays import closed_days
from booking.platform import migrate
from booking.platform.config import from_environment
from booking.platform.localtime import to_utc
from tests.peers.postgres import PostgresServer
from tests.serving import Browser, Visitor, environment, gunicorn, visitor

CLIENTS, EACH, ROUNDS = 4, 60, 3

FORM = "in_person"

Errand = tuple[Visitor, str, str]


@dataclass(frozen=True)
class Client:
    """What one client process does: (who, where, which time)."""

    port: int
    errands: list[Errand]


def book(client: Client) -> float:
    """Hold and confirm each; the seconds it took."""
    browser = Browser(client.port)
    began = clock.perf_counter()
    for who, path, value in client.errands:
        status, held, _page = browser.post(who, path, {"start": value})
        if status == 303:
            status, _receipt, _page = browser.post(who, held, {})
        if status != 303:
            raise AssertionError(f"a booking ended in {status}")
    seconds = clock.perf_counter() - began
    browser.close()
    return seconds


def insert_rows(client: Client) -> float:
    """As many requests, each one row; the seconds it took."""
    browser = Browser(client.port)
    began = clock.perf_counter()
    for who, _path, _value in client.errands:
        for _ in range(2):
            status, _where, _page = browser.post(who, "/bare/insert", {})
            if status != 204:
                raise AssertionError(f"an insert ended in {status}")
    seconds = clock.perf_counter() - began
    browser.close()
    return seconds


def measures() -> list[Measure]:
    """Both kinds of round against one server."""
    with (
        PostgresServer(durable=True) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        environ = environment(server.create_database("bench"), Path(folder))
        errands = prepared(environ)
        with (
            gunicorn("benchmarks.http_app:served()", environ, Path(folder)) as port,
            multiprocessing.get_context("spawn").Pool(CLIENTS) as pool,
        ):

            def a_second(work: Callable[[Client], float], part: list[Errand]) -> float:
                clients = [Client(port, part[n::CLIENTS]) for n in range(CLIENTS)]
                return len(part) / max(pool.map(work, clients, chunksize=1))

            warm = errands[: CLIENTS * 5]
            a_second(book, warm)
            a_second(insert_rows, warm)
            ours, peers = [], []
            for number in range(ROUNDS):
                begin = len(warm) + number * CLIENTS * EACH
                part = errands[begin : begin + CLIENTS * EACH]
                ours.append(a_second(book, part))
                peers.append(a_second(insert_rows, part))
    mine, theirs = statistics.median(ours), statistics.median(peers)
    return [Measure("booking_http", mine, theirs, mine / theirs, "bookings/s")]


def prepared(environ: dict[str, str]) -> list[Errand]:
    """Build the clinic; a patient and a free time of their own for every booking to come."""
    app = http_app.create(from_environment(environ))
    database = app.extensions["rettid"].database
    migrate.upgrade(database.engine)
    count = CLIENTS * (5 + EACH * ROUNDS)
    with database.transaction() as session:
        built = benches.build(session)
        people = benches.patients(session, built.clinic, count)
        today = datetime.now(UTC).date()
        closed = closed_days(built.clinic, today, today + timedelta(days=120))
        days = benches.working_days(today + timedelta(days=2), 30)
        half = timedelta(minutes=30)
        times = [
            (group.visit_type.id, value_of(Slot(start, start + half, who.id, built.site.id), FORM))
            for day in days
            if day not in closed
            for clock_time in benches.starts_on(day)
            for start in [to_utc(datetime.combine(day, clock_time), built.clinic.zone)]
            for group in built.groups
            for who in group.clinicians
        ]
    made = [
        (visitor(app, patient, course), f"/ny-tid/{course}/{visit_type}", value)
        for (patient, course), (visit_type, value) in zip(people, times, strict=False)
    ]
    database.engine.dispose()
    return made

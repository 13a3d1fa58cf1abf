"""The patient's page of free times: against a bare page, and as the years go by.

- `find_time_page`: the whole page (sign-in, the search over a week, the frame) against a page of
  the same layout and sign-in that does one SELECT; `ratio` = ours / peer.
- `find_time_growth`: the same page with 1,000,000 past appointments in the table against 10,000;
  `ours` is the large one and `ratio` = large / small.

Both in one process through WSGI, on each database, half of the coming weeks' times taken.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from benchmarks import clinic as benches
from benchmarks import http_app
from benchmarks.measure import Measure
from booking.appointments import occasions, search, service
from booking.appointments.invitations.models import Course
from booking.appointments.visit_types.models import VisitType
from booking.platform import migrate
from booking.platform.identity import SYSTEM
from tests.conftest import test_config
from tests.peers.postgres import PostgresServer
from tests.serving import visitor

ZONE = ZoneInfo("Europe/Copenhagen")
SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 120


@contextmanager
def serving(url: str, past: int) -> Iterator[tuple[FlaskClient, str]]:
    """A signed-in patient's browser on a clinic with so many past appointments, and her address."""
    with tempfile.TemporaryDirectory() as folder:
        config = test_config(url or f"sqlite:///{folder}/bench.sqlite3", Path(folder))
        app = http_app.create(replace(config, flask={}))
        migrate.upgrade(app.extensions["rettid"].database.engine)
        address = filled(app, past)
        patient = int(address.rsplit("#", 1)[1])
        client = app.test_client()
        client.set_cookie("rettid", visitor(app, patient, 0).cookie)
        yield client, address.split("#")[0]
        app.extensions["rettid"].database.engine.dispose()


def filled(app: Flask, past: int) -> str:
    """Build the clinic, its past and half of its coming weeks; where to look, and who looks."""
    database = app.extensions["rettid"].database
    with database.transaction() as session:
        built = benches.build(session)
        people = benches.patients(session, built.clinic, 1200)
    with database.transaction() as session:
        benches.past_appointments(session, built, past)
    chance = random.Random(7)
    days = benches.working_days(datetime.now(ZONE).date() + timedelta(days=2), 15)
    with database.transaction() as session:
        for _patient, course_id in people[1:]:
            course = session.get_one(Course, course_id)
            group = chance.choice(built.groups)
            visit_type = session.get_one(VisitType, group.visit_type.id)
            occasion = occasions.free(session, SYSTEM, course, visit_type)
            day = chance.choice(days)
            wish = occasion.wish(day, day)
            slots = list(search.find(session, wish).slots())
            if slots:
                service.book(session, SYSTEM, occasion, chance.choice(slots), "system")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    patient, course_id = people[0]
    return f"/ny-tid/{course_id}/{built.groups[0].visit_type.id}#{patient}"


def seconds(client: FlaskClient, *addresses: str) -> list[float]:
    """The median time of each page, asked for in turn."""
    taken: dict[str, list[float]] = {address: [] for address in addresses}
    for number in range(ROUNDS + 5):
        for address in addresses:
            began = time.perf_counter()
            answer = client.get(address)
            elapsed = time.perf_counter() - began
            if answer.status_code != 200:
                raise AssertionError(f"{address}: {answer.status}")
            if number >= 5:
                taken[address].append(elapsed)
    return [statistics.median(times) for times in taken.values()]


def measures() -> list[Measure]:
    """Both measures on SQLite and on PostgreSQL."""
    found = []
    with PostgresServer() as server:
        for suffix, urls in (
            ("", ["", ""]),
            ("_postgresql", [server.create_database("small"), server.create_database("large")]),
        ):
            with serving(urls[0], SMALL) as (small, address):
                ours, peer = seconds(small, address, "/bare/page")
                found.append(Measure(f"find_time_page{suffix}", ours, peer, ours / peer, "s"))
                with serving(urls[1], LARGE) as (large, large_address):
                    pairs = [
                        (seconds(large, large_address)[0], seconds(small, address)[0])
                        for _ in range(3)
                    ]
            big, little = (statistics.median(side) for side in zip(*pairs, strict=True))
            found.append(Measure(f"find_time_growth{suffix}", big, little, big / little, "s"))
    return found

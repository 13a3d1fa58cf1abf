"""The day grid of 20 clinicians with 40 contacts each: server time and page weight.

- `day_grid`: the whole page (sign-in, queries, layout, words, template, log) against the same page
  from what it was filled with the first time, kept in memory; `ratio` = ours / peer.
- `day_grid_poll`: the question asked every few seconds while nothing has changed (304), against
  the part that answers it when something has; `ratio` = ours / peer.
- `day_grid_weight`: the page in kB, against the words in its cells; `ratio` = ours / peer.

All in one process through WSGI, on each database; one need for every third patient.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, render_template, template_rendered
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import insert, text

from benchmarks.clinic import patients, working_days
from benchmarks.measure import Measure
from booking.appointments.models import Allocation, Appointment
from booking.people.models import Patient, PatientNeed
from booking.platform import migrate
from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.localtime import to_utc
from booking.platform.pages import Access, Pages, me
from tests import factories as make
from tests.conftest import test_config
from tests.peers.postgres import PostgresServer
from tests.serving import visitor
from wsgi import create_app

ZONE = ZoneInfo("Europe/Copenhagen")
CLINICIANS, EACH, SPARE = 20, 40, 4
QUARTER = timedelta(minutes=15)
ROUNDS = 40
FORMS = ("in_person", "video", "phone")

pages = Pages("bare_grid", __name__, url_prefix="/bare")
kept: dict[str, Any] = {}


@pages.get("/grid", access=Access.STAFF)
def from_memory() -> ResponseReturnValue:
    """The same page of what it was filled with the first time."""
    me().at(kept["clinic"].id)
    g.here = (kept["clinic"].id, kept["clinic"].name)
    return render_template("clinic/grid/day.html", **kept)


@dataclass(frozen=True)
class Desk:
    """A secretary's sign-in, and the address of a full day."""

    username: str
    staff_id: int
    address: str


def filled(session: Session) -> Desk:
    """A clinic with a full day, the Monday after next week's."""
    clinic = make.clinic(session)
    site = make.site(session, clinic)
    kinds = [
        make.visit_type(session, clinic, forms=",".join(FORMS), base_minutes=15) for _ in range(6)
    ]
    clinicians = [make.clinician(session, clinic) for _ in range(CLINICIANS)]
    staff = make.staff(session, clinic, Role.SECRETARY)
    day = working_days(datetime.now(ZONE).date() + timedelta(days=14), 1)[0]
    opens = datetime.combine(day, time_of_day(8))
    closes = opens + (EACH + SPARE) * QUARTER
    for clinician in clinicians:
        make.open_weekdays(session, clinician, site, opens.time(), closes.time())
    people = [number for number, _course in patients(session, clinic, CLINICIANS * EACH)]
    for number in people:
        make.belongs(session, clinic, session.get_one(Patient, number))
    now = session.now()
    session.execute(
        insert(PatientNeed),
        [
            {"patient_id": one, "need": "hearing", "told_by": "staff", "since": now}
            for one in people[::3]
        ],
    )
    rows = []
    for number, person in enumerate(people):
        start = to_utc(opens, ZONE) + number % EACH * QUARTER
        rows.append(
            {
                "uid": f"grid-{number}",
                "clinic_id": clinic.id,
                "site_id": site.id,
                "patient_id": person,
                "visit_type_id": kinds[number % len(kinds)].id,
                "clinician_id": clinicians[number // EACH].id,
                "form": FORMS[number % len(FORMS)],
                "starts_at": start,
                "ends_at": start + QUARTER,
                "participant": "accepted" if number % 4 else "needs-action",
                "booked_at": now,
                "version": 1,
            }
        )
    made = session.scalars(
        insert(Appointment).returning(Appointment.id, sort_by_parameter_order=True), rows
    ).all()
    session.execute(
        insert(Allocation),
        [
            {
                "appointment_id": one,
                "resource_id": row["clinician_id"],
                "starts_at": row["starts_at"],
                "ends_at": row["ends_at"],
            }
            for one, row in zip(made, rows, strict=True)
        ],
    )
    address = f"/klinik/{clinic.id}/kalender?dato={day.isoformat()}"
    return Desk(staff.username, staff.id, address)


@contextmanager
def serving(url: str = "") -> Iterator[tuple[Flask, Desk]]:
    """The application on a full day; url: of the database, a fresh SQLite file where none."""
    with tempfile.TemporaryDirectory() as folder:
        config = test_config(url or f"sqlite:///{folder}/bench.sqlite3", Path(folder))
        app = create_app(replace(config, flask={}))
        app.register_blueprint(pages)
        database = app.extensions["rettid"].database
        migrate.upgrade(database.engine)
        with database.transaction() as session:
            desk = filled(session)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            one.execute(text("ANALYZE"))
        yield app, desk
        database.engine.dispose()


def milliseconds(client: FlaskClient, asked: list[tuple[str, dict[str, str], int]]) -> list[float]:
    """The median time of each (address, headers, expected status), asked for in turn."""
    taken: list[list[float]] = [[] for _ in asked]
    for number in range(ROUNDS + 3):
        for place, (address, headers, status) in enumerate(asked):
            began = time.perf_counter()
            answer = client.get(address, headers=headers)
            elapsed = time.perf_counter() - began
            if answer.status_code != status:
                raise AssertionError(f"{address}: {answer.status}")
            if number >= 3:
                taken[place].append(elapsed * 1000)
    return [statistics.median(times) for times in taken]


def measures() -> list[Measure]:
    """Each measure on SQLite and on PostgreSQL."""
    found = []
    with PostgresServer() as server:
        for suffix, url in (("", ""), ("_postgresql", server.create_database("grid"))):
            with serving(url) as (app, desk):
                found += _measured(app, desk, suffix)
    return found


def _measured(app: Flask, desk: Desk, suffix: str) -> list[Measure]:
    client = app.test_client()
    client.set_cookie("rettid", visitor(app, desk.staff_id, 0, "staff").cookie)

    def keep(_sender: Flask, template: Any, context: dict[str, Any], **_more: object) -> None:
        if template.name == "clinic/grid/day.html" and not kept:
            kept.update(context)

    kept.clear()
    with template_rendered.connected_to(keep, app):
        page = client.get(desk.address)
    part = desk.address.replace("/kalender?", "/kalender/udsnit?")
    tag = client.get(part).headers["ETag"]
    asked = [
        (desk.address, {}, 200),
        ("/bare/grid", {}, 200),
        (part, {"If-None-Match": tag}, 304),
        (part, {}, 200),
    ]
    whole, memory, unchanged, changed = milliseconds(client, asked)
    cells = [cell for row in kept["table"].rows for cell in row.cells]
    words = sum(len(f"{cell.title} {cell.about}".encode()) for cell in cells)
    weight = len(page.data)
    return [
        Measure(f"day_grid{suffix}", whole, memory, whole / memory, "ms"),
        Measure(f"day_grid_poll{suffix}", unchanged, changed, unchanged / changed, "ms"),
        Measure(f"day_grid_weight{suffix}", weight / 1000, words / 1000, weight / words, "kB"),
    ]

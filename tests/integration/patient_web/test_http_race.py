"""Never a double booking over HTTP: eight processes at a server with two workers, at once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from booking.appointments.invitations.models import Course
from booking.appointments.listing import value_of
from booking.appointments.models import Appointment, Hold
from booking.appointments.search import Slot
from booking.calendar.models import Clinic
from booking.calendar.public_holidays import closed_days
from booking.platform.config import from_environment
from booking.platform.localtime import to_utc
from tests import factories as make
from tests.integration.appointments.test_races import overlaps, patients
from tests.integration.patient_web.besieging import Crowd, besiege
from tests.racing import PROCESSES, race
from tests.serving import environment, gunicorn, visitor
from wsgi import create_app

DAYS, HOURS = 5, range(8, 18)


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    """What the server is told."""
    return environment(database_url, tmp_path)


@pytest.fixture
def app(environ: dict[str, str]) -> Iterator[Flask]:
    """The same application in this process: it builds the clinic and signs cookies."""
    made = create_app(from_environment(environ))
    yield made
    made.extensions["rettid"].database.engine.dispose()


def test_fifty_starts_are_booked_exactly_once_each(
    app: Flask, environ: dict[str, str], tmp_path: Path, soak: int
) -> None:
    attempts = 50 if soak == 1 else 500
    database = app.extensions["rettid"].database
    with database.transaction() as session:
        clinic = make.clinic(session)
        site = make.site(session, clinic)
        doctor = make.clinician(session, clinic)
        rooms = [make.room(session, site), make.room(session, site)]
        for resource in (doctor, *rooms):
            make.open_weekdays(session, resource, site, time(8), time(18), days=range(7))
        visit_type = make.visit_type(
            session, clinic, mode="free", rooms=rooms, grid_minutes=60, cap_minutes=60
        )
        starts = [
            to_utc(datetime.combine(day, time(hour)), clinic.zone)
            for day in open_days(clinic)
            for hour in HOURS
        ]
        half = timedelta(minutes=30)
        values = [
            value_of(Slot(start, start + half, doctor.id, site.id), "in_person") for start in starts
        ]
        ids = patients(session, clinic.id, PROCESSES * attempts)
        rows = session.execute(select(Course.patient_id, Course.id))
        courses = {patient: course for patient, course in rows}  # noqa: C416  (rows are not pairs)
        number = visit_type.id
    visitors = [visitor(app, one, courses[one]) for one in ids]
    with gunicorn("wsgi:create_app()", environ, tmp_path) as port:
        crowds = [
            Crowd(port, n, visitors[n * attempts : (n + 1) * attempts], number, values)
            for n in range(PROCESSES)
        ]
        outcomes = race(besiege, crowds)
    turned_away = PROCESSES * attempts - len(values)
    assert outcomes["booked"] == len(values), outcomes
    assert outcomes["just taken"] == turned_away, outcomes
    assert outcomes["offered others"] > 0, outcomes
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Appointment)) == len(values)
        assert session.scalar(select(func.count()).select_from(Hold)) == 0
        assert overlaps(session) == 0


def open_days(clinic: Clinic) -> list[date]:
    """So many days from the day after tomorrow on that are no holidays."""
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=2 + n) for n in range(DAYS * 3)]
    closed = closed_days(clinic, days[0], days[-1])
    return [day for day in days if day not in closed][:DAYS]

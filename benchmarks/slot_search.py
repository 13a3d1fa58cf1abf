"""Slot search from the database to the list of slots, nothing cached.

The same calendar as `slot_search_core`, now as rows: templates, 190 appointments with their
allocations, a visit type and a clinic. A search is a new session that reads it all anew. The
peer (`peers/django_appointment_driver.py`) searches its own in-memory SQLite database; ours
is a file, and PostgreSQL beside it. The answers are held against each other first.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from benchmarks import slot_search_core as core
from benchmarks.measure import Measure, median_seconds
from benchmarks.peers import django_appointment
from booking.appointments import search
from booking.appointments.models import Allocation, Appointment
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.calendar.public_holidays import closed_days
from booking.people.models import Patient
from booking.platform import migrate
from booking.platform.web import Rettid
from tests import factories as make
from tests.conftest import test_config
from tests.peers.postgres import PostgresServer
from wsgi import create_app


@contextmanager
def clinic_on(url: str, first: date, bookings: list[core.Booking]) -> Iterator[tuple[Rettid, int]]:
    """The application on a fresh database holding the calendar, and its visit type's number."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(test_config(url or f"sqlite:///{folder}/bench.sqlite3", Path(folder)))
        rettid: Rettid = app.extensions["rettid"]
        migrate.upgrade(rettid.database.engine)
        with rettid.database.transaction() as session:
            clinic = make.clinic(session)
            site = make.site(session, clinic)
            doctor = make.clinician(session, clinic)
            make.open_weekdays(session, doctor, site, core.OPENS, core.CLOSES)
            visit_type = make.visit_type(session, clinic)
            person = {"given_name": "P", "version": 1, "epoch": 0, "language": "da"}
            patients = session.scalars(
                insert(Patient).returning(Patient.id),
                [
                    {**person, "family_name": str(n), "digital_exempt": False, "created_at": start}
                    for n, (start, _) in enumerate(bookings)
                ],
            ).all()
            for patient, (start, end) in zip(patients, bookings, strict=True):
                booked = make.add(
                    session,
                    Appointment(
                        clinic=clinic,
                        site=site,
                        patient_id=patient,
                        visit_type=visit_type,
                        clinician=doctor,
                        form="in_person",
                        starts_at=start,
                        ends_at=end,
                        booked_at=start,
                    ),
                )
                make.add(
                    session,
                    Allocation(
                        resource_id=doctor.id, appointment=booked, starts_at=start, ends_at=end
                    ),
                )
            number = visit_type.id
        yield rettid, number
        rettid.database.engine.dispose()


def slots(rettid: Rettid, visit_type_id: int, first: date) -> list[search.Slot]:
    """Every slot of the 28 days, for nobody in particular, as a page would ask for them."""
    with rettid.database.reading() as session:
        visit_type = session.get_one(VisitType, visit_type_id)
        wish = search.Wish(
            visit_type,
            "in_person",
            30,
            first,
            first + timedelta(days=core.DAYS - 1),
            patient_id=0,
            not_before=datetime.combine(first, core.OPENS, UTC) - timedelta(days=1),
        )
        return list(search.find(session, wish).slots())


def without_holidays(first: date) -> date:
    """The first Monday from here on with no public holiday in the 28 days: the peer knows none."""
    clinic = Clinic(optional_closures="", zone_name=core.ZONE.key)
    while closed_days(clinic, first, first + timedelta(days=core.DAYS)):
        first += timedelta(days=7)
    return first


def measures() -> list[Measure]:
    """Search on both databases and in the peer, answers compared first."""
    first = without_holidays(core.next_monday(datetime.now(core.ZONE).date()))
    bookings = core.bookings_from(first)
    peer = django_appointment.search(core.calendar(first, bookings))
    found = []
    with PostgresServer() as server:
        for name, url in (
            ("slot_search", ""),
            ("slot_search_postgresql", server.create_database("bench")),
        ):
            with clinic_on(url, first, bookings) as (rettid, visit_type):
                starts = [
                    slot.start.astimezone(core.ZONE).replace(tzinfo=None)
                    for slot in slots(rettid, visit_type, first)
                ]
                if not starts or starts != peer.slots:
                    raise AssertionError(f"the two sides differ: {set(starts) ^ set(peer.slots)}")
                ours = median_seconds(lambda: slots(rettid, visit_type, first), runs=101)
            found.append(Measure(name, ours, peer.seconds, peer.seconds / ours, "s"))
    return found

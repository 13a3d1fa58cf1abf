"""Never a double booking, however many try at once: separate processes on one database."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, insert, select

from booking.appointments.invitations.models import Course
from booking.appointments.models import ACTIVE, Allocation, Appointment, Hold
from booking.appointments.search import Slot
from booking.people.models import Patient
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments import racing
from tests.integration.appointments.racing import NOW, Runner
from tests.racing import PROCESSES, race

STARTS = 50
REFUSALS = {
    "time_taken",
    "does_not_fit",
    "patient_busy",
    "wrong_state",
    "changed_meanwhile",
    "has_one_already",
}


def patients(session: Session, clinic_id: int, count: int) -> list[int]:
    """So many patients, each with an open course."""
    ids = session.scalars(
        insert(Patient).returning(Patient.id),
        [
            {
                "given_name": "Prøve",
                "family_name": f"Person{n}",
                "birth_date": date(1960, 1, 1),
                "language": "da",
                "digital_exempt": False,
                "epoch": 0,
                "version": 1,
                "created_at": NOW,
            }
            for n in range(count)
        ],
    ).all()
    session.execute(
        insert(Course),
        [
            {"patient_id": one, "clinic_id": clinic_id, "title": "", "started_on": NOW.date()}
            for one in ids
        ],
    )
    return list(ids)


def overlaps(session: Session) -> int:
    """Pairs of active allocations that overlap in a lane, and of one patient's appointments."""
    rows = session.execute(
        select(Allocation.resource_id, Allocation.lane, Allocation.starts_at, Allocation.ends_at)
        .where(Allocation.active)
        .order_by(Allocation.resource_id, Allocation.lane, Allocation.starts_at)
    ).all()
    found = sum(a[:2] == b[:2] and b.starts_at < a.ends_at for a, b in pairwise(rows))
    times = session.execute(
        select(Appointment.patient_id, Appointment.starts_at, Appointment.ends_at)
        .where(Appointment.status.in_(ACTIVE))
        .order_by(Appointment.patient_id, Appointment.starts_at)
    ).all()
    twice = sum(a[0] == b[0] and b.starts_at < a.ends_at for a, b in pairwise(times))
    return int(found + twice)


@pytest.mark.freeze_time(NOW)
def test_fifty_starts_are_booked_exactly_once_each(
    session: Session, database_url: str, soak: int
) -> None:
    attempts = 50 * soak
    clinic = make.clinic(session)
    site = make.site(session, clinic)
    doctor = make.clinician(session, clinic)
    rooms = [make.room(session, site), make.room(session, site)]
    for resource in (doctor, *rooms):
        make.open_weekdays(session, resource, site, time(8), time(18))
    make.visit_type(session, clinic, mode="free", rooms=rooms, grid_minutes=60, cap_minutes=60)
    first = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    starts = [
        first + timedelta(days=day, hours=hour) for day in (0, 1, 5, 6, 7) for hour in range(10)
    ]
    slots = [Slot(s, s + timedelta(minutes=30), doctor.id, site.id) for s in starts]
    assert len(slots) == STARTS
    ids = patients(session, clinic.id, PROCESSES * attempts)
    session.commit()
    key = Fernet.generate_key().decode()
    outcomes = race(
        racing.one_booking_each,
        [
            Runner(database_url, key, n, ids[n * attempts : (n + 1) * attempts], slots, attempts)
            for n in range(PROCESSES)
        ],
    )
    assert outcomes == {"done": STARTS, "time_taken": PROCESSES * attempts - STARTS}
    booked = session.scalar(select(func.count()).select_from(Appointment))
    assert booked == STARTS
    assert session.scalar(select(func.count()).select_from(Hold)) == 0
    assert overlaps(session) == 0


@pytest.mark.freeze_time(NOW)
def test_a_crowd_of_lengths_moves_holds_and_cancellations_leaves_no_overlap(
    session: Session, database_url: str, soak: int
) -> None:
    clinic = make.clinic(session)
    site = make.site(session, clinic)
    doctors = [make.clinician(session, clinic) for _ in range(2)]
    rooms = [make.room(session, site), make.room(session, site)]
    for resource in (*doctors, *rooms):
        make.open_weekdays(session, resource, site)
    for minutes, buffer in ((20, 0), (30, 5), (45, 10)):
        make.visit_type(
            session,
            clinic,
            mode="free",
            rooms=rooms,
            base_minutes=minutes,
            buffer_after=buffer,
            move_limit=1000,
        )
    slots = [
        Slot(start, start, doctor.id, site.id)
        for doctor in doctors
        for hour in range(7, 15)
        for start in [datetime(2026, 11, 25, hour, 0, tzinfo=UTC)]
    ]
    ids = patients(session, clinic.id, 60)
    session.commit()
    key = Fernet.generate_key().decode()
    outcomes = race(
        racing.crowd,
        [Runner(database_url, key, n, ids, slots, 40 * soak) for n in range(PROCESSES)],
    )
    assert overlaps(session) == 0
    assert {code.split(":")[1] for code in outcomes} <= REFUSALS | {"done"}
    for act in ("hold", "book", "move", "cancel"):
        assert outcomes[f"{act}:done"] > 0, f"no {act} ever succeeded: {outcomes}"

"""A day moved while patients book in it, and a process killed on the way: all of it or nothing."""

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.search import Slot
from booking.calendar.models import Closure
from booking.platform.database import Session
from booking.rescheduling.models import Rescheduling
from tests.integration.appointments.conftest import Place
from tests.integration.appointments.racing import NOW, Runner
from tests.integration.appointments.test_races import overlaps, patients
from tests.integration.rescheduling.racing import POINTS, Mover, act, carry_out, stop_at
from tests.integration.rescheduling.test_service import kept, planned
from tests.integration.waitlist.conftest import Booked, at
from tests.racing import PROCESSES, processes, race

pytestmark = pytest.mark.freeze_time(NOW)
KEY = Fernet.generate_key().decode()
SECONDS = 60.0


def mover(session: Session, place: Place, url: str) -> Mover:
    """Whoever carries out a plan for the Tuesday without the doctor."""
    plan = planned(session, place)
    session.commit()
    return Mover(url, KEY, plan.id, place.staff.id)


def as_planned(session: Session, plan_id: int) -> bool:
    """Whether everyone stands where the plan says."""
    plan = session.get_one(Rescheduling, plan_id)
    return plan.status == "done" and all(
        (line.outcome, one.starts_at, one.ends_at, one.clinician_id)
        == ("moved", line.starts_at, line.ends_at, line.clinician_id)
        for line in plan.lines
        for one in [line.appointment]
    )


def test_patients_who_book_where_the_day_goes_are_never_booked_over(
    session: Session, place: Place, booked: Booked, database_url: str, soak: int
) -> None:
    for hour in range(8, 16):
        booked(at(8, hour))
    place.control.mode = "free"
    each = 8 * soak
    ids = patients(session, place.clinic.id, each * (PROCESSES - 1))
    moves = mover(session, place, database_url)
    plan = session.get_one(Rescheduling, moves.plan_id)
    wanted = [
        Slot(line.starts_at, line.starts_at, line.clinician_id or 0, line.site_id or 0)
        for line in plan.lines
        if line.starts_at is not None
    ]
    assert len(wanted) == 8
    session.commit()
    bookers: list[Mover | Runner] = [
        Runner(database_url, KEY, n, ids[n * each : (n + 1) * each], wanted, each)
        for n in range(PROCESSES - 1)
    ]
    outcomes = race(act, [*bookers[:3], moves, *bookers[3:]])
    assert outcomes["carry_out:done"] == 1
    assert outcomes["half"] == 0
    assert set(outcomes) <= {
        *("done", "time_taken", "does_not_fit", "half", "again:done"),
        *("carry_out:done", "carry_out:time_taken", "carry_out:changed_meanwhile"),
    }
    session.expire_all()
    assert as_planned(session, moves.plan_id)
    assert overlaps(session) == 0
    standing = select(func.count()).select_from(Appointment).where(Appointment.status.in_(ACTIVE))
    assert session.scalar(standing) == 8 + outcomes["done"]


@pytest.mark.parametrize("point", POINTS)
def test_a_process_killed_on_the_way_leaves_it_done_or_not(
    session: Session, place: Place, booked: Booked, database_url: str, point: str
) -> None:
    for hour in range(8, 12):
        booked(at(8, hour))
    moves = mover(session, place, database_url)
    before = kept(session)
    session.commit()
    reached = processes.Event()
    process = processes.Process(target=stop_at, args=(moves, point, reached))
    process.start()
    try:
        assert reached.wait(SECONDS), f"it never came to: {point}"
    finally:
        process.kill()
        process.join()
    if point == "committed":
        assert as_planned(session, moves.plan_id)
        return
    assert kept(session) == before
    assert session.get_one(Rescheduling, moves.plan_id).status == "draft"
    session.commit()
    carry_out(session, mover=moves)
    session.commit()
    assert as_planned(session, moves.plan_id)
    assert session.scalars(select(func.count(Closure.id))).one() == 1

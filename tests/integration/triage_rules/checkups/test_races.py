"""Two clinicians at the same lines, and patients at their times, all at once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from booking.appointments.models import Appointment
from booking.appointments.service import cancel, keep
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests.integration.appointments import racing
from tests.integration.triage_rules.checkups.conftest import House
from tests.integration.triage_rules.followup.conftest import GREEN
from triage_rules.checkups import service
from triage_rules.checkups.models import CheckupLine

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def at_once(rettid: Rettid, *acts: Callable[[Session], None]) -> list[str]:
    """Every act in a thread and a transaction of its own, retried as a request is."""
    ready = Barrier(len(acts))

    def run(act: Callable[[Session], None]) -> str:
        ready.wait()
        return racing.attempt(rettid.database, act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_each_line_is_carried_out_once_however_many_accept_it(
    session: Session, house: House, rettid: Rettid, soak: int
) -> None:
    house.here.answer(session, GREEN)
    times = [house.planned(session, weeks)[1] for weeks in (2, 3, 4, 5, 6)]
    lines = house.lines(session, house.review(session))
    ids = [line.id for line in lines]
    clinician, patient = house.here.as_clinician, house.here.place.as_patient
    told: list[Counter[str]] = []
    session.commit()

    def accepts(unit: Session) -> None:
        mine = [unit.get_one(CheckupLine, number) for number in ids]
        refused = service.settle(unit, clinician, mine, accept=True)
        told.append(Counter(error.code for _line, error in refused))

    def cancels(unit: Session) -> None:
        assert times[0] is not None
        time = unit.get_one(Appointment, times[0].id)
        cancel(unit, patient, time, "ill", wants_new=False)

    def keeps(unit: Session) -> None:
        assert times[4] is not None
        keep(unit, patient, unit.get_one(Appointment, times[4].id))

    outcomes = at_once(rettid, accepts, accepts, cancels, keeps)
    assert outcomes[:2] == ["done", "done"]
    assert set(outcomes[2:]) <= {"done", "wrong_state", "changed_meanwhile"}
    session.expire_all()
    settled = [session.get_one(CheckupLine, number) for number in ids]
    for line in settled:
        assert line.appointment is not None
        if line.status == "open":  # kept meanwhile: looked at anew, to be settled
            assert line.appointment.status == "booked"
            assert line.version > 1
        else:
            assert line.appointment.status == "cancelled"
            assert (line.outcome, line.freed) in (("cancelled", 30), ("gone", 0))
    # In the last transaction to come nothing was left to be done twice.
    assert sum(line.freed for line in settled if line.status == "carried_out") in (90, 120, 150)

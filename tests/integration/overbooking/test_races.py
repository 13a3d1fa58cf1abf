"""One extra place, however many grant it or give it away in the same moment."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from booking.appointments.models import Allocation, OverbookingGrant
from tests.integration.appointments.racing import NOW
from tests.integration.overbooking.morning import Morning, morning
from tests.integration.overbooking.racing import Racer, run
from tests.integration.overbooking.test_granting import granted
from tests.racing import race

__all__ = ["morning"]

pytestmark = pytest.mark.freeze_time(NOW)
RACERS = 8


def racer(morning: Morning, url: str) -> Racer:
    """One who would grant the place at 8.10."""
    made = Racer(
        url, Fernet.generate_key().decode(), "grant", morning.clinic.id, morning.visit_type.id,
        morning.doctor.id, morning.at(10),
    )  # fmt: skip
    morning.session.commit()
    return made


def test_one_of_many_grants_it(morning: Morning, database_url: str) -> None:
    outcomes = race(run, [racer(morning, database_url)] * RACERS)
    assert outcomes == {"grant:done": 1, "grant:overbooking_limit": RACERS - 1}
    assert len(morning.session.scalars(select(OverbookingGrant)).all()) == 1


def test_one_of_many_is_placed_on_it(morning: Morning, database_url: str) -> None:
    made = granted(morning)
    courses = [morning.patient()[1].id for _ in range(RACERS)]
    one = replace(racer(morning, database_url), act="place", grant_id=made.id)
    outcomes = race(run, [replace(one, course_id=number) for number in courses])
    assert outcomes == {"place:done": 1, "place:overbooking_grant_over": RACERS - 1}
    taken = select(Allocation).where(Allocation.grant_id == made.id, Allocation.active.is_(True))
    assert len(morning.session.scalars(taken).all()) == 1


def test_nothing_open_outlives_a_stop(morning: Morning, database_url: str) -> None:
    one = racer(morning, database_url)
    outcomes = race(run, [replace(one, act=act) for act in ("grant", "stop") * (RACERS // 2)])
    assert outcomes["stop:done"] == RACERS // 2
    assert set(outcomes) <= {
        "stop:done", "grant:done", "grant:overbooking_limit", "grant:overbooking_off",
    }  # fmt: skip
    live = select(OverbookingGrant).where(OverbookingGrant.revoked_at.is_(None))
    assert morning.session.scalars(live).all() == []

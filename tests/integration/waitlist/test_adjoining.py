"""Freed time beside other free time: together it is of use to a longer visit."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.calendar.models import Closure
from booking.platform.database import Session
from booking.platform.web import Rettid
from booking.waitlist import answering, refill
from booking.waitlist.models import FreedTime, Offer
from booking.waitlist.refill import free_up
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.waitlist.conftest import Booked, at
from tests.integration.waitlist.test_refill import give_up, offers, verdicts, wishes

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def long(session: Session, place: Place, booked: Booked) -> Appointment:
    """Somebody who waits with a visit of an hour."""
    kind = make.visit_type(session, place.clinic, rooms=place.rooms, base_minutes=60)
    waiting = booked(at(10, 9), visit_type=kind)
    wishes(session, waiting)
    return waiting


def between(place: Place, session: Session, start: datetime, end: datetime) -> None:
    """The doctor is away from an instant to another."""
    session.add(Closure(clinic=place.clinic, resource=place.doctor, starts_at=start, ends_at=end))
    session.flush()


def test_two_half_hours_beside_each_other_are_one_hour(
    session: Session, place: Place, booked: Booked, long: Appointment
) -> None:
    """Neither would have done; the second is gone as a time of its own."""
    first, second = booked(at(1, 9)), booked(at(1, 9, 30))
    between(place, session, at(1, 7), at(1, 9))
    between(place, session, at(1, 10), at(1, 17))
    freed = give_up(session, first)
    refill.run(session)
    assert (freed.status, set(verdicts(session, freed).values())) == ("listed", {"too_short"})
    later = give_up(session, second)
    refill.run(session)
    (one,) = offers(session, freed) + offers(session, later)
    assert (one.starts_at, one.ends_at) == (at(1, 9), at(1, 10))
    assert sorted((freed.status, later.status)) == ["gone", "offering"]
    answering.accept(session, make.as_patient(long.patient), one)
    assert (long.starts_at, long.ends_at) == (at(1, 9), at(1, 10))


def test_half_an_hour_reaches_into_time_that_nobody_had(
    session: Session, place: Place, booked: Booked, long: Appointment
) -> None:
    """As far as the clinician works and has nobody else, with as much of the freed time as can be;
    what is offered so is not put to others from the other side."""
    given_up = booked(at(1, 9))
    booked(at(1, 8, 30))
    between(place, session, at(1, 10), at(1, 17))
    freed = give_up(session, given_up)
    refill.run(session)
    (one,) = offers(session, freed)
    assert (one.starts_at, one.ends_at) == (at(1, 9), at(1, 10))


def test_closed_or_booked_time_beside_it_is_not_joined(
    session: Session, place: Place, booked: Booked, long: Appointment
) -> None:
    given_up = booked(at(1, 9))
    booked(at(1, 8, 30))
    between(place, session, at(1, 9, 45), at(1, 17))
    freed = give_up(session, given_up)
    refill.run(session)
    assert (freed.status, set(verdicts(session, freed).values())) == ("listed", {"too_short"})


def test_rooms_that_are_taken_bar_the_longer_visit(
    session: Session, place: Place, booked: Booked, long: Appointment
) -> None:
    """The clinician alone is not enough."""
    given_up = booked(at(1, 9))
    booked(at(1, 8, 30))
    between(place, session, at(1, 10), at(1, 17))
    freed = give_up(session, given_up)
    for room in place.rooms:
        session.add(
            Closure(clinic=place.clinic, resource=room, starts_at=at(1, 9, 30), ends_at=at(1, 10))
        )
    refill.run(session)
    assert (freed.status, set(verdicts(session, freed).values())) == ("listed", {"no_room"})


def test_two_who_give_up_the_same_time_in_one_moment_free_it_once(
    session: Session, rettid: Rettid, booked: Booked
) -> None:
    """One in the plan and one beside it, as overbooking allows."""
    if not session.on_postgresql:
        pytest.skip("on SQLite one writes at a time")
    mine = booked(at(1, 9))
    number, (start, end) = mine.id, (mine.starts_at, mine.ends_at)
    free_up(session, mine, start, end, "cancelled")

    def other() -> None:
        with rettid.database.transaction() as second:
            free_up(second, second.get_one(Appointment, number), start, end, "cancelled")

    giving = Thread(target=other)
    giving.start()
    giving.join(1)
    session.commit()
    giving.join(30)
    assert not giving.is_alive()
    assert len(session.scalars(select(FreedTime)).all()) == 1


def test_what_lies_in_a_hole_is_the_hole(session: Session, place: Place, booked: Booked) -> None:
    """Booked out of a longer hole and given up before the job has looked: still one hole."""
    kind = make.visit_type(session, place.clinic, rooms=place.rooms, base_minutes=60)
    hole = give_up(session, booked(at(1, 9), visit_type=kind))
    refill.run(session)
    assert hole.status == "listed"
    again = booked(at(1, 9, 30))
    assert give_up(session, again) is hole
    assert session.scalars(select(Offer)).all() == []
    assert hole.ends_at - hole.starts_at == timedelta(hours=1)

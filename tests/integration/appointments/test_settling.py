"""A time outside opening hours leaves the worklist only when it is moved, cancelled or held."""

from datetime import date, datetime, time

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments import groups, occasions, queries, search, service, settling
from booking.appointments.errors import TimeStandsOutside
from booking.appointments.models import Appointment
from booking.appointments.search import Wish
from booking.appointments.worklist import queries as worklist_queries
from booking.appointments.worklist.models import WorklistItem
from booking.calendar import closures
from booking.calendar.closures import LocalPeriod
from booking.calendar.closures import Place as Where
from booking.calendar.models import Closure
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


def booked(session: Session, place: Place, day: date = MONDAY) -> Appointment:
    """The patient's control at 9.00 that day."""
    invitation = make.invitation(session, place.course, place.control, day, day)
    occasion = occasions.for_invitation(session, place.secretary, invitation)
    start = datetime.combine(day, time(9), place.clinic.zone)
    found = search.find(session, occasion.wish(clinician_id=place.doctor.id)).slots()
    slot = next(one for one in found if one.start == start)
    return service.book(session, place.secretary, occasion, slot, "desk")


def closed(session: Session, place: Place, day: date, where: Where | None = None) -> Closure:
    """The clinic, or something in it, closed all that day."""
    period = LocalPeriod(day, day)
    return closures.add_closure(
        session, place.secretary, place.clinic, where or Where(), period, "Kursus"
    )


def waiting(session: Session, place: Place) -> list[WorklistItem]:
    """What stands on the clinic's worklist."""
    return list(worklist_queries.open_items(session, place.clinic.id))


def test_a_word_does_not_take_a_time_on_a_closed_day_off_the_list(
    session: Session, place: Place
) -> None:
    booked(session, place)
    closed(session, place, MONDAY)
    (item,) = waiting(session, place)
    with pytest.raises(TimeStandsOutside):
        settling.finish(session, place.secretary, item, "Ringer senere")
    assert waiting(session, place) == [item]


def test_moving_or_cancelling_it_does(session: Session, place: Place) -> None:
    first, second = booked(session, place), booked(session, place, TUESDAY)
    for day in (MONDAY, TUESDAY):
        closed(session, place, day)
    assert len(waiting(session, place)) == 2
    occasion = occasions.for_move(session, place.secretary, first)
    day = date(2026, 12, 2)
    slot = min(search.find(session, occasion.wish(day, day)).slots())
    service.book(session, place.secretary, occasion, slot, "phone")
    service.cancel(session, place.secretary, second, "clinic", "desk", wants_new=True)
    assert {item.kind for item in waiting(session, place)} == {"wants_new_time"}


def test_one_that_is_held_all_the_same_says_why_in_its_history(
    session: Session, place: Place
) -> None:
    appointment = booked(session, place)
    closed(session, place, MONDAY)
    (item,) = waiting(session, place)
    settling.finish(session, place.secretary, item, "Lægen kommer ind", held=True)
    assert waiting(session, place) == []
    assert (item.outcome, item.details["held"]) == ("Lægen kommer ind", True)
    last = queries.history(session, appointment)[-1]
    assert (last.what, last.words, last.actor_name) == (
        "held",
        "Lægen kommer ind",
        place.secretary.name,
    )
    assert appointment.status == "booked"


def test_one_that_is_held_is_asked_about_again_when_something_else_closes(
    session: Session, place: Place
) -> None:
    booked(session, place)
    closed(session, place, MONDAY)
    settling.finish(
        session, place.secretary, waiting(session, place)[0], "Lægen kommer ind", held=True
    )
    closed(session, place, TUESDAY)
    assert waiting(session, place) == []
    closed(session, place, MONDAY, Where(place.doctor.id))
    (again,) = waiting(session, place)
    assert again.details["held_before"] == "Lægen kommer ind"


def test_it_can_be_finished_with_a_word_once_it_lies_in_open_time_or_is_past(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    booked(session, place)
    closed(session, place, MONDAY)
    (item,) = waiting(session, place)
    freezer.move_to("2026-11-30T09:00:00Z")
    settling.finish(session, place.secretary, item, "Patienten kom og blev set")
    assert waiting(session, place) == []


def test_a_group_that_is_held_is_held_for_everyone_in_it(session: Session, place: Place) -> None:
    school = make.visit_type(session, place.clinic, group_capacity=4, rooms=place.rooms)
    wish = Wish(school, "in_person", 30, MONDAY, MONDAY, 0, session.now())
    slot = next(search.find(session, wish).slots())
    group = groups.create(session, place.secretary, wish, slot)
    for _number in range(2):
        course = make.course(session, place.clinic, make.patient(session, place.clinic))
        occasion = occasions.free(session, place.secretary, course, school)
        seat = groups.with_room(session, occasion, MONDAY, MONDAY)[0]
        service.book(session, place.secretary, occasion, seat, "desk")
    closed(session, place, MONDAY)
    items = waiting(session, place)
    assert len(items) == 3
    meeting = next(item for item in items if item.appointment_id is None)
    with pytest.raises(TimeStandsOutside):
        settling.finish(session, place.secretary, meeting, "Ringer senere")
    settling.finish(session, place.secretary, meeting, "Holdes i kantinen", held=True)
    assert waiting(session, place) == []
    assert group.cancelled_at is None

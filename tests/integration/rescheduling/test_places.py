"""The places a plan may use are those that a search finds: no fewer, and no others."""

from datetime import date, time

import pytest
from sqlalchemy import event

from booking.appointments.occasions import for_move
from booking.appointments.search import find
from booking.platform.database import Session
from booking.platform.localtime import local_date
from booking.rescheduling import by_hand, service
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.rescheduling.test_service import planned
from tests.integration.waitlist.conftest import Booked, at

pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")


def test_a_room_is_cleaned_after_hours_and_a_doctor_works_through_it(
    session: Session, place: Place, booked: Booked
) -> None:
    """The doctors stay an hour longer than their rooms are open; the last visit is at half past
    three, though its room is cleaned until a quarter past four."""
    for doctor in (place.doctor, place.other_doctor):
        make.open_weekdays(session, doctor, place.site, time(16), time(17))
    kind = make.visit_type(
        session,
        place.clinic,
        rooms=place.rooms,
        buffer_before=10,
        buffer_after=15,
        grid_minutes=15,
    )
    one = booked(at(8, 9), visit_type=kind)
    booked(at(9, 10), visit_type=kind)
    booked(at(9, 14), doctor=place.other_doctor)
    plan = planned(session, place)
    (line,) = plan.lines
    wish = for_move(session, place.secretary, one).wish()
    day = date(2026, 12, 9)
    for doctor in (place.doctor, place.other_doctor):
        chosen = by_hand.choices(session, place.secretary, line, day, doctor.id)
        offered = {
            one.slot for one in chosen if local_date(one.slot.start, place.clinic.zone) == day
        }
        found = find(session, wish).slots()
        there = {slot for slot in found if slot.clinician_id == doctor.id}
        assert offered == {s for s in there if local_date(s.start, place.clinic.zone) == day}
        assert max(offered).start == at(9, 15, 30)
    last = max(choice.slot for choice in chosen if choice.slot in offered)
    version = plan.version
    by_hand.choose_place(session, place.secretary, line, version, last, "in_person")
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert one.starts_at == at(9, 15, 30)
    assert plan.status == "done"


def test_a_plan_for_more_patients_asks_no_more_questions(
    session: Session, place: Place, booked: Booked
) -> None:
    asked: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    many = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", heard)
    try:
        for hours in ((8, 9), (10, 11, 12, 13)):
            for hour in hours:
                booked(at(8, hour))
            session.expire_all()
            asked.clear()
            planned(session, place)
            many.append(len(asked))
            session.rollback()
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    assert many[0] == many[1]

"""What stands in the way of a move is said whole and beforehand, and is what booking goes by."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from booking.appointments import holds, occasions, service
from booking.appointments.conflicts import Conflict, conflicts
from booking.appointments.errors import SameTime
from booking.appointments.groups import create
from booking.appointments.models import Appointment
from booking.appointments.search import Slot, Wish
from booking.calendar.models import Closure
from booking.people.models import Patient, PatientNeed
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")

TUESDAY = date(2026, 11, 24)


def at(clock: str, day: date = TUESDAY) -> datetime:
    """An instant by the clock in Denmark (an hour before UTC in November)."""
    return datetime.combine(day, time.fromisoformat(clock), UTC) - timedelta(hours=1)


def slot(place: Place, clock: str, day: date = TUESDAY, **other: Any) -> Slot:
    start = at(clock, day)
    values = {"clinician_id": place.doctor.id, "site_id": place.site.id, **other}
    return Slot(start, start + timedelta(minutes=30), **values)


def booked(session: Session, place: Place, clock: str, **who: Any) -> Appointment:
    """A control at this clock time on Tuesday, for someone else unless told."""
    patient = who.pop("patient", None) or make.patient(session, place.clinic)
    course = make.course(session, place.clinic, patient, responsible=place.doctor)
    occasion = occasions.free(session, place.secretary, course, place.control)
    return service.book(session, place.secretary, occasion, slot(place, clock, **who), "phone")


@pytest.fixture
def mine(session: Session, place: Place) -> Appointment:
    """The patient's control on Tuesday at nine."""
    return booked(session, place, "09:00", patient=place.patient)


def said(session: Session, place: Place, mine: Appointment, to: Slot) -> dict[str, Conflict]:
    return {one.code: one for one in conflicts(session, place.secretary, mine, to)}


def needs_interpreter(session: Session, patient: Patient) -> None:
    """The clinic has learnt of it, and no time has been made longer yet."""
    need = PatientNeed(
        patient_id=patient.id, need="interpreter", told_by="staff", since=session.now()
    )
    make.add(session, need)


def test_nothing_in_the_way(session: Session, place: Place, mine: Appointment) -> None:
    assert said(session, place, mine, slot(place, "13:00", date(2026, 11, 26))) == {}


def test_all_that_is_in_the_way_is_said_at_once(
    session: Session, place: Place, mine: Appointment
) -> None:
    theirs = booked(session, place, "10:00")
    also_mine = booked(
        session, place, "10:00", patient=place.patient, clinician_id=place.other_doctor.id
    )
    make.add(
        session,
        Closure(clinic=place.clinic, starts_at=at("10:15"), ends_at=at("12:00"), reason="Møde"),
    )
    found = said(session, place, mine, slot(place, "10:10"))
    assert found.keys() == {
        "off_grid", "closure", "clinician_taken", "no_resource", "patient_busy",
    }  # fmt: skip
    assert all(one.stops for one in found.values())
    assert found["closure"].data["reason"] == "Møde"
    assert found["clinician_taken"].data["by"] == "appointment"
    assert found["clinician_taken"].data["appointment_id"] == theirs.id
    assert found["patient_busy"].data["appointment_id"] == also_mine.id
    assert found["no_resource"].data["options"] == [(room.name, "hours") for room in place.rooms]


def test_rooms_that_others_have(session: Session, place: Place, mine: Appointment) -> None:
    third = make.clinician(session, place.clinic)
    make.open_weekdays(session, third, place.site)
    for who in (place.other_doctor, third):
        booked(session, place, "10:00", clinician_id=who.id)
    found = said(session, place, mine, slot(place, "10:00"))
    assert found.keys() == {"no_resource"}
    assert [why for _, why in found["no_resource"].data["options"]] == ["taken", "taken"]  # type: ignore[attr-defined]


def test_a_closed_room_with_the_other_taken(
    session: Session, place: Place, mine: Appointment
) -> None:
    booked(session, place, "10:00", clinician_id=place.other_doctor.id)
    closed = Closure(
        clinic=place.clinic, resource=place.rooms[1], starts_at=at("08:00"), ends_at=at("12:00")
    )
    make.add(session, closed)
    found = said(session, place, mine, slot(place, "10:00"))
    assert found["no_resource"].data["options"] == [
        (place.rooms[0].name, "taken"),
        (place.rooms[1].name, "closed"),
    ]


def test_another_clinics_time_is_only_taken(
    session: Session, place: Place, mine: Appointment
) -> None:
    elsewhere = make.clinic(session)
    there = make.site(session, elsewhere)
    place.doctor.clinics.append(elsewhere)
    make.open_weekdays(session, place.doctor, there, days=[2])
    kind = make.visit_type(session, elsewhere)
    theirs = make.course(session, elsewhere, place.patient)
    secretary = make.staff(session, elsewhere)
    occasion = occasions.free(session, actor_of(secretary), theirs, kind)
    wednesday = date(2026, 11, 25)
    to = slot(place, "10:00", wednesday, site_id=there.id)
    service.book(session, actor_of(secretary), occasion, to, "phone")
    found = said(session, place, mine, slot(place, "10:00", wednesday))
    assert found.keys() == {"clinician_taken", "patient_busy"}
    assert found["clinician_taken"].data["by"] == "elsewhere"
    assert found["clinician_taken"].data["appointment_id"] is None
    assert set(found["patient_busy"].data.values()) == {None}


def test_hours_and_sites(session: Session, place: Place, mine: Appointment) -> None:
    annex = make.site(session, place.clinic, name="Annekset")
    make.open_weekdays(session, place.doctor, annex, time(17), time(20))
    assert "outside_hours" in said(session, place, mine, slot(place, "07:00"))
    assert "outside_hours" in said(session, place, mine, slot(place, "15:45"))
    wrong = said(session, place, mine, slot(place, "17:00"))
    assert wrong["wrong_site"].data["site"] == "Annekset"
    assert "no_resource" in said(session, place, mine, slot(place, "17:00", site_id=annex.id))
    weekend = said(session, place, mine, slot(place, "10:00", date(2026, 11, 28)))
    assert weekend.keys() == {"outside_hours", "no_resource"}
    christmas = said(session, place, mine, slot(place, "10:00", date(2026, 12, 25)))
    assert "holiday" in christmas


def test_who_cannot_and_how_it_cannot(session: Session, place: Place, mine: Appointment) -> None:
    nurse = make.clinician(session, place.clinic, profession="nurse")
    make.open_weekdays(session, nurse, place.site)
    assert said(session, place, mine, slot(place, "13:00", clinician_id=nurse.id)).keys() == {
        "clinician_not_able"
    }
    by_video = conflicts(session, place.secretary, mine, slot(place, "13:00"), form="video")
    assert [one.code for one in by_video if one.stops] == ["form_not_offered"]


def test_the_past_and_what_has_ended(session: Session, place: Place, mine: Appointment) -> None:
    assert "past" in said(session, place, mine, slot(place, "07:45", date(2026, 11, 23)))
    assert "too_far" in said(session, place, mine, slot(place, "10:00", date(2028, 1, 4)))
    service.cancel(session, place.secretary, mine, "clinic", "desk", wants_new=False)
    assert said(session, place, mine, slot(place, "13:00")).keys() == {"wrong_state"}


def test_what_staff_may_go_past(session: Session, place: Place) -> None:
    invitation = make.invitation(
        session, place.course, place.control, TUESDAY, date(2026, 11, 27), deadline_on=TUESDAY
    )
    occasion = occasions.for_invitation(session, place.secretary, invitation)
    mine = service.book(session, place.secretary, occasion, slot(place, "09:00"), "phone")
    late = slot(place, "09:00", date(2026, 11, 30))
    found = said(session, place, mine, late)
    assert found.keys() == {"deadline", "window"}
    assert not any(one.stops for one in found.values())
    twice = conflicts(session, place.secretary, occasion, late)
    assert [one.code for one in twice if one.stops] == ["invitation_has_time"]


def test_a_longer_need_in_a_short_hole(session: Session, place: Place, mine: Appointment) -> None:
    booked(session, place, "10:00")
    booked(session, place, "11:00")
    assert not any(one.stops for one in said(session, place, mine, slot(place, "10:30")).values())
    needs_interpreter(session, place.patient)
    found = said(session, place, mine, slot(place, "10:30"))
    assert found.keys() >= {"too_short", "clinician_taken", "other_length"}
    assert found["too_short"].data == {"needs": 45, "room_for": 30}


def test_a_hold_stands_in_the_way_until_it_expires(
    session: Session, place: Place, mine: Appointment, freezer: Any
) -> None:
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    occasion = occasions.free(session, place.secretary, course, place.control)
    holds.place(session, occasion, slot(place, "13:00"))
    assert said(session, place, mine, slot(place, "13:00"))["clinician_taken"].data["by"] == "hold"
    freezer.tick(timedelta(minutes=11))
    assert "clinician_taken" not in said(session, place, mine, slot(place, "13:00"))


def test_to_where_it_stands(session: Session, place: Place, mine: Appointment) -> None:
    assert said(session, place, mine, slot(place, "09:00"))["same_time"].stops
    occasion = occasions.for_move(session, place.secretary, mine)
    with pytest.raises(SameTime):
        service.book(session, place.secretary, occasion, slot(place, "09:00"), "desk")
    assert mine.sequence == 0


def test_a_place_in_a_meeting(session: Session, place: Place) -> None:
    school = make.visit_type(session, place.clinic, group_capacity=1, base_minutes=30)
    day = TUESDAY
    wish = Wish(school, "in_person", 30, day, day, 0, session.now())
    seats = []
    for clock in ("09:00", "10:00"):
        meeting = create(session, place.secretary, wish, slot(place, clock))
        seats.append(slot(place, clock, group_session_id=meeting.id))
    made = []
    for seat in seats:
        patient = make.patient(session, place.clinic)
        course = make.course(session, place.clinic, patient)
        occasion = occasions.free(session, place.secretary, course, school)
        made.append(service.book(session, place.secretary, occasion, seat, "desk"))
    codes = {
        one.code for one in conflicts(session, place.secretary, made[0], seats[1]) if one.stops
    }
    assert codes == {"group_full"}
    codes = {
        one.code for one in conflicts(session, place.secretary, made[0], seats[0]) if one.stops
    }
    assert "same_time" in codes
    alone = conflicts(session, place.secretary, made[0], slot(place, "13:00"))
    assert [one.code for one in alone if one.stops] == ["group_place"]

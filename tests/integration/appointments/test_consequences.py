"""What closures and changed hours do to what is booked."""

import threading
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from booking.appointments import consequences, groups, holds, occasions, search, service
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.search import Slot, Wish
from booking.appointments.worklist import queries as worklist_queries
from booking.appointments.worklist.models import WorklistItem
from booking.calendar import closures, week_templates
from booking.calendar import service as calendar
from booking.calendar.closures import LocalPeriod
from booking.calendar.closures import Place as Where
from booking.calendar.models import Clinic, WeekTemplate
from booking.calendar.service import ClinicDetails, ResourceDetails
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


def booked(session: Session, place: Place, day: date, clock: time, **values: object) -> Appointment:
    """Somebody's control with the doctor, that day at that local time."""
    patient = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, patient)
    invitation = make.invitation(session, course, place.control, day, day, **values)
    occasion = occasions.for_invitation(session, place.secretary, invitation)
    start = datetime.combine(day, clock, place.clinic.zone)
    slot = next(
        s
        for s in search.find(session, occasion.wish(clinician_id=place.doctor.id)).slots()
        if s.start == start
    )
    return service.book(session, place.secretary, occasion, slot, "desk")


def waiting(session: Session, place: Place) -> set[int | None]:
    """The appointments on the worklist."""
    items = worklist_queries.open_items(session, place.clinic.id)
    return {item.appointment_id for item in items if item.kind == "opening_changed"}


def all_day(day: date) -> LocalPeriod:
    return LocalPeriod(day, day)


def test_a_clinicians_closure_puts_what_it_hits_on_the_worklist_and_removing_it_takes_it_off(
    session: Session, place: Place
) -> None:
    early, late = (booked(session, place, MONDAY, clock) for clock in (time(9), time(13)))
    booked(session, place, TUESDAY, time(9))
    period = LocalPeriod(MONDAY, MONDAY, time(9, 15), time(12))
    where = Where(place.doctor.id)
    closure = closures.add_closure(session, place.secretary, place.clinic, where, period, "Kursus")
    assert waiting(session, place) == {early.id}
    item = worklist_queries.open_items(session, place.clinic.id)[0]
    assert item.patient_id == early.patient_id
    assert item.due_on == date(2026, 11, 23), "today: the visit is less than two weeks away"
    closures.edit_closure(
        session, place.secretary, closure, closure.version, where, all_day(MONDAY), "Kursus"
    )
    assert waiting(session, place) == {early.id, late.id}
    hits = consequences.hit(session, place.clinic, MONDAY, MONDAY, [place.doctor.id])
    assert hits == [early, late]
    closures.remove_closure(session, place.secretary, closure, closure.version)
    assert waiting(session, place) == set()
    assert consequences.hit(session, place.clinic, MONDAY, None, None) == []


@pytest.mark.parametrize("what", ["clinic", "site", "room"])
def test_whatever_closes_is_seen(session: Session, place: Place, what: str) -> None:
    appointment = booked(session, place, MONDAY, time(9))
    room = next(a.resource_id for a in appointment.allocations if a.role != "clinician")
    where = {"clinic": Where(), "site": Where(site_id=place.site.id), "room": Where(room)}[what]
    closures.add_closure(session, place.secretary, place.clinic, where, all_day(MONDAY), "")
    assert waiting(session, place) == {appointment.id}


def test_another_room_or_day_hits_nobody(session: Session, place: Place) -> None:
    appointment = booked(session, place, MONDAY, time(9))
    taken = {a.resource_id for a in appointment.allocations}
    free_room = next(r for r in place.rooms if r.id not in taken)
    add = closures.add_closure
    add(session, place.secretary, place.clinic, Where(free_room.id), all_day(MONDAY), "")
    add(session, place.secretary, place.clinic, Where(), all_day(TUESDAY), "")
    assert waiting(session, place) == set()


def test_two_closures_over_one_time_keep_it_waiting_until_both_are_gone(
    session: Session, place: Place
) -> None:
    appointment = booked(session, place, MONDAY, time(9))
    one, other = (
        closures.add_closure(session, place.secretary, place.clinic, where, all_day(MONDAY), "")
        for where in (Where(), Where(place.doctor.id))
    )
    closures.remove_closure(session, place.secretary, one, one.version)
    assert waiting(session, place) == {appointment.id}
    closures.remove_closure(session, place.secretary, other, other.version)
    assert waiting(session, place) == set()
    assert len(session.scalars(select(WorklistItem)).all()) == 1


def test_a_template_that_ends_hits_what_lies_after_it(session: Session, place: Place) -> None:
    before = booked(session, place, MONDAY, time(9))
    after = booked(session, place, MONDAY + timedelta(weeks=1), time(9))
    mondays = session.scalars(
        select(WeekTemplate).where(
            WeekTemplate.resource_id == place.doctor.id, WeekTemplate.weekday == 0
        )
    ).one()
    week_templates.end(session, place.secretary, mondays, mondays.version, MONDAY)
    assert waiting(session, place) == {after.id}
    assert before.id not in waiting(session, place)
    week_templates.end(session, place.secretary, mondays, mondays.version, date(2027, 6, 30))
    assert waiting(session, place) == set()


def test_shorter_hours_hit_what_no_longer_fits_in_them(session: Session, place: Place) -> None:
    early, late = (booked(session, place, MONDAY, clock) for clock in (time(9), time(15, 30)))
    mondays = session.scalars(
        select(WeekTemplate).where(
            WeekTemplate.resource_id == place.doctor.id, WeekTemplate.weekday == 0
        )
    ).one()
    hours = week_templates.Hours(place.site.id, 0, "any", time(8), time(15, 45), date(2026, 11, 24))
    week_templates.change(session, place.secretary, place.clinic, mondays, mondays.version, hours)
    assert waiting(session, place) == {late.id}
    assert early.id not in waiting(session, place)


def test_the_clinics_own_closed_days_hit_what_is_booked(session: Session, place: Place) -> None:
    christmas_eve = booked(session, place, date(2026, 12, 24), time(9))
    details = ClinicDetails(place.clinic.name, place.clinic.phone, optional_closures="12-24")
    clinic = calendar.edit_clinic(
        session, place.secretary, place.clinic, place.clinic.version, details
    )
    assert waiting(session, place) == {christmas_eve.id}
    open_again = ClinicDetails(place.clinic.name, place.clinic.phone)
    calendar.edit_clinic(session, place.secretary, clinic, clinic.version, open_again)
    assert waiting(session, place) == set()


def test_a_clinician_out_of_use_hits_all_their_times(session: Session, place: Place) -> None:
    appointment = booked(session, place, MONDAY, time(9))
    details = ResourceDetails(place.doctor.name, profession="doctor")
    calendar.edit_resource(
        session,
        place.secretary,
        place.clinic,
        place.doctor,
        place.doctor.version,
        details,
        active=False,
    )
    assert waiting(session, place) == {appointment.id}


def test_a_buffer_counts_for_the_clinician_but_not_at_a_rooms_closing_time(
    session: Session, place: Place
) -> None:
    place.control.buffer_after = 15
    appointment = booked(session, place, MONDAY, time(9))  # with the buffer until 9.45
    period = LocalPeriod(MONDAY, MONDAY, time(9, 30), time(12))
    closure = closures.add_closure(
        session, place.secretary, place.clinic, Where(), period, "Personalemøde"
    )
    assert waiting(session, place) == {appointment.id}
    closures.remove_closure(session, place.secretary, closure, closure.version)
    after = LocalPeriod(MONDAY, MONDAY, time(9, 45), time(12))
    closures.add_closure(session, place.secretary, place.clinic, Where(), after, "Personalemøde")
    assert waiting(session, place) == set()


def test_moving_or_cancelling_settles_it(session: Session, place: Place) -> None:
    moved, cancelled = (booked(session, place, MONDAY, clock) for clock in (time(9), time(10)))
    closures.add_closure(
        session, place.secretary, place.clinic, Where(place.doctor.id), all_day(MONDAY), ""
    )
    assert waiting(session, place) == {moved.id, cancelled.id}
    occasion = occasions.for_move(session, place.secretary, moved)
    slot: Slot = next(search.find(session, occasion.wish(TUESDAY)).slots())
    hold = holds.place(session, occasion, slot)
    service.confirm(session, place.secretary, hold, "desk")
    service.cancel(session, place.secretary, cancelled, "clinic", "desk", wants_new=True)
    assert waiting(session, place) == set()


def test_what_is_past_or_cancelled_is_left_alone(session: Session, place: Place) -> None:
    order = Order(place.control, "in_person", MONDAY, TUESDAY)
    invitation = invitations.order(session, place.secretary, place.course, order)
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    service.cancel(session, place.secretary, appointment, "clinic", "desk", wants_new=False)
    closures.add_closure(session, place.secretary, place.clinic, Where(), all_day(MONDAY), "")
    assert waiting(session, place) == set()


def test_a_group_that_is_hit_hits_everyone_in_it(session: Session, place: Place) -> None:
    place.control.group_capacity = 4
    start = datetime.combine(MONDAY, time(9), place.clinic.zone)
    nobody = Wish(place.control, "in_person", 30, MONDAY, MONDAY, 0, session.now())
    slot = next(s for s in search.find(session, nobody).slots() if s.start == start)
    group = groups.create(session, place.secretary, nobody, slot)
    seat = Slot(slot.start, slot.end, slot.clinician_id, slot.site_id, group.id)
    both = []
    for _number in range(2):
        course = make.course(session, place.clinic, make.patient(session, place.clinic))
        invitation = make.invitation(session, course, place.control, MONDAY, MONDAY)
        occasion = occasions.for_invitation(session, place.secretary, invitation)
        both.append(service.book(session, place.secretary, occasion, seat, "desk"))
    closures.add_closure(
        session, place.secretary, place.clinic, Where(slot.clinician_id), all_day(MONDAY), ""
    )
    # The meeting itself stands there too: called off, it takes everyone along.
    assert waiting(session, place) == {None, *hit_ids(both)}


def hit_ids(appointments: Sequence[Appointment]) -> set[int]:
    return {a.id for a in appointments}


def test_a_shared_clinicians_closure_hits_at_the_other_clinic_too(
    session: Session, place: Place
) -> None:
    appointment = booked(session, place, MONDAY, time(9))
    other = make.clinic(session)
    place.doctor.clinics.append(other)
    session.flush()
    by = place.secretary
    closures.add_closure(session, by, other, Where(place.doctor.id), all_day(MONDAY), "")
    assert waiting(session, place) == {appointment.id}
    assert hit_ids(consequences.hit(session, other, MONDAY, None, None)) == set()


def test_a_booking_under_way_when_a_closure_is_saved_is_seen_by_it(
    rettid: Rettid, session: Session, place: Place
) -> None:
    saved = threading.Event()

    def close() -> None:
        with rettid.database.transaction() as other:
            clinic = other.get_one(Clinic, place.clinic.id)
            where = Where(place.doctor.id)
            closures.add_closure(other, place.secretary, clinic, where, all_day(MONDAY), "Syg")
        saved.set()

    appointment = booked(session, place, MONDAY, time(9))
    closing = threading.Thread(target=close)
    closing.start()
    assert not saved.wait(0.5)
    session.commit()
    closing.join(30)
    assert saved.is_set()
    assert waiting(session, place) == {appointment.id}

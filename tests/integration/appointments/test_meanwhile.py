"""What happens while someone is choosing, and what must hold all the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import attendance, calling_off, groups, holds, occasions, search, service
from booking.appointments.errors import (
    GroupFull,
    HasOneAlready,
    HoldExpired,
    TimeTaken,
    TooEarly,
    TooLate,
    WrongState,
)
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment, GroupSession, Hold
from booking.appointments.refit import Refit, refit
from booking.appointments.search import Slot, Wish
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.events import OpeningChanged
from booking.calendar.models import Closure
from booking.people.models import PatientNeed
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.localtime import day_bounds
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

FIRST, LAST = date(2026, 11, 30), date(2026, 12, 4)


def provisional(session: Session, place: Place) -> Appointment:
    order = Order(place.control, "in_person", FIRST, LAST)
    invitation = invitations.order(session, place.secretary, place.course, order)
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    return appointment


def holding(session: Session, place: Place) -> Hold:
    """The patient holds the last time of the week, on an invitation that has none yet."""
    invitation = make.invitation(session, place.course, place.control, FIRST, LAST)
    occasion = occasions.for_invitation(session, place.as_patient, invitation)
    slot = max(search.find(session, occasion.wish()).slots())
    return holds.place(session, occasion, slot)


def close(session: Session, place: Place, day: date) -> None:
    start, end = day_bounds(day, place.clinic.zone)
    session.add(Closure(clinic=place.clinic, starts_at=start, ends_at=end))
    session.flush()
    session.publish(OpeningChanged(place.clinic.id, None, day, day))


def meeting(session: Session, place: Place, capacity: int = 4) -> GroupSession:
    """A group meeting on the first day of the week."""
    place.control.group_capacity = capacity
    wish = Wish(place.control, "in_person", 30, FIRST, FIRST, 0, session.now())
    slot = next(search.find(session, wish).slots())
    return groups.create(session, place.secretary, wish, slot)


def test_a_held_time_that_is_closed_meanwhile_cannot_be_confirmed(
    session: Session, place: Place
) -> None:
    hold = holding(session, place)
    session.commit()
    close(session, place, LAST)
    with pytest.raises(HoldExpired):
        service.confirm(session, place.as_patient, hold)


def test_an_invitation_taken_back_meanwhile_is_not_revived(session: Session, place: Place) -> None:
    hold = holding(session, place)
    assert hold.invitation is not None
    token = hold.token
    invitations.revoke(session, place.secretary, hold.invitation, "clinic")
    with pytest.raises(HoldExpired):
        holds.by_token(session, token)


def test_a_hold_on_a_revoked_invitation_is_refused_even_if_it_is_still_there(
    session: Session, place: Place
) -> None:
    hold = holding(session, place)
    assert hold.invitation is not None
    hold.invitation.status = "revoked"
    session.flush()
    with pytest.raises(WrongState):
        service.confirm(session, place.as_patient, hold)


def test_a_time_that_has_begun_cannot_be_confirmed(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    place.control.closing_hours = 0
    place.control.mode = "free"
    occasion = occasions.free(session, place.as_patient, place.course, place.control)
    soon = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
    slot = next(s for s in search.find(session, occasion.wish()).slots() if s.start == soon)
    hold = holds.place(session, occasion, slot)
    freezer.move_to("2026-11-23T08:09:00Z")
    holds.extend(session, hold)
    freezer.move_to("2026-11-23T08:16:00Z")
    with pytest.raises(TooLate):
        service.confirm(session, place.as_patient, hold)


def test_choosing_the_held_time_again_does_not_begin_the_ten_minutes_anew(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    hold = holding(session, place)
    holds.extend(session, hold)
    ends, token = hold.expires_at, hold.token
    session.commit()
    freezer.tick(60)
    assert hold.invitation is not None
    occasion = occasions.for_invitation(session, place.as_patient, hold.invitation)
    slot = Slot(hold.starts_at, hold.ends_at, hold.clinician_id, hold.site_id)
    session.expunge(hold)
    again = holds.place(session, occasion, slot)
    assert again.token != token
    assert (again.expires_at, again.extended) == (ends, 1)


def test_nobody_hoards_free_times(session: Session, place: Place) -> None:
    place.control.mode = "free"
    occasion = occasions.free(session, place.as_patient, place.course, place.control)
    slot = next(search.find(session, occasion.wish()).slots())
    booked = service.book(session, place.as_patient, occasion, slot, "web")
    with pytest.raises(HasOneAlready):
        occasions.free(session, place.as_patient, place.course, place.control)
    occasions.free(session, place.secretary, place.course, place.control)
    service.cancel(session, place.as_patient, booked, "ill", wants_new=True)
    occasions.free(session, place.as_patient, place.course, place.control)


def test_needs_told_while_a_move_is_held_lengthen_the_time_one_has(
    session: Session, place: Place
) -> None:
    appointment = provisional(session, place)
    occasion = occasions.for_move(session, place.as_patient, appointment)
    right_after = Slot(
        appointment.ends_at,
        appointment.ends_at + timedelta(minutes=30),
        place.doctor.id,
        place.site.id,
    )
    holds.place(session, occasion, right_after)
    now = session.now()
    session.add(
        PatientNeed(patient_id=place.patient.id, need="interpreter", told_by="patient", since=now)
    )
    session.flush()
    assert refit(session, SYSTEM, appointment) is Refit.CHANGED
    assert appointment.minutes == 45


def test_a_longer_visit_keeps_its_room(session: Session, place: Place) -> None:
    appointment = provisional(session, place)
    other = place.rooms[1]
    mine = next(a for a in appointment.allocations if a.role != "clinician")
    mine.resource_id = other.id
    now = session.now()
    session.add(
        PatientNeed(patient_id=place.patient.id, need="interpreter", told_by="patient", since=now)
    )
    session.flush()
    assert refit(session, SYSTEM, appointment) is Refit.CHANGED
    assert other.id in {a.resource_id for a in appointment.allocations}


def test_two_clinicians_of_one_visit_may_swap_the_lead(session: Session, place: Place) -> None:
    place.control.clinicians_needed = 2
    appointment = provisional(session, place)
    second = next(
        one for one in (place.doctor.id, place.other_doctor.id) if one != appointment.clinician_id
    )
    occasion = occasions.for_move(session, place.as_patient, appointment)
    later = appointment.starts_at + timedelta(minutes=15)
    swapped = Slot(later, later + timedelta(minutes=30), second, place.site.id)
    hold = holds.place(session, occasion, swapped)
    moved = service.confirm(session, place.as_patient, hold)
    assert (moved.clinician_id, moved.starts_at) == (second, later)


def test_a_meeting_that_was_called_off_takes_nobody_in(session: Session, place: Place) -> None:
    group = meeting(session, place)
    invitation = make.invitation(session, place.course, place.control, FIRST, LAST)
    occasion = occasions.for_invitation(session, place.as_patient, invitation)
    seat = groups.with_room(session, occasion, FIRST, LAST)[0]
    calling_off.call_off(session, place.secretary, group, "")
    with pytest.raises(TimeTaken):
        service.book(session, place.as_patient, occasion, seat, "web")


def test_a_meeting_in_closed_time_takes_nobody_in_and_stands_on_the_worklist(
    session: Session, place: Place
) -> None:
    meeting(session, place)
    invitation = make.invitation(session, place.course, place.control, FIRST, LAST)
    occasion = occasions.for_invitation(session, place.as_patient, invitation)
    seat = groups.with_room(session, occasion, FIRST, LAST)[0]
    close(session, place, FIRST)
    assert groups.with_room(session, occasion, FIRST, LAST) == []
    with pytest.raises(GroupFull):
        service.book(session, place.as_patient, occasion, seat, "web")
    items = session.scalars(select(WorklistItem)).all()
    assert [(item.kind, item.patient_id) for item in items] == [("opening_changed", None)]


def test_a_meeting_at_the_time_of_ones_other_visit_is_not_offered(
    session: Session, place: Place
) -> None:
    appointment = provisional(session, place)
    group = meeting(session, place)
    group.starts_at, group.ends_at = appointment.starts_at, appointment.ends_at
    session.flush()
    group_type = place.control
    invitation = make.invitation(session, place.course, group_type, FIRST, LAST)
    assert invitations.reserve(session, SYSTEM, invitation) is None
    item = session.scalars(select(WorklistItem)).one()
    assert item.kind == "no_time_in_window"


def test_one_that_cannot_be_reserved_keeps_none_of_the_others(
    session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    window = (date(2027, 3, 27), date(2027, 3, 28))  # a weekend: nothing is open
    weekend = Order(place.control, "in_person", *window)
    week = Order(place.control, "in_person", date(2027, 4, 5), date(2027, 4, 9))
    invitations.order(session, place.secretary, place.course, weekend)
    other = make.course(session, place.clinic, make.patient(session, place.clinic))
    fine = invitations.order(session, place.secretary, other, week)
    freezer.move_to("2027-02-20T08:00:00Z")
    assert invitations.reach_horizon(session) == 2
    assert invitations.live_appointment(session, fine) is not None


def test_a_second_wish_is_not_lost_and_is_read_before_the_time(
    session: Session, place: Place
) -> None:
    appointment = provisional(session, place)
    occasion = occasions.for_move(session, place.as_patient, appointment)
    service.no_time_fits(session, place.as_patient, occasion, "Kun tirsdage", ["morning"])
    service.no_time_fits(session, place.as_patient, occasion, "Eller efter kl. 15", ["video"])
    item = session.scalars(select(WorklistItem)).one()
    assert item.words == "Kun tirsdage\nEller efter kl. 15"
    assert item.details["wishes"] == ["morning", "video"]
    assert item.due_on == FIRST, "the day of the time that does not suit"


def test_nobody_has_arrived_on_another_day(session: Session, place: Place) -> None:
    appointment = provisional(session, place)
    for act in (attendance.arrive, attendance.call_in):
        with pytest.raises(TooEarly):
            act(session, place.secretary, appointment)

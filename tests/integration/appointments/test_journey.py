"""The golden journey: an invitation with a provisional time; the patient keeps, moves, cancels."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from booking.appointments import groups, holds, occasions, search, service
from booking.appointments.errors import (
    DoesNotFit,
    HoldExpired,
    InClosingPeriod,
    MoveLimitReached,
    PastDeadline,
    TimeTaken,
)
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import Allocation, Appointment, AppointmentChange
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark

NEXT_WEEK = (date(2026, 11, 30), date(2026, 12, 4))


def ordered(session: Session, place: Place, **values: object) -> Appointment:
    """The next control ordered for next week, and the provisional time it got."""
    order = Order(place.control, "in_person", *NEXT_WEEK, **values)  # type: ignore[arg-type]
    invitation = invitations.order(session, place.secretary, place.course, order)
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    return appointment


def test_an_order_within_the_horizon_gets_a_provisional_time_with_the_responsible_clinician(
    session: Session, place: Place
) -> None:
    appointment = ordered(session, place)
    assert appointment.participant == "needs-action"
    assert appointment.clinician_id == place.doctor.id
    assert appointment.starts_at == datetime(2026, 11, 30, 7, 0, tzinfo=UTC)  # 8.00 on the wall
    taken = {(a.resource_id, a.starts_at) for a in appointment.allocations}
    assert taken == {(r, appointment.starts_at) for r in (place.doctor.id, place.rooms[0].id)}


def test_the_patient_keeps_it(session: Session, place: Place) -> None:
    appointment = ordered(session, place)
    service.keep(session, place.as_patient, appointment)
    service.keep(session, place.as_patient, appointment)
    assert appointment.participant == "accepted"
    whats = session.scalars(select(AppointmentChange.what).order_by(AppointmentChange.id)).all()
    assert whats == ["booked", "kept"]


def test_moving_a_quarter_of_an_hour_does_not_collide_with_itself(
    session: Session, place: Place
) -> None:
    appointment = ordered(session, place)
    rows = {a.id for a in appointment.allocations}
    occasion = occasions.for_move(session, place.as_patient, appointment)
    later = appointment.starts_at + timedelta(minutes=15)
    slot = next(
        s
        for s in search.find(session, occasion.wish()).slots()
        if s.start == later and s.clinician_id == place.doctor.id
    )
    hold = holds.place(session, occasion, slot)
    kept = session.scalars(select(Allocation).where(Allocation.hold_id == hold.id)).all()
    doctors = [a for a in kept if a.resource_id == place.doctor.id]
    assert [(a.starts_at, a.ends_at) for a in doctors] == [
        (later + timedelta(minutes=15), later + timedelta(minutes=30))
    ], "a hold for a move takes only what is not already the mover's"
    moved = service.confirm(session, place.as_patient, hold)
    session.commit()
    assert moved.id == appointment.id
    assert moved.starts_at == later
    assert moved.moves == 1
    assert {a.id for a in moved.allocations} == rows, "the same rows carry the move"
    assert session.scalars(select(Allocation).where(Allocation.hold_id.is_not(None))).all() == []


def test_the_old_time_lives_until_the_new_one_is_confirmed(session: Session, place: Place) -> None:
    appointment = ordered(session, place)
    before = appointment.starts_at
    occasion = occasions.for_move(session, place.as_patient, appointment)
    slot = max(search.find(session, occasion.wish()).slots())
    holds.place(session, occasion, slot)
    assert appointment.starts_at == before
    assert appointment.active


def test_an_expired_hold_cannot_be_confirmed_and_stands_in_nobodys_way(
    session: Session, place: Place, freezer: object
) -> None:
    appointment = ordered(session, place)
    occasion = occasions.for_move(session, place.as_patient, appointment)
    slot = max(search.find(session, occasion.wish()).slots())
    hold = holds.place(session, occasion, slot)
    session.commit()
    freezer.move_to("2026-11-23T08:10:00Z")  # type: ignore[attr-defined]
    with pytest.raises(HoldExpired):
        service.confirm(session, place.as_patient, hold)
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    invitation = make.invitation(session, course, place.control, *NEXT_WEEK)
    theirs = occasions.for_invitation(session, make.as_patient(other), invitation)
    service.book(session, place.secretary, theirs, slot, "phone")


def test_a_held_time_is_taken_for_everyone_else(session: Session, place: Place) -> None:
    appointment = ordered(session, place)
    occasion = occasions.for_move(session, place.as_patient, appointment)
    slot = max(search.find(session, occasion.wish()).slots())
    holds.place(session, occasion, slot)
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    invitation = make.invitation(session, course, place.control, *NEXT_WEEK)
    theirs = occasions.for_invitation(session, make.as_patient(other), invitation)
    assert slot not in search.find(session, theirs.wish()).slots()
    with pytest.raises(TimeTaken):
        holds.place(session, theirs, slot)


def test_choosing_another_time_frees_the_one_held_before(session: Session, place: Place) -> None:
    appointment = ordered(session, place)
    occasion = occasions.for_move(session, place.as_patient, appointment)
    first, *_, last = sorted(search.find(session, occasion.wish()).slots())
    holds.place(session, occasion, last)
    holds.place(session, occasion, first)
    assert last in search.find(session, occasion.wish()).slots()


def test_the_closing_period_bars_moving_and_not_cancelling(
    session: Session, place: Place, freezer: object
) -> None:
    appointment = ordered(session, place)
    freezer.move_to("2026-11-29T07:00:00Z")  # type: ignore[attr-defined]
    with pytest.raises(InClosingPeriod) as refused:
        occasions.for_move(session, place.as_patient, appointment)
    assert refused.value.context["phone"] == place.clinic.phone
    freezer.move_to("2026-11-30T06:59:00Z")  # type: ignore[attr-defined]
    service.cancel(session, place.as_patient, appointment, "ill", wants_new=False)
    assert appointment.status == "cancelled"


def test_a_patient_may_move_only_so_often(session: Session, place: Place) -> None:
    appointment = ordered(session, place)
    appointment.moves = place.control.move_limit
    with pytest.raises(MoveLimitReached):
        occasions.for_move(session, place.as_patient, appointment)
    occasions.for_move(session, place.secretary, appointment)


def test_a_time_after_the_deadline_needs_the_patients_word(session: Session, place: Place) -> None:
    appointment = ordered(session, place, deadline_on=date(2026, 12, 1), deadline_kind="workup")
    occasion = occasions.for_move(session, place.as_patient, appointment)
    late = max(search.find(session, occasion.wish()).slots())
    hold = holds.place(session, occasion, late)
    with pytest.raises(PastDeadline):
        service.confirm(session, place.as_patient, hold)
    service.confirm(session, place.as_patient, hold, late_ok=True)
    change = session.scalars(
        select(AppointmentChange).order_by(AppointmentChange.id.desc())
    ).first()
    assert change is not None
    assert change.reason == "patient_wish"


def test_a_cancelled_time_is_free_and_nobody_is_lost(session: Session, place: Place) -> None:
    appointment = ordered(session, place)
    slot = search.Slot(appointment.starts_at, appointment.ends_at, place.doctor.id, place.site.id)
    service.cancel(session, place.as_patient, appointment, "work", wants_new=True)
    invitation = appointment.invitation
    assert invitation is not None
    assert invitation.status == "open"
    occasion = occasions.for_invitation(session, place.as_patient, invitation)
    assert slot in search.find(session, occasion.wish()).slots()
    open_items = session.scalars(select(WorklistItem).where(WorklistItem.status == "open")).all()
    assert [item.kind for item in open_items] == ["wants_new_time"]
    service.book(session, place.as_patient, occasion, slot, "web")
    session.refresh(open_items[0])
    assert open_items[0].status == "done", "a booked time settles it"


def test_a_window_beyond_the_horizon_waits_for_it(
    session: Session, place: Place, freezer: object
) -> None:
    order = Order(place.control, "in_person", date(2027, 3, 22), date(2027, 4, 2))
    invitation = invitations.order(session, place.secretary, place.course, order)
    assert invitation.status == "planned"
    assert invitations.live_appointment(session, invitation) is None
    assert invitations.reach_horizon(session) == 0
    freezer.move_to("2027-01-25T09:00:00Z")  # type: ignore[attr-defined]
    assert invitations.reach_horizon(session) == 1
    assert invitations.reach_horizon(session) == 0
    assert invitations.live_appointment(session, invitation) is not None


def test_no_time_in_the_window_is_a_worklist_item_with_the_deadline(
    session: Session, place: Place
) -> None:
    weekend = Order(place.control, "in_person", date(2026, 11, 28), date(2026, 11, 29))
    invitation = invitations.order(session, place.secretary, place.course, weekend)
    assert invitations.live_appointment(session, invitation) is None
    item = session.scalars(select(WorklistItem)).one()
    assert (item.kind, item.due_on) == ("no_time_in_window", date(2026, 11, 29))
    assert invitations.reserve(session, SYSTEM, invitation) is None
    assert len(session.scalars(select(WorklistItem)).all()) == 1


def test_a_place_in_a_group_is_not_swapped_for_a_time_by_oneself(
    session: Session, place: Place
) -> None:
    """No page offers it; a request made up by hand is refused all the same."""
    school = make.visit_type(session, place.clinic, group_capacity=2, mode="free")
    nine = datetime(2026, 11, 30, 8, tzinfo=UTC)
    slot = search.Slot(nine, nine + timedelta(minutes=30), place.doctor.id, place.site.id)
    wish = search.Wish(school, "in_person", 30, *NEXT_WEEK, 0, session.now())
    meeting = groups.create(session, place.secretary, wish, slot)
    later = replace(slot, start=nine + timedelta(hours=2), end=nine + timedelta(hours=3))
    free = occasions.free(session, place.as_patient, place.course, school)
    with pytest.raises(DoesNotFit):
        holds.place(session, free, later)
    joined = replace(slot, group_session_id=meeting.id)
    one = service.book(session, place.secretary, free, joined, "phone")
    for by in (place.as_patient, place.secretary):
        moving = occasions.for_move(session, by, one)
        with pytest.raises(DoesNotFit):
            holds.place(session, moving, later)
        with pytest.raises(DoesNotFit):
            service.book(session, by, moving, later, "desk")

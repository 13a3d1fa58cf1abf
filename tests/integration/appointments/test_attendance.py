"""The day as it happens, what it leaves behind, and taking it back."""

from datetime import date

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from booking.appointments import attendance, occasions, search, service
from booking.appointments.errors import TimeTaken, TooEarly, WrongState
from booking.appointments.guard import CONSTRAINTS
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session, constraint_of
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

STARTS = "2026-11-30T07:00:00Z"


@pytest.fixture
def appointment(session: Session, place: Place) -> Appointment:
    order = Order(place.control, "in_person", date(2026, 11, 30), date(2026, 12, 4))
    invitation = invitations.order(session, place.secretary, place.course, order)
    made = invitations.live_appointment(session, invitation)
    assert made is not None
    return made


def open_kinds(session: Session) -> list[str]:
    wanted = select(WorklistItem.kind).where(WorklistItem.status == "open")
    return list(session.scalars(wanted))


def test_a_visit_from_arrival_to_done_and_all_the_way_back(
    session: Session, place: Place, appointment: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(STARTS)
    who = place.secretary
    assert appointment.invitation is not None
    attendance.arrive(session, who, appointment)
    attendance.call_in(session, who, appointment)
    attendance.done(session, who, appointment)
    assert (appointment.status, appointment.invitation.status) == ("fulfilled", "completed")
    for status in ("checked-in", "arrived", "booked"):
        attendance.undo(session, who, appointment)
        assert appointment.status == status
    assert appointment.invitation.status == "open"
    assert (appointment.arrived_at, appointment.called_in_at, appointment.done_at) == (
        None,
        None,
        None,
    )
    with pytest.raises(WrongState):
        attendance.undo(session, who, appointment)


def test_nobody_has_failed_to_come_before_the_time(
    session: Session, place: Place, appointment: Appointment
) -> None:
    with pytest.raises(TooEarly):
        attendance.did_not_come(session, place.secretary, appointment)


def test_a_patient_who_did_not_come_is_not_lost(
    session: Session, place: Place, appointment: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(STARTS)
    attendance.did_not_come(session, place.secretary, appointment)
    assert open_kinds(session) == ["did_not_come"]
    invitation = appointment.invitation
    assert invitation is not None
    again = occasions.for_invitation(session, place.secretary, invitation)
    slot = next(search.find(session, again.wish()).slots())
    service.book(session, place.secretary, again, slot, "phone")
    assert open_kinds(session) == [], "a new time settles it"


def test_undoing_a_no_show_takes_it_off_the_worklist(
    session: Session, place: Place, appointment: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(STARTS)
    attendance.did_not_come(session, place.secretary, appointment)
    attendance.undo(session, place.secretary, appointment)
    assert open_kinds(session) == []
    assert appointment.status == "booked"


def test_undoing_is_guarded_again(
    session: Session, place: Place, appointment: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-30T07:00:00Z")
    attendance.did_not_come(session, place.secretary, appointment)
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other, responsible=place.doctor)
    theirs = occasions.free(session, place.secretary, course, place.control)
    slot = search.Slot(appointment.starts_at, appointment.ends_at, place.doctor.id, place.site.id)
    service.book(session, place.secretary, theirs, slot, "desk")
    with pytest.raises(IntegrityError) as refused:
        attendance.undo(session, place.secretary, appointment)
    assert CONSTRAINTS[constraint_of(refused.value)] is TimeTaken

"""What staff did last can be taken back: as a new act, by the same rules, with nothing deleted."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from booking.appointments import occasions, queries, service
from booking.appointments.errors import CannotUndo, OldPlaceTaken, PastDeadline
from booking.appointments.groups import create
from booking.appointments.invitations.service import revoke
from booking.appointments.models import Allocation, Appointment, AppointmentChange
from booking.appointments.search import Slot, Wish
from booking.appointments.undo import last_act, undo, wants_reason
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Closure
from booking.people.sign_in import actor_of
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.errors import NotFound
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.appointments.undoing import Secretary, takes_back
from tests.racing import PROCESSES, race

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)  # by the clock in Denmark
TEN = NINE + timedelta(hours=1)
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)


def at(place: Place, start: datetime, **other: Any) -> Slot:
    values = {"clinician_id": place.doctor.id, "site_id": place.site.id, **other}
    return Slot(start, start + timedelta(minutes=30), **values)


def book(session: Session, place: Place, start: datetime, **how: Any) -> Appointment:
    invitation = make.invitation(session, place.course, place.control, MONDAY, FRIDAY)
    occasion = occasions.for_invitation(session, place.secretary, invitation)
    return service.book(session, place.secretary, occasion, at(place, start), "phone", **how)


def move(session: Session, place: Place, one: Appointment, to: Slot) -> AppointmentChange:
    occasion = occasions.for_move(session, place.secretary, one)
    service.book(session, place.secretary, occasion, to, "desk", late_reason="capacity")
    return latest(session, one)


def cancel(session: Session, place: Place, one: Appointment, **how: Any) -> AppointmentChange:
    how = {"wants_new": False, **how}
    service.cancel(session, place.secretary, one, "clinic", "desk", **how)
    return latest(session, one)


def latest(session: Session, one: Appointment) -> AppointmentChange:
    return queries.history(session, one)[-1]


def stands(session: Session, one: Appointment) -> tuple[object, ...]:
    """Where it is and what it takes, as the database has it."""
    session.flush()
    session.expire_all()
    takes = select(Allocation.resource_id, Allocation.starts_at, Allocation.ends_at).where(
        Allocation.appointment_id == one.id, Allocation.active
    )
    taken = sorted(tuple(row) for row in session.execute(takes))
    return (one.starts_at, one.ends_at, one.clinician_id, one.site_id, one.form, taken)


def test_a_move_is_taken_back(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    before = stands(session, one)
    change = move(session, place, one, at(place, TEN, clinician_id=place.other_doctor.id))
    assert undo(session, place.secretary, change) is one
    assert stands(session, one) == before
    assert one.participant == "accepted"
    assert [c.what for c in queries.history(session, one)] == ["booked", "moved", "moved"]
    assert latest(session, one).before is not None
    assert latest(session, one).before["undoes"] == change.id  # type: ignore[index]
    logged = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert logged[-2:] == ["appointment.moved", "appointment.move_undone"]


def test_taking_it_back_can_be_taken_back(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    change = move(session, place, one, at(place, TEN))
    undo(session, place.secretary, change)
    undo(session, place.secretary, latest(session, one))
    assert one.starts_at == TEN


@pytest.mark.parametrize("answered", ["accepted", "needs-action"])
def test_what_the_patient_had_answered_stands_again(
    session: Session, place: Place, answered: str
) -> None:
    """A plan moved them without asking, so they have to answer; back where they were they need not
    do so again.
    """
    one = book(session, place, NINE)
    one.participant = answered
    change = move(session, place, one, at(place, TEN))
    one.participant = "needs-action"
    undo(session, place.secretary, change)
    assert one.participant == answered


def test_nothing_is_taken_back_where_someone_else_has_the_place(
    session: Session, place: Place
) -> None:
    one = book(session, place, NINE)
    change = move(session, place, one, at(place, TEN))
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    theirs = occasions.free(session, place.secretary, course, place.control)
    service.book(session, place.secretary, theirs, at(place, NINE), "phone")
    make.add(
        session,
        Closure(clinic=place.clinic, starts_at=NINE, ends_at=NINE + timedelta(minutes=15)),
    )
    with pytest.raises(OldPlaceTaken) as refused:
        undo(session, place.secretary, change)
    found = {one.code for one in refused.value.context["conflicts"]}  # type: ignore[attr-defined]
    assert found >= {"closure", "clinician_taken"}
    assert one.starts_at == TEN
    assert latest(session, one).id == change.id


def test_a_place_off_the_grid_is_had_again(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    place.control.grid_minutes = 30
    move(session, place, one, at(place, TEN))
    place.control.grid_minutes = 15
    move(session, place, one, at(place, NINE + timedelta(minutes=15)))
    place.control.grid_minutes = 30
    change = move(session, place, one, at(place, TEN))
    undo(session, place.secretary, change)
    assert one.starts_at == NINE + timedelta(minutes=15)


@pytest.mark.parametrize("off", [timedelta(minutes=3), timedelta(minutes=1, seconds=30)])
def test_a_place_between_two_ticks_is_had_again(
    session: Session, place: Place, off: timedelta
) -> None:
    """As where times were taken over from another system, each right after the other."""
    afternoon = NINE + timedelta(hours=4)
    one, before, after = (book_for_another(session, place, afternoon) for _ in range(3))
    half = timedelta(minutes=30)
    for each, start in ((before, NINE + off - half), (one, NINE + off), (after, NINE + off + half)):
        put_at(session, each, start)
    was = stands(session, one)
    change = move(session, place, one, at(place, TEN + timedelta(hours=1)))
    undo(session, place.secretary, change)
    assert stands(session, one) == was
    made = undo(session, place.secretary, cancel(session, place, one))
    assert stands(session, made) == was
    change = cancel(session, place, made)
    put_at(session, after, NINE + off + half - timedelta(minutes=1))
    with pytest.raises(OldPlaceTaken) as refused:
        undo(session, place.secretary, change)
    found = [one.code for one in refused.value.context["conflicts"]]  # type: ignore[attr-defined]
    assert found == ["clinician_taken"]


def book_for_another(session: Session, place: Place, start: datetime) -> Appointment:
    """A time of somebody else's, in the first free half hour from `start`."""
    course = make.course(session, place.clinic, make.patient(session, place.clinic))
    occasion = occasions.free(session, place.secretary, course, place.control)
    taken = session.scalar(select(func.count(Appointment.id))) or 0
    slot = at(place, start + timedelta(minutes=30 * taken))
    return service.book(session, place.secretary, occasion, slot, "phone")


def put_at(session: Session, one: Appointment, start: datetime) -> None:
    """As an import would have it: anywhere at all, in the first room."""
    room = min(row.resource_id for row in one.allocations if row.role != "clinician")
    one.starts_at, one.ends_at = start, start + timedelta(minutes=30)
    for row in one.allocations:
        row.starts_at, row.ends_at = one.starts_at, one.ends_at
        if row.role != "clinician":
            row.resource_id = room
    session.flush()


def test_two_who_take_the_same_act_back_at_once(
    session: Session, place: Place, database_url: str, soak: int
) -> None:
    """One does, and the others are told; nothing is moved or booked twice."""
    acts, key = [], Fernet.generate_key().decode()
    for number in range(4 * soak):
        start = NINE + timedelta(days=number // 4, minutes=30 * (number % 4))
        one = book(session, place, start) if number == 0 else None
        if one is None:
            course = make.course(session, place.clinic, make.patient(session, place.clinic))
            occasion = occasions.free(session, place.secretary, course, place.control)
            one = service.book(session, place.secretary, occasion, at(place, start), "phone")
        if number % 2:
            to = at(place, start + timedelta(hours=3))
            acts.append(move(session, place, one, to).id)
        else:
            acts.append(cancel(session, place, one).id)
    session.commit()
    everyone = [Secretary(database_url, key, place.staff.id, acts) for _ in range(PROCESSES)]
    outcomes = race(takes_back, everyone)
    assert outcomes == {"done": len(acts), "cannot_undo": len(acts) * (PROCESSES - 1)}
    session.rollback()
    session.expire_all()
    again = select(func.count(AppointmentChange.id)).where(AppointmentChange.what == "restored")
    assert session.scalar(again) == len(acts) // 2
    live = select(func.count(Appointment.id)).where(Appointment.status == "booked")
    assert session.scalar(live) == len(acts)


def test_an_invitation_taken_back_since_is_not_opened_again(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    assert one.invitation is not None
    change = cancel(session, place, one, wants_new=True)
    revoke(session, place.secretary, one.invitation, "not_needed")
    with pytest.raises(CannotUndo):
        undo(session, place.secretary, change)
    assert (one.status, one.invitation.status) == ("cancelled", "revoked")


def test_only_the_latest_act_of_staff_today(session: Session, place: Place, freezer: Any) -> None:
    one = book(session, place, NINE, provisional=True)
    assert last_act(session, place.secretary, one) is None
    first = move(session, place, one, at(place, TEN))
    second = move(session, place, one, at(place, TEN + timedelta(hours=1)))
    with pytest.raises(CannotUndo):
        undo(session, place.secretary, first)
    service.keep(session, place.as_patient, one)
    with pytest.raises(CannotUndo):
        undo(session, place.secretary, second)
    third = move(session, place, one, at(place, TEN))
    freezer.move_to("2026-11-23T22:59:00Z")
    assert last_act(session, place.secretary, one) is third
    freezer.move_to("2026-11-23T23:00:00Z")  # midnight in Denmark
    with pytest.raises(CannotUndo):
        undo(session, place.secretary, third)


def test_what_the_patient_did_is_theirs(session: Session, place: Place) -> None:
    one = book(session, place, NINE + timedelta(days=2))
    occasion = occasions.for_move(session, place.as_patient, one)
    service.book(session, place.as_patient, occasion, at(place, TEN + timedelta(days=2)), "web")
    with pytest.raises(CannotUndo):
        undo(session, place.secretary, latest(session, one))


def test_other_clinics_staff_know_of_nothing(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    change = move(session, place, one, at(place, TEN))
    stranger = actor_of(make.staff(session, make.clinic(session)))
    with pytest.raises(NotFound):
        undo(session, stranger, change)


@pytest.mark.parametrize("wants_new", [True, False])
@pytest.mark.parametrize("provisional", [True, False])
def test_a_cancellation_is_taken_back(
    session: Session, place: Place, wants_new: bool, provisional: bool
) -> None:
    one = book(session, place, NINE, provisional=provisional)
    before = stands(session, one)
    invitation = one.invitation
    assert invitation is not None
    change = cancel(session, place, one, wants_new=wants_new)
    made = undo(session, place.secretary, change)
    assert made is not one
    assert stands(session, made) == before
    assert made.participant == ("needs-action" if provisional else "accepted")
    assert made.invitation is invitation
    assert (one.status, invitation.status) == ("cancelled", "open")
    assert [c.what for c in queries.history(session, one)] == ["booked", "cancelled", "restored"]
    assert latest(session, made).before == {"undoes": change.id}
    still_open = select(WorklistItem.kind).where(WorklistItem.status == "open")
    assert session.scalars(still_open).all() == []
    with pytest.raises(CannotUndo):
        undo(session, place.secretary, change)


def test_a_cancellation_without_an_invitation(session: Session, place: Place) -> None:
    free = occasions.free(session, place.secretary, place.course, place.control)
    one = service.book(session, place.secretary, free, at(place, NINE), "phone")
    made = undo(session, place.secretary, cancel(session, place, one))
    assert made.starts_at == NINE
    still_open = select(WorklistItem.kind).where(WorklistItem.status == "open")
    assert session.scalars(still_open).all() == []


def test_a_cancelled_time_that_another_has_stays_cancelled(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    invitation = one.invitation
    assert invitation is not None
    change = cancel(session, place, one)
    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    theirs = occasions.free(session, place.secretary, course, place.control)
    service.book(session, place.secretary, theirs, at(place, NINE), "phone")
    with pytest.raises(OldPlaceTaken):
        undo(session, place.secretary, change)
    assert (one.status, invitation.status) == ("cancelled", "revoked")


def test_an_invitation_that_has_a_new_time_is_left_alone(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    assert one.invitation is not None
    change = cancel(session, place, one, wants_new=True)
    occasion = occasions.for_invitation(session, place.secretary, one.invitation)
    service.book(session, place.secretary, occasion, at(place, TEN), "phone")
    with pytest.raises(OldPlaceTaken) as refused:
        undo(session, place.secretary, change)
    found = [one.code for one in refused.value.context["conflicts"]]  # type: ignore[attr-defined]
    assert found == ["invitation_has_time"]


def test_a_late_place_keeps_its_reason(session: Session, place: Place) -> None:
    one = book(session, place, NINE)
    assert one.invitation is not None
    late = NINE + timedelta(days=2)
    one.invitation.deadline_on = MONDAY + timedelta(days=1)
    move(session, place, one, at(place, late))
    undo(session, place.secretary, move(session, place, one, at(place, TEN)))
    assert (one.starts_at, latest(session, one).reason) == (late, "capacity")

    other = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, other)
    invitation = make.invitation(session, course, place.control, MONDAY, FRIDAY)
    occasion = occasions.for_invitation(session, place.secretary, invitation)
    theirs = service.book(session, place.secretary, occasion, at(place, NINE), "phone")
    change = move(session, place, theirs, at(place, TEN))
    invitation.deadline_on = MONDAY
    assert wants_reason(session, change)
    with pytest.raises(PastDeadline):
        undo(session, place.secretary, change)
    undo(session, place.secretary, change, late_reason="capacity")
    assert theirs.starts_at == NINE
    change = cancel(session, place, theirs)
    assert not wants_reason(session, change)
    assert latest(session, undo(session, place.secretary, change)).reason == "capacity"


def test_a_place_in_a_meeting_is_had_again(session: Session, place: Place) -> None:
    school = make.visit_type(session, place.clinic, group_capacity=2)
    wish = Wish(school, "in_person", 30, MONDAY, FRIDAY, 0, session.now())
    seats = []
    for start in (NINE, TEN):
        meeting = create(session, place.secretary, wish, at(place, start))
        seats.append(at(place, start, group_session_id=meeting.id))
    occasion = occasions.free(session, place.secretary, place.course, school)
    one = service.book(session, place.secretary, occasion, seats[0], "desk")
    undo(session, place.secretary, move(session, place, one, seats[1]))
    assert one.group_session_id == seats[0].group_session_id
    made = undo(session, place.secretary, cancel(session, place, one))
    assert made.group_session_id == seats[0].group_session_id

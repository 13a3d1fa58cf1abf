"""A plan changed by hand and made again: what was chosen stands, nobody's own time is given."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from booking.appointments import attendance, groups, occasions
from booking.appointments import service as appointments
from booking.appointments.errors import TimeTaken
from booking.appointments.models import Appointment, AppointmentChange
from booking.appointments.search import Slot, Wish
from booking.appointments.worklist.models import WorklistItem
from booking.calendar import closures
from booking.calendar.models import Closure
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile
from booking.platform.localtime import local_date
from booking.rescheduling import by_hand, service
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from booking.rescheduling.places import Choice
from reminders.messages.models import Message
from reminders.policies import service as policies
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import SENDER
from tests.integration.rescheduling.test_service import planned
from tests.integration.waitlist.conftest import Booked, at
from tests.integration.workbench_rows import broken

pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")


def line_of(plan: Rescheduling, one: Appointment) -> ReschedulingLine:
    """The line of an appointment."""
    (found,) = [line for line in plan.lines if line.appointment_id == one.id]
    return found


def put(session: Session, place: Place, line: ReschedulingLine, start: datetime) -> Choice:
    """Choose by hand the place at a start."""
    found = by_hand.choices(session, place.secretary, line, local_date(start, place.clinic.zone))
    (one,) = [choice for choice in found if choice.slot.start == start]
    version = line.rescheduling.version
    by_hand.choose_place(session, place.secretary, line, version, one.slot, one.form)
    return one


def again(session: Session, place: Place, plan: Rescheduling) -> None:
    """Make it again."""
    session.commit()
    service.propose_again(session, place.secretary, plan, plan.version)
    session.commit()


def carried_out(session: Session, place: Place, plan: Rescheduling) -> None:
    """Carry it out, and look that nothing is broken."""
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert broken(session, place.clinic.id, session.now()) == {}


def test_made_again_it_keeps_what_was_chosen_and_who_stays(
    session: Session, place: Place, booked: Booked
) -> None:
    chosen, stays, other, gone = (booked(at(8, hour)) for hour in (9, 10, 11, 12))
    plan = planned(session, place)
    put(session, place, line_of(plan, chosen), at(17, 9))
    service.leave_out(session, place.secretary, line_of(plan, stays), plan.version, left_out=True)
    appointments.cancel(session, place.secretary, gone, "clinic", wants_new=False)
    joins = booked(at(8, 14))
    again(session, place, plan)
    assert {line.appointment_id for line in plan.lines} == {
        one.id for one in (chosen, stays, other, joins)
    }
    first, left = line_of(plan, chosen), line_of(plan, stays)
    assert (first.starts_at, first.fixed, left.starts_at, left.left_out) == (
        at(17, 9),
        True,
        None,
        True,
    )
    assert line_of(plan, joins).starts_at is not None
    carried_out(session, place, plan)
    assert (chosen.starts_at, stays.starts_at) == (at(17, 9), at(8, 10))


def test_a_chosen_place_that_was_taken_is_let_go_and_said(
    session: Session, place: Place, booked: Booked
) -> None:
    one = booked(at(8, 9))
    plan = planned(session, place)
    line = line_of(plan, one)
    put(session, place, line, at(9, 9))
    booked(at(9, 9))
    again(session, place, plan)
    assert (line.why, line.fixed, line.starts_at != at(9, 9)) == (["choice_taken"], False, True)
    assert line.starts_at is not None
    again(session, place, plan)
    assert line.why == []
    carried_out(session, place, plan)


def test_a_chosen_place_whose_room_was_taken_has_another_room(
    session: Session, place: Place, booked: Booked
) -> None:
    one = booked(at(8, 9))
    plan = planned(session, place)
    line = line_of(plan, one)
    put(session, place, line, at(9, 9))
    (before,) = line.rooms
    taken = booked(at(9, 9), doctor=place.other_doctor)
    assert before in {row.resource_id for row in taken.allocations}
    again(session, place, plan)
    assert (line.starts_at, line.fixed, line.rooms != [before]) == (at(9, 9), True, True)
    carried_out(session, place, plan)


def test_a_place_on_the_time_another_leaves_is_kept_when_the_plan_is_made_again(
    session: Session, place: Place, booked: Booked
) -> None:
    # Out is one room only: the doctor's own times on the day are there to be had.
    first, second = booked(at(8, 9)), booked(at(8, 10))
    room = next(row.resource_id for row in first.allocations if row.role != "clinician")
    plan = planned(session, place, room)
    line = line_of(plan, second)
    put(session, place, line_of(plan, first), at(8, 15))
    put(session, place, line, at(8, 9))
    again(session, place, plan)
    assert (line.starts_at, line.fixed) == (at(8, 9), True)
    carried_out(session, place, plan)
    assert second.starts_at == at(8, 9)
    assert first.starts_at != at(8, 9)


def test_who_finds_no_place_keeps_the_time_also_from_a_choice_by_hand(
    session: Session, place: Place, booked: Booked
) -> None:
    first, second = booked(at(8, 9)), booked(at(8, 10))
    room = next(row.resource_id for row in first.allocations if row.role != "clinician")
    plan = planned(session, place, room)
    put(session, place, line_of(plan, first), at(8, 15))
    put(session, place, line_of(plan, second), at(8, 9))
    # Nothing is left for the one whose time was given away.
    by_hand.let_go(session, place.secretary, line_of(plan, first), plan.version)
    assert first.invitation is not None
    first.invitation.deadline_on = at(7, 9).date()
    again(session, place, plan)
    assert line_of(plan, first).starts_at is None
    line = line_of(plan, second)
    assert "choice_taken" in line.why
    assert line.starts_at not in (None, at(8, 9))
    carried_out(session, place, plan)


def test_a_patient_with_two_contacts_is_never_in_two_places_on_the_way(
    session: Session, place: Place, booked: Booked
) -> None:
    first = booked(at(8, 9))
    second = booked(at(8, 10), patient=first.patient)
    room = next(row.resource_id for row in first.allocations if row.role != "clinician")
    plan = planned(session, place, room)
    put(session, place, line_of(plan, second), at(8, 15))
    found = by_hand.choices(session, place.secretary, line_of(plan, first), at(8, 8).date())
    starts = {choice.slot.start for choice in found}
    assert at(8, 9) in starts
    assert at(8, 10) not in starts
    carried_out(session, place, plan)
    assert second.starts_at == at(8, 15)


def test_who_has_no_number_is_not_given_a_time_by_telephone(
    session: Session, place: Place, booked: Booked
) -> None:
    # Only by telephone is there anything else to be had before the deadline.
    kind = make.visit_type(session, place.clinic, forms="in_person,phone", rooms=place.rooms)
    none, some = (
        booked(at(8, hour), visit_type=kind, deadline_on=at(8, 9).date()) for hour in (9, 10)
    )
    some.patient.phone_sealed = session.vault.seal("+4520301020")
    session.commit()
    plan = planned(session, place, *(room.id for room in place.rooms))
    assert line_of(plan, none).why == ["no_time"]
    assert line_of(plan, some).form == "phone"


def test_what_is_out_and_where_others_go_is_not_offered(
    session: Session, place: Place, booked: Booked
) -> None:
    one, other = booked(at(8, 9)), booked(at(8, 10))
    plan = planned(session, place)
    line, theirs = line_of(plan, one), line_of(plan, other)
    put(session, place, theirs, at(9, 11))
    found = by_hand.choices(session, place.secretary, line, at(8, 8).date())
    assert [choice for choice in found if choice.slot.start < at(8, 16)]
    for choice in found:
        slot = choice.slot
        if slot.clinician_id == place.doctor.id:
            assert slot.end <= at(8, 8) or slot.start >= at(8, 16)
            assert slot.end <= at(9, 11) or slot.start >= at(9, 11, 30)
    assert all(a.slot.start < b.slot.start for a, b in pairwise(found))
    for start in (at(8, 12), at(9, 11)):
        slot = Slot(start, start, place.doctor.id, place.site.id)
        with pytest.raises(TimeTaken):
            by_hand.choose_place(session, place.secretary, line, plan.version, slot, "in_person")
    with pytest.raises(ChangedMeanwhile):
        by_hand.let_go(session, place.secretary, line, plan.version - 1)


def test_the_same_day_may_be_chosen_and_a_place_after_the_deadline_says_so(
    session: Session, place: Place, booked: Booked
) -> None:
    one = booked(at(8, 9), deadline_on=at(10, 9).date())
    plan = planned(session, place)
    line = line_of(plan, one)
    today = put(session, place, line, at(7, 13))
    assert (line.starts_at, line.why, today.warnings) == (at(7, 13), [], ())
    late = put(session, place, line, at(11, 9))
    assert late.warnings == ("after_deadline",)
    assert line.why == ["after_deadline"]
    carried_out(session, place, plan)
    assert one.starts_at == at(11, 9)
    kept = select(AppointmentChange.reason).where(AppointmentChange.what == "moved")
    assert session.scalars(kept).all() == ["capacity"]


def test_let_go_it_stands_there_until_the_plan_is_made_again(
    session: Session, place: Place, booked: Booked
) -> None:
    plan = planned(session, place)
    assert plan.lines == []
    one = booked(at(8, 9))
    again(session, place, plan)
    line = line_of(plan, one)
    own = line.starts_at
    put(session, place, line, at(17, 9))
    by_hand.let_go(session, place.secretary, line, plan.version)
    assert (line.starts_at, line.fixed) == (at(17, 9), False)
    again(session, place, plan)
    assert line.starts_at == own


def test_who_has_come_and_what_cannot_be_moved_here_is_told_and_stays(
    session: Session, place: Place, booked: Booked
) -> None:
    came, moves = booked(at(7, 9)), booked(at(7, 11))
    attendance.arrive(session, place.secretary, came)
    meets = make.visit_type(session, place.clinic, group_capacity=3, mode="free")
    pair = make.visit_type(session, place.clinic, clinicians_needed=2)
    together = booked(at(7, 13), visit_type=pair)
    wish = Wish(meets, "in_person", 30, at(7, 9).date(), at(7, 9).date(), 0, session.now())
    place_there = Slot(at(7, 10), at(7, 10, 30), place.doctor.id, place.site.id)
    group = groups.create(session, place.secretary, wish, place_there)
    joined = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, joined)
    from_group = _joins(session, place, course, meets, group.id, place_there)
    session.commit()
    plan = service.draft(
        session,
        place.secretary,
        place.clinic,
        [Outage(place.doctor.id, at(7, 7), at(7, 16))],
        "clinician_away",
    )
    why = {line.appointment_id: line.why for line in plan.lines}
    assert why == {
        came.id: ["arrived"],
        from_group.id: ["group"],
        moves.id: why[moves.id],
        together.id: ["several_clinicians"],
    }
    for one in (came, from_group, together):
        assert by_hand.choices(session, place.secretary, line_of(plan, one)) == []
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert moves.starts_at > at(8, 7)
    assert [one.starts_at for one in (came, from_group, together)] == [
        at(7, 9),
        at(7, 10),
        at(7, 13),
    ]


def _joins(
    session: Session, place: Place, course: Any, kind: Any, group: int, there: Slot
) -> Appointment:
    occasion = occasions.free(session, place.secretary, course, kind)
    slot = Slot(there.start, there.end, there.clinician_id, there.site_id, group)
    return appointments.book(session, place.secretary, occasion, slot, "phone")


def test_a_closed_clinic_moves_everyone_into_rooms_of_their_own(
    session: Session, place: Place, booked: Booked
) -> None:
    all_day = [
        booked(at(8, hour), doctor=doctor)
        for hour in (8, 9, 10)
        for doctor in (place.doctor, place.other_doctor)
    ]
    plan = planned(session, place, None)
    session.commit()
    assert len({(line.starts_at, *line.rooms) for line in plan.lines}) == len(all_day)
    carried_out(session, place, plan)
    for line in plan.lines:
        takes = {row.resource_id for row in line.appointment.allocations if row.active}
        assert takes == {line.clinician_id, *line.rooms}
        assert len(line.rooms) == 1


def test_what_is_closed_already_is_not_closed_twice(
    session: Session, place: Place, booked: Booked
) -> None:
    stays, moves = booked(at(8, 9), deadline_on=at(8, 9).date()), booked(at(8, 10))
    day = at(8, 9).date()
    for first, last in ((day, day), (day - timedelta(days=1), day)):
        closures.add_closure(
            session,
            place.secretary,
            place.clinic,
            closures.Place(resource_id=place.doctor.id),
            closures.LocalPeriod(first, last),
            "Kursus",
        )
    session.commit()
    plan = planned(session, place)
    service.leave_out(session, place.secretary, line_of(plan, stays), plan.version, left_out=True)
    carried_out(session, place, plan)
    assert moves.starts_at > at(9, 7)
    assert len(session.scalars(select(Closure)).all()) == 2
    (item,) = session.scalars(select(WorklistItem).where(WorklistItem.status == "open"))
    assert item.appointment_id == stays.id
    # Half of it closed is not closed.
    booked(at(10, 9))
    half = closures.LocalPeriod(at(10, 9).date(), at(10, 9).date(), None, at(10, 11).time())
    closures.add_closure(
        session,
        place.secretary,
        place.clinic,
        closures.Place(resource_id=place.doctor.id),
        half,
        "",
    )
    plan = service.draft(
        session,
        place.secretary,
        place.clinic,
        [Outage(place.doctor.id, at(10, 8), at(10, 16))],
        "clinician_away",
    )
    carried_out(session, place, plan)
    assert len(session.scalars(select(Closure)).all()) == 4


def test_whom_it_moves_is_told_with_the_move_or_not_at_all(
    session: Session, place: Place, booked: Booked
) -> None:
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    all_day = [booked(at(8, hour)) for hour in (9, 10)]
    for one in all_day:
        one.patient.phone_sealed = session.vault.seal("+4520301020")
    session.commit()
    told = (
        select(Message.appointment_id)
        .where(Message.kind == "moved")
        .order_by(Message.appointment_id)
    )
    plan = planned(session, place)
    session.commit()
    service.carry_out(session, place.secretary, plan, plan.version)
    assert session.scalars(told).all() == [one.id for one in all_day]
    session.rollback()
    assert session.scalars(told).all() == []
    session.rollback()
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert session.scalars(told).all() == [one.id for one in all_day]

"""A doctor who is ill: everyone has a new place, all at once or not at all."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Allocation, Appointment, AppointmentChange
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.writing import write_move
from booking.calendar.models import Closure
from booking.platform.audit import about_patient
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile
from booking.rescheduling import service
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling
from tests.integration.appointments.conftest import Place
from tests.integration.waitlist.conftest import Booked, at

pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")


def planned(session: Session, place: Place, *whom: int | None) -> Rescheduling:
    """A plan for the Tuesday without the doctor (or without those named)."""
    outages = [Outage(one, at(8, 8), at(8, 16)) for one in whom or (place.doctor.id,)]
    return service.draft(session, place.secretary, place.clinic, outages, "clinician_away", "Syg")


def kept(session: Session) -> list[tuple[object, ...]]:
    """Everything a move would change."""
    session.expire_all()
    rows = select(Appointment.id, Appointment.starts_at, Appointment.version)
    taken = select(Allocation.id, Allocation.starts_at, Allocation.active)
    items = select(WorklistItem.id, WorklistItem.status)
    return [
        tuple(row)
        for asked in (rows, taken, items, select(Closure.id))
        for row in session.execute(asked.order_by(asked.selected_columns[0]))
    ]


def test_everyone_has_a_place_and_nothing_is_moved_by_planning(
    session: Session, place: Place, booked: Booked
) -> None:
    all_day = [booked(at(8, hour)) for hour in range(8, 16)]
    booked(at(8, 9), doctor=place.other_doctor)
    before = kept(session)
    plan = planned(session, place)
    assert kept(session) == before
    assert [line.appointment_id for line in plan.lines] == [one.id for one in all_day]
    assert all(line.starts_at and line.starts_at > at(8, 23) for line in plan.lines)
    assert {line.clinician_id for line in plan.lines} == {place.doctor.id}


def test_carried_out_all_stand_in_their_new_places_and_are_asked_again(
    session: Session, place: Place, booked: Booked
) -> None:
    all_day = [booked(at(8, hour)) for hour in range(8, 16)]
    for one in all_day:
        one.participant = "accepted"
    session.commit()
    plan = planned(session, place)
    session.commit()
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert plan.status == "done"
    for line in plan.lines:
        one = line.appointment
        assert (line.outcome, one.starts_at, one.participant) == (
            "moved",
            line.starts_at,
            "needs-action",
        )
        assert all(row.active and row.starts_at >= at(9, 8) for row in one.allocations)
        (change,) = session.scalars(
            select(AppointmentChange).where(
                AppointmentChange.appointment_id == one.id, AppointmentChange.what == "moved"
            )
        )
        assert change.reason == "clinician_away"
        assert (change.before or {})["participant"] == "accepted"
        entries = session.scalars(about_patient(one.patient_id)).all()
        assert ("appointment.moved", "clinician_away") in [(e.action, e.reason) for e in entries]
    (closure,) = session.scalars(select(Closure))
    assert (closure.starts_at, closure.ends_at) == (at(8, 8), at(8, 16))
    assert session.scalars(select(WorklistItem)).all() == []


def test_who_has_no_place_waits_on_the_worklist_by_the_deadline(
    session: Session, place: Place, booked: Booked
) -> None:
    one = booked(at(8, 9), deadline_on=at(8, 9).date())
    session.commit()
    plan = planned(session, place, place.doctor.id, place.other_doctor.id)
    assert [line.why for line in plan.lines] == [["no_time"]]
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    (item,) = session.scalars(select(WorklistItem))
    assert (item.appointment_id, item.status, plan.lines[0].outcome) == (one.id, "open", "waiting")
    assert item.due_on is not None
    assert item.due_on <= at(8, 9).date()
    assert one.starts_at == at(8, 9)


@pytest.mark.parametrize("how", ["moved", "cancelled", "booked", "planned_again"])
def test_what_has_changed_meanwhile_refuses_the_whole(
    session: Session, place: Place, booked: Booked, how: str
) -> None:
    one = booked(at(8, 9))
    booked(at(8, 10))
    plan = planned(session, place)
    version = plan.version
    session.commit()
    if how == "cancelled":
        appointments.cancel(session, place.secretary, one, "clinic", wants_new=False)
    elif how == "moved":
        one.participant = "accepted" if one.participant != "accepted" else "needs-action"
    elif how == "booked":
        booked(at(8, 13))
    else:
        plan.words = "Syg i to dage"
    session.commit()
    before = kept(session)
    with pytest.raises(ChangedMeanwhile):
        service.carry_out(session, place.secretary, plan, version)
    session.rollback()
    assert kept(session) == before


def test_a_crash_halfway_leaves_everything_as_it_was(
    session: Session, place: Place, booked: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(8, 12):
        booked(at(8, hour))
    plan = planned(session, place)
    session.commit()
    before, turn = kept(session), count()

    def breaks(*args: Any, **named: Any) -> Appointment:
        if next(turn) == 2:
            raise ConnectionError
        return write_move(*args, **named)

    monkeypatch.setattr("booking.rescheduling.service.write_move", breaks)
    with pytest.raises(ConnectionError):
        service.carry_out(session, place.secretary, plan, plan.version)
    session.rollback()
    assert kept(session) == before
    assert plan.status == "draft"


def test_nobody_is_moved_to_whom_another_plan_says_is_out(
    session: Session, place: Place, booked: Booked
) -> None:
    one = booked(at(8, 9), deadline_on=at(9, 9).date())
    both = [Outage(place.other_doctor.id, at(8, 8), at(9, 16))]
    first = service.draft(session, place.secretary, place.clinic, both, "clinician_away")
    out = [Outage(place.doctor.id, at(8, 8), at(9, 16))]
    plan = service.draft(session, place.secretary, place.clinic, out, "clinician_away")
    assert [line.why for line in plan.lines] == [["no_time"]]
    service.discard(session, place.secretary, first, first.version)
    service.propose_again(session, place.secretary, plan, plan.version)
    assert [line.clinician_id for line in plan.lines] == [place.other_doctor.id]
    assert one.starts_at == at(8, 9)


def test_a_room_that_is_closed_is_not_moved_into(
    session: Session, place: Place, booked: Booked
) -> None:
    booked(at(8, 9))
    booked(at(8, 9), doctor=place.other_doctor)
    session.commit()
    plan = planned(session, place, *(room.id for room in place.rooms))
    assert len(plan.lines) == 2
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert all(line.appointment.starts_at >= at(9, 8) for line in plan.lines)


def test_the_whole_clinic_out_and_one_left_where_they_stand(
    session: Session, place: Place, booked: Booked
) -> None:
    first, second = booked(at(8, 9)), booked(at(8, 10), doctor=place.other_doctor)
    plan = planned(session, place, None)
    service.leave_out(session, place.secretary, plan.lines[0], plan.version, left_out=True)
    session.commit()
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert [line.outcome for line in plan.lines] == ["left", "moved"]
    assert first.starts_at == at(8, 9)
    assert second.starts_at > at(8, 16) + timedelta(hours=8)
    (item,) = session.scalars(select(WorklistItem))
    assert item.appointment_id == first.id


def test_who_is_taken_in_again_has_the_place_that_was_planned(
    session: Session, place: Place, booked: Booked
) -> None:
    booked(at(8, 9)), booked(at(8, 10))
    plan = planned(session, place, place.doctor.id)
    line = plan.lines[0]
    before = (line.starts_at, line.clinician_id, line.form)
    assert line.starts_at is not None
    service.leave_out(session, place.secretary, line, plan.version, left_out=True)
    assert line.starts_at is None
    service.leave_out(session, place.secretary, line, plan.version, left_out=False)
    assert (line.starts_at, line.clinician_id, line.form) == before

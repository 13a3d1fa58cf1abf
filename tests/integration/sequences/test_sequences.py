"""Contacts that belong together: proposed, booked all or nothing, skipped, restored, ended."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments import occasions
from booking.appointments import service as appointments
from booking.appointments.errors import DoesNotFit, TimeTaken, WrongState
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.undo import last_act, undo
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Closure
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.localtime import to_local
from booking.sequences import queries, service
from booking.sequences.errors import NothingChosen, OutOfOrder, PartNotFree
from booking.sequences.models import ContactSequence, SequencePart
from booking.sequences.proposing import Proposal, choosing, propose
from tests import factories as make
from tests.integration.sequences.conftest import Ward

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark


def on_the_wall(ward: Ward, proposal: Proposal) -> list[str]:
    """The proposed times, as the clinic's clock shows them."""
    return [
        f"{to_local(row.slot.start, ward.clinic.zone):%d.%m. %H:%M}" if row.slot else row.why
        for row in proposal.rows
    ]


def take(session: Session, ward: Ward, start: datetime, visit_type_name: str = "training") -> None:
    """Somebody else has this time."""
    other = make.patient(session, ward.clinic)
    course = make.course(session, ward.clinic, other)
    visit_type = getattr(ward, visit_type_name)
    who = {"training": ward.nurse, "visit": ward.doctor, "blood": ward.lab}[visit_type_name]
    occasion = occasions.free(session, ward.by, course, visit_type)
    slot = Slot(start, start + timedelta(minutes=occasion.length.minutes), who.id, ward.site.id)
    appointments.book(session, ward.by, occasion, slot, "phone")


def booked(session: Session, ward: Ward) -> ContactSequence:
    """Six Tuesdays, booked."""
    return service.book(session, ward.by, propose(session, ward.by, ward.course, ward.weekly()))


def nothing_written(session: Session) -> bool:
    """No appointment and no sequence is there."""
    return not any(
        session.scalar(select(func.count()).select_from(table))
        for table in (ContactSequence, SequencePart, Appointment)
    )


def test_a_proposal_keeps_the_hour_over_christmas_and_writes_nothing(
    session: Session, ward: Ward
) -> None:
    rule = ward.weekly(first=date(2026, 12, 10), count=4)
    proposal = propose(session, ward.by, ward.course, rule)
    assert on_the_wall(ward, proposal) == [
        "10.12. 09:00", "17.12. 09:00", "28.12. 09:00", "04.01. 09:00",
    ]  # fmt: skip
    assert proposal.complete
    assert nothing_written(session)


def test_a_taken_time_gives_way_within_the_bounds_and_others_say_why(
    session: Session, ward: Ward
) -> None:
    take(session, ward, datetime(2026, 12, 1, 8, tzinfo=UTC))
    day = datetime(2026, 12, 8, 7, tzinfo=UTC)
    session.add(
        Closure(
            clinic_id=ward.clinic.id, resource_id=ward.nurse.id, reason="Kursus",
            starts_at=datetime(2026, 12, 15, tzinfo=UTC),
            ends_at=datetime(2026, 12, 19, tzinfo=UTC),
        )
    )  # fmt: skip
    for half_hours in range(1, 5):  # 8.30 to 10.30 on the wall
        take(session, ward, day + timedelta(minutes=30 * half_hours))
    rule = ward.weekly(minutes_off=30, count=5)
    proposal = propose(session, ward.by, ward.course, rule)
    assert on_the_wall(ward, proposal) == [
        "24.11. 09:00", "01.12. 08:30", "not_then", "21.12. 09:00", "22.12. 09:00",
    ]  # fmt: skip
    assert len(proposal.rows[2].near) > 3, "the secretary may choose another"
    with_days = propose(
        session, ward.by, ward.course, ward.weekly(minutes_off=30, count=3, days_off=1)
    )
    assert on_the_wall(ward, with_days)[2] == "07.12. 09:00"


def test_no_time_is_shown_before_the_first_day_asked_for(session: Session, ward: Ward) -> None:
    """The first Tuesday is full, and the Monday before it is free."""
    for half_hours in range(16):
        take(
            session, ward, datetime(2026, 12, 1, 7, tzinfo=UTC) + timedelta(minutes=30 * half_hours)
        )
    row = propose(session, ward.by, ward.course, ward.weekly(first=date(2026, 12, 1))).rows[0]
    assert (row.slot, row.why) == (None, "full")
    assert row.near
    assert all(slot.start.date() >= date(2026, 12, 1) for slot in row.near)


def test_what_lies_farther_than_staff_see_is_told(session: Session, ward: Ward) -> None:
    rule = ward.weekly(every=6, unit="month", count=4)
    proposal = propose(session, ward.by, ward.course, rule)
    assert [row.why for row in proposal.rows] == ["", "", "too_far", "too_far"]
    assert not proposal.complete


def test_a_group_has_its_own_times(session: Session, ward: Ward) -> None:
    ward.training.group_capacity = 8
    with pytest.raises(DoesNotFit):
        propose(session, ward.by, ward.course, ward.weekly())


def test_all_are_booked_with_the_same_clinician_and_logged(session: Session, ward: Ward) -> None:
    sequence = booked(session, ward)
    session.commit()
    times = [part.appointment for part in queries.still_booked(sequence)]
    assert len(times) == 6
    assert {one.clinician_id for one in times if one} == {ward.nurse.id}
    assert {one.participant for one in times if one} == {"accepted"}
    acts = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert acts == ["appointment.booked"] * 6 + ["sequence.booked"]


def test_one_that_is_taken_meanwhile_leaves_nothing(session: Session, ward: Ward) -> None:
    proposal = propose(session, ward.by, ward.course, ward.weekly())
    take(session, ward, datetime(2026, 12, 15, 8, tzinfo=UTC))
    session.commit()
    before = session.scalar(select(func.count(Appointment.id)))
    with pytest.raises(PartNotFree) as refused:
        service.book(session, ward.by, proposal)
    assert refused.value.context["position"] == 4
    session.commit()
    assert session.scalar(select(func.count(Appointment.id))) == before
    assert session.scalar(select(func.count(ContactSequence.id))) == 0


def test_a_date_left_out_is_a_skipped_part_and_no_time_at_all_is_refused(
    session: Session, ward: Ward
) -> None:
    proposal = propose(session, ward.by, ward.course, ward.weekly(count=3))
    with pytest.raises(NothingChosen):
        service.book(session, ward.by, choosing(proposal, {1: None, 2: None, 3: None}))
    assert nothing_written(session)
    sequence = service.book(session, ward.by, choosing(proposal, {2: None}))
    assert [part.status for part in sequence.parts] == ["booked", "skipped", "booked"]


def test_chosen_times_out_of_order_are_refused(session: Session, ward: Ward) -> None:
    proposal = propose(session, ward.by, ward.course, ward.weekly(count=2))
    last = proposal.rows[1].slot
    with pytest.raises(OutOfOrder) as refused:
        service.book(session, ward.by, choosing(proposal, {1: last}))
    assert refused.value.context["troubles"] == {2: "overlaps"}


def test_a_date_is_skipped_without_a_task_and_restored_where_it_was(
    session: Session, ward: Ward
) -> None:
    sequence = booked(session, ward)
    part = sequence.parts[2]
    had = part.appointment
    assert had is not None
    service.skip(session, ward.by, part, "work")
    assert (part.status, had.status) == ("skipped", "cancelled")
    assert not session.scalars(select(WorklistItem).where(WorklistItem.status == "open")).all()
    with pytest.raises(WrongState):
        service.skip(session, ward.by, part, "work")
    again = service.restore(session, ward.by, part)
    assert (part.status, again.starts_at, again.clinician_id) == (
        "booked", had.starts_at, had.clinician_id,
    )  # fmt: skip
    assert again.id != had.id, "a cancelled time stays cancelled"
    with pytest.raises(WrongState):
        service.restore(session, ward.by, part)


def test_a_date_whose_time_is_gone_is_restored_to_the_nearest(session: Session, ward: Ward) -> None:
    sequence = booked(session, ward)
    part = sequence.parts[1]
    service.skip(session, ward.by, part, "ill")
    assert part.appointment is not None
    start = part.appointment.starts_at
    take(session, ward, start)
    with pytest.raises(TimeTaken) as refused:
        service.restore(session, ward.by, part)
    near = refused.value.context["near"]
    assert isinstance(near, list)
    assert start + timedelta(minutes=30) in {slot.start for slot in near}
    restored = service.restore(session, ward.by, part, near[-1])
    assert restored.starts_at == near[-1].start


def test_a_patient_who_cancels_one_leaves_the_others(session: Session, ward: Ward) -> None:
    sequence = booked(session, ward)
    theirs = sequence.parts[3].appointment
    assert theirs is not None
    appointments.cancel(
        session, make.as_patient(ward.patient), theirs, "ill", "sms", wants_new=False
    )
    assert [part.status for part in sequence.parts].count("booked") == 5
    assert sequence.parts[3].status == "cancelled"
    service.restore(session, ward.by, sequence.parts[3])


def test_a_cancellation_taken_back_gives_the_part_its_time_again(
    session: Session, ward: Ward
) -> None:
    sequence = booked(session, ward)
    part = sequence.parts[1]
    assert part.appointment is not None
    appointments.cancel(session, ward.by, part.appointment, "clinic", "desk", wants_new=False)
    assert part.status == "cancelled"
    change = last_act(session, ward.by, part.appointment)
    assert change is not None
    again = undo(session, ward.by, change)
    assert (part.status, part.appointment_id) == ("booked", again.id)


def test_the_rest_is_cancelled_and_what_was_is_not(
    session: Session, ward: Ward, freezer: object
) -> None:
    sequence = booked(session, ward)
    freezer.move_to("2026-12-05T08:00:00Z")  # type: ignore[attr-defined]
    assert service.end(session, ward.by, sequence, "not_needed") == 4
    assert [part.status for part in sequence.parts] == ["booked"] * 2 + ["cancelled"] * 4
    for act in (
        lambda: service.end(session, ward.by, sequence, "not_needed"),
        lambda: service.restore(session, ward.by, sequence.parts[4]),
    ):
        with pytest.raises(WrongState):
            act()


def test_the_blood_test_comes_first_and_the_stay_is_short(session: Session, ward: Ward) -> None:
    take(session, ward, datetime(2026, 11, 24, 7, 30, tzinfo=UTC), "visit")  # 8.30 to 9.00
    proposal = propose(session, ward.by, ward.course, ward.one_day((20, 60)))
    assert on_the_wall(ward, proposal) == ["24.11. 08:30", "24.11. 09:00"]
    sequence = service.book(session, ward.by, proposal)
    assert service.troubles_of(sequence) == {}


def test_a_day_without_room_for_all_goes_on_to_the_next(session: Session, ward: Ward) -> None:
    session.add(
        Closure(
            clinic_id=ward.clinic.id, resource_id=ward.lab.id, reason="Kursus",
            starts_at=datetime(2026, 11, 24, tzinfo=UTC),
            ends_at=datetime(2026, 11, 25, tzinfo=UTC),
        )
    )  # fmt: skip
    session.flush()
    proposal = propose(session, ward.by, ward.course, ward.one_day())
    assert on_the_wall(ward, proposal)[0].startswith("25.11.")
    never = propose(session, ward.by, ward.course, ward.one_day((600, 660)))
    assert [row.why for row in never.rows] == ["not_together", "not_together"]
    with pytest.raises(NothingChosen):
        service.book(session, ward.by, never)


def test_moving_one_part_of_a_day_tells_what_it_does_to_the_order(
    session: Session, ward: Ward
) -> None:
    proposal = propose(session, ward.by, ward.course, ward.one_day())
    sequence = service.book(session, ward.by, proposal)
    _blood, visit = sequence.parts
    assert visit.appointment is not None
    start = visit.appointment.starts_at + timedelta(hours=4)
    slot = Slot(start, start + timedelta(minutes=30), ward.doctor.id, ward.site.id)
    with pytest.raises(OutOfOrder) as refused:
        service.move(session, ward.by, visit, slot)
    assert refused.value.context["troubles"] == {2: "too_late"}
    service.move(session, ward.by, visit, slot, out_of_order=True)
    assert service.troubles_of(sequence) == {2: "too_late"}


def test_a_nurse_is_not_in_two_places_when_her_buffer_follows(session: Session, ward: Ward) -> None:
    ward.training.buffer_after = 15
    again = make.visit_type(session, ward.clinic, name="Måling", profession="nurse")
    day = ward.one_day((0, 120))
    steps = (
        type(day.steps[0])(ward.training.id, "in_person"),
        type(day.steps[0])(again.id, "in_person", None, 0, 120),
    )
    asked = type(day)(day.first, day.last, steps)
    proposal = propose(session, ward.by, ward.course, asked)
    first, second = (row.slot for row in proposal.rows)
    assert first is not None
    assert second is not None
    assert second.start - first.end == timedelta(minutes=15)
    service.book(session, ward.by, proposal)


def test_the_hour_is_the_walls_after_the_clocks_change(
    session: Session, ward: Ward, freezer: object
) -> None:
    freezer.move_to("2027-03-15T08:00:00Z")  # type: ignore[attr-defined]
    rule = ward.weekly(first=date(2027, 3, 16), clock=time(9), count=3)
    proposal = propose(session, ward.by, ward.course, rule)
    assert on_the_wall(ward, proposal) == ["16.03. 09:00", "23.03. 09:00", "30.03. 09:00"]
    assert [row.slot.start.hour for row in proposal.rows if row.slot] == [8, 8, 7]

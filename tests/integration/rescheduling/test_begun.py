"""Somebody falls ill in the middle of the day: who waits already is not forgotten."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import attendance
from booking.appointments.consequences import OPENING_CHANGED
from booking.appointments.models import Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile
from booking.rescheduling import by_hand, service
from booking.rescheduling.errors import DayGoneBy
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling
from reminders.messages.models import Message
from reminders.policies import service as policies
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import SENDER
from tests.integration.rescheduling.test_by_hand import line_of, put
from tests.integration.rescheduling.test_service import planned
from tests.integration.waitlist.conftest import Booked, at
from tests.integration.workbench_rows import broken

pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")


def ill_from_now(session: Session, place: Place) -> Rescheduling:
    """A plan for the rest of the Tuesday without the doctor."""
    out = [Outage(place.doctor.id, session.now(), at(8, 16))]
    plan = service.draft(session, place.secretary, place.clinic, out, "clinician_away")
    session.commit()
    return plan


def why(plan: Rescheduling) -> dict[int, list[str] | None]:
    """Why each has no place; None for who has one."""
    return {line.appointment_id: None if line.starts_at else line.why for line in plan.lines}


def waiting(session: Session) -> set[int | None]:
    """Whose times are on the worklist."""
    items = select(WorklistItem.appointment_id).where(
        WorklistItem.status == "open", WorklistItem.kind == OPENING_CHANGED
    )
    return set(session.scalars(items))


def test_who_waits_already_is_in_the_plan_and_put_before_a_person(
    session: Session, place: Place, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    over, late, inside, begun, next_one, coming = (
        booked(at(8, 8) + timedelta(minutes=30 * turn)) for turn in range(6)
    )
    freezer.move_to(at(8, 9, 40))
    for one in (late, inside):
        attendance.arrive(session, place.secretary, one)
    attendance.call_in(session, place.secretary, inside)
    session.commit()
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    next_one.patient.phone_sealed = session.vault.seal("+4520301020")
    plan = ill_from_now(session, place)
    # Over by now is whoever nobody has marked; who has arrived waits still.
    assert over.id not in why(plan)
    assert why(plan) == {
        late.id: ["arrived"],
        begun.id: ["begun"],
        next_one.id: None,
        coming.id: None,
    }
    # While the secretary reads, the next one's time begins, and that one stays in the plan.
    freezer.move_to(at(8, 10, 10))
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert [line.outcome for line in plan.lines] == ["waiting", "waiting", "moved", "moved"]
    assert next_one.starts_at >= at(9, 8)
    told = select(Message.appointment_id).where(Message.kind == "moved")
    assert next_one.id in session.scalars(told).all()
    assert waiting(session) == {late.id, begun.id}
    assert broken(session, place.clinic.id, session.now()) == {}


def test_who_was_to_come_by_now_can_be_given_a_time_by_hand(
    session: Session, place: Place, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    one = booked(at(8, 9, 30))
    freezer.move_to(at(8, 9, 40))
    plan = ill_from_now(session, place)
    put(session, place, line_of(plan, one), at(10, 9))
    freezer.move_to(at(8, 11))
    service.propose_again(session, place.secretary, plan, plan.version)
    assert (line_of(plan, one).starts_at, line_of(plan, one).fixed) == (at(10, 9), True)
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert (one.starts_at, waiting(session)) == (at(10, 9), set())


def test_who_was_seen_after_all_does_not_keep_the_others_waiting(
    session: Session, place: Place, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    seen, moves = booked(at(8, 9, 30)), booked(at(8, 11))
    freezer.move_to(at(8, 9, 40))
    plan = ill_from_now(session, place)
    attendance.arrive(session, place.secretary, seen)
    attendance.call_in(session, place.secretary, seen)
    session.commit()
    service.carry_out(session, place.secretary, plan, plan.version)
    session.commit()
    assert [line.outcome for line in plan.lines] == ["left", "moved"]
    assert moves.starts_at >= at(9, 8)
    assert waiting(session) == set()


def test_a_deadline_set_meanwhile_is_not_passed_unseen(
    session: Session, place: Place, booked: Booked
) -> None:
    one = booked(at(8, 9))
    plan = planned(session, place)
    assert one.invitation is not None
    one.invitation.deadline_on = at(8, 9).date()
    session.commit()
    version = plan.version
    with pytest.raises(ChangedMeanwhile):
        service.carry_out(session, place.secretary, plan, version)
    session.rollback()
    assert session.get_one(Appointment, one.id).starts_at == at(8, 9)


def test_a_plan_of_a_day_gone_by_can_only_be_thrown_away(
    session: Session, place: Place, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    one = booked(at(8, 9))
    plan = planned(session, place)
    line = plan.lines[0]
    session.commit()
    freezer.move_to(at(8, 16))
    by, version = place.secretary, plan.version
    acts: tuple[Callable[[], object], ...] = (
        lambda: service.carry_out(session, by, plan, version),
        lambda: service.propose_again(session, by, plan, version),
        lambda: service.leave_out(session, by, line, version, left_out=True),
        lambda: by_hand.let_go(session, by, line, version),
    )
    for act in acts:
        with pytest.raises(DayGoneBy):
            act()
        session.rollback()
    service.discard(session, by, plan, version)
    session.commit()
    assert (plan.status, one.starts_at) == ("discarded", at(8, 9))

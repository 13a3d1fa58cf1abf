"""A session with an extra is judged again when it changes, and the secretary told."""

from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import delete, select

from booking.appointments.models import Appointment, OverbookingGrant
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import WeekTemplate
from booking.overbooking import granting, judging, queries, settings
from booking.people.events import PatientNeedsChanged
from booking.people.models import PatientNeed
from booking.platform.database import Session
from tests.integration.overbooking.morning import Morning, believed, morning
from tests.integration.overbooking.test_granting import granted

__all__ = ["morning"]

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday, 8.00 in Denmark


def told(session: Session) -> list[WorklistItem]:
    wanted = select(WorklistItem).where(
        WorklistItem.kind == "overbooking_breaks", WorklistItem.status == "open"
    )
    return list(session.scalars(wanted))


def judged(morning: Morning) -> OverbookingGrant:
    """Granted, placed and found to hold."""
    made = granted(morning)
    _, course = morning.patient()
    granting.place(morning.session, morning.secretary, made, morning.occasion(course), "phone")
    assert judging.run(morning.session) == 1
    assert made.judged_at is not None
    return made


def made_for(morning: Morning, made: OverbookingGrant) -> list[Appointment]:
    """Who stands on a grant."""
    found = queries.standing_on(morning.session, made)
    return [found] if found else []


def needs(session: Session, patient_id: int) -> None:
    """The patient tells of an interpreter."""
    session.add(
        PatientNeed(patient_id=patient_id, need="interpreter", told_by="staff", since=session.now())
    )
    session.flush()
    session.publish(PatientNeedsChanged(patient_id, frozenset(), frozenset({"interpreter"})))


def test_what_holds_is_told_to_nobody_and_judged_once(morning: Morning) -> None:
    made = judged(morning)
    assert made.holds
    assert made.judgement["booked"] == 13
    assert told(morning.session) == []
    assert judging.run(morning.session) == 0


def test_a_longer_visit_is_judged_again_and_the_secretary_told_once(morning: Morning) -> None:
    """The extra turns out to need an interpreter, and twice the time."""
    session, made = morning.session, judged(morning)
    (extra,) = made_for(morning, made)
    needs(session, extra.patient_id)
    session.expire_all()
    assert extra.minutes == 40
    assert [(row.lane, row.grant_id) for row in extra.allocations] == [(1, made.id)]
    assert made.judged_at is None
    assert judging.run(session) == 1
    assert not made.holds
    (item,) = told(session)
    assert item.appointment_id == extra.id
    assert item.details["broken"]
    made.judged_at = None
    judging.run(session)
    assert len(told(session)) == 1
    worklist.close(session, morning.secretary, item, "Aftalt med lægen")
    made.judged_at = None
    judging.run(session)
    assert told(session) == []


def test_a_session_that_empties_has_time_for_everybody(morning: Morning) -> None:
    session, made = morning.session, judged(morning)
    for one in morning.booked[:8]:
        morning.cancel(one)
    session.expire_all()
    assert made.judged_at is None
    assert judging.run(session) == 1
    assert made.holds
    assert told(session) == []


def test_it_is_off_the_list_when_it_holds_again(morning: Morning) -> None:
    session, made = morning.session, judged(morning)
    believed(session, morning.clinic, 0.04)
    made.judged_at = None
    judging.run(session)
    assert len(told(session)) == 1
    believed(session, morning.clinic, 0.12)
    made.judged_at = None
    judging.run(session)
    assert told(session) == []


def test_every_day_it_is_looked_at_anyway(morning: Morning, freezer: FrozenDateTimeFactory) -> None:
    session, made = morning.session, judged(morning)
    made.session_start += timedelta(days=7)
    made.starts_at, made.ends_at = made.session_start, made.session_start + timedelta(minutes=20)
    session.flush()
    freezer.tick(timedelta(days=1, minutes=1))
    assert judging.run(session) == 1


def test_a_session_that_is_no_more_is_told_of(morning: Morning) -> None:
    session, made = morning.session, judged(morning)
    session.execute(delete(WeekTemplate).where(WeekTemplate.resource_id == morning.doctor.id))
    made.judged_at = None
    session.flush()
    judging.run(session)
    (item,) = told(session)
    assert item.details["broken"] == [{"limit": "session"}]


def test_what_was_set_aside_is_not_told_again(morning: Morning) -> None:
    session = morning.session
    believed(session, morning.clinic, 0.05, 0.8)
    made = granting.grant(
        session, morning.leader, morning.visit_type, morning.doctor.id, morning.at(10),
        reason="Akut henvist fra lægevagten",
    )  # fmt: skip
    judging.run(session)
    assert made.holds
    settings.own(session, morning.clinic).wait = 1
    made.judged_at = None
    judging.run(session)
    assert not made.holds
    assert {one["limit"] for one in told(session)[0].details["broken"]} >= {"wait"}
    granting.revoke(session, morning.secretary, made)
    assert told(session) == []


def test_a_session_that_has_begun_is_not_judged_and_off_the_list(
    morning: Morning, freezer: FrozenDateTimeFactory
) -> None:
    session, made = morning.session, judged(morning)
    believed(session, morning.clinic, 0.04)
    made.judged_at = None
    judging.run(session)
    assert len(told(session)) == 1
    freezer.move_to(morning.at(5))
    assert judging.run(session) == 0
    assert told(session) == []

"""Last month's sessions as they were booked, asked of one more."""

from datetime import date, time, timedelta

import pytest

from booking.appointments.models import Allocation, Appointment
from booking.overbooking import past_sessions, settings
from booking.overbooking.deciding import Limits
from booking.overbooking.past_sessions import PastSessions
from booking.overbooking.sessions import ServiceTimes
from tests import factories as make
from tests.integration.overbooking.morning import Morning, believed, morning

__all__ = ["morning"]

# A Monday; the morning was on the Tuesday before.
pytestmark = pytest.mark.freeze_time("2026-11-30T07:00:00Z")


def looked_back(morning: Morning, limits: Limits = Limits()) -> PastSessions:  # noqa: B008
    policy = settings.policy_of(morning.session, morning.clinic)
    times = ServiceTimes(morning.session, morning.clinic)
    found = past_sessions.look_back(morning.session, morning.clinic, policy, limits, times)
    assert found is not None
    return found


def test_a_full_morning_could_whatever_came_of_it(morning: Morning) -> None:
    for missed in morning.booked[:6]:
        missed.status = "noshow"
    for kept in morning.booked[6:]:
        kept.status, kept.called_in_at, kept.done_at = "fulfilled", kept.starts_at, kept.ends_at
    morning.session.flush()
    found = looked_back(morning)
    assert (found.first, found.last) == (date(2026, 11, 2), date(2026, 11, 29))
    assert found.visit_type.id == morning.visit_type.id
    (one,) = found.asked
    assert (one.outcome, one.booked) == ("could", 12)
    assert one.missing == pytest.approx(12 * 0.12 * 0.9)
    (stopped,) = looked_back(morning, Limits(late=0.1)).asked
    assert stopped.outcome == "late"


def test_time_left_in_the_plan_comes_first(morning: Morning) -> None:
    morning.booked[4].status = "cancelled"
    believed(morning.session, morning.clinic, 0.2)
    (one,) = looked_back(morning).asked
    assert one.outcome == "free"
    other = make.clinic(morning.session)
    site = make.site(morning.session, other)
    empty = morning.booked[4]
    elsewhere = make.add(
        morning.session,
        Appointment(
            clinic_id=other.id, site_id=site.id, patient_id=make.patient(morning.session).id,
            course_id=make.course(
                morning.session, other, make.patient(morning.session, other)
            ).id,
            visit_type_id=make.visit_type(morning.session, other).id,
            clinician_id=morning.doctor.id, form="in_person", starts_at=empty.starts_at,
            ends_at=empty.ends_at, participant="accepted", booked_at=empty.booked_at,
        ),
    )  # fmt: skip
    make.add(
        morning.session,
        Allocation(
            resource_id=morning.doctor.id, starts_at=empty.starts_at, ends_at=empty.ends_at,
            appointment_id=elsewhere.id,
        ),
    )  # fmt: skip
    (one,) = looked_back(morning).asked
    assert one.outcome == "could"


def test_few_missing(morning: Morning) -> None:
    believed(morning.session, morning.clinic, 0.05)
    assert [one.outcome for one in looked_back(morning).asked] == ["missing"]


def test_only_those_who_can_have_it_and_only_where_somebody_was_booked(morning: Morning) -> None:
    session, clinic = morning.session, morning.clinic
    idle = make.clinician(session, clinic)
    make.open_weekdays(session, idle, morning.site, time(8), time(12))
    assert len(looked_back(morning).asked) == 1
    nurse = make.clinician(session, clinic, profession="nurse")
    nurses = make.visit_type(session, clinic, profession="nurse", base_minutes=20)
    settings.turn_on(session, morning.leader, clinic, [(nurse.id, nurses.id)])
    found = looked_back(morning)
    assert (found.visit_type.id, found.asked) == (nurses.id, ())


def test_four_weeks_and_no_longer(morning: Morning) -> None:
    for one in morning.booked:
        one.starts_at -= timedelta(weeks=4)
        one.ends_at -= timedelta(weeks=4)
        for row in one.allocations:
            row.starts_at, row.ends_at = one.starts_at, one.ends_at
    morning.session.flush()
    assert looked_back(morning).asked == ()


def test_no_visit_type_can_be_an_extra(morning: Morning) -> None:
    other = make.clinic(morning.session)
    make.visit_type(morning.session, other, group_capacity=5)
    policy = settings.policy_of(morning.session, other)
    times = ServiceTimes(morning.session, other)
    assert past_sessions.look_back(morning.session, other, policy, Limits(), times) is None

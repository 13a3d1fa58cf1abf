"""An absence planned long before: everyone is moved around it, not to where the calendar ends."""

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.platform.database import Session
from booking.rescheduling import service
from booking.rescheduling.gathering import Outage
from tests.integration.appointments.conftest import Place
from tests.integration.waitlist.conftest import Booked

pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")


def test_leave_far_ahead_moves_nobody_far_from_it_nor_before_the_window_opens(
    session: Session, place: Place, booked: Booked
) -> None:
    days = date(2027, 3, 1), date(2027, 3, 2)
    times = [datetime(2027, 3, day.day, hour, tzinfo=UTC) for day in days for hour in (8, 9, 10)]
    free = [booked(start, last=date(2027, 4, 1)) for start in times[:5]]
    early = booked(times[5], first=date(2027, 3, 1), last=date(2027, 4, 1))
    away = Outage(place.doctor.id, times[0] - timedelta(hours=2), times[5] + timedelta(hours=6))
    plan = service.draft(session, place.secretary, place.clinic, [away], "clinician_away")
    starts = {line.appointment_id: line.starts_at for line in plan.lines}
    assert set(starts) == {one.id for one in (*free, early)}
    for one in (*free, early):
        start = starts[one.id]
        assert start is not None
        assert abs(start - one.starts_at) < timedelta(days=4)
    # One whose own time lies before the window that opens long after: none before it is given.
    assert early.invitation is not None
    early.invitation.window_from = date(2027, 9, 1)
    early.invitation.window_to = date(2027, 10, 1)
    service.propose_again(session, place.secretary, plan, plan.version)
    (line,) = [line for line in plan.lines if line.appointment_id == early.id]
    assert (line.starts_at, line.why) == (None, ["no_time"])

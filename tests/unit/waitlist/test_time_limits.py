"""How long an offer stands."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.waitlist.time_limits import LEAST, ON_THE_WAY, at_night, expires_at

ZONE = ZoneInfo("Europe/Copenhagen")


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant in November 2026 by the clinic's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (local(23, 9), local(23, 14), local(23, 9, 30)),
        (local(23, 9), local(24, 10), local(23, 11)),
        (local(23, 19), local(24, 12), local(24, 9)),
        (local(23, 19, 45), local(24, 9), local(24, 8, 30)),
        (local(23, 9), local(27, 10), local(24, 9)),
        (local(23, 9, 30), local(23, 10, 20), None),
        (local(23, 22), local(27, 10), None),
        (local(23, 9), local(22, 9), None),
    ],
    ids=[
        "today", "tomorrow", "over the night", "the morning after", "later",
        "too near", "nobody is asked at night", "past",
    ],
)  # fmt: skip
def test_the_nearer_the_shorter(now: datetime, starts: datetime, ends: datetime | None) -> None:
    """Half an hour, two hours, a day; the night does not count."""
    assert expires_at(now, starts, ZONE) == ends


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    st.integers(-60, 60 * 24 * 20),
)
def test_there_is_always_time_to_answer_by_day(now: datetime, away: int) -> None:
    """An offer that is made leaves half an hour by day, and never ends at night or too late."""
    starts = now + timedelta(minutes=away)
    ends = expires_at(now, starts, ZONE)
    if ends is not None:
        assert now + LEAST <= ends <= starts - ON_THE_WAY
        minutes = (
            now + timedelta(minutes=n) for n in range(int((ends - now).total_seconds() // 60))
        )
        assert sum(not at_night(at, ZONE) for at in minutes) >= 30

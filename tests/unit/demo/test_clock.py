"""Whoever tries the demo meets a clinic at work, whatever the time is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.demo.clock import DemoClock, a_working_moment, day_over

HOME = ZoneInfo("Europe/Copenhagen")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HOME).astimezone(UTC)


@pytest.mark.parametrize(
    ("real", "shown"),
    [
        ("2026-11-23 08:30", "2026-11-23 08:30"),  # a Monday at work: as it is
        ("2026-11-23 13:59", "2026-11-23 13:59"),
        ("2026-11-23 06:00", "2026-11-23 10:20"),
        ("2026-11-23 14:00", "2026-11-24 10:20"),
        ("2026-11-22 12:00", "2026-11-23 10:20"),  # a Sunday
        ("2026-11-20 20:00", "2026-11-23 10:20"),  # a Friday evening
        ("2026-12-25 10:00", "2026-12-28 10:20"),  # Christmas, then a weekend
        ("2027-03-27 12:00", "2027-03-30 10:20"),  # Easter, and the clocks go forward
    ],
)
def test_the_clinic_is_open(real: str, shown: str) -> None:
    assert a_working_moment(local(real), HOME) == local(shown)


def test_a_restart_goes_on_from_the_same_day(
    tmp_path: Path, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-22T19:00:00Z")
    clock = DemoClock(tmp_path / "instance" / "demo-clock")
    assert clock.now() == datetime(2026, 11, 22, 19, tzinfo=UTC)
    clock.begin(HOME)
    made = clock.now()
    assert made == local("2026-11-23 10:20")
    freezer.tick(timedelta(hours=2))
    again = DemoClock(tmp_path / "instance" / "demo-clock")
    assert again.now() == local("2026-11-23 12:20")
    assert not day_over(made, again.now(), HOME)
    freezer.tick(timedelta(hours=5))
    assert day_over(made, again.now(), HOME)
    freezer.tick(timedelta(hours=12))
    assert day_over(made, again.now(), HOME)

"""The night by the clinic's clock, also on the two nights when the clock is changed."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.planning.quiet import at_clock, before_quiet, is_quiet, next_decent
from reminders.policies.bounds import open_minutes
from reminders.policies.steps import Policy
from tests.unit.reminders.planning import plainly
from tests.unit.reminders.planning.plainly import DENMARK, MINUTE, at

ZONES = (
    DENMARK,
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("America/New_York"),
    ZoneInfo("America/Santiago"),
)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
moments = st.builds(
    lambda day, minutes: plainly.at(f"{day} 00:00") + minutes * MINUTE,
    st.sampled_from(("2027-03-28", "2027-10-31", "2027-04-04", "2027-10-03", "2027-06-16")),
    st.integers(-1440, 2880),
)


def night(quiet_from: str, quiet_to: str) -> Policy:
    return Policy((), time.fromisoformat(quiet_from), time.fromisoformat(quiet_to))


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("19:59", False), ("20:00", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_a_night_has_its_first_minute_and_not_its_last(clock: str, *, quiet: bool) -> None:
    assert is_quiet(at(f"2027-06-16 {clock}"), night("20:00", "08:00"), DENMARK) is quiet


def test_equal_ends_are_no_night_and_other_ends_may_lie_within_a_day() -> None:
    assert not is_quiet(at("2027-06-16 08:00"), night("08:00", "08:00"), DENMARK)
    assert is_quiet(at("2027-06-16 12:30"), night("12:00", "13:00"), DENMARK)
    assert not is_quiet(at("2027-06-16 13:00"), night("12:00", "13:00"), DENMARK)
    assert open_minutes(night("08:00", "08:00")) == 1440
    assert open_minutes(night("20:00", "08:00")) == 720
    assert open_minutes(night("12:00", "13:00")) == 1380


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        # The clock never shows 2.30 on this night.
        (at("2027-03-28 00:00"), at("2027-03-28 03:00")),
        # It does twice on this: the night ends at the first, and the second is no new night.
        (at("2027-10-31 00:00"), at("2027-10-31 02:30")),
        (at("2027-10-31 02:30", fold=1), at("2027-10-31 02:30", fold=1)),
        # Put back to 2.00, the clock shows night once more.
        (at("2027-10-31 02:15", fold=1), at("2027-10-31 02:30", fold=1)),
    ],
)
def test_a_night_that_ends_while_the_clock_is_changed(moment: datetime, ends: datetime) -> None:
    assert next_decent(moment, night("20:00", "02:30"), DENMARK) == ends


@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_after_the_night_it_is_no_longer_night(
    moment: datetime, quiet_from: time, quiet_to: time, zone: ZoneInfo
) -> None:
    policy = Policy((), quiet_from, quiet_to)
    decent = next_decent(moment, policy, zone)
    assert decent >= moment
    assert not plainly.quiet(decent, policy, zone)
    assert is_quiet(moment, policy, zone) is plainly.quiet(moment, policy, zone)
    assert (decent == moment) is not plainly.quiet(moment, policy, zone)


@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_before_the_night_it_is_not_yet_night(
    moment: datetime, quiet_from: time, quiet_to: time, zone: ZoneInfo
) -> None:
    policy = Policy((), quiet_from, quiet_to)
    if plainly.quiet(moment, policy, zone):
        before = before_quiet(moment, policy, zone)
        if before is not None:
            assert before < moment
            assert not plainly.quiet(before, policy, zone)


def test_an_opening_that_the_clock_skips_is_none() -> None:
    # Open from 2.15 to 2.45 alone, on the night that has neither.
    assert next_decent(at("2027-03-28 00:00"), night("02:45", "02:15"), DENMARK) == at(
        "2027-03-29 02:15"
    )
    assert before_quiet(at("2027-03-28 12:00"), night("02:45", "02:15"), DENMARK) is None
    assert before_quiet(at("2027-03-29 12:00"), night("02:45", "02:15"), DENMARK) == at(
        "2027-03-29 02:30"
    )


def test_a_clock_that_the_change_skips_or_shows_twice() -> None:
    spring, autumn = datetime(2027, 3, 28).date(), datetime(2027, 10, 31).date()
    assert at_clock(spring, time(2, 30), DENMARK) == at("2027-03-28 03:00")
    assert at_clock(autumn, time(2, 30), DENMARK) == at("2027-10-31 02:30")
    assert at_clock(autumn, time(2, 30), DENMARK, fold=1) == at("2027-10-31 02:30", fold=1)

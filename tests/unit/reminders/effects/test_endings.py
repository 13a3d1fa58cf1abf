"""What became of an appointment, as an experiment counts it."""

from datetime import UTC, datetime, timedelta

import pytest

from reminders.effects.endings import GivenBack, LeftOut, Story, ending_of, left_out
from reminders.effects.prices import Prices
from reminders.experiments.analysis import Ending

START = datetime(2027, 2, 1, 9, tzinfo=UTC)
END = datetime(2027, 3, 1, tzinfo=UTC)
AFTER = datetime(2027, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def story(
    status: str = "fulfilled",
    *back: GivenBack,
    first: datetime = START,
    now_at: datetime = START,
    by_clinic: bool = False,
    closing: timedelta = 24 * HOUR,
) -> Story:
    return Story(status, first, now_at, now_at + HOUR / 2, back, by_clinic, closing)


def given(before: timedelta, start: datetime = START) -> GivenBack:
    return GivenBack(start - before, start)


@pytest.mark.parametrize(
    ("it", "ending"),
    [
        (story("fulfilled"), "came"),
        (story("arrived"), "came"),
        (story("checked-in"), "came"),
        (story("noshow"), "did_not_come"),
        (story("cancelled", given(48 * HOUR)), "cancelled_in_time"),
        (story("cancelled", given(24 * HOUR)), "cancelled_in_time"),
        (story("cancelled", given(24 * HOUR - timedelta(seconds=1))), "cancelled_late"),
        (story("cancelled", given(30 * HOUR), closing=48 * HOUR), "cancelled_late"),
        (story("cancelled", given(2 * HOUR), closing=HOUR), "cancelled_in_time"),
        # A clinic that closes for nothing still has a day's notice.
        (story("cancelled", given(2 * HOUR), closing=0 * HOUR), "cancelled_late"),
        # Moved in time, and come to: nothing is lost.
        (story("fulfilled", given(72 * HOUR), now_at=START + 240 * HOUR), "came"),
        # Moved an hour before: that time was lost, though the next was come to.
        (story("fulfilled", given(HOUR), now_at=START + 240 * HOUR), "cancelled_late"),
        # Lost twice over is lost once, by the worse name.
        (story("noshow", given(HOUR), now_at=START + 240 * HOUR), "did_not_come"),
        # Past the end: what became of it there is not waited for.
        (story("booked", given(72 * HOUR), now_at=AFTER), "cancelled_in_time"),
        (story("booked", given(HOUR), now_at=AFTER), "cancelled_late"),
        (story("noshow", given(72 * HOUR), now_at=AFTER), "cancelled_in_time"),
        (story("cancelled", given(72 * HOUR), given(HOUR, AFTER), now_at=AFTER), "cancelled_late"),
    ],
)
def test_an_appointment_ends_in_one_way(it: Story, ending: Ending) -> None:
    assert left_out(it, END, AFTER + 48 * HOUR) is None
    assert ending_of(it, END) == ending


@pytest.mark.parametrize(
    ("it", "now", "why"),
    [
        (story("entered-in-error"), AFTER, "in_error"),
        (story("fulfilled", first=END, now_at=END), AFTER, "after_end"),
        (story("cancelled", by_clinic=True), AFTER, "by_clinic"),
        (story("fulfilled", now_at=AFTER), AFTER, "by_clinic"),
        (story("booked"), START - HOUR, "ahead"),
        (story("booked"), START + HOUR / 4, "ahead"),
        (story("booked"), START + HOUR, "not_marked"),
    ],
)
def test_some_are_not_counted_and_it_is_said_why(it: Story, now: datetime, why: LeftOut) -> None:
    assert left_out(it, END, now) == why


def test_a_long_text_costs_by_its_parts_and_other_messages_one_by_one() -> None:
    prices = Prices(sms=40, voice=150, letter=2500)
    assert prices.of({}) == 0
    assert prices.of({"sms": (2, 3), "voice": (2, 0), "letter": (1, 1)}) == 120 + 300 + 2500

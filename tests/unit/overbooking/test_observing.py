"""What is read from the times noted on the day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking.observing import Visit, overtime, waited

EIGHT = datetime(2026, 11, 24, 7, tzinfo=UTC)
END = EIGHT + timedelta(hours=4)


def at(minutes: float | None) -> datetime | None:
    return None if minutes is None else EIGHT + timedelta(minutes=minutes)


def visit(
    start: int,
    arrived: float | None = None,
    called: float | None = None,
    done: float | None = None,
    status: str = "fulfilled",
) -> Visit:
    return Visit(EIGHT + timedelta(minutes=start), status, at(arrived), at(called), at(done))


@pytest.mark.parametrize(
    ("arrived", "called", "minutes"),
    [
        (-5, 12, 12),  # from the booked time, not from coming early
        (10, 12, 2),  # from coming late
        (-5, -3, 0),  # called before the time
        (None, 12, 12),  # nobody noted that they came: as if on time
        (12, 12, 12),  # noted as arrived by being called: as if on time
        (-5, None, None),  # not noted
        (-5, 240 + 181, None),  # noted long after the session was over
    ],
)
def test_a_wait(arrived: float | None, called: float | None, minutes: float | None) -> None:
    assert waited(visit(0, arrived, called), END) == minutes


def test_overtime_is_how_long_after_the_end_the_last_was_done() -> None:
    first, last = visit(0, 0, 0, 20), visit(220, 220, 230, 263)
    assert overtime([last, first], END) == 23
    assert overtime([first, visit(220, 220, 220, 235)], END) == 0
    assert overtime([first, last, visit(230, status="noshow")], END) == 23


def test_overtime_is_not_known_where_the_last_was_not_noted() -> None:
    first = visit(0, 0, 0, 20)
    assert overtime([], END) is None
    assert overtime([visit(0, status="noshow")], END) is None
    assert overtime([first, visit(220, 220, 225, None)], END) is None
    assert overtime([first, visit(220, 220, 225, 240 + 200)], END) is None  # pressed in the evening
    assert overtime([first, visit(100, status="booked")], END) is None  # nobody knows
    assert overtime([visit(0, 0, 0, None), visit(220, 220, 225, 250)], END) == 10


@given(st.lists(st.tuples(st.integers(0, 230), st.integers(0, 60)), min_size=1, max_size=12))
def test_seen_one_after_another_it_is_as_the_model_has_it(row: list[tuple[int, int]]) -> None:
    """Punctual patients of so many minutes: Lindley's recursion, by hand."""
    free, visits, waits = 0, [], []
    for start, minutes in sorted(row):
        called = max(free, start)
        free = called + minutes
        waits.append(called - start)
        visits.append(visit(start, start, called, free))
    assert [waited(one, END + timedelta(days=1)) for one in visits] == waits
    if free <= 240 + 180:
        assert overtime(visits, END) == max(0, free - 240)

"""The arithmetic of bitmaps, piece by piece, against sets of ticks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from booking.calendar.slots import (
    Requirement,
    ResourceTime,
    Search,
    Timeline,
    VisitShape,
    all_of,
    any_of,
    at_least,
    bits,
    find_starts,
    first_start,
    fits,
    starts,
)
from tests.unit.calendar.soak import examples

MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)
DAY = Timeline(MIDNIGHT, 288)

tick_sets = st.sets(st.integers(0, 120))


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return MIDNIGHT + timedelta(hours=hour, minutes=minute, seconds=second)


def mask(ticks: set[int]) -> int:
    return sum(1 << tick for tick in ticks)


def test_open_time_rounds_inwards_and_taken_time_outwards() -> None:
    span = (at(0, 7), at(0, 23))
    assert DAY.span(*span, "inwards") == (2, 4)
    assert DAY.span(*span, "outwards") == (1, 5)
    assert starts(DAY.open_bits([span])) == [2, 3]
    assert starts(DAY.taken_bits([span])) == [1, 2, 3, 4]


def test_whole_ticks_need_no_rounding() -> None:
    span = (at(8), at(8, 30))
    assert DAY.span(*span, "inwards") == DAY.span(*span, "outwards") == (96, 102)


def test_one_second_takes_the_whole_tick_and_opens_none() -> None:
    span = (at(8, 0, 1), at(8, 0, 2))
    assert starts(DAY.taken_bits([span])) == [96]
    assert DAY.open_bits([span]) == 0


def test_empty_and_backward_spans_are_nothing() -> None:
    assert DAY.taken_bits([(at(8, 1), at(8, 1)), (at(9), at(8))]) == 0


def test_a_span_is_cut_to_the_timeline() -> None:
    assert DAY.span(at(-5), at(1), "outwards") == (0, 12)
    assert DAY.span(at(23), at(40), "outwards") == (276, 288)
    assert DAY.span(at(-5), at(-4), "outwards") == (0, 0)
    assert DAY.span(at(30), at(40), "inwards") == (0, 0)


def test_ticks_and_instants_answer_each_other() -> None:
    assert DAY.tick(at(8, 4), "down") == 96
    assert DAY.tick(at(8, 4), "up") == 97
    assert DAY.tick(at(8), "down") == DAY.tick(at(8), "up") == 96
    assert DAY.tick(at(-1), "down") == -12
    assert DAY.instant(96) == at(8)
    assert DAY.instants([0, 12]) == [at(0), at(1)]
    assert DAY.end == at(24)


def test_local_times_are_told_apart_when_the_clock_goes_back() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    night = Timeline(datetime(2026, 10, 25, tzinfo=UTC), 48)
    first = datetime(2026, 10, 25, 2, 30, tzinfo=zone)
    assert night.tick(first, "down") == 6
    assert night.tick(first.replace(fold=1), "down") == 18


def test_naive_times_are_refused() -> None:
    with pytest.raises(TypeError):
        DAY.tick(datetime(2026, 11, 2, 8), "down")


@pytest.mark.parametrize(
    "origin",
    [
        datetime(2026, 11, 2),
        datetime(2026, 11, 2, tzinfo=ZoneInfo("Europe/Copenhagen")),
    ],
)
def test_an_origin_is_in_utc(origin: datetime) -> None:
    with pytest.raises(ValueError, match="origin"):
        Timeline(origin, 10)


@pytest.mark.parametrize("step", [5, 10, 15, 20, 30, 60])
@pytest.mark.parametrize("minute", range(0, 60, 5))
def test_the_grid_is_the_clocks_own(step: int, minute: int) -> None:
    line = Timeline(at(3, minute), 100)
    on_grid = [tick for tick in range(100) if line.instant(tick).minute % step == 0]
    assert starts(line.grid_mask(step)) == on_grid


def test_ticks_begun_off_the_clocks_five_minutes_are_on_no_grid() -> None:
    line = Timeline(datetime(2026, 11, 2, 0, 3, tzinfo=UTC), 200)
    assert line.grid_mask(5) == 0
    half_an_hour = (at(9) + timedelta(minutes=3), at(9) + timedelta(minutes=33))
    assert line.taken_bits([half_an_hour]).bit_count() == 6


def test_a_short_timeline_may_hold_no_grid_start() -> None:
    assert Timeline(at(3, 5), 1).grid_mask(15) == 0
    assert Timeline(at(3), 0).grid_mask(15) == 0


@pytest.mark.parametrize("step", [0, -15, 7, 25, 40, 45, 120])
def test_a_grid_that_drifts_over_the_hour_is_refused(step: int) -> None:
    with pytest.raises(ValueError, match="grid"):
        DAY.grid_mask(step)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30))))
def test_bits_of_spans(pairs: list[tuple[int, int]]) -> None:
    spans = [(first, first + length) for first, length in pairs]
    assert bits(spans) == mask({tick for span in spans for tick in range(*span)})


@settings(max_examples=examples(200), deadline=None)
@given(tick_sets, st.integers(1, 40))
def test_fits_is_that_many_free_ticks_on_end(free: set[int], length: int) -> None:
    free |= set(range(60, 90)) if length % 2 else set()
    expected = {s for s in range(130) if all(s + n in free for n in range(length))}
    assert fits(mask(free), length) == mask(expected)


@settings(max_examples=examples(150), deadline=None)
@given(tick_sets)
def test_starts_lists_the_bits_in_order(ticks: set[int]) -> None:
    assert starts(mask(ticks)) == sorted(ticks)
    assert first_start(mask(ticks)) == min(ticks, default=None)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(tick_sets, max_size=6), st.integers(1, 7))
def test_at_least_counts(sets: list[set[int]], k: int) -> None:
    masks = [mask(ticks) for ticks in sets]
    counted = {tick for tick in range(121) if sum(tick in ticks for ticks in sets) >= k}
    assert at_least(k, masks) == mask(counted)
    assert at_least(1, masks) == any_of(masks)
    if masks:
        assert at_least(len(masks), masks) == all_of(*masks)


def test_what_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        fits(1, 0)
    with pytest.raises(ValueError, match="demand"):
        at_least(0, [1])
    with pytest.raises(ValueError, match="negative"):
        starts(-1)
    with pytest.raises(ValueError, match="visit"):
        VisitShape(0)
    with pytest.raises(ValueError, match="buffer"):
        VisitShape(6, before=-1)
    with pytest.raises(ValueError, match="requirement"):
        Requirement([1], count=0)
    with pytest.raises(ValueError, match="timeline"):
        Timeline(MIDNIGHT, -1)


# One morning, read as a secretary would: open 8 to 10, half-hour visits on the quarters.

MORNING = DAY.open_bits([(at(8), at(10))])
QUARTERS = DAY.grid_mask(15)


def times(found: int) -> list[str]:
    return [f"{start:%-H.%M}" for start in DAY.instants(starts(found))]


def search(
    shape: VisitShape,
    *requirements: Requirement,
    window: int = DAY.whole,
    patient_taken: int = 0,
) -> Search:
    return Search(shape, window, QUARTERS, patient_taken, requirements)


def test_the_last_visit_ends_when_the_clinic_closes() -> None:
    found = find_starts(search(VisitShape(6)), DAY, ResourceTime(MORNING, 0))
    assert times(found)[:2] == ["8.00", "8.15"]
    assert times(found)[-1] == "9.30"


def test_a_clinician_works_through_the_buffers() -> None:
    found = find_starts(search(VisitShape(6, before=1, after=3)), DAY, ResourceTime(MORNING, 0))
    assert times(found) == ["8.15", "8.30", "8.45", "9.00", "9.15"]


def test_a_room_may_be_cleaned_after_it_closes_but_not_during_the_next_visit() -> None:
    shape = VisitShape(6, after=3)
    room = ResourceTime(MORNING, DAY.taken_bits([(at(9), at(9, 15))]), buffers_in_opening=False)
    assert times(room.starts(shape, DAY) & QUARTERS) == ["8.00", "8.15", "9.15", "9.30"]


def test_nothing_is_free_outside_the_timeline() -> None:
    always = ResourceTime(DAY.whole, 0, buffers_in_opening=False)
    found = starts(always.starts(VisitShape(6, before=2, after=3), DAY))
    assert found[0] == 2
    assert found[-1] == 288 - 6 - 3


def test_the_patient_needs_no_buffer() -> None:
    elsewhere = DAY.taken_bits([(at(9), at(9, 30))])
    found = find_starts(
        search(VisitShape(6, after=3), patient_taken=elsewhere), DAY, ResourceTime(MORNING, 0)
    )
    assert times(found) == ["8.00", "8.15", "8.30"]


def test_openings_that_touch_are_one() -> None:
    halves = DAY.open_bits([(at(8), at(9)), (at(9), at(10))])
    assert halves == MORNING


def test_any_room_and_two_nurses() -> None:
    shape = VisitShape(6)
    rooms = Requirement(
        [
            ResourceTime(MORNING, DAY.taken_bits([(at(8), at(9))])).starts(shape, DAY),
            ResourceTime(MORNING, DAY.taken_bits([(at(8, 30), at(10))])).starts(shape, DAY),
        ]
    )
    nurses = Requirement(
        [
            ResourceTime(MORNING, DAY.taken_bits([(at(8), at(8, 15))])).starts(shape, DAY),
            ResourceTime(MORNING, DAY.taken_bits([(at(9, 45), at(10))])).starts(shape, DAY),
            ResourceTime(MORNING, DAY.taken_bits([(at(8), at(9, 30))])).starts(shape, DAY),
        ],
        count=2,
    )
    doctor = ResourceTime(MORNING, 0)
    assert times(find_starts(search(shape, rooms), DAY, doctor)) == [
        *["8.00", "9.00", "9.15", "9.30"],
    ]
    assert times(find_starts(search(shape, rooms, nurses), DAY, doctor)) == ["9.00", "9.15", "9.30"]
    assert rooms.able(96) == [1]
    assert nurses.able(DAY.tick(at(9, 30), "down")) == [0, 2]


def test_a_requirement_without_options_is_never_met() -> None:
    nothing = find_starts(search(VisitShape(6), Requirement([])), DAY, ResourceTime(MORNING, 0))
    assert nothing == 0
    assert first_start(nothing) is None


def test_the_window_holds_the_starts() -> None:
    window = DAY.open_bits([(at(8, 30), at(9))])
    found = find_starts(search(VisitShape(12), window=window), DAY, ResourceTime(MORNING, 0))
    assert times(found) == ["8.30", "8.45"]


def test_the_mover_may_go_a_quarter_later_over_their_own_time() -> None:
    mine = (at(9), at(9, 30))
    others = [(at(8), at(9)), (at(9, 45), at(10))]
    shape = VisitShape(6)
    staying = ResourceTime(MORNING, DAY.taken_bits([mine, *others]))
    moving = ResourceTime(MORNING, DAY.taken_bits(others))
    assert times(find_starts(search(shape), DAY, staying)) == []
    assert times(find_starts(search(shape), DAY, moving)) == ["9.00", "9.15"]

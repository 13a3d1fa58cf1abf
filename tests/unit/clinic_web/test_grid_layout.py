"""Where things stand in a column: never two in one row of a lane, and each where it begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from booking.clinic_web.grid.layout import QUARTER, Placed, Stretch, gaps, placed

ROWS = 40
END = ROWS * QUARTER

stretches = some.lists(
    some.builds(
        lambda start, length, lane: Stretch(start, min(END, start + length), lane),
        some.integers(0, END // 5 - 1).map(lambda n: n * 5),
        some.integers(1, 24).map(lambda n: n * 5),
        some.sampled_from([0, 0, 0, 1]),
    ),
    max_size=25,
)


@given(stretches)
def test_each_begins_in_its_own_row_and_no_two_share_a_row_of_a_lane(those: list[Stretch]) -> None:
    found = placed(those, ROWS)
    assert len(found) == len(those)
    seen: set[tuple[int, int]] = set()
    for one, place in zip(those, found, strict=True):
        assert place.first == one.start // QUARTER
        assert place.first < place.after <= -(-one.end // QUARTER)
        assert place.lane >= one.lane
        rows = {(place.lane, row) for row in range(place.first, place.after)}
        assert not rows & seen
        seen |= rows


@given(stretches)
def test_only_what_overlaps_or_shares_a_quarter_stands_side_by_side(those: list[Stretch]) -> None:
    plan = [one for one in those if one.lane == 0]
    alone = all(
        one.end <= other.start and one.start // QUARTER < other.start // QUARTER
        for number, one in enumerate(sorted(plan, key=lambda one: one.start))
        for other in sorted(plan, key=lambda one: one.start)[number + 1 :]
    )
    lanes = {place.lane for place in placed(plan, ROWS)}
    assert lanes <= {0} if alone else len(lanes) > 1


@given(stretches)
def test_the_gaps_are_what_nothing_stands_in(those: list[Stretch]) -> None:
    spans = [(p.first, p.after) for p in placed(those, ROWS) if p.lane == 0]
    covered = {row for first, after in spans for row in range(first, after)}
    empty = {row for first, after in gaps(spans, ROWS) for row in range(first, after)}
    assert covered | empty == set(range(ROWS))
    assert not covered & empty


def test_two_of_twenty_minutes_share_the_quarter_between_them() -> None:
    assert placed([Stretch(0, 20), Stretch(20, 40)], 4) == [Placed(0, 0, 1), Placed(0, 1, 3)]


@pytest.mark.parametrize("wrong", [Stretch(0, 0), Stretch(-15, 15), Stretch(60, 75)])
def test_a_stretch_outside_the_rows_is_refused(wrong: Stretch) -> None:
    with pytest.raises(ValueError, match="within the rows"):
        placed([wrong], 4)

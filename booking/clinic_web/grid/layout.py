"""Where things stand in a column of quarter-hours. Pure.

A thing stands in the row it begins in, and reaches down to the row it ends in, unless the next one
begins there: two of twenty minutes each share the row between them, and the later has it. What
overlaps, or begins in the same quarter, stands side by side in lanes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

QUARTER = 15


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that takes from one minute up to another, counted from the column's top.

    lane: the leftmost lane it may stand in; above 0 for what is booked on top of the plan.
    """

    start: int
    end: int
    lane: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """The lane and the rows of one stretch: from `first` up to `after`."""

    lane: int
    first: int
    after: int


def placed(stretches: Sequence[Stretch], rows: int) -> list[Placed]:
    """Where each stretch stands, in the order given, within so many rows.

    No two share a row of a lane, each has at least one, and each begins in its own row. Raises
    ValueError for a stretch that takes no time or begins outside the rows.
    """
    found: list[Placed | None] = [None] * len(stretches)
    last: dict[int, int] = {}
    for number in sorted(range(len(stretches)), key=lambda n: (stretches[n].start, n)):
        one = stretches[number]
        first = one.start // QUARTER
        if not 0 <= first < rows or one.end <= one.start:
            raise ValueError("a stretch must take time within the rows")
        lane = one.lane
        while lane in last and not _makes_way(stretches[last[lane]], found[last[lane]], one, first):
            lane += 1
        if lane in last:
            before = found[last[lane]]
            assert before is not None
            found[last[lane]] = Placed(lane, before.first, min(before.after, first))
        found[number] = Placed(lane, first, min(-(-one.end // QUARTER), rows))
        last[lane] = number
    return [one for one in found if one is not None]


def _makes_way(before: Stretch, there: Placed | None, one: Stretch, first: int) -> bool:
    """True if the lane's last stretch is over by then and has another row to stand in."""
    return before.end <= one.start and there is not None and there.first < first


def gaps(taken: Sequence[tuple[int, int]], rows: int) -> Iterator[tuple[int, int]]:
    """The stretches of rows, from and up to, that nothing of one lane stands in."""
    at = 0
    for first, after in sorted(taken):
        if first > at:
            yield at, first
        at = after
    if at < rows:
        yield at, rows

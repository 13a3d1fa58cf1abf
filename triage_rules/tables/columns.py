"""A table turned on its side: each column as stretches of values that meet the same rows.

Between the bounds that the rows mention nothing changes, so a column is a short list of
stretches, each with the set of rows that hold there as bits of an integer (bit n for row n).
Looking up a value is one bisection; a whole table is a handful of ANDs. Evaluating and
verifying stand on this one partition, so that what is verified is what is evaluated.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from triage_rules.tables.model import AnyValue, Cell, Input, Interval, Is, Missing, OneOf, Table


@dataclass(frozen=True)
class Stretch:
    """Values that no row of the table tells apart, and the rows that hold for them.

    cell: the stretch as a cell of its own. sample: one allowed value in it; None for missing.
    """

    cell: Cell
    rows: int
    sample: Decimal | str | bool | None


@dataclass(frozen=True)
class Column:
    """One input's stretches, in order; `missing` apart. bounds: for numbers, where rows change.

    tested: the rows whose cell asks for a value, and are unknown when there is none.
    explicit: the rows that say *missing*.
    """

    input: Input
    stretches: tuple[Stretch, ...]
    missing: Stretch
    tested: int
    explicit: int
    bounds: tuple[Decimal, ...] = ()
    at_bounds: tuple[int, ...] = ()
    between: tuple[int, ...] = ()
    by_value: dict[str | bool, int] | None = None

    def rows(self, value: Decimal | str | bool) -> int:
        """The rows that hold for an allowed value."""
        if self.by_value is not None:
            return self.by_value[value]  # type: ignore[index]
        assert isinstance(value, Decimal)
        place = bisect_left(self.bounds, value)
        if place < len(self.bounds) and self.bounds[place] == value:
            return self.at_bounds[place]
        return self.between[place]

    def domain(self) -> Iterator[Stretch]:
        """Every stretch that must be covered, missing last where it can be."""
        yield from self.stretches
        if self.input.can_be_missing:
            yield self.missing


def columns_of(table: Table) -> tuple[Column, ...]:
    """The table's columns, in its order."""
    return tuple(
        _column(one, [row.cells[place] for row in table.rows])
        for place, one in enumerate(table.inputs)
    )


def _column(asked: Input, cells: list[Cell]) -> Column:
    missing = _bits(isinstance(cell, AnyValue | Missing) for cell in cells)
    explicit = _bits(isinstance(cell, Missing) for cell in cells)
    tested = _bits(not isinstance(cell, AnyValue | Missing) for cell in cells)
    nothing = Stretch(Missing(), missing, None)
    if asked.kind == "number":
        return _number_column(asked, cells, nothing, tested, explicit)
    values: tuple[str | bool, ...] = asked.choices if asked.kind == "choice" else (True, False)
    by_value = {value: _bits(_covers(cell, value) for cell in cells) for value in values}
    stretches = tuple(
        Stretch(OneOf(frozenset({value})) if isinstance(value, str) else Is(value), rows, value)
        for value, rows in by_value.items()
    )
    return Column(asked, stretches, nothing, tested, explicit, by_value=by_value)


def _number_column(
    asked: Input, cells: list[Cell], nothing: Stretch, tested: int, explicit: int
) -> Column:
    """Alternating: below the first bound, at it, between it and the next, and so on."""
    mentioned = {
        bound
        for cell in cells
        if isinstance(cell, Interval)
        for bound in (cell.low, cell.high)
        if bound is not None
    }
    limits = {limit for limit in (asked.low, asked.high) if limit is not None}
    inside = {b for b in mentioned if _allowed(asked, b)}
    bounds = tuple(sorted(inside | limits))
    at_bounds = tuple(_bits(_covers(cell, bound) for cell in cells) for bound in bounds)
    between, stretches = [], []
    for place in range(len(bounds) + 1):
        low = bounds[place - 1] if place else None
        high = bounds[place] if place < len(bounds) else None
        sample = _between(asked, low, high)
        rows = 0 if sample is None else _bits(_covers(cell, sample) for cell in cells)
        between.append(rows)
        if sample is not None:
            stretches.append(Stretch(Interval(low, high, False, False), rows, sample))
        if high is not None and _on_grid(asked, high):
            point = Interval(high, high)
            stretches.append(Stretch(point, at_bounds[place], high))
    return Column(
        asked, tuple(stretches), nothing, tested, explicit, bounds, at_bounds, tuple(between)
    )


def _covers(cell: Cell, value: Decimal | str | bool) -> bool:
    if isinstance(cell, AnyValue):
        return True
    if isinstance(cell, Interval):
        return isinstance(value, Decimal) and cell.has(value)
    if isinstance(cell, OneOf):
        return value in cell.choices
    return isinstance(cell, Is) and cell.value is value


def _allowed(asked: Input, value: Decimal) -> bool:
    above = asked.low is None or value >= asked.low
    return above and (asked.high is None or value <= asked.high)


def _on_grid(asked: Input, value: Decimal) -> bool:
    return (value - (asked.low or 0)) % asked.step == 0


def _between(asked: Input, low: Decimal | None, high: Decimal | None) -> Decimal | None:
    """An allowed value strictly between two bounds; None if there is none.

    Outside the input's own limits nothing is allowed; a side without limit reaches for ever.
    """
    if low is None:
        if asked.low is not None:
            return None
        below = (high or Decimal(0)) - asked.step
        return below - _rest(asked, below)
    if high is None:
        if asked.high is not None:
            return None
        return low - _rest(asked, low) + asked.step
    first = low - _rest(asked, low) + asked.step
    return first if first < high else None


def _rest(asked: Input, value: Decimal) -> Decimal:
    """How far a value lies above the nearest grid point below it."""
    rest = (value - (asked.low or 0)) % asked.step
    return rest + asked.step if rest < 0 else rest


def _bits(flags: Iterator[bool]) -> int:
    return sum(1 << place for place, flag in enumerate(flags) if flag)

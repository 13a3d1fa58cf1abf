"""What is wrong with a table, before anyone may publish it.

Rows are axis-parallel boxes. The columns are swept one by one (Calvanese et al. 2016, arXiv
1603.07466), carrying the set of rows still alive as the bits of an integer. Two points with the
same rows alive behave alike from there on, so each set is looked into once a column: the work
grows with the number of *different* sets of rows that can be alive together, at most
stretches × sets a column, and not with the number of points. Eighty rows by six columns give
some thousands of sets. `MOST_SETS` bounds it; a table beyond that is reported as too tangled,
never as sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import and_, or_
from typing import Literal

from triage_rules.tables.columns import Column, Stretch, columns_of
from triage_rules.tables.model import (
    LISTING,
    AnyValue,
    Cell,
    Interval,
    Missing,
    OneOf,
    Row,
    Table,
    Value,
    allows,
    priority,
)

MOST_SETS = 200_000
MOST_GAPS = 20
MOST_OVERLAPS = 200

Flaw = Literal[
    "gap", "overlap", "dead", "empty", "no_otherwise", "bad_output", "duplicate", "too_tangled"
]
Patient = tuple[Value | None, ...]


@dataclass(frozen=True)
class Finding:
    """Something wrong. rows: the ids concerned. cells: where; for each input the cells that
    together say it.

    patient: one concrete patient it happens to, a value for each input (None: missing).
    """

    flaw: Flaw
    rows: tuple[str, ...] = ()
    cells: tuple[tuple[Cell, ...], ...] = ()
    patient: Patient = ()


@dataclass(frozen=True)
class Merge:
    """Two rows that one could stand for: their cells differ in one column only."""

    rows: tuple[str, str]
    column: int
    cell: Cell


def flaws(table: Table) -> list[Finding]:
    """Everything that bars publishing, gaps first; empty for a sound table."""
    columns = columns_of(table)
    domains = [list(column.domain()) for column in columns]
    found = list(_bad_outputs(table))
    found += [Finding("empty", (row.id,)) for row in _empty(table, columns)]
    try:
        if table.hit_policy not in LISTING:
            found += _gaps(table, columns, domains)
        if table.hit_policy in ("UNIQUE", "ANY"):
            found += _overlaps(table, columns, domains)
        if table.hit_policy in ("FIRST", "PRIORITY"):
            found += _dead(table, domains)
    except TooTangled:
        found.append(Finding("too_tangled"))
    found += _duplicates(table)
    if table.hit_policy == "FIRST" and not _ends_with_otherwise(table):
        found.append(Finding("no_otherwise"))
    return found


class TooTangled(Exception):
    """More sets of rows than anyone could check in reasonable time."""


def _gaps(table: Table, columns: tuple[Column, ...], domains: list[list[Stretch]]) -> list[Finding]:
    """Boxes that no row holds in; stretches that lead to the same are told of together."""
    covered = _Covered(domains)
    everything = (1 << len(table.rows)) - 1
    found = []
    for box in covered.gaps(0, everything):
        cells = tuple(_cells(column, one) for column, one in zip(columns, box, strict=True))
        patient = tuple(one[0].sample for one in box)
        found.append(Finding("gap", (), cells, patient))
        if len(found) == MOST_GAPS:
            break
    return found


class _Covered:
    """Whether every point from a column on is covered, remembered by the rows still alive."""

    def __init__(self, domains: list[list[Stretch]]) -> None:
        self.domains = domains
        # For each column, the rows that hold everywhere from there on: one of them is enough.
        self.enough = [
            reduce(and_, (s.rows for d in domains[n:] for s in d), -1) for n in range(len(domains))
        ]
        self.rows = [{stretch.rows for stretch in domain} for domain in domains]
        self.known: list[dict[int, bool]] = [{} for _ in domains]
        self.sets = 0

    def __call__(self, place: int, alive: int) -> bool:
        """True if no point of the columns from `place` on is without a row among those alive."""
        if not alive:
            return False
        if place == len(self.domains) or alive & self.enough[place]:
            return True
        seen = self.known[place]
        if alive not in seen:
            self.sets += 1
            if self.sets > MOST_SETS:
                raise TooTangled
            fewer = {alive & rows for rows in self.rows[place]}
            seen[alive] = all(self(place + 1, rows) for rows in fewer)
        return seen[alive]

    def gaps(self, place: int, alive: int) -> Iterator[list[list[Stretch]]]:
        """Every gap as a list of stretches a column, a branch without gaps never entered."""
        if not alive:
            yield [list(domain) for domain in self.domains[place:]]
            return
        if self(place, alive):
            return
        by_rows: dict[int, list[Stretch]] = {}
        for stretch in self.domains[place]:
            by_rows.setdefault(alive & stretch.rows, []).append(stretch)
        for rows, stretches in by_rows.items():
            for rest in self.gaps(place + 1, rows):
                yield [stretches, *rest]


def _overlaps(
    table: Table, columns: tuple[Column, ...], domains: list[list[Stretch]]
) -> Iterator[Finding]:
    """Pairs of rows that hold together, the first of them; for ANY only where they answer
    differently. Boxes meet where they meet in every column."""
    found = 0
    for second, row in enumerate(table.rows):
        own = 1 << second
        meeting = own - 1
        for domain in domains:
            meeting &= reduce(or_, (s.rows for s in domain if s.rows & own), 0)
        while meeting and found < MOST_OVERLAPS:
            bit = meeting & -meeting
            meeting ^= bit
            other = table.rows[bit.bit_length() - 1]
            if table.hit_policy == "ANY" and row.outputs == other.outputs:
                continue
            pair = bit | own
            both = [[s for s in domain if s.rows & pair == pair] for domain in domains]
            cells = tuple(_cells(c, shared) for c, shared in zip(columns, both, strict=True))
            patient = tuple(shared[0].sample for shared in both)
            yield Finding("overlap", (other.id, row.id), cells, patient)
            found += 1


def _dead(table: Table, domains: list[list[Stretch]]) -> Iterator[Finding]:
    """Rows that never decide: wherever they hold, one that goes before them holds too."""
    order = list(range(len(table.rows)))
    if table.hit_policy == "PRIORITY":
        order.sort(key=lambda n: (priority(table, table.rows[n]), n))
    before = 0
    for number in order:
        if not _decides_somewhere(domains, number, before):
            yield Finding("dead", (table.rows[number].id,))
        before |= 1 << number


def decides_for(table: Table, row: Row, name: str, value: Value) -> bool:
    """True if a row can decide for some patient whose input `name` has this value."""
    number = table.rows.index(row)
    before = (1 << number) - 1 if table.hit_policy == "FIRST" else 0
    domains = [
        [s for s in column.domain() if column.input.name != name or s.sample == value]
        for column in columns_of(table)
    ]
    return _decides_somewhere(domains, number, before)


def _decides_somewhere(domains: list[list[Stretch]], number: int, before: int) -> bool:
    """True if some point has the row and none of those that go before it."""
    own = 1 << number
    mine = [{stretch.rows for stretch in domain if stretch.rows & own} for domain in domains]
    if not all(mine):
        return False
    for column in mine:  # only rows that meet this one can keep it from deciding
        before &= reduce(or_, column)
    alive, sets = {before}, 0
    for column in mine:
        alive = {rows & others for rows in column for others in alive}
        if 0 in alive:
            return True
        sets += len(alive)
        if sets > MOST_SETS:
            raise TooTangled
    return False


def _empty(table: Table, columns: tuple[Column, ...]) -> Iterator[Row]:
    """Rows that hold for nobody: a cell outside what its input allows."""
    for number, row in enumerate(table.rows):
        for column in columns:
            if not any(stretch.rows >> number & 1 for stretch in column.domain()):
                yield row
                break


def _duplicates(table: Table) -> Iterator[Finding]:
    """Rows that say the same as an earlier one, where the policy would run both.

    Two rows with the same cells and different answers are the point of a list: two obligations
    that everybody has.
    """
    if table.hit_policy not in LISTING and table.hit_policy != "ANY":
        return
    seen: dict[tuple[tuple[Cell, ...], tuple[Value, ...]], str] = {}
    for row in table.rows:
        said = (row.cells, row.outputs)
        if said in seen:
            yield Finding("duplicate", (seen[said], row.id))
        seen.setdefault(said, row.id)


def _bad_outputs(table: Table) -> Iterator[Finding]:
    """Outputs that are not what their column allows."""
    for row in table.rows:
        if not all(map(allows, table.outputs, row.outputs)):
            yield Finding("bad_output", (row.id,))


def _ends_with_otherwise(table: Table) -> bool:
    return bool(table.rows) and all(isinstance(c, AnyValue) for c in table.rows[-1].cells)


def merges(table: Table) -> list[Merge]:
    """Pairs of rows that could be one: equal outputs, and cells that differ in one column where
    the two together are a cell. Under FIRST only neighbours, so that no row between is passed.
    """
    found = []
    columns = columns_of(table)
    for first, row in enumerate(table.rows):
        last = first + 2 if table.hit_policy == "FIRST" else len(table.rows)
        for second in range(first + 1, min(last, len(table.rows))):
            other = table.rows[second]
            if row.outputs != other.outputs:
                continue
            different = [
                n for n, (a, b) in enumerate(zip(row.cells, other.cells, strict=True)) if a != b
            ]
            if len(different) != 1:
                continue
            place = different[0]
            cell = _union(columns[place], first, second)
            if cell is not None:
                found.append(Merge((row.id, other.id), place, cell))
    return found


def _union(column: Column, first: int, second: int) -> Cell | None:
    """One cell that holds exactly where either row's does; None if there is none such."""
    either = 1 << first | 1 << second
    cells = _cells(column, [stretch for stretch in column.domain() if stretch.rows & either])
    return cells[0] if len(cells) == 1 else None


def _cells(column: Column, stretches: list[Stretch]) -> tuple[Cell, ...]:
    """Stretches of one column, in order, as the fewest cells that hold just there."""
    if len(stretches) == len(list(column.domain())):
        return (AnyValue(),)
    values = [stretch for stretch in stretches if not isinstance(stretch.cell, Missing)]
    found: list[Cell] = []
    if column.input.kind == "number":
        found += _runs(column, values)
    elif column.input.kind == "choice" and values:
        found.append(OneOf(frozenset(str(stretch.sample) for stretch in values)))
    else:
        found += [stretch.cell for stretch in values]
    if len(values) < len(stretches):
        found.append(Missing())
    return tuple(found)


def _runs(column: Column, values: list[Stretch]) -> Iterator[Interval]:
    """Neighbouring stretches of numbers as one interval each run."""
    inside_of = {id(stretch) for stretch in values}
    places = [n for n, stretch in enumerate(column.stretches) if id(stretch) in inside_of]
    for _, run in groupby(enumerate(places), key=lambda pair: pair[1] - pair[0]):
        inside = [column.stretches[place].cell for _, place in run]
        first, last = inside[0], inside[-1]
        assert isinstance(first, Interval)
        assert isinstance(last, Interval)
        yield Interval(first.low, last.high, first.low_closed, last.high_closed)

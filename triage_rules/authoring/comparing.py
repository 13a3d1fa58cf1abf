"""What is different between two rule sets, row by row. Rows are known by their ids, columns by
their names.

The difference holds everything: from the first rule set and the difference the second can be
made, letter by letter, which is how it is tested.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Generic, Literal, TypeVar

from triage_rules.tables.model import AnyValue, Cell, Input, Row, Table, Value
from triage_rules.tables.rule_set import RuleSet, SecondLook

Kind = Literal["added", "removed", "changed", "moved"]
T = TypeVar("T")
# What a row says besides its cells and answers.
WORDS = ("told", "told_en", "evidence", "owner", "review_by")
SETTINGS = ("label", "hit_policy", "aggregation", "outputs")


@dataclass(frozen=True)
class Setting:
    """A field that says something else: of a rule set, a table, a column or a row."""

    name: str
    before: object
    after: object


@dataclass(frozen=True)
class CellChange:
    """A cell that asks something else. before, after: None where the column is not there, and
    then the other asks something."""

    input: str
    before: Cell | None
    after: Cell | None


@dataclass(frozen=True)
class OutputChange:
    """An answer that is another."""

    output: str
    before: Value
    after: Value


@dataclass(frozen=True)
class InputChange:
    """A column that is new, gone, described otherwise or moved. place: from 0, in the table where
    it stands."""

    kind: Kind
    name: str
    place: int
    before: Input | None
    after: Input | None
    settings: tuple[Setting, ...] = ()
    moved: bool = False


@dataclass(frozen=True)
class RowChange:
    """A row that is new, gone, different or moved. place: from 0, in the table where it stands.

    moved: it stands elsewhere among the rows, whatever else changed.
    """

    kind: Kind
    id: str
    place: int
    before: Row | None
    after: Row | None
    cells: tuple[CellChange, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    words: tuple[Setting, ...] = ()
    moved: bool = False


@dataclass(frozen=True)
class TableChange:
    """A table that is new (before is None), gone (after is None) or different."""

    name: str
    before: Table | None
    after: Table | None
    settings: tuple[Setting, ...] = ()
    inputs: tuple[InputChange, ...] = ()
    rows: tuple[RowChange, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Everything that is different; false where nothing is."""

    settings: tuple[Setting, ...]
    looks_before: tuple[SecondLook, ...]
    looks_after: tuple[SecondLook, ...]
    tables: tuple[TableChange, ...]

    def __bool__(self) -> bool:
        """True if anything is."""
        return bool(self.settings or self.tables or self.looks_before != self.looks_after)


def compare(before: RuleSet, after: RuleSet) -> Difference:
    """What became different from one rule set to another."""
    names = [table.name for table in (*before.tables, *after.tables)]
    changes = [_table(name, before.table(name), after.table(name)) for name in dict.fromkeys(names)]
    return Difference(
        _settings(before, after, ("name", "label", "latest_weeks")),
        before.second_looks,
        after.second_looks,
        tuple(change for change in changes if change is not None),
    )


def _table(name: str, before: Table | None, after: Table | None) -> TableChange | None:
    if before is None or after is None:
        return TableChange(name, before, after)
    if before == after:
        return None
    return TableChange(
        name,
        before,
        after,
        _settings(before, after, SETTINGS),
        tuple(_inputs(before, after)),
        tuple(_rows(before, after)),
    )


def _inputs(before: Table, after: Table) -> list[InputChange]:
    found = []
    for pair in _paired(
        before.inputs, after.inputs, [i.name for i in before.inputs], [i.name for i in after.inputs]
    ):
        settings: tuple[Setting, ...] = ()
        if pair.before and pair.after:
            settings = _settings(pair.before, pair.after, [f.name for f in fields(Input)])
        kind = pair.kind(bool(settings))
        if kind:
            found.append(
                InputChange(
                    kind, pair.key, pair.place, pair.before, pair.after, settings, pair.moved
                )
            )
    return found


def _rows(before: Table, after: Table) -> list[RowChange]:
    found = []
    for pair in _paired(
        before.rows, after.rows, [r.id for r in before.rows], [r.id for r in after.rows]
    ):
        cells: tuple[CellChange, ...] = ()
        outputs: tuple[OutputChange, ...] = ()
        words: tuple[Setting, ...] = ()
        if pair.before and pair.after:
            cells = _cells(before, pair.before, after, pair.after)
            outputs = _outputs(after, pair.before, pair.after)
            words = _settings(pair.before, pair.after, WORDS)
        kind = pair.kind(bool(cells or outputs or words))
        if kind:
            found.append(
                RowChange(
                    kind,
                    pair.key,
                    pair.place,
                    pair.before,
                    pair.after,
                    cells,
                    outputs,
                    words,
                    pair.moved,
                )
            )
    return found


def _cells(before: Table, row_before: Row, after: Table, row_after: Row) -> tuple[CellChange, ...]:
    """The cells that ask something else; a new column that asks nothing of the row is none."""
    old = {one.name: cell for one, cell in zip(before.inputs, row_before.cells, strict=True)}
    new = {one.name: cell for one, cell in zip(after.inputs, row_after.cells, strict=True)}
    anything = AnyValue()
    return tuple(
        CellChange(name, old.get(name), new.get(name))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, anything) != new.get(name, anything)
    )


def _outputs(after: Table, row_before: Row, row_after: Row) -> tuple[OutputChange, ...]:
    return tuple(
        OutputChange(output.name, old, new)
        for output, old, new in zip(
            after.outputs, row_before.outputs, row_after.outputs, strict=True
        )
        if old != new
    )


def _settings(before: object, after: object, names: Sequence[str]) -> tuple[Setting, ...]:
    return tuple(
        Setting(name, getattr(before, name), getattr(after, name))
        for name in names
        if getattr(before, name) != getattr(after, name)
    )


@dataclass(frozen=True)
class _Pair(Generic[T]):
    """The same thing before and after, or either. place: where it stands now, or stood."""

    key: str
    place: int
    before: T | None
    after: T | None
    moved: bool

    def kind(self, changed: bool) -> Kind | None:
        """How it changed; None if it did not."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if changed:
            return "changed"
        return "moved" if self.moved else None


def _paired(
    before: Sequence[T], after: Sequence[T], keys_before: Sequence[str], keys_after: Sequence[str]
) -> list[_Pair[T]]:
    """Everything that is there now in its order, then what is gone; the fewest said to be moved."""
    old, new = (
        dict(zip(keys_before, before, strict=True)),
        dict(zip(keys_after, after, strict=True)),
    )
    order = {key: place for place, key in enumerate(keys_before)}
    common = [key for key in keys_after if key in old]
    stay = {common[place] for place in _longest_rise([order[key] for key in common])}
    now = [
        _Pair(key, place, old.get(key), one, key in old and key not in stay)
        for place, (key, one) in enumerate(new.items())
    ]
    gone = [
        _Pair(key, place, one, None, moved=False)
        for place, (key, one) in enumerate(old.items())
        if key not in new
    ]
    return [*now, *gone]


def _longest_rise(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising run among distinct numbers (patience sorting)."""
    tops: list[int] = []  # for each length, the place of the smallest number that ends such a run
    comes_after: list[int | None] = []
    for place, number in enumerate(numbers):
        length = bisect_left([numbers[top] for top in tops], number)
        comes_after.append(tops[length - 1] if length else None)
        tops[length : length + 1] = [place]
    run: list[int] = []
    here = tops[-1] if tops else None
    while here is not None:
        run.append(here)
        here = comes_after[here]
    return run[::-1]

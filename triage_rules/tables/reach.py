"""Finding a patient who makes one row of a rule set fire, through the whole chain.

The inputs are gone through one by one, as the verifier goes through columns: all that matters
of the values so far is which rows may still hold, and two prefixes that leave the same rows
alive are looked into once. What is ordinary is tried first: known before missing, no red flag,
green, away from limits, the middle of the widest stretch. The last word is the chain's own: a
patient is only ever answered after it has made the row fire. The work is bounded.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from triage_rules.tables.columns import Column, Stretch, columns_of
from triage_rules.tables.decide import ANSWERED, Chain, near
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.model import AnyValue, Input, Interval, Row, Table, Value, priority
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.verify import TooTangled

MOST_WORK = 3_000_000
MOST_WORK_A_HINT = 10_000
MOST_WORK_A_ROW = 100_000
# What asking the chain costs, counted in sets of rows looked into.
ASKING = 50
# Facts have no age here, so that any instant does.
SOME_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)

Facts = dict[str, Value | None]


@dataclass(frozen=True)
class _Option:
    """A value of one input. holding: the rows it leaves; possible: those and the unknown."""

    value: Value | None
    holding: int
    possible: int


class Reach:
    """A rule set made ready for looking for patients."""

    def __init__(self, rules: RuleSet) -> None:
        """Lay the rows of every table side by side over all the inputs of the chain."""
        self.rules = rules
        self.chain = Chain(rules)
        inputs: dict[str, Input] = {}
        for table in rules.tables:
            for asked in table.inputs:
                if asked.name not in ANSWERED:
                    inputs.setdefault(asked.name, asked)
        # An input that two tables read differently is gone through as the first reads it.
        self._two_meanings = any(
            inputs.get(asked.name, asked) != asked
            for table in rules.tables
            for asked in table.inputs
        )
        self._places = [(table, row) for table in rules.tables for row in table.rows]
        rows = tuple(_spread(table, row, inputs) for table, row in self._places)
        aside = Table("", "", "RULE ORDER", tuple(inputs.values()), (), rows)
        self._columns = columns_of(aside)
        self._options = [self._ordinary_first(column) for column in self._columns]
        self._left = MOST_WORK

    def __call__(self, name: str, row: Row) -> Facts | None:
        """A patient who makes a row of the table of this name fire; None if there is none.

        A fact that is None is missing. Raises TooTangled where nobody was found and not
        everybody was looked at.
        """
        table = self.rules.table(name)
        assert table is not None
        for hint in self._hints(table, row):
            with suppress(TooTangled):
                found = self._search(table, row, hint, MOST_WORK_A_HINT)
                if found is not None:
                    return found
        found = self._search(table, row, (), MOST_WORK_A_ROW)
        if found is None and self._two_meanings:
            raise TooTangled
        return found

    def _hints(self, table: Table, row: Row) -> Iterator[tuple[tuple[Table, Row], ...]]:
        """What may fire together with a row that asks for a colour or a flag, one at a time."""
        if table.name in ("red_flags", "activity"):
            return
        bit = 1 << next(n for n, one in enumerate(table.rows) if one is row)
        takes = {
            column.input.name: {
                stretch.sample for stretch in column.stretches if stretch.rows & bit
            }
            for column in columns_of(table)
            if column.input.name in ANSWERED
        }
        for where, one in self._places:
            if where.name == "activity" and one.outputs[0] in takes.get("colour", ()):
                yield ((where, one),)
        for where, one in self._places:
            if where.name == "red_flags" and "red" in takes.get("colour", ("red",)):
                yield ((where, one),)

    def _search(
        self, table: Table, row: Row, hint: tuple[tuple[Table, Row], ...], most: int
    ) -> Facts | None:
        """Go through the inputs, keeping what must fire alive and what would go before it dead.

        Complete without a hint; with one, the hint's row must fire too. Raises TooTangled.
        """
        must = blocking = 0
        for where, one in ((table, row), *hint):
            must |= self._bit(where, one)
            blocking |= self._blocking(where, one)
        relevant = self._relevant(table)
        width = len(self._options)
        # The rows that hold whatever the rest of the inputs are.
        surely = [-1] * (width + 1)
        options: list[list[_Option]] = []
        for place in range(width - 1, -1, -1):
            mine = [one for one in self._options[place] if one.holding & must == must]
            if all(one.holding & relevant == relevant for one in mine):
                mine = mine[:1]
            options.insert(0, mine)
            surely[place] = surely[place + 1]
            for option in mine:
                surely[place] &= option.holding
        seen: set[tuple[int, int, int, int]] = set()
        chosen: list[Value | None] = []
        spent = 0

        def go(place: int, alive: int, possible: int, missing: int) -> bool:
            nonlocal spent
            spent += 1 if place < width else ASKING
            if spent > min(most, self._left):
                raise TooTangled
            if alive & surely[place] & blocking:
                return False
            known = (place, alive & relevant, possible & relevant if missing else 0, missing)
            if known in seen:
                return False
            seen.add(known)
            if place == width:
                return self._fires(table, row, chosen)
            for one in options[place]:
                chosen.append(one.value)
                without = missing | (one.value is None) << place
                if go(place + 1, alive & one.holding, possible & one.possible, without):
                    return True
                chosen.pop()
            return False

        try:
            return self._facts(chosen) if go(0, -1, -1, 0) else None
        finally:
            self._left -= spent

    def _fires(self, table: Table, row: Row, values: list[Value | None]) -> bool:
        made = self.chain(facts_of(self._facts(values)), SOME_INSTANT)
        return any(name == table.name and fired is row for name, fired in made.fired)

    def _facts(self, values: list[Value | None]) -> Facts:
        names = [column.input.name for column in self._columns]
        return dict(zip(names, values, strict=True))

    def _bit(self, table: Table, row: Row) -> int:
        return 1 << next(
            n for n, (where, one) in enumerate(self._places) if where is table and one is row
        )

    def _blocking(self, table: Table, row: Row) -> int:
        """The rows that would decide before this one, if nothing of the chain's own keeps them."""
        if table.hit_policy not in ("FIRST", "PRIORITY"):
            return 0
        rows = list(table.rows)
        if table.hit_policy == "PRIORITY":
            rows.sort(key=lambda one: priority(table, one))
        before = rows[: next(n for n, one in enumerate(rows) if one is row)]
        free = [one for one in before if _cell(table, one, *ANSWERED) is None]
        return sum(self._bit(table, one) for one in free)

    def _relevant(self, table: Table) -> int:
        """The rows that bear on whether one of this table fires, as bits."""
        asked = {table.name}
        if table.name not in ("red_flags", "activity"):
            asked |= {"red_flags", "activity"}
        return sum(1 << n for n, (where, _row) in enumerate(self._places) if where.name in asked)

    def _ordinary_first(self, column: Column) -> list[_Option]:
        """A column's values, one for each set of rows, the most ordinary first."""
        asking = column.tested
        flags = asking & self._rows_of("red_flags")
        green = asking & self._rows_of("activity", "green")
        ill = asking & self._rows_of("activity") & ~green
        seen = asking & self._rows_of("contact") & ~self._rows_of("contact", "questionnaire")
        looks = [look for look in self.rules.second_looks if look.input == column.input.name]

        def oddity(stretch: Stretch) -> tuple[int, int, int, bool, bool, Decimal]:
            value, rows = sample(column.input, stretch), stretch.rows
            wide = _width(stretch)
            return (
                (rows & flags).bit_count(),
                (rows & ill).bit_count() - (rows & green).bit_count(),
                (rows & seen).bit_count(),
                isinstance(value, Decimal) and any(near(look, value) for look in looks),
                wide is not None,
                -(wide or Decimal(0)),
            )

        kept: dict[int, _Option] = {}
        for stretch in sorted(column.stretches, key=oddity):
            value = sample(column.input, stretch)
            kept.setdefault(stretch.rows, _Option(value, stretch.rows, stretch.rows))
        found = list(kept.values())
        if column.input.can_be_missing:
            rows = column.missing.rows
            found.append(_Option(None, rows, rows | column.tested))
        return found

    def _rows_of(self, table: str, answer: str | None = None) -> int:
        return sum(
            1 << n
            for n, (where, row) in enumerate(self._places)
            if where.name == table and answer in (None, row.outputs[0])
        )


def facts_of(facts: Facts) -> dict[str, Fact]:
    """Facts as a chain takes them, all of them true just now."""
    return {name: Fact(value, SOME_INSTANT) for name, value in facts.items() if value is not None}


def sample(asked: Input, stretch: Stretch) -> Value | None:
    """An allowed value in a stretch: in its middle, but not far beyond the last limit of all."""
    cell, first = stretch.cell, stretch.sample
    if not isinstance(cell, Interval) or not isinstance(first, Decimal) or cell.low is None:
        return first
    most = []
    if cell.high is not None:
        most.append((cell.high - first) / 2)
    if cell.high in (None, asked.high) and cell.low != asked.low:
        most.append(max(abs(cell.low) / 4 - (first - cell.low), Decimal(0)))
    return first + min(most) // asked.step * asked.step if most else first


def _width(stretch: Stretch) -> Decimal | None:
    """How wide a stretch of numbers is; None for one without an end, or of something else."""
    cell = stretch.cell
    if not isinstance(cell, Interval) or cell.low is None or cell.high is None:
        return None
    return cell.high - cell.low


def _spread(table: Table, row: Row, inputs: dict[str, Input]) -> Row:
    """A row over all the inputs of the chain."""
    cells = {one.name: cell for one, cell in zip(table.inputs, row.cells, strict=True)}
    wide = tuple(cells.get(name, AnyValue()) for name in inputs)
    return Row(f"{table.name}/{row.id}", wide, ())


def _cell(table: Table, row: Row, *names: str) -> object:
    """The first cell under any of these inputs that asks for something; None if there is none."""
    for asked, cell in zip(table.inputs, row.cells, strict=True):
        if asked.name in names and not isinstance(cell, AnyValue):
            return cell
    return None

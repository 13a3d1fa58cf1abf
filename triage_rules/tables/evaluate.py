"""Strict evaluation: an answer is given only when no missing fact could have changed it.

Missing, stale, out-of-range and mistyped facts never pass as an answer. A cell that asks for a
value it has not got is *unknown*, and its row may or may not have held. Such a row is of no
consequence if it could not have changed the answer (a row before it decides, or it answers the
same), or if the row that decides says *missing* in every column the other was unknown for: then
its author has taken responsibility. Otherwise the answer is a clinician's to give.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from triage_rules.tables.columns import Column, columns_of
from triage_rules.tables.model import LISTING, Input, Row, Table, Value, priority

State = Literal["known", "absent", "stale", "out_of_range", "mistyped"]
# States that no row may answer for, whatever it says.
BROKEN = frozenset({"out_of_range", "mistyped"})


@dataclass(frozen=True)
class Fact:
    """What is known of a patient, and the instant it was true (None: always)."""

    value: object
    at: datetime | None = None


@dataclass(frozen=True)
class Read:
    """One input as it was read: its value if it could be used, and why not otherwise."""

    input: Input
    state: State
    value: Value | None
    at: datetime | None


@dataclass(frozen=True)
class Miss:
    """A row that nearly held: the columns (by place) where it did not."""

    row: Row
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """What a table answers.

    rows: those that fired, in the policy's order. unsure: the names of inputs that could have
    changed the answer; where there are any, or no row fired, a clinician must look.
    """

    table: Table
    read: tuple[Read, ...]
    rows: tuple[Row, ...]
    unsure: tuple[str, ...]
    conflict: bool
    _columns: tuple[Column, ...]

    @property
    def needs_clinician(self) -> bool:
        """True if this is no answer to act on."""
        if self.unsure or self.conflict:
            return True
        return not self.rows and self.table.hit_policy not in LISTING

    @property
    def value(self) -> tuple[Value, ...] | None:
        """The outputs of the one row that decides; None for a list or where none does."""
        if self.needs_clinician or self.table.hit_policy in LISTING:
            return None
        return self.rows[0].outputs

    @cached_property
    def aggregate(self) -> Decimal | None:
        """What COLLECT with an aggregation makes of the first output; None for an empty list."""
        values = [row.outputs[0] for row in self.rows]
        if self.table.aggregation == "COUNT":
            return Decimal(len(values))
        numbers = [value for value in values if isinstance(value, Decimal)]
        if not numbers:
            return None
        if self.table.aggregation == "MIN":
            return min(numbers)
        return max(numbers) if self.table.aggregation == "MAX" else sum(numbers, Decimal(0))

    @cached_property
    def missed(self) -> tuple[Miss, ...]:
        """The rows that came nearest without holding, fewest columns first; at most three."""
        held = {row.id for row in self.rows}
        found = [
            Miss(row, columns)
            for number, row in enumerate(self.table.rows)
            if row.id not in held and (columns := tuple(self._failing(number)))
        ]
        return tuple(sorted(found, key=lambda miss: len(miss.columns))[:3])

    def _failing(self, number: int) -> Iterator[int]:
        for place, (column, one) in enumerate(zip(self._columns, self.read, strict=True)):
            rows = column.missing.rows if one.value is None else column.rows(one.value)
            if not rows >> number & 1:
                yield place


class Compiled:
    """A table made ready: its columns turned into bits once, to be evaluated many times."""

    def __init__(self, table: Table) -> None:
        """Work out the columns, and the order in which rows decide."""
        self.table = table
        self.columns = columns_of(table)
        self._all = (1 << len(table.rows)) - 1
        order = range(len(table.rows))
        by_importance = table.hit_policy in ("PRIORITY", "OUTPUT ORDER")
        self._order = (
            sorted(order, key=lambda n: (priority(table, table.rows[n]), n))
            if by_importance
            else list(order)
        )
        self._in_row_order = not by_importance

    def __call__(self, facts: Mapping[str, Fact], now: datetime) -> Answer:
        """Evaluate for one patient."""
        held = possible = self._all
        read, without = [], []
        broken = False
        for column in self.columns:
            one = read_fact(column.input, facts.get(column.input.name), now)
            read.append(one)
            if one.value is not None:
                rows = column.rows(one.value)
                held &= rows
                possible &= rows
            else:
                without.append(column)
                broken = broken or one.state in BROKEN
                held &= column.missing.rows
                possible &= column.missing.rows | column.tested
        table = self.table
        if not without:
            fired = self._decide(held)
            conflict = self._conflict(fired)
            return Answer(table, tuple(read), fired, (), conflict, self.columns)
        fired = self._decide(held)
        unsure = self._unsure(held, possible & ~held, fired, without)
        if broken:
            bad = [one.input.name for one in read if one.state in BROKEN]
            unsure = tuple(dict.fromkeys([*bad, *unsure]))
        return Answer(table, tuple(read), fired, unsure, self._conflict(fired), self.columns)

    def _decide(self, held: int) -> tuple[Row, ...]:
        """The rows that fire, by the hit policy."""
        if not held:
            return ()
        rows = self.table.rows
        policy = self.table.hit_policy
        if policy == "FIRST":
            return (rows[(held & -held).bit_length() - 1],)
        found = tuple(rows[n] for n in self._order if held >> n & 1)
        return found[:1] if policy == "PRIORITY" else found

    def _conflict(self, fired: tuple[Row, ...]) -> bool:
        """True where the policy allows one answer, and the rows that hold give more."""
        if len(fired) < 2 or self.table.hit_policy in LISTING:
            return False
        return self.table.hit_policy == "UNIQUE" or len({row.outputs for row in fired}) > 1

    def _unsure(
        self, held: int, unknown: int, fired: tuple[Row, ...], without: list[Column]
    ) -> tuple[str, ...]:
        """The inputs whose absence could have changed what fired."""
        rows, policy = self.table.rows, self.table.hit_policy
        names: dict[str, None] = {}
        deciding = self._order.index(rows.index(fired[0])) if fired else len(self._order)
        for place, number in enumerate(self._order):
            if not unknown >> number & 1:
                continue
            if policy in ("FIRST", "PRIORITY") and place > deciding:
                break
            if policy not in LISTING and fired and rows[number].outputs == fired[0].outputs:
                continue
            lacking = [column for column in without if column.tested >> number & 1]
            if any(self._answers_for(row, lacking) for row in fired):
                continue
            names.update((column.input.name, None) for column in lacking)
        if not fired and policy not in LISTING:
            names.update((column.input.name, None) for column in without)
        return tuple(names)

    def _answers_for(self, row: Row, lacking: list[Column]) -> bool:
        number = self.table.rows.index(row)
        return all(column.explicit >> number & 1 for column in lacking)


def read_fact(asked: Input, fact: Fact | None, now: datetime) -> Read:
    """A fact as an input allows it: its value, or why it cannot be used."""
    if fact is None or fact.value is None:
        return Read(asked, "absent", None, None)
    if asked.greatest_age_days is not None:
        oldest = now - timedelta(days=asked.greatest_age_days)
        if fact.at is None or not oldest <= fact.at <= now:
            return Read(asked, "stale", None, fact.at)
    value = fact.value
    if asked.kind == "number":
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return Read(asked, "mistyped", None, fact.at)
        number = Decimal(value)
        if not number.is_finite() or (number - (asked.low or 0)) % asked.step:
            return Read(asked, "mistyped", None, fact.at)
        if (asked.low is not None and number < asked.low) or (
            asked.high is not None and number > asked.high
        ):
            return Read(asked, "out_of_range", None, fact.at)
        return Read(asked, "known", number, fact.at)
    if asked.kind == "boolean":
        if not isinstance(value, bool):
            return Read(asked, "mistyped", None, fact.at)
        return Read(asked, "known", value, fact.at)
    if not isinstance(value, str):
        return Read(asked, "mistyped", None, fact.at)
    if value not in asked.choices:
        return Read(asked, "out_of_range", None, fact.at)
    return Read(asked, "known", value, fact.at)

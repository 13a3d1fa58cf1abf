"""Strict evaluation: an answer is given only when no missing fact could have changed it.

Missing, stale, out-of-range and mistyped facts never pass as an answer. A cell that asks for a
value it has not got is *unknown*, and its row may or may not have held. Such a row is of no
consequence if it could not have changed the answer (a row before it decides, or it answers the
same), or if the row that decides says *missing* in every column the other was unknown for: then
its author has taken responsibility. Otherwise the answer is a clinician's to give.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation, Overflow
from functools import cached_property
from typing import Literal, NamedTuple

from triage_rules.tables.columns import Column, columns_of
from triage_rules.tables.model import LISTING, Input, Row, Table, Value, priority

State = Literal["known", "absent", "stale", "out_of_range", "mistyped"]
# States that no row may answer for, whatever it says.
BROKEN = frozenset({"out_of_range", "mistyped"})
MOST_MISSED = 3


class Fact(NamedTuple):
    """What is known of a patient, and the instant it was true (None: always)."""

    value: object
    at: datetime | None = None


class Read(NamedTuple):
    """One input as it was read: its value if it could be used, and why not otherwise."""

    input: Input
    state: State
    value: Value | None
    at: datetime | None


class Miss(NamedTuple):
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
    # For each column, the rows that hold there.
    _held: tuple[int, ...]

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
        """The rows that came nearest without holding, fewest columns first: at most three rows,
        and none that failed in more than three columns."""
        none = everything = (1 << len(self.table.rows)) - 1
        # Bit n of one, two, three: row n fails in just so many of the columns looked at so far.
        one = two = three = 0
        for rows in self._held:
            failed = everything & ~rows
            three = three & rows | two & failed
            two = two & rows | one & failed
            one = one & rows | none & failed
            none &= rows
        found: list[Miss] = []
        for missed in (one, two, three):
            while missed and len(found) < MOST_MISSED:
                bit = missed & -missed
                missed ^= bit
                columns = tuple([n for n, rows in enumerate(self._held) if not rows & bit])
                found.append(Miss(self.table.rows[bit.bit_length() - 1], columns))
        return tuple(found)


class Compiled:
    """A table made ready: its columns turned into bits once, to be evaluated many times."""

    def __init__(self, table: Table) -> None:
        """Work out the columns, and the order in which rows decide."""
        self.table = table
        self.columns = columns_of(table)
        self._asked = [(column, column.input, _age(column.input)) for column in self.columns]
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
        read, by_column, without = [], [], []
        for column, asked, oldest in self._asked:
            one = _read(asked, facts.get(asked.name), now, oldest)
            read.append(one)
            if one.value is not None:
                rows = column.rows(one.value)
                possible &= rows
            else:
                without.append(column)
                rows = column.missing.rows
                possible &= rows | column.tested
            by_column.append(rows)
            held &= rows
        fired = self._decide(held)
        unsure: tuple[str, ...] = ()
        if without:
            bad = [one.input.name for one in read if one.state in BROKEN]
            unsure = tuple(dict.fromkeys([*bad, *self._unsure(possible & ~held, fired, without)]))
        return Answer(
            self.table, tuple(read), fired, unsure, self._conflict(fired), tuple(by_column)
        )

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
        self, unknown: int, fired: tuple[Row, ...], without: list[Column]
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


def _age(asked: Input) -> timedelta | None:
    days = asked.greatest_age_days
    return None if days is None else timedelta(days=days)


def _read(asked: Input, fact: Fact | None, now: datetime, oldest: timedelta | None) -> Read:
    """A fact as an input allows it: its value, or why it cannot be used."""
    if fact is None or fact.value is None:
        return Read(asked, "absent", None, None)
    if oldest is not None:
        at = fact.at
        if at is None or at > now or now - at > oldest:
            return Read(asked, "stale", None, fact.at)
    value = fact.value
    if asked.kind == "number":
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            return Read(asked, "mistyped", None, fact.at)
        number = value if isinstance(value, Decimal) else Decimal(value)
        try:
            if (number - asked.low if asked.low else number) % asked.step:
                return Read(asked, "mistyped", None, fact.at)
        except (InvalidOperation, Overflow):  # no number, or too large for its steps
            return Read(asked, "mistyped", None, fact.at)
        if (asked.low is not None and number < asked.low) or (
            asked.high is not None and number > asked.high
        ):
            return Read(asked, "out_of_range", None, fact.at)
        return Read(asked, "known", number, fact.at)
    return _read_choice(asked, fact)


def _read_choice(asked: Input, fact: Fact) -> Read:
    """A choice, or a yes or no."""
    value = fact.value
    if asked.kind == "boolean":
        if not isinstance(value, bool):
            return Read(asked, "mistyped", None, fact.at)
        return Read(asked, "known", value, fact.at)
    if not isinstance(value, str):
        return Read(asked, "mistyped", None, fact.at)
    if value not in asked.choices:
        return Read(asked, "out_of_range", None, fact.at)
    return Read(asked, "known", value, fact.at)

"""Decision tables as clinicians write them: typed inputs, cells from widgets, rows that say why.

Everything is an immutable value, compared by content. Numbers are Decimal. The words and the
hit policies are those of DMN (OMG, formal/2024-01-01, clause 8); the cells are the part of its
unary tests that a widget can hold, with one of our own: *missing*.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Value = Decimal | str | bool
Kind = Literal["number", "choice", "boolean"]
HitPolicy = Literal["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = Literal["SUM", "MIN", "MAX", "COUNT"]
# The policies that answer with a list of rows rather than one.
LISTING = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})


@dataclass(frozen=True)
class Input:
    """Something a rule may ask about a patient.

    low, high, step: for numbers, the allowed range (both included) and the smallest difference
    between two values. choices: for choices, in the author's order. greatest_age_days: older
    counts as missing; None for what does not age. source: where the fact comes from
    ('score:phq9', 'measurement:hba1c', 'age', 'table:activity'…). can_be_missing: False for
    what is always known, as the answer of an earlier table.
    """

    name: str
    label: str
    kind: Kind
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal = Decimal(1)
    choices: tuple[str, ...] = ()
    greatest_age_days: int | None = None
    source: str = ""
    can_be_missing: bool = True


@dataclass(frozen=True)
class AnyValue:
    """Holds whatever the value is, and when there is none."""


@dataclass(frozen=True)
class Missing:
    """Holds when there is no value: the row takes responsibility for that."""


@dataclass(frozen=True)
class Interval:
    """Holds for numbers between two bounds; None for a side without one, which is closed."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_closed: bool = True
    high_closed: bool = True

    def __post_init__(self) -> None:
        """A side without a bound has no end to leave out: intervals that hold alike are equal."""
        if self.low is None:
            object.__setattr__(self, "low_closed", True)
        if self.high is None:
            object.__setattr__(self, "high_closed", True)

    def has(self, value: Decimal) -> bool:
        """True if the number lies inside."""
        above = self.low is None or value > self.low or (self.low_closed and value == self.low)
        below = self.high is None or value < self.high or (self.high_closed and value == self.high)
        return above and below


@dataclass(frozen=True)
class OneOf:
    """Holds for any of these choices."""

    choices: frozenset[str]


@dataclass(frozen=True)
class Is:
    """Holds for yes, or for no."""

    value: bool


Cell = AnyValue | Missing | Interval | OneOf | Is


@dataclass(frozen=True)
class Output:
    """Something a row answers. choices: the most important first, as PRIORITY orders them."""

    name: str
    label: str
    kind: Literal["number", "choice", "boolean", "text"]
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One rule: a cell for each input, a value for each output, and why anyone should trust it.

    told, told_en: what the patient is told where the row fires, in plain words.
    """

    id: str
    cells: tuple[Cell, ...]
    outputs: tuple[Value, ...]
    told: str = ""
    told_en: str = ""
    evidence: str = ""
    owner: str = ""
    review_by: date | None = None


@dataclass(frozen=True)
class Table:
    """A decision table: `inputs` are the columns, `rows` in the author's order."""

    name: str
    label: str
    hit_policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rows: tuple[Row, ...]
    aggregation: Aggregation | None = None


def holds(cell: Cell, value: Value | None) -> bool:
    """True if the cell holds for a value; None for none."""
    if isinstance(cell, AnyValue):
        return True
    if value is None:
        return isinstance(cell, Missing)
    if isinstance(cell, Interval):
        return isinstance(value, Decimal) and cell.has(value)
    if isinstance(cell, OneOf):
        return isinstance(value, str) and value in cell.choices
    return isinstance(cell, Is) and value is cell.value


def allows(output: Output, value: Value) -> bool:
    """True if the output's column allows the value."""
    if output.kind == "number":
        return isinstance(value, Decimal) and Interval(output.low, output.high).has(value)
    if output.kind == "boolean":
        return isinstance(value, bool)
    return isinstance(value, str) and (output.kind == "text" or value in output.choices)


def priority(table: Table, row: Row) -> tuple[int, ...]:
    """Where a row's outputs stand among the outputs' choices; lower is more important."""
    return tuple(
        output.choices.index(value)
        if isinstance(value, str) and value in output.choices
        else len(output.choices)
        for output, value in zip(table.outputs, row.outputs, strict=True)
    )

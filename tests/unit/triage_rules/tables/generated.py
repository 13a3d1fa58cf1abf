"""Small generated tables, and every patient there is for one: for comparing with plain counting."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import strategies as st

from triage_rules.tables.model import (
    AnyValue,
    Cell,
    HitPolicy,
    Input,
    Interval,
    Is,
    Missing,
    OneOf,
    Output,
    Row,
    Table,
    Value,
)

COLOURS = ("red", "yellow", "green")
HIGHEST = 4


def an_input(name: str, kind: str, *, can_be_missing: bool = True) -> Input:
    """A number from 0 to 4 in steps of one half or one, a choice of three, or a yes or no."""
    values: dict[str, Any] = {"can_be_missing": can_be_missing}
    if kind == "halves":
        kind, values["step"] = "number", Decimal("0.5")
    if kind == "number":
        values |= {"low": Decimal(0), "high": Decimal(HIGHEST)}
    if kind == "choice":
        values["choices"] = ("a", "b", "c")
    return Input(name, name, kind, **values)  # type: ignore[arg-type]


@st.composite
def cells(draw: st.DrawFn, asked: Input) -> Cell:
    """Any cell that a widget for this input could hold."""
    plain = draw(st.sampled_from(("any", "any", "missing", "test", "test", "test")))
    if plain == "any":
        return AnyValue()
    if plain == "missing" and asked.can_be_missing:
        return Missing()
    if asked.kind == "boolean":
        return Is(draw(st.booleans()))
    if asked.kind == "choice":
        return OneOf(draw(st.frozensets(st.sampled_from(asked.choices), min_size=1)))
    bound = st.none() | st.integers(-1, 2 * HIGHEST + 1).map(lambda n: Decimal(n) / 2)
    low, high = draw(bound), draw(bound)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


@st.composite
def tables(draw: st.DrawFn, policies: tuple[HitPolicy, ...]) -> Table:
    """One to three columns and up to six rows, with a colour and a figure for outputs."""
    kinds = draw(
        st.lists(st.sampled_from(("number", "halves", "choice", "boolean")), min_size=1, max_size=3)
    )
    asked = tuple(
        an_input(f"i{n}", kind, can_be_missing=draw(st.integers(0, 3)) > 0)
        for n, kind in enumerate(kinds)
    )
    rows = tuple(
        Row(
            f"r{n}",
            tuple(draw(cells(one)) for one in asked),
            (draw(st.sampled_from(COLOURS)), Decimal(draw(st.integers(1, 3)))),
        )
        for n in range(draw(st.integers(0, 6)))
    )
    outputs = (
        Output("colour", "Farve", "choice", choices=COLOURS),
        Output("weeks", "Uger", "number"),
    )
    return Table("t", "T", draw(st.sampled_from(policies)), asked, outputs, rows)


def values_of(asked: Input) -> list[Value | None]:
    """Every allowed value, and None where it can be missing."""
    found: list[Value | None]
    if asked.kind == "number":
        assert asked.high is not None
        found = [n * asked.step for n in range(int(asked.high / asked.step) + 1)]
    elif asked.kind == "choice":
        found = list(asked.choices)
    else:
        found = [True, False]
    return [*found, None] if asked.can_be_missing else found


def patients(table: Table) -> Iterator[tuple[Value | None, ...]]:
    """Everyone there could be."""
    return product(*(values_of(one) for one in table.inputs))


def plainly_holds(cell: Cell, value: Value | None) -> bool:
    """Read from the definition of each cell, apart from how the table evaluates."""
    match cell:
        case AnyValue():
            return True
        case Missing():
            return value is None
        case OneOf(choices):
            return value in choices
        case Is(wanted):
            return value is wanted
        case Interval(low, high, low_closed, high_closed):
            if not isinstance(value, Decimal):
                return False
            if low is not None and (value < low or (value == low and not low_closed)):
                return False
            return high is None or value < high or (value == high and high_closed)


def holding(table: Table, patient: tuple[Value | None, ...]) -> list[Row]:
    """The rows that hold for a patient, *missing* being a value like any other."""
    return [
        row
        for row in table.rows
        if all(plainly_holds(c, v) for c, v in zip(row.cells, patient, strict=True))
    ]

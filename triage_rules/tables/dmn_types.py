"""What a DMN model's types and allowed values are to a clinicians' table."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from triage_rules.dmn import model as dmn
from triage_rules.dmn.refused import Refused
from triage_rules.tables.feel_cells import cell_of, values_of
from triage_rules.tables.model import Input, Interval, Kind, Value

KINDS: dict[str, Kind] = {"number": "number", "string": "choice", "boolean": "boolean"}
DEEPEST = 20
COARSEST = 2  # decimals of the step of a number that says none
_A_NUMBER = Input("", "", "number")
Said = TypeVar("Said")
Limits = tuple[Decimal | None, Decimal | None, Decimal | None]


def declared(
    definitions: dmn.Definitions, refs: Iterable[str | None], where: str
) -> tuple[set[Kind], list[dmn.Cell]]:
    """The kinds that types say, and the cells that list what they allow."""
    kinds: set[Kind] = set()
    allowed: list[dmn.Cell] = []
    for ref in refs:
        for _ in range(DEEPEST):
            item = definitions.types.get(ref or "")
            if item is None:
                break
            if item.outside or item.collection or item.components:
                raise Refused(where, f"{ref!r} is neither number, choice nor yes and no")
            allowed += [item.allowed] if item.allowed is not None else []
            ref = item.base
        else:
            raise Refused(where, "its type is nested too deep, or in a circle")
        if ref not in (None, "Any"):
            if ref not in KINDS:
                raise Refused(where, f"{ref!r} is neither number, choice nor yes and no")
            kinds.add(KINDS[ref])
    return kinds, [cell for cell in allowed if cell.text]


def one_kind(kinds: Iterable[Kind], where: str) -> Kind:
    """The only kind there is; refused where there is none or several."""
    found = set(kinds)
    if len(found) != 1:
        raise Refused(where, "its type is not said, or is several")
    return found.pop()


def kinds_of(values: Iterable[Value | None]) -> set[Kind]:
    """The kinds of plain values."""
    return {
        "boolean" if isinstance(v, bool) else "number" if isinstance(v, Decimal) else "choice"
        for v in values
        if v is not None
    }


def choices_in(allowed: list[dmn.Cell], where: str) -> tuple[str, ...]:
    """The choices listed; none where nothing is."""
    found = {_choices(cell) for cell in allowed}
    return _agreed(found, where) if found else ()


def limits_in(allowed: list[dmn.Cell], where: str) -> Limits:
    """The range allowed, and the step of an evenly spaced list; None for what is not said."""
    found = {_limits(cell) for cell in allowed}
    return _agreed(found, where) if found else (None, None, None)


def check_both(allowed: list[dmn.Cell]) -> None:
    """Refuse a boolean of which only one value is allowed."""
    for cell in allowed:
        if set(values_of(cell) or ()) != {True, False}:
            raise Refused(cell.where, "of yes and no both are allowed, or it is no question")


def fine_step(asked: Input, mentioned: Iterable[Value | None]) -> Decimal:
    """A step finer than any number that the column mentions."""
    exponents = [
        int(number.normalize().as_tuple().exponent)
        for number in (*mentioned, asked.low, asked.high)
        if isinstance(number, Decimal)
    ]
    return Decimal(1).scaleb(min([-COARSEST, *(one - 1 for one in exponents)]))


def _agreed(found: set[Said], where: str) -> Said:
    if len(found) > 1:
        raise Refused(where, "its allowed values are said twice, and differently")
    return found.pop()


def _choices(cell: dmn.Cell) -> tuple[str, ...]:
    values = values_of(cell)
    texts = tuple(value for value in values or () if isinstance(value, str))
    if values is None or len(texts) < len(values):
        raise Refused(cell.where, "the choices are not listed one by one")
    return texts


def _limits(cell: dmn.Cell) -> Limits:
    listed = values_of(cell)
    if listed is not None:
        return _spaced(listed, cell.where)
    found = cell_of(cell, _A_NUMBER)
    if not isinstance(found, Interval) or not (found.low_closed and found.high_closed):
        raise Refused(cell.where, "a number's range goes from and to a number that is allowed too")
    return found.low, found.high, None


def _spaced(listed: tuple[Value, ...], where: str) -> Limits:
    """Numbers in a list as a range and a step."""
    numbers = sorted({value for value in listed if isinstance(value, Decimal)})
    if len(numbers) < len(set(listed)) or not numbers:
        raise Refused(where, "what is allowed is no list of numbers")
    steps = {after - before for before, after in pairwise(numbers)}
    if len(steps) > 1:
        raise Refused(where, "the numbers are not evenly spaced")
    return numbers[0], numbers[-1], steps.pop() if steps else None

"""A clinicians' cell as the text of a DMN cell (a FEEL unary test), and back.

*Missing* is DMN's `null`. Reading takes every spelling that says just what a widget can hold, and
refuses the rest at its cell.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final, NoReturn

from triage_rules.dmn import model as dmn
from triage_rules.dmn.feel import nodes, parse
from triage_rules.dmn.refused import Refused, at
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    Input,
    Interval,
    Is,
    Kind,
    Missing,
    OneOf,
    Value,
)

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Numbers a clinician could mean; beyond them exact arithmetic has no bound.
GREATEST, FINEST = Decimal(10) ** 15, -9
_TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
ONE_STRETCH: Final = "a cell holds one stretch of numbers: write a row for each"
OTHERS: Final = "what is left by not(…) is only known where the choices are listed"
NO_WIDGET: Final = "no cell of a clinicians' table can hold this"


def value_text(value: Value) -> str:
    """A value as FEEL writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return '"' + "".join(_ESCAPES.get(sign, sign) for sign in value) + '"'


def list_text(values: Sequence[Value]) -> str:
    """Values with commas between, as allowed values are listed."""
    return ", ".join(value_text(value) for value in values)


def cell_text(cell: Cell, choices: Sequence[str] = ()) -> str:
    """The cell as a unary test. choices: the input's, in whose order the cell's are listed."""
    match cell:
        case AnyValue():
            return "-"
        case Missing():
            return "null"
        case Is(value):
            return value_text(value)
        case OneOf(chosen) if chosen:
            order = [choice for choice in choices if choice in chosen]
            return list_text([*order, *sorted(chosen - set(choices))])
        case OneOf():
            return "not(" + ", ".join([*map(value_text, choices), "null"]) + ")"
        case Interval():
            return range_text(cell)
    raise TypeError(type(cell))


def range_text(interval: Interval) -> str:
    """The interval as a unary test; without bounds it holds for every number there is."""
    low, high = interval.low, interval.high
    if low is None and high is None:
        return "not(null)"
    if low is None or high is None:
        bound, sign, closed = (
            (high, "<", interval.high_closed) if low is None else (low, ">", interval.low_closed)
        )
        assert bound is not None
        return f"{sign}{'=' if closed else ''} {value_text(bound)}"
    if low == high and interval.low_closed and interval.high_closed:
        return value_text(low)
    opening, closing = "[" if interval.low_closed else "(", "]" if interval.high_closed else ")"
    return f"{opening}{value_text(low)}..{value_text(high)}{closing}"


def tests_of(cell: dmn.Cell) -> nodes.Tests:
    """The cell parsed; refused where it speaks of anything but plain values."""
    with at(cell.where, cell.text):
        if cell.outside:
            raise Refused(cell.where, cell.outside)
        return parse.unary_tests(cell.text or "-", ())


def result_of(cell: dmn.Cell) -> Value | None:
    """The one plain value of an output's cell; None for `null`. Refused for anything else."""
    with at(cell.where, cell.text):
        if cell.outside:
            raise Refused(cell.where, cell.outside)
        if not cell.text:
            raise Refused(cell.where, "the cell is empty")
        return _constant(parse.expression(cell.text, ()))


def constants(cell: dmn.Cell) -> tuple[Value | None, ...]:
    """Every plain value that the cell mentions, the ends of intervals too; None for `null`."""
    tests = tests_of(cell)
    with at(cell.where, cell.text):
        return tuple(_constants(tests))


def _constants(tests: nodes.Tests) -> Iterator[Value | None]:
    for test in tests.alternatives:
        expression = test.right if isinstance(test, nodes.SignTest) else _tested(test)
        if isinstance(expression, nodes.Interval):
            yield _constant(expression.low)
            yield _constant(expression.high)
        else:
            yield _constant(expression)


def values_of(cell: dmn.Cell) -> tuple[Value, ...] | None:
    """The values of a plain list of them; None for anything else than a list. `null` is left out:
    whether an input can be missing is not the list's to say."""
    tests = tests_of(cell)
    if tests.negated or not tests.alternatives or not all(map(_is_plain, tests.alternatives)):
        return None
    return tuple(value for value in constants(cell) if value is not None)


def seen_choices(cells: Iterable[dmn.Cell]) -> tuple[str, ...]:
    """The choices that cells mention, in their order, for an input that lists none.

    Refused where a cell means all the others: which they are is not said.
    """
    found: dict[str, None] = {}
    for cell in cells:
        tests = tests_of(cell)
        texts = [value for value in constants(cell) if isinstance(value, str)]
        if texts and (tests.negated or any(_sign(test) != "=" for test in tests.alternatives)):
            raise Refused(cell.where, OTHERS, cell.text)
        found |= dict.fromkeys(texts)
    return tuple(found)


def cell_of(cell: dmn.Cell, asked: Input) -> Cell:
    """The cell as a widget for this input holds it; raises Refused, naming the cell."""
    tests = tests_of(cell)
    with at(cell.where, cell.text):
        if not tests.alternatives:
            return AnyValue()
        return _HOW[asked.kind](tests, asked)


def _number(tests: nodes.Tests, _: Input) -> Cell:
    if len(tests.alternatives) > 1:
        raise Refused("", ONE_STRETCH)
    test = tests.alternatives[0]
    if isinstance(test, nodes.ValueTest) and isinstance(_tested(test), nodes.Interval):
        if tests.negated:
            raise Refused("", ONE_STRETCH)
        return interval_of(_tested(test))
    value, sign = _constant(_operand(test)), _sign(test)
    if tests.negated:
        sign = _TURNED[sign]
    if value is None:
        return Missing() if sign == "=" else Interval() if sign == "!=" else _none_such()
    if not isinstance(value, Decimal):
        raise Refused("", "the column is of numbers")
    match sign:
        case "=":
            return Interval(value, value)
        case "<" | "<=":
            return Interval(None, value, high_closed=sign == "<=")
        case ">" | ">=":
            return Interval(value, None, low_closed=sign == ">=")
    raise Refused("", ONE_STRETCH)


def interval_of(node: nodes.Node) -> Interval:
    """An interval between two plain numbers."""
    if not isinstance(node, nodes.Interval):
        raise Refused("", NO_WIDGET)
    low, high = _constant(node.low), _constant(node.high)
    if not (isinstance(low, Decimal) and isinstance(high, Decimal)):
        raise Refused("", "an interval goes from a number to a number")
    return Interval(low, high, node.low_closed, node.high_closed)


def _boolean(tests: nodes.Tests, _: Input) -> Cell:
    if len(tests.alternatives) > 1:
        raise Refused("", "a cell is yes, no or missing: write a row for each")
    test = tests.alternatives[0]
    value, sign = _constant(_operand(test)), _sign(test)
    if tests.negated:
        sign = _TURNED[sign]
    if value is None:
        return Missing() if sign == "=" else _none_such()
    if not isinstance(value, bool):
        raise Refused("", "the column is of yes and no")
    if sign not in ("=", "!="):
        return _none_such()
    return Is(value if sign == "=" else not value)


def _choice(tests: nodes.Tests, asked: Input) -> Cell:
    found = [(_constant(_operand(test)), _sign(test)) for test in tests.alternatives]
    if any(isinstance(value, bool | Decimal) for value, _ in found):
        raise Refused("", "the column is of choices")
    signs = {sign for _, sign in found}
    values = {value for value, _ in found}
    negated = tests.negated
    if signs == {"!="} and len(found) == 1:
        signs, negated = {"="}, not negated
    if signs != {"="}:
        return _none_such()
    chosen = frozenset(value for value in values if isinstance(value, str))
    if not negated and None in values:
        if chosen:
            raise Refused("", "a cell is missing or some choices: write a row for each")
        return Missing()
    if not negated:
        return OneOf(chosen)
    if chosen and not chosen <= set(asked.choices):
        raise Refused("", OTHERS)
    return OneOf(frozenset(asked.choices) - chosen)


def check_size(number: Decimal) -> None:
    """Refuse a number too large or too fine for exact arithmetic."""
    if abs(number) > GREATEST or int(number.as_tuple().exponent) < FINEST:
        raise Refused("", "the number is too large, or has too many decimals")


def _none_such() -> NoReturn:
    raise Refused("", NO_WIDGET)


def _tested(test: nodes.Test) -> nodes.Node:
    """The value that a test without a sign compares with."""
    if not isinstance(test, nodes.ValueTest) or test.asks:
        raise Refused("", NO_WIDGET)
    return test.expression


def _operand(test: nodes.Test) -> nodes.Node:
    return test.right if isinstance(test, nodes.SignTest) else _tested(test)


def _sign(test: nodes.Test) -> str:
    return test.sign if isinstance(test, nodes.SignTest) else "="


def _is_plain(test: nodes.Test) -> bool:
    return isinstance(test, nodes.ValueTest) and isinstance(
        test.expression, nodes.Literal | nodes.Negative
    )


def _constant(node: nodes.Node) -> Value | None:
    if isinstance(node, nodes.Literal) and isinstance(node.value, bool | str | Decimal | None):
        if isinstance(node.value, Decimal):
            check_size(node.value)
        return node.value
    if isinstance(node, nodes.Negative):
        value = _constant(node.operand)
        if isinstance(value, Decimal):
            return -value
    raise Refused("", "only a number, a text in quotes, true, false or null can stand here")


_HOW: dict[Kind, Callable[[nodes.Tests, Input], Cell]] = {
    "number": _number,
    "boolean": _boolean,
    "choice": _choice,
}

"""FEEL's values in Python, and when two of them are equal or one comes before the other.

number Decimal (34 digits), string str, boolean bool, null None, list tuple, context dict,
range Range, date date, time time, date and time datetime, days and time duration timedelta,
years and months duration Months. Source: DMN 1.5, 10.3.2.2 and 10.3.2.3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from triage_rules.dmn.refused import Refused

Value = object
NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


@dataclass(frozen=True, slots=True)
class Months:
    """A years and months duration; `count` may be negative."""

    count: int


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`; None is no limit on that side."""

    low: Value
    high: Value
    low_closed: bool
    high_closed: bool


class Function:
    """Anything that can be invoked. Called with arguments by place, or by name."""

    def call(self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None) -> Value:
        """The function's value; raises Refused where the arguments do not fit."""
        raise NotImplementedError


# The order matters: a datetime is a date to Python, and must not be to FEEL.
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (Decimal, "number"),
    (str, "string"),
    (datetime, "date and time"),
    (date, "date"),
    (time, "time"),
    (timedelta, "days and time duration"),
    (Months, "years and months duration"),
    (tuple, "list"),
    (dict, "context"),
    (Range, "range"),
    (Function, "function"),
)
ORDERED = frozenset(
    {
        "number",
        "string",
        "date and time",
        "date",
        "time",
        "days and time duration",
        "years and months duration",
    }
)


def kind(value: Value) -> str:
    """The name of the value's FEEL type, `null` for None."""
    if value is None:
        return "null"
    for python, name in _KINDS:
        if isinstance(value, python):
            return name
    raise TypeError(type(value))


def equal(one: Value, other: Value) -> bool | None:
    """Table 53: true, false, or null for values of different types."""
    if one is None or other is None:
        return one is other
    one, other = _one_clock(one, other)
    left, right = kind(one), kind(other)
    if left != right:
        # DMN says both that [1] is 1 and that values of two types are not compared.
        if any(isinstance(value, tuple) and len(value) == 1 for value in (one, other)):
            raise Refused("", "a list of one is compared with something that is no list")
        return None
    if isinstance(one, tuple) and isinstance(other, tuple):
        return _all_equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return False
        return _all_equal(tuple(one.values()), tuple(other[key] for key in one))
    if isinstance(one, Range) and isinstance(other, Range):
        return _same_range(one, other)
    if left == "function":
        raise Refused("", "two functions are compared")
    return one == other


def _all_equal(one: tuple[Value, ...], other: tuple[Value, ...]) -> bool:
    if len(one) != len(other):
        return False
    answers = [equal(a, b) for a, b in zip(one, other, strict=True)]
    if False in answers:
        return False
    if None in answers:
        raise Refused("", "lists or contexts with unlike values are compared")
    return True


def _same_range(one: Range, other: Range) -> bool:
    closed = (one.low_closed, one.high_closed) == (other.low_closed, other.high_closed)
    return _all_equal((one.low, one.high), (other.low, other.high)) and closed


def less(one: Value, other: Value) -> bool | None:
    """Whether `one` comes before `other`; null unless both are of one ordered type."""
    one, other = _one_clock(one, other)
    if kind(one) != kind(other) or kind(one) not in ORDERED:
        return None
    if isinstance(one, Months) and isinstance(other, Months):
        return one.count < other.count
    return bool(one < other)  # type: ignore[operator]  # one ordered type, as asked above


def _one_clock(one: Value, other: Value) -> tuple[Value, Value]:
    """Two moments as they are compared, a date beside an instant as its midnight UTC (10.3.2.9.4).

    Refused: times with different offsets, or only one with an offset; a fraction of a second that
    would decide, since DMN's own sums are of whole seconds.
    """
    if not isinstance(one, date | time) or not isinstance(other, date | time):
        return one, other
    one, other = _midnight(one, other), _midnight(other, one)
    if isinstance(one, datetime | time) and isinstance(other, datetime | time):
        if isinstance(one, datetime) and isinstance(other, datetime) and _are_instants(one, other):
            one, other = one.astimezone(UTC), other.astimezone(UTC)
        if one.utcoffset() != other.utcoffset():
            raise Refused("", "times with different offsets are compared")
        if one != other and one.replace(microsecond=0) == other.replace(microsecond=0):
            raise Refused("", "two times differ by less than a second")
    return one, other


def _are_instants(one: datetime, other: datetime) -> bool:
    return one.utcoffset() is not None and other.utcoffset() is not None


def _midnight(one: date | time, beside: date | time) -> date | time:
    if isinstance(one, datetime | time) or not isinstance(beside, datetime):
        return one
    if beside.utcoffset() is None:
        raise Refused("", "a date is compared with a date and time without an offset")
    return datetime.combine(one, time(), UTC)


def either(answers: "list[bool | None]") -> bool | None:
    """Three-valued or."""
    if True in answers:
        return True
    return None if None in answers else False


def both(answers: "list[bool | None]") -> bool | None:
    """Three-valued and."""
    if False in answers:
        return False
    return None if None in answers else True


def negated(answer: bool | None) -> bool | None:
    """Three-valued not."""
    return None if answer is None else not answer


def truth(value: Value) -> bool | None:
    """A boolean as it is; anything else counts as null."""
    return value if isinstance(value, bool) else None


def compare(sign: str, one: Value, other: Value) -> bool | None:
    """`one sign other` for = != < <= > >=, three-valued."""
    return _SIGNS[sign](one, other)


def _at_most(one: Value, other: Value) -> bool | None:
    return negated(less(other, one))


_SIGNS: dict[str, Callable[[Value, Value], bool | None]] = {
    "=": equal,
    "!=": lambda one, other: negated(equal(one, other)),
    "<": less,
    ">": lambda one, other: less(other, one),
    "<=": _at_most,
    ">=": lambda one, other: _at_most(other, one),
}


def within(value: Value, span: Range) -> bool | None:
    """Whether the value lies in the range, three-valued."""
    answers = []
    if span.low is not None or span.high is None:
        answers.append(compare(">=" if span.low_closed else ">", value, span.low))
    if span.high is not None or span.low is None:
        answers.append(compare("<=" if span.high_closed else "<", value, span.high))
    return both(answers)

"""FEEL's functions of numbers and truth (DMN 1.5, 10.3.4.5 and 10.3.4.2)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    InvalidOperation,
    Overflow,
)

from triage_rules.dmn.feel.arguments import Nothing, number, whole
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Months, Value, negated


def opposite_of(value: Value) -> Value:
    """Of a truth value; a cell that mixes `not("a")` with other tests would end here too."""
    if value is not None and not isinstance(value, bool):
        raise Refused("", "it is given what is neither true, false nor null")
    return negated(value)


def rounded(value: Value, scale: Value, how: str) -> Value:
    """To so many decimals."""
    found, places = number(value), whole(scale, "the scale")
    if not -6111 <= places <= 6176:
        raise Nothing
    if -found.as_tuple().exponent <= places:  # type: ignore[operator]  # numbers are finite
        return found
    if places < -found.adjusted() - 34:
        raise Refused("", "the scale is too far from the number")
    return found.quantize(Decimal((0, (1,), -places)), rounding=how, context=NUMBERS)


def _rounding(how: str) -> Callable[..., Value]:
    return lambda value, scale=Decimal(0): rounded(value, scale, how)


def modulo(dividend: Value, divisor: Value) -> Value:
    """The remainder with the divisor's sign; null by zero."""
    one, other = number(dividend), number(divisor)
    if not other:
        raise Nothing
    try:
        rest = NUMBERS.remainder(one, other)
    except InvalidOperation:
        raise Refused("", "the numbers are too far apart") from None
    return NUMBERS.add(rest, other) if rest and (rest < 0) != (other < 0) else rest


def size(value: Value) -> Value:
    """Without its sign."""
    if isinstance(value, timedelta):
        return abs(value)
    if isinstance(value, Months):
        return Months(abs(value.count))
    return NUMBERS.abs(number(value))


def root(value: Value) -> Value:
    """Null below zero."""
    if number(value) < 0:
        raise Nothing
    return NUMBERS.sqrt(number(value))


def logarithm(value: Value) -> Value:
    """The natural one; null at zero and below."""
    if number(value) <= 0:
        raise Nothing
    return NUMBERS.ln(number(value))


def power_of_e(value: Value) -> Value:
    """e to the number."""
    try:
        return NUMBERS.exp(number(value))
    except Overflow:
        raise Refused("", "the value is too large") from None


def _is_odd(value: Value) -> bool:
    return bool(whole(value, "the number") % 2)


FUNCTIONS: tuple[tuple[str, str, Callable[..., Value]], ...] = (
    ("not", "negand", opposite_of),
    ("decimal", "n, scale", _rounding(ROUND_HALF_EVEN)),
    ("floor", "n, scale?", _rounding(ROUND_FLOOR)),
    ("ceiling", "n, scale?", _rounding(ROUND_CEILING)),
    ("round up", "n, scale", _rounding(ROUND_UP)),
    ("round down", "n, scale", _rounding(ROUND_DOWN)),
    ("round half up", "n, scale", _rounding(ROUND_HALF_UP)),
    ("round half down", "n, scale", _rounding(ROUND_HALF_DOWN)),
    ("abs", "n", size),
    ("modulo", "dividend, divisor", modulo),
    ("sqrt", "number", root),
    ("log", "number", logarithm),
    ("exp", "number", power_of_e),
    ("odd", "number", _is_odd),
    ("even", "number", lambda value: not _is_odd(value)),
)

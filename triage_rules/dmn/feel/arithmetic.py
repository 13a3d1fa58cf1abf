"""FEEL's + - * / ** and the sign (DMN 1.5, tables 56 to 60). Null where DMN says null."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow

from triage_rules.dmn.feel import moments
from triage_rules.dmn.feel.arguments import bounded
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Months, Value

HIGHEST_POWER = 100_000


def calculate(sign: str, left: Value, right: Value) -> Value:
    """`left sign right`; null where an operand is null or of a type the sign is not for."""
    if left is None or right is None:
        return None
    if isinstance(left, tuple) or isinstance(right, tuple):
        raise Refused("", f"a list stands beside {sign}")
    try:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return _numbers(sign, left, right)
        return _others(sign, left, right)
    except (DivisionByZero, InvalidOperation, Overflow):
        raise Refused("", f"{sign} has no value here, or one too large to be read") from None


def _numbers(sign: str, left: Decimal, right: Decimal) -> Decimal | None:
    match sign:
        case "+":
            return NUMBERS.add(left, right)
        case "-":
            return NUMBERS.subtract(left, right)
        case "*":
            return NUMBERS.multiply(left, right)
        case "/":
            return NUMBERS.divide(left, right) if right else None
    if not left and not right:
        raise Refused("", "0 ** 0: DMN does not say what it is")
    if abs(right) > HIGHEST_POWER:
        raise Refused("", "the exponent is too large")
    return NUMBERS.power(left, right)


def _others(sign: str, left: Value, right: Value) -> Value:
    if sign == "+":
        return _sum(left, right)
    if sign == "-":
        return _difference(left, right)
    if sign == "*":
        if isinstance(left, Decimal):
            left, right = right, left
        return _scaled(left, right, divide=False)
    if sign == "/":
        return _quotient(left, right)
    return None


def _sum(left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return bounded(left + right)
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.count + right.count)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _spans(left, right)
    if isinstance(left, Months | timedelta):
        left, right = right, left
    return _later(left, right)


def _later(moment: Value, span: Value) -> Value:
    if isinstance(span, Months) and isinstance(moment, date):
        return moments.add_months(moment, span.count)
    if isinstance(span, timedelta) and isinstance(moment, date | time):
        return moments.add_span(moment, span)
    return None


def _difference(left: Value, right: Value) -> Value:
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.count - right.count)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return _spans(left, -right)
    if isinstance(right, Months | timedelta):
        return _later(left, opposite(right))
    if isinstance(left, date | time | datetime):
        return moments.apart(left, right)
    return None


def _spans(left: timedelta, right: timedelta) -> timedelta:
    try:
        return left + right
    except OverflowError:
        raise Refused("", "the duration is too long") from None


def _scaled(span: Value, by: Value, *, divide: bool) -> Value:
    if not isinstance(by, Decimal):
        return None
    times = NUMBERS.divide if divide else NUMBERS.multiply
    if isinstance(span, timedelta):
        return moments.of_seconds(times(moments.seconds(span), by))
    if isinstance(span, Months):
        count = times(Decimal(span.count), by)
        return Months(int(count))  # whole months, towards zero
    return None


def _quotient(left: Value, right: Value) -> Value:
    if right in (Decimal(0), timedelta(), Months(0)):
        return None
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return NUMBERS.divide(moments.seconds(left), moments.seconds(right))
    if isinstance(left, Months) and isinstance(right, Months):
        return NUMBERS.divide(Decimal(left.count), Decimal(right.count))
    return _scaled(left, right, divide=True)


def opposite(value: Value) -> Value:
    """`-value`; null for what has no sign."""
    if isinstance(value, Decimal):
        return NUMBERS.subtract(Decimal(0), value)
    if isinstance(value, Months):
        return Months(-value.count)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, tuple):
        raise Refused("", "a list stands beside -")
    return None

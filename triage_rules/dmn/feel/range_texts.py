"""`range(from)`: an interval from a string with literal ends (DMN 1.5, 10.3.4.1)."""

from collections.abc import Callable

from triage_rules.dmn.feel import moments
from triage_rules.dmn.feel.arguments import Nothing, string
from triage_rules.dmn.feel.scanner import Scanner
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Range, Value, kind, less

_READERS: dict[str, Callable[[str], Value]] = {
    "date and time": moments.read_date_and_time,
    "date": moments.read_date,
    "time": moments.read_time,
    "duration": moments.read_duration,
}


def _range(value: Value) -> Value:
    scanner = Scanner(string(value))
    low_closed = _closed(scanner, "[", "(]")
    low = _end(scanner, closed=low_closed)
    if not scanner.take(".."):
        raise Nothing
    high = None if scanner.sees(")") or scanner.sees("[") else _end(scanner, closed=True)
    high_closed = _closed(scanner, "]", ")[")
    if not scanner.ends():
        raise Nothing
    if low is None or high is None:
        raise Refused("", "an interval with one end alone is not read")
    if kind(low) != kind(high):
        raise Nothing
    descends = less(high, low)
    if descends is None:
        raise Refused("", "an interval's ends are not in a known order")
    if descends:
        raise Nothing
    return Range(low, high, low_closed, high_closed)


def _closed(scanner: Scanner, closed: str, opened: str) -> bool:
    if scanner.take(closed):
        return True
    if not any(scanner.take(sign) for sign in opened):
        raise Nothing
    return False


def _end(scanner: Scanner, *, closed: bool) -> Value:
    """A literal; None where there is none and the interval is open to that side."""
    if scanner.sees(".."):
        if closed:
            raise Nothing
        return None
    if scanner.take("@"):
        return moments.at_literal(_quoted(scanner))
    if scanner.sees('"'):
        return _quoted(scanner)
    for name, read in _READERS.items():
        if scanner.take_word(name):
            return _read(scanner, read)
    minus = scanner.take("-")
    digits = _tried(scanner.take_number)
    if digits is None:
        raise Nothing
    number = NUMBERS.create_decimal(digits)
    return number.copy_negate() if minus and number else number


def _read(scanner: Scanner, read: Callable[[str], Value]) -> Value:
    if not scanner.take("("):
        raise Nothing
    value = read(_quoted(scanner))
    if value is None or not scanner.take(")"):
        raise Nothing
    return value


def _quoted(scanner: Scanner) -> str:
    found = _tried(scanner.take_string) if scanner.sees('"') else None
    if found is None:
        raise Nothing
    return found


def _tried(take: Callable[[], str | None]) -> str | None:
    try:
        return take()
    except Refused:
        return None  # it is no literal


FUNCTIONS: tuple[tuple[str, str, Callable[..., Value]], ...] = (("range", "from", _range),)

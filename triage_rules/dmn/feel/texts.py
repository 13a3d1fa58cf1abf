"""FEEL's functions of strings, and conversions to and from them (DMN 1.5, 10.3.4.1 and 10.3.4.3).

Positions count characters (code points). Of regular expressions only a part that means the same in
XPath and in Python is read.
"""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

from triage_rules.dmn.feel.arguments import (
    LONGEST_STRING,
    Nothing,
    alone,
    bounded,
    items,
    string,
    whole,
)
from triage_rules.dmn.feel.moments import written
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Months, Value

_NUMERAL = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)
_SEPARATORS = (" ", ",", ".", None)
LONGEST_NUMERAL = 40
# No nested repetition: such a pattern also takes no unbounded time.
_PLAIN = r"[A-Za-z0-9 _,;:@#%&=<>!~'\"/\u00c0-\u024f-]"
_CLASS = r"\[\^?(?:[A-Za-z0-9](?:-[A-Za-z0-9])?|[ _,;:@./])+\]"
_ONE = rf"(?:{_PLAIN}|\\[.*+?()|\[\]{{}}sd]|{_CLASS})"
_PATTERN = re.compile(rf"\^?(?:{_ONE}(?:[*+?]|\{{\d{{1,2}}\}})?)+")


def written_number(value: Decimal) -> str:
    """Plain digits, without zeros at the fraction's end."""
    if not value:
        return "0"
    plain = NUMBERS.plus(value).normalize(NUMBERS)
    if abs(plain.adjusted()) > LONGEST_NUMERAL:
        raise Refused("", "the number is too large or too small to be written out")
    return f"{plain:f}"


def to_string(value: Value) -> Value:
    """`string(from)`."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return written_number(value)
    if isinstance(value, date | time | timedelta | Months):
        return written(value)
    raise Refused("", "a list, context, range or function is not written as a string")


def to_number(text: Value, grouping: Value = None, point: Value = None) -> Value:
    """`number(from, grouping separator, decimal separator)`; null for what is no number."""
    text = alone(text)
    if isinstance(text, Decimal):
        raise Refused("", "a number is given for a string")
    if text is None:
        raise Nothing
    if grouping not in _SEPARATORS or point not in (",", ".", None):
        raise Nothing
    if grouping is not None and grouping == point:
        raise Nothing
    plain = string(text)
    if isinstance(grouping, str):
        plain = plain.replace(grouping, "")
    if isinstance(point, str):
        if point == "," and "." in plain:
            raise Nothing
        plain = plain.replace(point, ".")
    if _NUMERAL.fullmatch(plain) is None:
        if re.search(r"\d[eE]|[^\x00-\x7f]|\s|^\+", plain):
            raise Refused("", f"{plain[:40]!r} is not read as a number")
        raise Nothing
    return NUMBERS.create_decimal(plain)


def substring(text: Value, start: Value, length: Value = Decimal(1_000_000)) -> Value:
    """From a place, counted from 1, or from the end from -1."""
    whole_text, begin = string(text), whole(start, "the start")
    count = whole(length, "the length")
    if begin == 0 or abs(begin) > len(whole_text) or count < 1:
        raise Refused("", "the start or the length lies outside the string")
    first = begin - 1 if begin > 0 else len(whole_text) + begin
    return whole_text[first : first + count]


def _before(text: Value, match: Value) -> Value:
    if string(match) == "" or string(match) not in string(text):
        return ""
    return string(text).partition(string(match))[0]


def _after(text: Value, match: Value) -> Value:
    found = string(text), string(match)
    return found[0].partition(found[1])[2] if found[1] else found[0]


def _cased(text: Value, how: Callable[[str], str]) -> Value:
    changed = how(string(text))
    if len(changed) != len(string(text)):
        raise Refused("", "a character has no single one in the other case")
    return changed


def _pattern(pattern: Value) -> re.Pattern[str]:
    source = string(pattern)
    if len(source) > 200 or _PATTERN.fullmatch(source) is None:
        raise Refused("", f"the pattern {source[:40]!r} is outside the part that is read")
    if len(re.findall(r"(?<!\\)[*+]", source)) > 4:
        raise Refused("", "the pattern repeats too much")
    try:
        compiled = re.compile(source.replace(r"\s", r"[ \t\n\r]"))  # XPath's, not Python's
    except re.error:
        raise Refused("", f"the pattern {source[:40]!r} cannot be read") from None
    return compiled


def _splitting(pattern: Value) -> re.Pattern[str]:
    compiled = _pattern(pattern)
    if compiled.match("") is not None:
        raise Refused("", "the pattern fits the empty string")
    return compiled


def _matches(text: Value, pattern: Value) -> Value:
    return _pattern(pattern).search(string(text)) is not None


def _replace(text: Value, pattern: Value, by: Value) -> Value:
    if "$" in string(by) or "\\" in string(by):
        raise Refused("", "the replacement speaks of groups")
    if len(string(text)) * len(string(by)) > 10 * LONGEST_STRING:
        raise Refused("", "the strings are too long")
    return bounded(_splitting(pattern).sub(lambda _: string(by), string(text)))


def _split(text: Value, pattern: Value) -> Value:
    return tuple(_splitting(pattern).split(string(text)))


def _join(parts: Value, between: Value = "") -> Value:
    given = items(parts)
    if not all(part is None or isinstance(part, str) for part in given):
        raise Nothing
    if between is not None and not isinstance(between, str):
        raise Nothing
    parts_given = [part for part in given if isinstance(part, str)]
    if sum(map(len, parts_given)) + len(parts_given) * len(between or "") > LONGEST_STRING:
        raise Refused("", "the strings are too long")
    return (between or "").join(parts_given)


FUNCTIONS: tuple[tuple[str, str, Callable[..., Value]], ...] = (
    ("string", "from", to_string),
    ("number", "from", to_number),
    ("number", "from, grouping separator, decimal separator", to_number),
    ("substring", "string, start position, length?", substring),
    ("string length", "string", lambda text: Decimal(len(string(text)))),
    ("upper case", "string", lambda text: _cased(text, str.upper)),
    ("lower case", "string", lambda text: _cased(text, str.lower)),
    ("substring before", "string, match", _before),
    ("substring after", "string, match", _after),
    ("contains", "string, match", lambda text, match: string(match) in string(text)),
    ("starts with", "string, match", lambda text, match: string(text).startswith(string(match))),
    ("ends with", "string, match", lambda text, match: string(text).endswith(string(match))),
    ("matches", "input, pattern", _matches),
    ("replace", "input, pattern, replacement", _replace),
    ("split", "string, delimiter", _split),
    ("string join", "list, delimiter?", _join),
)

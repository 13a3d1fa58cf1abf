"""FEEL's functions that set points and ranges in relation (DMN 1.5, 10.3.4.9, table 78)."""

from collections.abc import Callable

from triage_rules.dmn.feel.arguments import Nothing
from triage_rules.dmn.values import Range, Value, compare, within


def _lies(one: Value, sign: str, other: Value) -> bool:
    answer = compare(sign, one, other)
    if answer is None:
        raise Nothing
    return answer


def _in(point: Value, span: Range) -> bool:
    answer = within(point, span)
    if answer is None:
        raise Nothing
    return answer


def _span(value: Value) -> Range:
    if not isinstance(value, Range):
        raise Nothing
    return value


def _point(value: Value) -> Value:
    if value is None or isinstance(value, Range):
        raise Nothing
    return value


def _before(one: Value, other: Value) -> bool:
    if not isinstance(one, Range) and not isinstance(other, Range):
        return _lies(_point(one), "<", _point(other))
    if not isinstance(one, Range):
        span = _span(other)
        return _lies(_point(one), "<" if span.low_closed else "<=", span.low)
    if not isinstance(other, Range):
        span = _span(one)
        return _lies(span.high, "<" if span.high_closed else "<=", _point(other))
    left, right = _span(one), _span(other)
    touching = left.high_closed and right.low_closed
    return _lies(left.high, "<" if touching else "<=", right.low)


def _meets(one: Value, other: Value) -> bool:
    left, right = _span(one), _span(other)
    return left.high_closed and right.low_closed and _lies(left.high, "=", right.low)


def _overlaps(one: Value, other: Value) -> bool:
    left, right = _span(one), _span(other)
    return not _before(left, right) and not _before(right, left)


def _low_first(left: Range, right: Range) -> bool:
    """Whether the left one begins before the right one."""
    if _lies(left.low, "=", right.low):
        return left.low_closed and not right.low_closed
    return _lies(left.low, "<", right.low)


def _high_first(left: Range, right: Range) -> bool:
    """Whether the left one ends before the right one."""
    if _lies(left.high, "=", right.high):
        return right.high_closed and not left.high_closed
    return _lies(left.high, "<", right.high)


def _overlaps_before(one: Value, other: Value) -> bool:
    left, right = _span(one), _span(other)
    if not _overlaps(left, right):
        return False
    return _low_first(left, right) and not _high_first(right, left)


def _finishes(one: Value, other: Value) -> bool:
    right = _span(other)
    if not isinstance(one, Range):
        return right.high_closed and _lies(_point(one), "=", right.high)
    left = _span(one)
    same = left.high_closed == right.high_closed and _lies(left.high, "=", right.high)
    return same and not _low_first(left, right)


def _starts(one: Value, other: Value) -> bool:
    right = _span(other)
    if not isinstance(one, Range):
        return right.low_closed and _lies(_point(one), "=", right.low)
    left = _span(one)
    same = left.low_closed == right.low_closed and _lies(left.low, "=", right.low)
    return same and not _high_first(right, left)


def _includes(one: Value, other: Value) -> bool:
    left = _span(one)
    if not isinstance(other, Range):
        return _in(_point(other), left)
    right = _span(other)
    return not _low_first(right, left) and not _high_first(left, right)


def _coincides(one: Value, other: Value) -> bool:
    if not isinstance(one, Range) and not isinstance(other, Range):
        return _lies(_point(one), "=", _point(other))
    left, right = _span(one), _span(other)
    closed = (left.low_closed, left.high_closed) == (right.low_closed, right.high_closed)
    return closed and _lies(left.low, "=", right.low) and _lies(left.high, "=", right.high)


def _turned(how: Callable[[Value, Value], bool]) -> Callable[[Value, Value], bool]:
    return lambda one, other: how(other, one)


_POINTS_AND_RANGES = (
    ("before", _before),
    ("after", _turned(_before)),
    ("coincides", _coincides),
)
_OTHERS = (
    ("meets", "range1, range2", _meets),
    ("met by", "range1, range2", _turned(_meets)),
    ("overlaps", "range1, range2", _overlaps),
    ("overlaps before", "range1, range2", _overlaps_before),
    ("overlaps after", "range1, range2", _turned(_overlaps_before)),
    ("finishes", "range1, range2", _finishes),
    ("finished by", "range1, range2", _turned(_finishes)),
    ("includes", "range1, range2", _includes),
    ("during", "range1, range2", _turned(_includes)),
    ("starts", "range1, range2", _starts),
    ("started by", "range1, range2", _turned(_starts)),
)
FUNCTIONS: tuple[tuple[str, str, Callable[..., Value]], ...] = (
    *((name, "range1, range2", run) for name, run in _POINTS_AND_RANGES),
    *_OTHERS,
)

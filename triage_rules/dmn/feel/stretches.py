"""What `for`, `some` and `every` go through from one value to another (DMN 1.5, 10.3.2.14)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from triage_rules.dmn.feel.arguments import Nothing
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Range, Value, kind


def gone_through(first: Value, last: Value, step: Callable[[int], None]) -> tuple[Value, ...]:
    """Whole numbers or days, both ends among them, forth or back; raises Nothing for others."""
    if _is_day(first) and _is_day(last):
        assert isinstance(first, date)
        assert isinstance(last, date)
        days = _counted((last - first).days, step)
        return tuple(first + timedelta(days=number) for number in days)
    if isinstance(first, Decimal) and isinstance(last, Decimal):
        if first != first.to_integral_value() or last != last.to_integral_value():
            raise Refused("", "only whole numbers are gone through from one to another")
        start = int(first)
        return tuple(Decimal(start + number) for number in _counted(int(last) - start, step))
    if first is None or last is None or kind(first) != kind(last):
        raise Refused("", "only whole numbers and days are gone through from one to another")
    raise Nothing


def of_range(span: Range, step: Callable[[int], None]) -> tuple[Value, ...]:
    """What a range holds, where both its ends are in it; raises Nothing where it has no members."""
    found = gone_through(span.low, span.high, step)
    if not (span.low_closed and span.high_closed):
        raise Refused("", "only an interval with both its ends is gone through")
    return found


def _is_day(value: Value) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _counted(apart: int, step: Callable[[int], None]) -> range:
    step(abs(apart) + 1)
    way = 1 if apart >= 0 else -1
    return range(0, apart + way, way)

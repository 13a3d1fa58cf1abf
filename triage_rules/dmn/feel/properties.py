"""What stands after a point: a context's entry, or a part of a date, time, duration or range."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Months, Range, Value, kind


def property_of(value: Value, name: str) -> Value:
    """DMN 1.5, table 61; each of a list of contexts gives its own."""
    if value is None:
        return None
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, tuple):
        if not all(isinstance(item, dict) for item in value):
            raise Refused("", f"{name!r} is asked of a list that is not of contexts")
        return tuple(item.get(name) for item in value if isinstance(item, dict))
    properties = _properties(value)
    if name not in properties and _is_of_another(value, name):
        return None
    if name not in properties:
        raise Refused("", f"a {kind(value)} has no {name!r} that is read")
    found = properties[name]
    return Decimal(found) if isinstance(found, int) and not isinstance(found, bool) else found


def _is_of_another(value: Value, name: str) -> bool:
    """Whether the other kind of duration has it, or a time without an offset would name a zone."""
    if isinstance(value, Months):
        return name in ("days", "hours", "minutes", "seconds")
    if isinstance(value, timedelta):
        return name in ("years", "months")
    return isinstance(value, datetime | time) and name == "timezone" and value.tzinfo is None


def _properties(value: Value) -> dict[str, Value]:
    if isinstance(value, Range):
        return {
            "start": value.low,
            "end": value.high,
            "start included": value.low_closed,
            "end included": value.high_closed,
        }
    if isinstance(value, Months):
        years, months = divmod(abs(value.count), 12)
        sign = -1 if value.count < 0 else 1
        return {"years": sign * years, "months": sign * months}
    if isinstance(value, timedelta):
        size, sign = abs(value), -1 if value < timedelta() else 1
        if size.microseconds:
            return {}
        return {
            "days": sign * size.days,
            "hours": sign * (size.seconds // 3600),
            "minutes": sign * (size.seconds // 60 % 60),
            "seconds": sign * (size.seconds % 60),
        }
    found: dict[str, Value] = {}
    if isinstance(value, date):
        found |= {"year": value.year, "month": value.month, "day": value.day}
        found["weekday"] = value.isoweekday()
    if isinstance(value, datetime | time):
        found |= {"hour": value.hour, "minute": value.minute}
        if not value.microsecond:
            found["second"] = value.second
        found["time offset"] = value.utcoffset()
    return found

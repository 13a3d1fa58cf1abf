"""FEEL's dates, times and durations: from text, to text, and their sums and differences.

Years 1 to 9999, offsets as numbers, microseconds; a time zone by name, a finer fraction or a day
that does not exist is refused. Source: DMN 1.5, 10.3.2.3.4 to 10.3.2.3.9 and 10.3.4.1.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal

from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Months, Value

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_LONG_DATE = re.compile(r"-?\d{4,}-\d\d-\d\d(?:T.*)?")
_TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_ZONE_BY_NAME = re.compile(r".*(?:@\w+(?:/\w+)*|[+-]\d{2}:\d{2}:\d{2})")
_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_TOO_LONG = re.compile(r"\d{10}")
_SECONDS = re.compile(
    r"(-)?P(?=[\dT])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?", re.ASCII
)


def read_date(text: str) -> date | None:
    """`2026-11-23`; None for what is no date."""
    found = _DATE.fullmatch(text)
    if found is None:
        if _LONG_DATE.fullmatch(text):
            raise Refused("", f"the date {text!r} lies outside the years that are read")
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        if found.group(1) == "0000":
            raise Refused("", f"the date {text!r} lies outside the years that are read") from None
        return None


def read_time(text: str) -> time | None:
    """`08:30:00`, with a fraction and an offset at will; None for what is no time."""
    found = _TIME.fullmatch(text)
    if found is None:
        if _ZONE_BY_NAME.fullmatch(text):
            raise Refused("", f"the time zone of {text!r} is not read: only offsets as +01:00 are")
        return None
    hour, minute, second, fraction, zone = found.groups()
    if hour == "24":
        raise Refused("", "hour 24 is not read")
    try:
        return time(
            int(hour), int(minute), int(second), _microseconds(fraction), tzinfo=_offset(zone)
        )
    except ValueError:
        return None


def read_date_and_time(text: str) -> datetime | None:
    """A date, `T` and a time, or a date alone for its midnight; None for neither."""
    day, letter, rest = text.partition("T")
    on = read_date(day)
    at = read_time(rest) if letter else time()
    return datetime.combine(on, at) if on and at is not None else None


def read_duration(text: str) -> Months | timedelta | None:
    """`P1Y2M` or `P1DT2H3M4S`, with a minus before it at will; None for neither."""
    if _TOO_LONG.search(text):
        raise Refused("", "the duration has more digits than are read")
    found = _MONTHS.fullmatch(text)
    if found:
        minus, years, months = found.groups()
        count = 12 * int(years or 0) + int(months or 0)
        return Months(-count if minus else count)
    found = _SECONDS.fullmatch(text)
    if found is None:
        return None
    minus, days, hours, minutes, seconds, fraction = found.groups()
    try:
        span = timedelta(
            days=int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=int(seconds or 0),
            microseconds=_microseconds(fraction),
        )
    except OverflowError:
        raise Refused("", "the duration is too long") from None
    return -span if minus else span


def at_literal(text: str) -> Value:
    """The value of `@"…"`."""
    for read in (read_date, read_time, read_date_and_time, read_duration):
        value = read(text) if not (read is read_date and "T" in text) else None
        if value is not None:
            return value
    raise Refused("", f"@{text!r} is no date, time or duration")


def written(value: date | time | datetime | timedelta | Months) -> str:
    """The value as `string(…)` gives it."""
    if isinstance(value, Months):
        return _written_months(value)
    if isinstance(value, timedelta):
        return _written_span(value)
    text = value.isoformat()
    if "." in text:  # no zeros at the fraction's end
        text = re.sub(r"(\.\d*?)0+(?=$|[+-])", r"\1", text)
    return re.sub(r"\+00:00$", "Z", text)


def add_months(value: date, months: int) -> date:
    """The same day of another month; refused where that month has no such day."""
    count = value.year * 12 + value.month - 1 + months
    year, month = count // 12, count % 12 + 1
    if not 1 <= year <= 9999:
        raise Refused("", "the date lies outside the years that are read")
    if value.day > calendar.monthrange(year, month)[1]:
        raise Refused(
            "", f"{year:04}-{month:02} has no day {value.day}: DMN does not say what then"
        )
    return value.replace(year=year, month=month)


def add_span(value: Value, span: timedelta) -> Value:
    """A date, time or date and time some time later."""
    try:
        if isinstance(value, datetime):
            return value + span
        if isinstance(value, date):
            if span % timedelta(days=1):
                raise Refused("", "a part of a day is added to a date")
            return value + span
        assert isinstance(value, time)
        moved = datetime.combine(date(2000, 1, 3), value) + span % timedelta(days=1)
        return moved.timetz()
    except OverflowError:
        raise Refused("", "the date lies outside the years that are read") from None


def apart(one: Value, other: Value) -> timedelta | None:
    """The time from `other` to `one`, for two values of one kind; None where it is not defined."""
    if isinstance(one, datetime) != isinstance(other, datetime):
        if isinstance(one, date) and isinstance(other, date):
            raise Refused("", "a date is subtracted from a date and time, or the reverse")
        return None
    if isinstance(one, datetime) and isinstance(other, datetime):
        _both_or_neither(one.tzinfo, other.tzinfo)
        return one - other
    if isinstance(one, date) and isinstance(other, date):
        return one - other
    if isinstance(one, time) and isinstance(other, time):
        _both_or_neither(one.tzinfo, other.tzinfo)
        return datetime.combine(date(2000, 1, 3), one) - datetime.combine(date(2000, 1, 3), other)
    return None


def seconds(span: timedelta) -> Decimal:
    """The duration in seconds, exactly."""
    return NUMBERS.divide(Decimal(span // timedelta(microseconds=1)), Decimal(1_000_000))


def of_seconds(count: Decimal) -> timedelta:
    """A duration of so many seconds; refused unless it is whole microseconds."""
    scaled = NUMBERS.multiply(count, Decimal(1_000_000))
    if scaled != scaled.to_integral_value():
        raise Refused("", "the duration is finer than a microsecond")
    try:
        return timedelta(microseconds=int(scaled))
    except OverflowError:
        raise Refused("", "the duration is too long") from None


def offset_of(seconds_east: timedelta | None) -> timezone | None:
    """The zone of an offset; None stays None."""
    return None if seconds_east is None else timezone(seconds_east)


def _both_or_neither(one: tzinfo | None, other: tzinfo | None) -> None:
    if (one is None) != (other is None):
        raise Refused("", "a time with an offset and one without are subtracted")


def _microseconds(fraction: str | None) -> int:
    digits = (fraction or "").rstrip("0")
    if len(digits) > 6:
        raise Refused("", "a fraction of a second is finer than a microsecond")
    return int(digits.ljust(6, "0"))


def _offset(zone: str | None) -> timezone | None:
    if zone is None:
        return None
    if zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    east = timedelta(hours=hours, minutes=minutes)
    return timezone(-east if zone[0] == "-" else east)


def _written_months(value: Months) -> str:
    years, months = divmod(abs(value.count), 12)
    said = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.count < 0 else "") + "P" + (said or "0M")


def _written_span(value: timedelta) -> str:
    if not value:
        return "PT0S"
    size = abs(value)
    minutes, second = divmod(size.seconds, 60)
    hours, minute = divmod(minutes, 60)
    fraction = f".{size.microseconds:06}".rstrip("0").rstrip(".") if size.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minute}M" if minute else "")
    clock += f"{second}{fraction}S" if second or fraction else ""
    days = f"{size.days}D" if size.days else ""
    return ("-" if value < timedelta() else "") + "P" + days + (f"T{clock}" if clock else "")

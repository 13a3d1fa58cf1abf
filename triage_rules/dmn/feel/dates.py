"""FEEL's functions of dates, times and durations (DMN 1.5, 10.3.4.1, 10.3.4.7 and 10.3.4.8).

`now()` and `today()` are left out: an answer must be the same whenever it is computed again.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from triage_rules.dmn.feel import moments
from triage_rules.dmn.feel.arguments import Nothing, alone, number, string, whole
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Months, Value

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _date(value: Value) -> Value:
    value = alone(value)
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else moments.read_date(string(value))


def _date_of(year: Value, month: Value, day: Value) -> Value:
    parts = [whole(part, "a part of a date") for part in (year, month, day)]
    if not 1 <= parts[0] <= 9999:
        raise Refused("", "the date lies outside the years that are read")
    try:
        return date(*parts)
    except ValueError:
        raise Nothing from None


def _time(value: Value) -> Value:
    value = alone(value)
    if isinstance(value, datetime):
        return value.timetz()
    if isinstance(value, time):
        return value
    if isinstance(value, date):
        raise Refused("", "a date's time is asked for")
    if string(value).startswith("T"):
        raise Refused("", "a time with T before it is not read")
    return moments.read_time(string(value))


def _time_of(hour: Value, minute: Value, second: Value, offset: Value = None) -> Value:
    hours, minutes = whole(hour, "the hour"), whole(minute, "the minute")
    seconds = number(second)
    if not 0 <= seconds < 60:
        raise Nothing
    if offset is not None and not isinstance(offset, timedelta):
        raise Nothing
    fraction = moments.of_seconds(seconds)
    try:
        zone = moments.offset_of(offset)
        return time(hours, minutes, fraction.seconds, fraction.microseconds, zone)
    except ValueError:
        raise Nothing from None


def _date_and_time(value: Value) -> Value:
    value = alone(value)
    if isinstance(value, date):
        raise Refused("", "a date is not read as a date and time by itself")
    return moments.read_date_and_time(string(value))


def _together(day: Value, at: Value) -> Value:
    if isinstance(day, datetime):
        day = day.date()
    if not isinstance(day, date) or not isinstance(at, time):
        raise Nothing
    return datetime.combine(day, at)


def _duration(value: Value) -> Value:
    if isinstance(value, timedelta | Months):
        return value
    return moments.read_duration(string(value))


def _months_between(begin: Value, end: Value) -> Value:
    if not isinstance(begin, date) or not isinstance(end, date):
        raise Nothing
    found = {_signed_months(*pair) for pair in _readings(begin, end)}
    if len(found) > 1:
        raise Refused("", "the months between differ with the time of day or the offset")
    return Months(found.pop())


def _readings(begin: date, end: date) -> list[tuple[date, date]]:
    """The days two values may be taken to lie on: with their times or not, at either's offset."""
    days = [(begin, end)]
    one, other = (
        day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=zone)
        for day, zone in ((begin, _beside(end)), (end, _beside(begin)))
    )
    if (one.tzinfo is None) != (other.tzinfo is None):
        raise Refused("", "one has an offset from UTC and the other not")
    clocks = [(one, other)]
    if one.tzinfo is not None:
        clocks += [(one, other.astimezone(one.tzinfo)), (one.astimezone(other.tzinfo), other)]
    for first, last in clocks:
        days.append((first, last))
        early = last.timetz().replace(tzinfo=None) < first.timetz().replace(tzinfo=None)
        late = last.timetz().replace(tzinfo=None) > first.timetz().replace(tzinfo=None)
        if first.date() < last.date() and early:
            days.append((first, last - timedelta(days=1)))
        if first.date() > last.date() and late:
            days.append((first, last + timedelta(days=1)))
    return [(date(a.year, a.month, a.day), date(b.year, b.month, b.day)) for a, b in days]


def _beside(other: date) -> tzinfo | None:
    """A date beside a value with an offset is its midnight UTC."""
    return UTC if isinstance(other, datetime) and other.tzinfo is not None else None


def _signed_months(begin: date, end: date) -> int:
    return -_whole_months(end, begin) if begin > end else _whole_months(begin, end)


def _whole_months(begin: date, end: date) -> int:
    months = (end.year - begin.year) * 12 + end.month - begin.month
    return months - (end.day < begin.day)


def _day(value: Value) -> date:
    if not isinstance(value, date):
        raise Nothing
    return value


FUNCTIONS: tuple[tuple[str, str, Callable[..., Value]], ...] = (
    ("date", "from", _date),
    ("date", "year, month, day", _date_of),
    ("time", "from", _time),
    ("time", "hour, minute, second, offset?", _time_of),
    ("date and time", "from", _date_and_time),
    ("date and time", "date, time", _together),
    ("duration", "from", _duration),
    ("years and months duration", "from, to", _months_between),
    ("day of week", "date", lambda value: _DAYS[_day(value).weekday()]),
    ("day of year", "date", lambda value: Decimal(_day(value).timetuple().tm_yday)),
    ("month of year", "date", lambda value: _MONTHS[_day(value).month - 1]),
    ("week of year", "date", lambda value: Decimal(_day(value).isocalendar().week)),
)

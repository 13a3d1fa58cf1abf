"""Days on which a clinic is closed all day: public holidays, and the days it chose itself."""

from calendar import isleap
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from flask_babel import gettext as _
from holidays.constants import OPTIONAL
from holidays.utils import country_holidays

from booking.calendar.models import Clinic

# The holidays in the reader's words; any other language gets Danish.
_LANGUAGES = {"en": "en_US"}


def closed_days(clinic: Clinic, first: date, last: date, language: str = "da") -> dict[date, str]:
    """The closed days first to last, both included, in order, with their names.

    Public holidays are those of the law of that year (Store bededag until 2023). The clinic's
    own are its `optional_closures`, month and day; 02-29 closes in leap years only.
    """
    own = tuple(sorted(month_days(clinic.optional_closures)))
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        days = _year(year, own, _LANGUAGES.get(language, "da"))
        if year in (first.year, last.year):
            found.update((day, name) for day, name in days.items() if first <= day <= last)
        else:
            found.update(days)
    return {day: name or _("Klinikkens egen lukkedag") for day, name in found.items()}


def month_days(optional_closures: str) -> list[tuple[int, int]]:
    """A clinic's own closed days as (month, day) pairs, in the order written.

    Raises ValueError for what no year has ('13-01', '02-30', 'juleaften').
    """
    return [_month_day(part.strip()) for part in optional_closures.split(",") if part.strip()]


def _month_day(text: str) -> tuple[int, int]:
    month, hyphen, day = text.partition("-")
    if not (hyphen and month.isdecimal() and day.isdecimal()):
        raise ValueError(f"not a month and a day: {text!r}")
    leap_day = date(2000, int(month), int(day))
    return leap_day.month, leap_day.day


@lru_cache(maxsize=512)
def _year(
    year: int, own: tuple[tuple[int, int], ...], language: str
) -> MappingProxyType[date, str]:
    """A year's closed days; '' names a day that is nobody's but the clinic's."""
    closed = dict(country_holidays("DK", years=year, language=language).items())
    names = country_holidays("DK", years=year, language=language, categories=(OPTIONAL,))
    for month, number in own:
        if (month, number) != (2, 29) or isleap(year):
            day = date(year, month, number)
            closed.setdefault(day, names.get(day, ""))
    return MappingProxyType(dict(sorted(closed.items())))

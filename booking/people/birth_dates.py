"""Birth dates as people say and type them. Pure."""

import re
from datetime import date

MONTHS = (
    ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
)
OLDEST = 120

_NUMBERS = re.compile(r"(\d{1,4})[\s./-]+(\d{1,2})[\s./-]+(\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})[\s.]*([a-zæøå]{3,10})[\s.]*(\d{4}|\d{2})")
_RUN = re.compile(r"\d{6}|\d{8}")


def meant(text: str, today: date) -> frozenset[date]:
    """Every birth date a text may be: '040361', '4.3.61', '4. marts 1961', '1961-03-04', …

    Two digits of a year stand for each year of the last 120 they may end. Empty for what is no
    date, and for days still to come.
    """
    return frozenset(
        born
        for year, month, day in _readings(text.strip().lower())
        for full in _years(year, today)
        if (born := _day(full, month, day)) is not None and born <= today
    )


def _readings(text: str) -> list[tuple[str, int, int]]:
    """(year as typed, month, day) of each way to read it."""
    if _RUN.fullmatch(text):
        read = [(text[4:], int(text[2:4]), int(text[:2]))]
        if len(text) == 8:
            read.append((text[:4], int(text[4:6]), int(text[6:])))
        return read
    found = _NUMBERS.fullmatch(text)
    if found:
        first, month, last = found.groups()
        if len(first) == 4:
            return [(first, int(month), int(last))] if len(last) == 2 else []
        return [(last, int(month), int(first))] if len(first) <= 2 else []
    found = _NAMED.fullmatch(text)
    if found:
        day, name, year = found.groups()
        for names in MONTHS:
            if name[:3] in names:
                return [(year, names.index(name[:3]) + 1, int(day))]
    return []


def _years(typed: str, today: date) -> list[int]:
    if len(typed) == 4:
        return [int(typed)]
    ends = int(typed)
    return [year for year in range(today.year - OLDEST, today.year + 1) if year % 100 == ends]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

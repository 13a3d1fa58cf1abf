"""CPR numbers: ten characters, DDMMYY and a serial. Pure.

A number is right when its date exists. The modulus-11 check digit is no requirement: since
October 2007 valid numbers fail it. The replacement numbers given to visitors may hold letters
in the serial.
"""

import re
from datetime import date

WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
CENTURIES = (1800, 1900, 2000)

# Within a text; letters in the serial only where it ends as a word does.
_IN_TEXT = re.compile(
    r"(?<![0-9])([0-9]{6})[\s-]?(?:([0-9]{4})(?![0-9])|([0-9A-Z]{4})(?!\w))", re.IGNORECASE
)
_FORM = re.compile(r"(\d{6})[\s-]?([0-9A-Z]{4})", re.ASCII)


class InvalidCpr(ValueError):
    """Not ten characters of the right kind, or a date that never was."""


def normalise(text: str) -> str:
    """'010203 4567', '010203-4567' -> '0102034567'; raises InvalidCpr."""
    found = _FORM.fullmatch(text.strip().upper())
    if found is None:
        raise InvalidCpr
    number = found[1] + found[2]
    if not _possible_dates(number):
        raise InvalidCpr
    return number


def is_cpr(text: str) -> bool:
    """True if the text reads as a CPR number."""
    try:
        normalise(text)
    except InvalidCpr:
        return False
    return True


def in_text(text: str) -> bool:
    """True if anything within a text reads as a CPR number."""
    return any(is_cpr("".join(filter(None, one))) for one in _IN_TEXT.findall(text))


def birth_date(number: str) -> date | None:
    """The birth date in a normalised number; None where a letter hides the century."""
    year = _year(number)
    return date(year, int(number[2:4]), int(number[:2])) if year else None


def masked(number: str) -> str:
    """For lists: '010203-****'."""
    return f"{number[:6]}-****"


def formatted(number: str) -> str:
    """For one person's own page: '010203-4567'."""
    return f"{number[:6]}-{number[6:]}"


def fails_modulus_11(number: str) -> bool:
    """True if the check digit does not fit, as in made-up numbers, and in valid ones since 2007."""
    if not number.isdecimal():
        return True
    weighted = zip(WEIGHTS, number, strict=True)
    return sum(weight * int(digit) for weight, digit in weighted) % 11 != 0


def _year(number: str) -> int | None:
    """The year of birth by the seventh digit and the year's two; None without a seventh digit."""
    if not number[6].isdecimal():
        return None
    seventh, year = int(number[6]), int(number[4:6])
    if seventh <= 3:
        return 1900 + year
    if seventh in (4, 9):
        return (2000 if year <= 36 else 1900) + year
    return (2000 if year <= 57 else 1800) + year


def _possible_dates(number: str) -> list[date]:
    known = _year(number)
    short = int(number[4:6])
    years = [known] if known else [century + short for century in CENTURIES]
    possible = []
    for year in years:
        try:
            possible.append(date(year, int(number[2:4]), int(number[:2])))
        except ValueError:
            continue
    return possible

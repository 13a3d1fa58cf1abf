"""The national standards as dated data: what is shipped, and a clinic's own corrections. Pure.

Read strictly: a misspelt name, an unknown way or a wrong type is refused, naming the place.
"""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from triage_rules.standards.obligations import FORMS, WAYS, Obligation, Way

SHIPPED = Path(__file__).with_name("standards.toml")
CORRECTIONS = "standards.toml"  # in the instance folder
PORT = "standards"  # the path of the installation's own standards, among the session's ports


class MalformedStandards(ValueError):
    """A file of standards that cannot be used. `where`: 'asthma/asthma_yearly_control/ways'."""

    def __init__(self, where: str, why: str) -> None:
        """Carry both; the text is for whoever wrote the file."""
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True)
class Standard:
    """One edition of a national standard, in force from one day to another (None: still)."""

    code: str
    title_da: str
    title_en: str
    population_da: str
    population_en: str
    source: str
    edition: str
    valid_from: date
    valid_to: date | None
    obligations: tuple[Obligation, ...]

    def title(self, language: str) -> str:
        """Its name in a language."""
        return self.title_en if language == "en" else self.title_da

    def population(self, language: str) -> str:
        """Whom it is about."""
        return self.population_en if language == "en" else self.population_da

    def in_force(self, day: date) -> bool:
        """True on a day within its dates, both included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def standards_on(day: date, corrections: Path | None = None) -> tuple[Standard, ...]:
    """What is in force on a day, the latest edition of each, in the file's order.

    corrections: a file shaped as standards.toml; a standard in it replaces the shipped one.
    Raises MalformedStandards.
    """
    shipped = _loaded(SHIPPED.read_text())
    own: tuple[Standard, ...] = ()
    if corrections is not None and corrections.exists():
        own = _loaded(corrections.read_text())
    corrected = {one.code for one in own}
    found: dict[str, Standard] = {}
    for one in [*own, *(one for one in shipped if one.code not in corrected)]:
        earlier = found.get(one.code)
        if one.in_force(day) and (earlier is None or earlier.valid_from < one.valid_from):
            found[one.code] = one
    return tuple(found.values())


def applying(standards: Sequence[Standard], codes: Collection[str]) -> list[Obligation]:
    """The obligations of the standards with these codes; a code may be an obligation's own."""
    return [
        obligation
        for standard in standards
        for obligation in standard.obligations
        if standard.code in codes or obligation.code in codes
    ]


def load(text: str) -> tuple[Standard, ...]:
    """The standards of a TOML text; raises MalformedStandards."""
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MalformedStandards("", str(error)) from error
    _only(plain, {"standard"}, "")
    found = [_standard(one) for one in _tables(plain, "standard", "")]
    editions = [(one.code, one.valid_from) for one in found]
    if len(set(editions)) != len(editions):
        raise MalformedStandards("standard", "two editions from the same day")
    return tuple(found)


@lru_cache(maxsize=8)
def _loaded(text: str) -> tuple[Standard, ...]:
    """The same text is read once."""
    return load(text)


TEXTS = ("code", "title_da", "title_en", "population_da", "population_en", "source", "edition")


def _standard(plain: dict[str, Any]) -> Standard:
    where = str(plain.get("code", "standard"))
    _only(plain, {*TEXTS, "valid_from", "valid_to", "obligation"}, where)
    texts = {name: _text(plain, name, where) for name in TEXTS}
    first, last = _day(plain, "valid_from", where), plain.get("valid_to")
    if last is not None:
        last = _day(plain, "valid_to", where)
        if last < first:
            raise MalformedStandards(f"{where}/valid_to", "before valid_from")
    obligations = [_obligation(one, where) for one in _tables(plain, "obligation", where)]
    if len({one.code for one in obligations}) != len(obligations):
        raise MalformedStandards(where, "an obligation twice")
    return Standard(**texts, valid_from=first, valid_to=last, obligations=tuple(obligations))


def _obligation(plain: dict[str, Any], standard: str) -> Obligation:
    where = f"{standard}/{plain.get('code', 'obligation')}"
    _only(plain, {"code", "title_da", "title_en", "months", "share", "ways"}, where)
    ways = plain.get("ways")
    if not isinstance(ways, list) or not ways:
        raise MalformedStandards(f"{where}/ways", "a list with at least one way")
    return Obligation(
        _text(plain, "code", where),
        _text(plain, "title_da", where),
        _text(plain, "title_en", where),
        _number(plain, "months", where, 1, 120),
        frozenset(_way(one, where) for one in ways),
        _number(plain, "share", where, 1, 100) if "share" in plain else None,
    )


def _way(plain: object, where: str) -> Way:
    kind, _colon, code = str(plain).partition(":")
    if kind not in WAYS or not code or (kind == "contact" and code not in FORMS):
        raise MalformedStandards(f"{where}/ways", f"{plain!r} is no way to meet an obligation")
    return Way(kind, code)


def _only(plain: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(plain) - known)
    if unknown:
        raise MalformedStandards(where, f"unknown: {', '.join(unknown)}")


def _tables(plain: dict[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    found = plain.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(o, dict) for o in found):
        raise MalformedStandards(f"{where}/{name}", "at least one table")
    return found


def _text(plain: dict[str, Any], name: str, where: str) -> str:
    found = plain.get(name)
    if not isinstance(found, str) or not found.strip():
        raise MalformedStandards(f"{where}/{name}", "a text")
    return found


def _number(plain: dict[str, Any], name: str, where: str, low: int, high: int) -> int:
    found = plain.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
        raise MalformedStandards(f"{where}/{name}", f"a whole number from {low} to {high}")
    return found


def _day(plain: dict[str, Any], name: str, where: str) -> date:
    found = plain.get(name)
    if not isinstance(found, date) or isinstance(found, datetime):
        raise MalformedStandards(f"{where}/{name}", "a date as 2016-01-01")
    return found

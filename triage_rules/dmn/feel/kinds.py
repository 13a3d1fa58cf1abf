"""The types FEEL names: read after `instance of`, and whether a value is of one."""

from typing import NoReturn

from triage_rules.dmn.feel.nodes import Kind
from triage_rules.dmn.feel.scanner import Scanner
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Range, Value, kind

SIMPLE = (
    "days and time duration",
    "years and months duration",
    "date and time",
    "date",
    "time",
    "number",
    "string",
    "boolean",
)


ANY = "Any"


def take_kind(scan: Scanner) -> Kind:
    """Past a type; refused unless it is simple, or a list, range or context of such."""
    for name in ("list", "range"):
        if scan.take_word(name):
            scan.need("<")
            inside = take_kind(scan)
            scan.need(">")
            return Kind(name, (inside,))
    if scan.take_word("context"):
        return _context(scan)
    for name in (*SIMPLE, ANY):
        if scan.take_word(name):
            return Kind(name)
    raise scan.failure("`instance of` is only read for FEEL's own types of values")


def _context(scan: Scanner) -> Kind:
    scan.need("<")
    entries: dict[str, Kind] = {}
    while not scan.take(">"):
        if entries:
            scan.need(",")
        name = scan.take_key()
        entries[name] = take_kind(scan)
    return Kind("context", tuple(entries.values()), tuple(entries))


def is_of(value: Value, wanted: Kind) -> bool:
    """Whether the value is of the type; refused where it holds null, or nothing at all."""
    if wanted.name == ANY:
        return value is not None or _unsaid("what null is")
    if kind(value) != wanted.name:
        return False
    if isinstance(value, tuple):
        return _all_of(value, wanted)
    if isinstance(value, Range):
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(is_of(end, wanted.inside[0]) for end in ends)
    if isinstance(value, dict):
        kinds = dict(zip(wanted.entries, wanted.inside, strict=True))
        if not kinds.keys() <= value.keys():
            return False
        return all(_known(value[name], inside) for name, inside in kinds.items())
    return True


def _all_of(values: tuple[Value, ...], wanted: Kind) -> bool:
    if not values:
        return wanted.inside[0].name == ANY or _unsaid("the type of an empty list")
    answers = [_known(value, wanted.inside[0]) for value in values]  # each, whatever the first is
    return all(answers)


def _known(value: Value, wanted: Kind) -> bool:
    if value is None and wanted.name != ANY:
        return _unsaid("the type of what holds null")
    return wanted.name == ANY or is_of(value, wanted)


def _unsaid(what: str) -> NoReturn:
    raise Refused("", f"{what} is asked for")

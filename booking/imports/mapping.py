"""The mapping file: how another system's CSV is to be read. Pure.

TOML; docs/import.md lists the keys. Everything is checked when it is read, since a misspelt
key would otherwise show only as odd data.
"""

import codecs
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast, get_args

from booking.platform.errors import ConfigurationError

FactKind = Literal["text", "number", "yes_no"]
BETWEEN = "|"

DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y")
TIMES = ("%H:%M", "%H.%M")
INSTANTS = ("%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z")


class UnusableMapping(ConfigurationError):
    """The mapping file cannot be used; the message says which key and why."""


@dataclass(frozen=True)
class Fact:
    """Something about a past visit that is kept as it was: its column, kind and bounds."""

    column: str
    kind: FactKind = "text"
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Mapping:
    """A mapping file, checked.

    source: the other system's name, which with a row's key makes it known again. columns: our
    field -> the columns it is made of, joined by a space. values: our field -> what the file
    says -> what we call it ('*' for whatever else). written_out: the fields whose floating-point
    notation is to be undone. create_patients: patients whom nobody knows are made, nameless.
    """

    source: str
    clinic: str
    columns: dict[str, tuple[str, ...]]
    encoding: str = "utf-8"
    delimiter: str = ","
    member: str | None = None
    dates: tuple[str, ...] = DATES
    times: tuple[str, ...] = TIMES
    instants: tuple[str, ...] = INSTANTS
    written_out: frozenset[str] = frozenset()
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    create_patients: bool = False

    @property
    def filled(self) -> frozenset[str]:
        """The fields that a column or a constant fills."""
        return frozenset(self.columns) | frozenset(self.constants)


def read(text: str) -> Mapping:
    """A mapping from the text of its file; raises UnusableMapping."""
    try:
        top = _Table("", tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UnusableMapping(f"not TOML: {error}") from None
    file, formats = top.table("file"), top.table("formats")
    patients = top.table("patients")
    mapping = Mapping(
        source=top.text("source", longest=60),
        clinic=top.text("clinic"),
        columns={name: _columns(name, v) for name, v in top.table("columns").items()},
        encoding=_encoding(file.text("encoding", "utf-8")),
        delimiter=file.text("delimiter", ",", longest=1),
        member=file.text("member", "") or None,
        dates=_formats(formats, "dates", DATES),
        times=_formats(formats, "times", TIMES),
        instants=_formats(formats, "instants", INSTANTS),
        written_out=frozenset(formats.texts("written_out")),
        constants=top.table("constants").all_texts(),
        values={n: _Table(f"values.{n}.", v).all_texts() for n, v in top.table("values").items()},
        facts={n: _fact(n, value) for n, value in top.table("facts").items()},
        create_patients=patients.flag("create"),
    )
    for table in (top, file, formats, patients):
        table.nothing_else()
    _check(mapping)
    return mapping


def _check(mapping: Mapping) -> None:
    if "key" not in mapping.columns:
        raise UnusableMapping("columns.key is missing: rows need a name of their own")
    both = mapping.columns.keys() & mapping.constants.keys()
    if both:
        raise UnusableMapping(f"both a column and a constant: {', '.join(sorted(both))}")
    for part, names in (("values", mapping.values), ("formats.written_out", mapping.written_out)):
        idle = set(names) - mapping.columns.keys()
        if idle:
            raise UnusableMapping(f"{part} names fields without a column: {_listed(idle)}")


class _Table:
    """A TOML table, read with care: wrong kinds of values and unknown keys are refused."""

    def __init__(self, where: str, content: Any) -> None:
        if not isinstance(content, dict):
            raise UnusableMapping(f"{where.rstrip('.')} must be a table")
        self._where, self._left = where, dict(content)

    def text(self, name: str, default: str | None = None, longest: int = 200) -> str:
        value = self._left.pop(name, default)
        if value is None:
            raise UnusableMapping(f"{self._where}{name} is missing")
        if not isinstance(value, str) or len(value) > longest or (not value and default is None):
            raise UnusableMapping(f"{self._where}{name} must be a text of at most {longest}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UnusableMapping(f"{self._where}{name} must be a list of texts")
        return tuple(value)

    def flag(self, name: str) -> bool:
        value = self._left.pop(name, False)
        if not isinstance(value, bool):
            raise UnusableMapping(f"{self._where}{name} must be true or false")
        return value

    def whole(self, name: str) -> int | None:
        value = self._left.pop(name, None)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise UnusableMapping(f"{self._where}{name} must be a whole number")
        return value

    def table(self, name: str) -> "_Table":
        return _Table(f"{self._where}{name}.", self._left.pop(name, {}))

    def items(self) -> list[tuple[str, Any]]:
        return list(self._left.items())

    def all_texts(self) -> dict[str, str]:
        return {name: self.text(name, "", 1000) for name in list(self._left)}

    def nothing_else(self) -> None:
        if self._left:
            raise UnusableMapping(f"unknown: {_listed(self._where + name for name in self._left)}")


def _columns(name: str, value: Any) -> tuple[str, ...]:
    columns = [value] if isinstance(value, str) else value
    if not isinstance(columns, list) or not columns:
        raise UnusableMapping(f"columns.{name} must be a column or a list of columns")
    if not all(isinstance(one, str) and one for one in columns):
        raise UnusableMapping(f"columns.{name} must be a column or a list of columns")
    return tuple(columns)


def _fact(name: str, value: Any) -> Fact:
    table = _Table(f"facts.{name}.", value)
    kind = table.text("type", "text")
    if kind not in get_args(FactKind):
        raise UnusableMapping(f"facts.{name}.type must be one of {_listed(get_args(FactKind))}")
    if "." in name:
        raise UnusableMapping(f"facts.{name}: a name without dots, please")
    if name == "form":  # kept among the facts, and what standards are met by
        raise UnusableMapping("facts.form: a field of its own, columns.form")
    fact = Fact(table.text("column"), cast(FactKind, kind), table.whole("min"), table.whole("max"))
    table.nothing_else()
    return fact


def _encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise UnusableMapping(f"file.encoding: nobody knows {name!r}") from None
    return "utf-8-sig" if known == "utf-8" else known


def _formats(table: _Table, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    formats = table.texts(name)
    example = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
    for one in formats:
        try:
            datetime.strptime(example.strftime(one), one).replace(tzinfo=UTC)
        except ValueError:
            raise UnusableMapping(f"formats.{name}: {one!r} is no format") from None
    return formats or default


def _listed(names: Any) -> str:
    return ", ".join(sorted(names))

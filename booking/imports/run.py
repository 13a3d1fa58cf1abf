"""Running an import: rows read, checked and loaded a batch at a time.

A batch is one transaction, so that an import that stops half-way can simply be run again. A
trial run is one transaction from end to end, so that rows meet those before them, and is
undone.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, missing
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from booking.calendar.models import Clinic
from booking.imports.batch import Batch, Checked, Reading, Refusal
from booking.imports.keys import concealed
from booking.imports.mapping import Mapping, UnusableMapping
from booking.imports.rows import Row
from booking.platform.database import Database, Session, worth_retrying
from booking.platform.forms import Text
from booking.platform.vault import Vault

BATCH = 1000
TRIES = 3
LONGEST_KEY = 120

_ = lazy_gettext
FAULTS = {
    "malformed": _("Rækken er ikke gyldig CSV."),
    "columns": _("Rækken har ikke lige så mange felter som overskriften."),
    "encoding": _("Teksten er skrevet i et andet tegnsæt end det, oversættelsen nævner."),
    "value": _("Oversættelsen siger ikke, hvad værdien betyder."),
}


@dataclass(frozen=True)
class Kind:
    """One kind of import: what its rows may hold, and how a batch of them is loaded."""

    name: str
    fields: Callable[[Reading], dict[str, Any]]
    load: Callable[[Batch], None]


@dataclass(frozen=True)
class Progress:
    """What became of some rows."""

    new: int
    unchanged: int
    changed: int
    refusals: list[Refusal]


def run(
    database: Database,
    vault: Vault,
    kind: Kind,
    mapping: Mapping,
    rows: Iterable[Row],
    *,
    dry_run: bool = False,
) -> Iterator[Progress]:
    """Import rows; yields after each batch, once it is committed.

    dry_run: check everything and write nothing. Raises UnusableMapping if the clinic does not
    exist or the mapping does not suit the kind. Needs a locale for the reasons.
    """
    with database.reading() as session:
        clinic = _clinic(session, mapping)
    schema = _schema(kind, Reading(mapping, clinic.zone))
    with closing(_Seen()) as seen:
        batches = _checked(iter(rows), schema, vault, seen)
        if not dry_run:
            for checked, refusals in batches:
                yield _committed(database, kind, mapping, checked, refusals)
            return
        with database.writing() as session:
            for checked, refusals in batches:
                yield _loaded(session, kind, mapping, checked, refusals)
                session.flush()
                session.expunge_all()
            session.rollback()


def _committed(
    database: Database,
    kind: Kind,
    mapping: Mapping,
    rows: list[Checked],
    refusals: list[Refusal],
) -> Progress:
    for attempt in range(1, TRIES + 1):
        try:
            with database.transaction() as session:
                return _loaded(session, kind, mapping, rows, refusals)
        except DBAPIError as error:
            if attempt == TRIES or not worth_retrying(error):
                raise
    raise AssertionError("unreachable")


def _loaded(
    session: Session,
    kind: Kind,
    mapping: Mapping,
    rows: list[Checked],
    refusals: list[Refusal],
) -> Progress:
    batch = Batch(session, _clinic(session, mapping), mapping, rows)
    if rows:
        kind.load(batch)
    refused = sorted([*refusals, *batch.refusals], key=lambda refusal: refusal.number)
    counts = batch.counts
    return Progress(counts["new"], counts["unchanged"], counts["changed"], refused)


def _clinic(session: Session, mapping: Mapping) -> Clinic:
    clinic = session.scalars(select(Clinic).where(Clinic.name == mapping.clinic)).one_or_none()
    if clinic is None:
        raise UnusableMapping(f"clinic: there is none named {mapping.clinic!r}")
    return clinic


def _schema(kind: Kind, reading: Reading) -> Schema:
    """The check of one row, once the mapping is seen to fill what rows of this kind must have."""
    mapping = reading.mapping
    fields = {"key": Text(longest=LONGEST_KEY, required=True), **kind.fields(reading)}
    strange = sorted(mapping.filled - fields.keys())
    if strange:
        raise UnusableMapping(f"{kind.name} have no {', '.join(strange)}")
    if mapping.facts and not any(name.startswith("facts.") for name in fields):
        raise UnusableMapping(f"{kind.name} have no facts")
    needed = {name for name, field in fields.items() if field.required}
    lacking = sorted(needed - mapping.filled)
    if lacking:
        raise UnusableMapping(f"{kind.name} need columns or constants for {', '.join(lacking)}")
    filled = mapping.filled | {f"facts.{name}" for name in mapping.facts}
    used = {n: f for n, f in fields.items() if n in filled or f.load_default is not missing}
    schema: Schema = Schema.from_dict(used)()
    return schema


def _checked(
    rows: Iterator[Row], schema: Schema, vault: Vault, seen: "_Seen"
) -> Iterator[tuple[list[Checked], list[Refusal]]]:
    while batch := list(islice(rows, BATCH)):
        checked: list[Checked] = []
        refusals: list[Refusal] = []
        for row in batch:
            wrong = _wrong_or_right(row, schema, vault, seen)
            if isinstance(wrong, Checked):
                checked.append(wrong)
            else:
                refusals += wrong
        yield checked, refusals


def _wrong_or_right(
    row: Row, schema: Schema, vault: Vault, seen: "_Seen"
) -> Checked | list[Refusal]:
    key = concealed(vault, row.fields.get("key", ""))
    shown = key if key == row.fields.get("key") else ""
    if row.faults:
        return [Refusal(row.number, shown, f.field, str(FAULTS[f.code])) for f in row.faults]
    try:
        values = schema.load(row.fields)
    except ValidationError as error:
        return [
            Refusal(row.number, shown, name.removeprefix("facts."), _text(texts))
            for name, texts in error.messages_dict.items()
        ]
    del values["key"]
    first = seen.before(key, row.number)
    if first is not None:
        reason = gettext("Nøglen står allerede i række %(first)s.", first=first)
        return [Refusal(row.number, shown, "key", reason)]
    return Checked(row.number, key, values)


def _text(messages: Any) -> str:
    """The first message; a lazy one comes alone, as marshmallow does not take it for text."""
    return str(messages[0] if isinstance(messages, list) else messages)


class _Seen:
    """The keys seen so far, on disk, so that a file of any length fits."""

    def __init__(self) -> None:
        """An unnamed database that vanishes when it is closed."""
        self._keys = sqlite3.connect("", isolation_level=None)
        self._keys.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        self._keys.execute("BEGIN")

    def before(self, key: str, number: int) -> int | None:
        """The earlier row with this key; None if this is the first."""
        added = self._keys.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, number))
        if added.rowcount:
            return None
        found = self._keys.execute("SELECT row FROM seen WHERE key = ?", (key,)).fetchone()
        return int(found[0])

    def close(self) -> None:
        """Let go of the file."""
        self._keys.close()

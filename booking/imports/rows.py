"""Reading the rows of a CSV file, plain or zipped, by a mapping. Pure but for the file itself.

One row is held at a time. What is wrong with a row is told as a fault, so that the others load.
"""

import csv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Literal

from booking.imports.mapping import BETWEEN, Mapping
from booking.imports.notation import written_out

FaultCode = Literal["malformed", "columns", "encoding", "value"]


class UnusableFile(Exception):
    """The file as a whole cannot be read by this mapping; the message is for the operator."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row before its content is looked at; field '' for the row itself."""

    field: str
    code: FaultCode


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet counts (the header is 1), and our fields as text.

    A field that is empty in the file is not there at all.
    """

    number: int
    fields: dict[str, str]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A file being read. size and position(): bytes, for showing how far along it is."""

    rows: Iterator[Row]
    size: int
    position: Callable[[], int]


@dataclass(frozen=True)
class _Cell:
    """How one of our fields is made of a record's cells."""

    field: str
    places: tuple[int, ...]
    meanings: dict[str, str] | None
    number: bool


@contextmanager
def opened(path: Path, mapping: Mapping) -> Iterator[Opened]:
    """Open a CSV file, or the one in a zip file; raises UnusableFile, OSError or zip errors."""
    with _raw(path, mapping.member) as (raw, size):
        # Bytes that are no text in this encoding are let through and refused row by row.
        text = TextIOWrapper(raw, mapping.encoding, errors="surrogateescape", newline="")
        reader = csv.reader(text, delimiter=mapping.delimiter)
        try:
            header = next(reader, None)
        except csv.Error as error:
            raise UnusableFile(f"The header is no CSV: {error}") from None
        if not header:
            raise UnusableFile("The file is empty.")
        cells = _cells([name.strip() for name in header], mapping)
        yield Opened(_rows(reader, len(header), cells, mapping.constants), size, raw.tell)


@contextmanager
def _raw(path: Path, member: str | None) -> Iterator[tuple[IO[bytes], int]]:
    if path.suffix.lower() != ".zip":
        with path.open("rb") as plain:
            yield plain, path.stat().st_size
        return
    with zipfile.ZipFile(path) as archive:
        inside = [i for i in archive.infolist() if not i.is_dir() and "__MACOSX" not in i.filename]
        if member is not None:
            inside = [i for i in inside if i.filename == member]
        if len(inside) != 1:
            raise UnusableFile(
                f"The zip file holds {len(inside)} files that could be meant; "
                "name one as file.member in the mapping."
            )
        with archive.open(inside[0]) as unpacked:
            yield unpacked, inside[0].file_size


def _cells(header: list[str], mapping: Mapping) -> list[_Cell]:
    sources = dict(mapping.columns)
    sources |= {f"facts.{name}": (fact.column,) for name, fact in mapping.facts.items()}
    wanted = {column for columns in sources.values() for column in columns}
    missing = sorted(wanted - set(header))
    if missing:
        raise UnusableFile(f"The file has no column named {', '.join(missing)}.")
    twice = sorted(column for column in wanted if header.count(column) > 1)
    if twice:
        raise UnusableFile(f"The file has several columns named {', '.join(twice)}.")
    return [
        _Cell(
            name,
            tuple(header.index(column) for column in columns),
            mapping.values.get(name),
            name in mapping.written_out,
        )
        for name, columns in sources.items()
    ]


def _rows(
    reader: Iterator[list[str]], width: int, cells: list[_Cell], constants: dict[str, str]
) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, {}, (Fault("", "malformed"),))
            continue
        if not record:
            continue
        if len(record) != width:
            yield Row(number, {}, (Fault("", "columns"),))
            continue
        yield _row(number, record, cells, constants)


def _row(number: int, record: list[str], cells: list[_Cell], constants: dict[str, str]) -> Row:
    fields, faults = dict(constants), []
    for cell in cells:
        text = " ".join(filter(None, (record[place].strip() for place in cell.places)))
        if not text.isascii() and not _is_text(text):
            faults.append(Fault(cell.field, "encoding"))
            continue
        if cell.number:
            text = written_out(text)
        if cell.meanings is not None:
            meant = _meant(text, cell.meanings)
            if meant is None:
                faults.append(Fault(cell.field, "value"))
                continue
            text = meant
        if text:
            fields[cell.field] = text
    return Row(number, fields, tuple(faults))


def _meant(text: str, meanings: dict[str, str]) -> str | None:
    """What the file's word means with us, part by part; an empty one may mean something too."""
    parts = []
    for part in text.split(BETWEEN):
        word = part.strip()
        meant = meanings.get(word, meanings.get("*", "" if not word else None))
        if meant is None:
            return None
        parts.append(meant)
    return BETWEEN.join(parts)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

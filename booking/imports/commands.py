"""`flask --app wsgi import …`: moving in from another system. docs/import.md tells how."""

import csv
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from booking.imports import (
    appointments,
    history,
    mapping,
    patients,
    resources,
    rows,
    templates,
    visit_types,
)
from booking.imports.run import Kind, run
from booking.platform.web import rettid

KINDS = (
    Kind("resources", resources.fields, resources.load),
    Kind("templates", templates.fields, templates.load),
    Kind("visit-types", visit_types.fields, visit_types.load),
    Kind("patients", patients.fields, patients.load),
    Kind("appointments", appointments.fields, appointments.load),
    Kind("history", history.fields, history.load),
)
UNREADABLE = (
    mapping.UnusableMapping,
    rows.UnusableFile,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,  # what zipfile says of an encrypted file
    OSError,
    UnicodeError,
)
A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

importing = AppGroup("import", help="Moving in from another system.")


def _command(kind: Kind) -> click.Command:
    @click.argument("file", type=A_FILE)
    @click.option("--mapping", "mapping_file", type=A_FILE, required=True, help="How to read it.")
    @click.option(
        "--rejects",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Where refused rows are told of; FILE.rejects.csv unless given.",
    )
    @click.option("--dry-run", is_flag=True, help="Check everything, load nothing.")
    def command(file: Path, mapping_file: Path, rejects: Path | None, *, dry_run: bool) -> None:
        told = rejects or file.with_name(f"{file.name}.rejects.csv")
        if told.resolve() in (file.resolve(), mapping_file.resolve()):
            raise click.ClickException("The refused rows cannot be written over the file itself.")
        with _plainly():
            _import(kind, file, mapping.read(mapping_file.read_text("utf-8")), told, dry_run)

    help_text = f"Import {kind.name.replace('-', ' ')} from a CSV FILE, or a zip file with one."
    return importing.command(kind.name, help=help_text)(command)


def _import(kind: Kind, file: Path, how: mapping.Mapping, told: Path, dry_run: bool) -> None:
    new = unchanged = changed = refused = 0
    parts = rettid()
    with (
        force_locale("da"),  # reasons are for those who know the rows
        rows.opened(file, how) as source,
        _rejects(told, how.delimiter) as write,
        click.progressbar(
            length=source.size,
            label=kind.name,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar,
    ):
        for done in run(parts.database, parts.vault, kind, how, source.rows, dry_run=dry_run):
            new, unchanged = new + done.new, unchanged + done.unchanged
            changed += done.changed
            refused += len({refusal.number for refusal in done.refusals})
            for refusal in done.refusals:
                write.writerow([refusal.number, refusal.key, refusal.field, refusal.reason])
            bar.update(source.position() - bar.pos)
    click.echo(
        f"{kind.name}: {new} new, {unchanged} unchanged, {changed} changed, {refused} refused."
    )
    if refused:
        click.echo(f"Why rows were refused is in {told}.")
    if dry_run:
        click.echo("This was a trial: nothing was loaded.")


@contextmanager
def _rejects(path: Path, delimiter: str) -> Iterator[Any]:
    """Begin the file of refused rows; a spreadsheet knows by its first bytes that it is UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file, delimiter=delimiter)
        write.writerow(["row", "key", "field", "reason"])
        yield write


@contextmanager
def _plainly() -> Iterator[None]:
    """What is wrong with the files, without a traceback."""
    try:
        yield
    except UNREADABLE as error:
        raise click.ClickException(str(error)) from None


for _kind in KINDS:
    _command(_kind)

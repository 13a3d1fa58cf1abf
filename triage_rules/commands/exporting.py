"""`rules export`: a rule set as a DMN file."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from triage_rules.commands.answering import refusing
from triage_rules.commands.rule_files import find
from triage_rules.tables.dmn_files import written_as_dmn


@click.command("export")
@click.argument("named", metavar="SET")
@click.option(
    "--to",
    "to",
    metavar="FILE.dmn",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Where it goes; else to standard output.",
)
@with_appcontext
def export_set(named: str, to: Path | None) -> None:
    """Write SET as DMN 1.3: a code of the library, a file, or CLINICID/CODE."""
    with refusing():
        found = find(named)
        file = written_as_dmn(found.rules)
    if to is None:
        click.echo(file, nl=False)
        return
    try:
        to.write_bytes(file)
    except OSError as error:
        raise click.ClickException(f"{to} cannot be written: {error.strerror}") from None
    click.echo(f"{found.name} -> {to}", err=True)

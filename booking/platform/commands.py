"""The command line's root: `flask --app wsgi …`. Rooms add groups of their own."""

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from booking.platform import backups, keys, migrate, rotation
from booking.platform.database import Base
from booking.platform.web import rettid
from booking.platform.worker import work

database = AppGroup("db", help="The database.")
key_ring = AppGroup("keys", help="The keys that seal what must not lie open.")


@database.command("upgrade")
def upgrade() -> None:
    """Create the database or bring it to the newest schema; harmless when it is there already."""
    migrate.upgrade(rettid().database.engine)
    click.echo("The database has the newest schema.")


@key_ring.command("new")
def new_keys() -> None:
    """Print fresh secrets for the environment; nothing is changed."""
    for line in keys.fresh(rettid().config.data_keys):
        click.echo(line)
    click.echo(
        "To change the data key of a database in use: put the new one before the old ones,\n"
        "RETTID_DATA_KEYS=<new>,<old>, restart, run `keys rotate`, then leave the old one out.\n"
        "Never change its RETTID_LOOKUP_KEY: patients are found by it.",
        err=True,
    )


@key_ring.command("rotate")
def rotate_keys() -> None:
    """Seal every text with the newest key; may be stopped and run again at any time."""
    opened = rettid().database
    with opened.reading() as session:
        total = rotation.stale_texts(session, Base.metadata)
    done = 0
    try:
        with click.progressbar(length=total, label="Sealing anew") as bar:
            for count in rotation.rotate(opened, Base.metadata):
                done += count
                bar.update(count)
    except KeyError as missing:
        raise click.ClickException(
            f"Some texts are sealed with key {missing}, which RETTID_DATA_KEYS does not hold. "
            f"{done} are sealed anew; add the key and run this again."
        ) from None
    newest = rettid().vault.newest
    click.echo(f"{done} texts sealed anew; everything is now sealed with key {newest}.")


@click.command("backup")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def back_up(target: Path) -> None:
    """Write the whole database to a new FILE, while the application runs."""
    try:
        backups.backup(rettid().config.database_url, target)
    except (backups.BackupFailed, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Wrote {target}. Keep the keys from the environment somewhere else.")


@click.command("restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the tables that are there.")
@with_appcontext
def restore(source: Path, *, yes: bool) -> None:
    """Make the database what FILE holds; stop the application first."""
    rettid().database.engine.dispose()
    try:
        newest = backups.restore(rettid().config.database_url, source, overwrite=yes)
    except (backups.BackupFailed, OSError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Restored {source}.")
    if not newest:
        click.echo("Its schema is older than the application: run `flask --app wsgi db upgrade`.")


def register(app: Flask) -> None:
    """Add the platform's commands."""
    for command in (database, key_ring, back_up, restore, work):
        app.cli.add_command(command)

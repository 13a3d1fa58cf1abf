"""The command line's root: `flask --app wsgi …`. Rooms add groups of their own."""

import click
from flask import Flask
from flask.cli import AppGroup

from booking.platform import migrate
from booking.platform.web import rettid

database = AppGroup("db", help="The database.")


@database.command("upgrade")
def upgrade() -> None:
    """Create the database or bring it to the newest schema; harmless when it is there already."""
    migrate.upgrade(rettid().database.engine)
    click.echo("The database has the newest schema.")


def register(app: Flask) -> None:
    """Add the platform's commands."""
    app.cli.add_command(database)

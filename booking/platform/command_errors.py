"""What a command says when the database or the settings cannot be used: one line, exit code 1."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DatabaseError, OperationalError

# PostgreSQL's codes for an unknown table or column; SQLite has only its words.
NO_SCHEMA = {"42P01", "42703"}
NO_SCHEMA_WORDS = ("no such table", "no such column")
NO_DATABASE = "file is not a database"
WRAPPED = "in_one_line"


class Unsettled(AppGroup):
    """The commands that need no settings, while some are missing: any other says which."""

    def __init__(self, missing: str, *commands: click.Command, name: str | None = None) -> None:
        """missing: what is said."""
        super().__init__(name=name)
        self.missing = missing
        for command in commands:
            self.add_command(command)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """The command; raises ClickException where it is none of these."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise click.ClickException(self.missing)
        return found


def in_one_line(group: click.Group) -> None:
    """Wrap every command of a group and of the groups in it: once, as commands outlive an
    application and serve the next one made in the same process."""
    for command in group.commands.values():
        if isinstance(command, click.Group):
            in_one_line(command)
        elif command.callback is not None and not hasattr(command.callback, WRAPPED):
            command.callback = _wrapped(command.callback)


def _wrapped(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except DatabaseError as error:
            said = _said(error)
            if said is None:
                raise
            raise click.ClickException(said) from None

    setattr(run, WRAPPED, True)
    return run


def _said(error: DatabaseError) -> str | None:
    """The line for the operator; None for what is a fault of ours."""
    message = str(error.orig)
    if getattr(error.orig, "sqlstate", None) in NO_SCHEMA or message.startswith(NO_SCHEMA_WORDS):
        return "The database has no tables, or older ones: run `flask --app wsgi db upgrade`."
    if isinstance(error, OperationalError) or message.startswith(NO_DATABASE):
        happened = message.partition("\n")[0].strip()
        return (
            f"The database cannot be used: {happened}. "
            "Nothing was changed. See that it runs, and that DATABASE_URL is right."
        )
    return None

"""What the importers add to the application."""

from flask import Flask

from booking.imports.commands import importing


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(importing)

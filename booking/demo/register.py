"""What the demo adds to the application, in demo mode only."""

from flask import Flask

from booking.demo import commands, web
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """Hang the sign-in page and the commands on a demo; nothing on anything else."""
    rettid: Rettid = app.extensions["rettid"]
    if rettid.config.demo:
        app.register_blueprint(web.pages)
        app.cli.add_command(commands.demo)

"""What the demo adds to the application: pages and commands in demo mode only."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.demo import commands, web
from booking.people.audit_words import WORDS
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """Hang the sign-in page and the commands on a demo; on anything else only the log's words."""
    WORDS["demo.seeded"] = _("Lavede demoens oplysninger")
    rettid: Rettid = app.extensions["rettid"]
    if rettid.config.demo:
        app.register_blueprint(web.pages)
        app.cli.add_command(commands.demo)

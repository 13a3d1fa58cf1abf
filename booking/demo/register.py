"""What the demo adds to the application: pages and commands in demo mode only."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.demo import commands, web
from booking.demo.clock import DemoClock
from booking.demo.founding import HOME_ZONE
from booking.people.audit_words import WORDS
from booking.platform.i18n import moment
from booking.platform.web import Rettid, rettid


def register(app: Flask) -> None:
    """Hang the sign-in page and the commands on a demo; on anything else only the log's words."""
    WORDS["demo.seeded"] = _("Lavede demoens oplysninger")
    parts: Rettid = app.extensions["rettid"]
    if parts.config.demo:
        app.register_blueprint(web.pages)
        app.cli.add_command(commands.demo)
        app.context_processor(_time)


def _time() -> dict[str, str]:
    """What the time is in a demo whose clock is set ahead."""
    clock = rettid().clock
    ahead = isinstance(clock, DemoClock) and clock.ahead
    return {"demo_time": moment(clock.now(), HOME_ZONE)} if ahead else {}

"""The only place that knows all three packages: makes the application and wires them together."""

import os

from flask import Flask

import reminders
import triage_rules
from booking import rooms
from booking.platform import web
from booking.platform.clock import Clock
from booking.platform.config import Config, from_environment


def create_app(config: Config | None = None, clock: Clock | None = None) -> Flask:
    """The whole application; the configuration comes from the environment unless given."""
    app = web.build(config or from_environment(os.environ), clock)
    rooms.register(app)
    reminders.register(app)
    triage_rules.register(app)
    return app


def __getattr__(name: str) -> Flask:
    """`wsgi:app` for a server that wants an object; made only when asked for."""
    if name == "app":
        return create_app()
    raise AttributeError(name)

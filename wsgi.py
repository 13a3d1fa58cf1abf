"""The only place that knows all three packages: makes the application and wires them together."""

import atexit
import os

import click
from flask import Flask
from flask.cli import NoAppException

import reminders
from booking import rooms
from booking.platform import command_errors, web
from booking.platform.clock import Clock
from booking.platform.config import Config, from_environment
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.errors import ConfigurationError
from triage_rules import rooms as triage_rules


def create_app(config: Config | None = None, clock: Clock | None = None) -> Flask:
    """The whole application; the configuration comes from the environment unless given.

    Where it asks for embedded jobs they begin now, unless a command is what is running.
    """
    app = web.build(config or _configured(), clock)
    rooms.register(app)
    reminders.register(app)
    triage_rules.register(app)
    command_errors.in_one_line(app.cli)
    if app.extensions["rettid"].config.run_jobs and not _on_the_command_line():
        _start_jobs(app.extensions["rettid"])
    return app


def _configured() -> Config:
    """The environment's configuration; on the command line what is missing is said in a line."""
    try:
        return from_environment(os.environ)
    except ConfigurationError as error:
        if _on_the_command_line():
            raise NoAppException(str(error)) from None
        raise


def _start_jobs(parts: web.Rettid) -> None:
    """Begin the heartbeat in this process; it ends with the process."""
    jobs = EmbeddedJobs(parts.database, parts.jobs, parts.config.instance)
    jobs.start()
    atexit.register(jobs.stop)


def _on_the_command_line() -> bool:
    """True while one of Flask's commands makes the application, not a server."""
    return click.get_current_context(silent=True) is not None


def __getattr__(name: str) -> Flask:
    """`wsgi:app` for a server that wants an object; made only when asked for."""
    if name == "app":
        return create_app()
    raise AttributeError(name)

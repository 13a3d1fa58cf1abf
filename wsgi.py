"""The only place that knows all three packages: makes the application and wires them together."""

import gc

# What is imported stays. Looking through it for garbage again and again, while it grows to 250,000
# objects, is a third of the time that starting takes.
gc.disable()

import atexit
import os

import click
from flask import Flask
from flask.cli import NoAppException

from booking import rooms
from booking.demo.clock import DemoClock
from booking.platform import command_errors, i18n, web
from booking.platform.clock import Clock
from booking.platform.config import Config, from_environment
from booking.platform.database import Session
from booking.platform.embedded_jobs import EmbeddedJobs
from booking.platform.errors import ConfigurationError
from reminders import rooms as reminders
from reminders.planning import questionnaires as reminded
from triage_rules import commands as rule_commands
from triage_rules import rooms as triage_rules
from triage_rules.questionnaires.events import (
    QuestionnaireAnswered,
    QuestionnaireAsked,
    QuestionnaireOverdue,
    QuestionnaireWithdrawn,
)
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireResponse

gc.freeze()
gc.enable()


def create_app(config: Config | None = None, clock: Clock | None = None) -> Flask:
    """The whole application; the configuration comes from the environment unless given.

    Where it asks for embedded jobs they begin now, unless a command is what is running. Where
    settings are missing, a command that looks at files alone can be run all the same.
    """
    try:
        config = config or from_environment(os.environ)
        if clock is None and config.demo:
            clock = DemoClock(config.instance / "demo-clock")
        app = web.build(config, clock)
    except ConfigurationError as error:
        context = click.get_current_context(silent=True)
        if context is None:
            raise
        if not isinstance(context.command, click.Group):  # `flask run`: it needs them all
            raise NoAppException(str(error)) from None
        return _for_files(str(error))
    rooms.register(app)
    reminders.register(app)
    triage_rules.register(app)
    _remind_of_questionnaires(app.extensions["rettid"])
    command_errors.in_one_line(app.cli)
    if app.extensions["rettid"].config.run_jobs and not _on_the_command_line():
        _start_jobs(app.extensions["rettid"])
    return app


def _remind_of_questionnaires(parts: web.Rettid) -> None:
    """The one thing that reminders hear from the other feature, which does not know them."""

    def asked(session: Session, event: QuestionnaireAsked) -> None:
        due_on = session.get_one(QuestionnaireRequest, event.request_id).due_on
        reminded.on_asked(session, event.request_id, event.patient_id, event.clinic_id, due_on)

    def answered(session: Session, event: QuestionnaireAnswered) -> None:
        response = session.get_one(QuestionnaireResponse, event.response_id)
        reminded.on_settled(session, response.request_id)

    def settled(session: Session, event: QuestionnaireOverdue | QuestionnaireWithdrawn) -> None:
        reminded.on_settled(session, event.request_id)

    parts.events.subscribe(QuestionnaireAsked, asked)
    parts.events.subscribe(QuestionnaireAnswered, answered)
    parts.events.subscribe(QuestionnaireOverdue, settled)
    parts.events.subscribe(QuestionnaireWithdrawn, settled)


def _for_files(missing: str) -> Flask:
    """No application: commands that need no settings, and what the others lack."""
    app = Flask(web.__name__)
    i18n.install(app)
    app.cli = command_errors.Unsettled(missing, rule_commands.without_settings(missing))
    return app


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

"""`flask --app wsgi rules …`: rules on the command line."""

from flask import Flask
from flask.cli import AppGroup

from booking.platform.command_errors import Unsettled
from triage_rules.commands.checking import test_set, verify_file
from triage_rules.commands.evaluating import evaluate_file
from triage_rules.commands.exporting import export_set
from triage_rules.commands.replaying import replay_decisions

rules = AppGroup("rules", help="The rules that decide who is seen, and when.")
for command in (evaluate_file, verify_file, test_set, export_set, replay_decisions):
    rules.add_command(command)


def without_settings(missing: str) -> Unsettled:
    """The commands that look at files alone; the others say what is missing."""
    return Unsettled(missing, evaluate_file, verify_file, name=rules.name)


def register(app: Flask) -> None:
    """Add the rules' commands."""
    app.cli.add_command(rules)

"""Follow-up by need: the rules clinicians write. Hung on the application here."""

from flask import Flask

from triage_rules import commands
from triage_rules.questionnaires import register as questionnaires


def register(app: Flask) -> None:
    """Make the feature known, room by room."""
    app.extensions["rettid"].features.add("triage_rules")
    commands.register(app)
    questionnaires.register(app)

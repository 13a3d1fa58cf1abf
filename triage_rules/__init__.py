"""Follow-up by need: the rules clinicians write. Hung on the application here."""

from flask import Flask


def register(app: Flask) -> None:
    """Make the feature known; it decides nothing yet."""
    app.extensions["rettid"].features.add("triage_rules")

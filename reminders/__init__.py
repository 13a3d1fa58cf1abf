"""Reminders: what is sent to patients, when, and what they answer. Hung on the application here."""

from flask import Flask


def register(app: Flask) -> None:
    """Make the feature known; it sends nothing yet."""
    app.extensions["rettid"].features.add("reminders")

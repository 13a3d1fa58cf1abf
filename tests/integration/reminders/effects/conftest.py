"""The experiment of `reminders.experiments`, with its clinic."""

from tests.integration.reminders.experiments.conftest import trial

__all__ = ["trial"]

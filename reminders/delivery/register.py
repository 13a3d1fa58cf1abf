"""What delivery adds to the application."""

from datetime import timedelta

from flask import Flask

from booking.platform.jobs import LongJob
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.delivery.reconcile import reconcile

LANES = 4


def register(app: Flask) -> None:
    """The jobs that send and that look for what nobody knows."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.jobs.add(LongJob("messages_send", timedelta(seconds=10), dispatch, lanes=LANES))
    rettid.jobs.add(LongJob("messages_look", timedelta(minutes=1), reconcile))

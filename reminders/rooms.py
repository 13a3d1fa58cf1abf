"""The rooms of reminders, hung on the application one by one. Importing this knows every table."""

from flask import Flask

from reminders.channels import models as channel_tables
from reminders.delivery import models as delivery_tables
from reminders.experiments import models as experiment_tables
from reminders.help_list import models as help_list_tables
from reminders.messages import models as message_tables
from reminders.policies import models as policy_tables
from reminders.preferences import models as preference_tables
from reminders.replies import models as reply_tables

TABLES = (
    policy_tables,
    experiment_tables,
    message_tables,
    preference_tables,
    delivery_tables,
    channel_tables,
    reply_tables,
    help_list_tables,
)


def register(app: Flask) -> None:
    """Make the feature known, room by room."""
    app.extensions["rettid"].features.add("reminders")

"""The rooms of reminders, hung on the application one by one. Importing this knows every table."""

from flask import Flask

from booking.platform.web import Rettid
from reminders.channels import models as channel_tables
from reminders.channels.connecting import connect
from reminders.clinic_web import register as clinic_web
from reminders.delivery import models as delivery_tables
from reminders.delivery import register as delivery
from reminders.demo import register as demo
from reminders.experiments import models as experiment_tables
from reminders.experiments import register as experiments
from reminders.help_list import models as help_list_tables
from reminders.help_list import register as help_list
from reminders.messages import models as message_tables
from reminders.metrics import web as metrics
from reminders.patient_web import register as patient_web
from reminders.planning import register as planning
from reminders.policies import models as policy_tables
from reminders.policies import register as policies
from reminders.preferences import models as preference_tables
from reminders.replies import models as reply_tables
from reminders.replies import register as replies

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
    rettid: Rettid = app.extensions["rettid"]
    rettid.features.add("reminders")
    rettid.database.ports["channels"] = connect(rettid.config, rettid.database)
    rettid.database.ports["public_url"] = lambda: rettid.config.public_url
    policies.register(app)
    experiments.register(app)
    planning.register(app)
    delivery.register(app)
    replies.register(app)
    help_list.register(app)
    clinic_web.register(app)
    patient_web.register(app)
    app.register_blueprint(metrics.pages)
    demo.register(app)

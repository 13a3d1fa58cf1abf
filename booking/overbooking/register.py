"""What overbooking adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentLengthened,
    AppointmentMoved,
)
from booking.overbooking import commands, judging, predicting, reminding, service
from booking.overbooking.wording import ACTIONS, REFUSALS
from booking.people.audit_words import WORDS
from booking.platform.error_table import ERRORS
from booking.platform.errors import ChangedMeanwhile
from booking.platform.jobs import Job, LongJob
from booking.platform.web import Rettid

CONSTRAINTS = {
    "uq_overbooking_setting_clinic_id": ChangedMeanwhile,
    "uq_overbooking_use_clinician_id_visit_type_id": ChangedMeanwhile,
}


def register(app: Flask) -> None:
    """Commands, words, and the jobs: training, judging again what was granted, what came of it."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    rettid.database.ports.setdefault(reminding.PORT, reminding.none)
    app.cli.add_command(commands.overbooking)
    WORDS["overbooking.trained"] = _("Regnede ud, hvor mange der plejer at udeblive")
    WORDS.update(ACTIONS)
    ERRORS.update(REFUSALS)
    rettid.events.subscribe(AppointmentBooked, judging.on_changed)
    rettid.events.subscribe(AppointmentCancelled, judging.on_changed)
    rettid.events.subscribe(AppointmentLengthened, judging.on_changed)
    rettid.events.subscribe(AppointmentMoved, judging.on_moved)
    rettid.jobs.add(Job("overbooking_grants", timedelta(minutes=1), judging.run))
    rettid.jobs.add(LongJob("missing_models", timedelta(hours=1), service.train_next))
    rettid.jobs.add(
        LongJob("overbooking_expected", timedelta(minutes=20), predicting.predict_tomorrow)
    )
    rettid.jobs.add(LongJob("overbooking_observed", timedelta(hours=1), predicting.observe_over))

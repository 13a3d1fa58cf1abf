"""What the people room adds to the application."""

from datetime import timedelta

from flask import Flask

from booking.people import sign_in
from booking.people.errors import CONSTRAINTS
from booking.platform import limits
from booking.platform.jobs import Job
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """Who a signed cookie is, the words for refused constraints, and the sweep of old counts."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.identify["staff"] = sign_in.staff_actor
    rettid.identify["patient"] = sign_in.patient_actor
    rettid.constraints.update(CONSTRAINTS)
    rettid.jobs.add(Job("attempt_sweep", timedelta(hours=1), limits.sweep))

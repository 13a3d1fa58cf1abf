"""What the people room adds to the application."""

from flask import Flask

from booking.people import sign_in
from booking.people.errors import CONSTRAINTS
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """Who a signed cookie is, and the domain's words for refused constraints."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.identify["staff"] = sign_in.staff_actor
    rettid.identify["patient"] = sign_in.patient_actor
    rettid.constraints.update(CONSTRAINTS)

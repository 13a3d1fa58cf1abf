"""What the appointments room adds to the application."""

from flask import Flask

from booking.appointments.guard import CONSTRAINTS
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """The domain's words for refused constraints."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)

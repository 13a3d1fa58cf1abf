"""A patient of a clinic that sends messages, at their own pages."""

import pytest
from flask import Flask

from booking.platform.database import Session
from tests.integration.appointments.conftest import Place, place
from tests.integration.patient_web.conftest import Visitor, signed_in
from tests.integration.reminders.conftest import Sending, sending

__all__ = ["place", "sending"]


@pytest.fixture
def visitor(app: Flask, session: Session, sending: Sending, place: Place) -> Visitor:
    """The patient's browser."""
    return signed_in(app, session, place.patient)

"""A clinic that sends messages, and the browsers of those who work there."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.reminders.conftest import PHONE, Sending
from tests.integration.triage_rules.followup_pages.conftest import signed_in

__all__ = ["place"]


@pytest.fixture
def desk(app: Flask, session: Session, place: Place) -> FlaskClient:
    """The secretary's browser."""
    username = place.staff.username
    session.rollback()  # on SQLite the test's own session would keep the browser waiting
    return signed_in(app, username)


@pytest.fixture
def doctor(app: Flask, session: Session, place: Place) -> FlaskClient:
    """A clinician's browser: they may read, and change nothing."""
    username = make.staff(session, place.clinic, Role.CLINICIAN).username
    session.commit()
    return signed_in(app, username)


@pytest.fixture
def home(session: Session, place: Place) -> str:
    """Where the clinic's pages about messages begin."""
    clinic_id = place.clinic.id
    session.rollback()
    return f"/klinik/{clinic_id}/beskeder"


@pytest.fixture
def unsent(session: Session, rettid: Rettid, place: Place) -> Sending:
    """The clinic's bookings, before it sends any messages."""
    place.patient.phone_sealed = session.vault.seal(PHONE)
    place.patient.phone_hash = session.vault.fingerprint("phone", PHONE)
    session.commit()
    return Sending(session, rettid.database, place)

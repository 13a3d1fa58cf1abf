"""Browsers of those who follow patients, and of a patient who is followed."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.appointments.conftest import place
from tests.integration.patient_web.conftest import Visitor
from tests.integration.patient_web.conftest import signed_in as patient_signed_in
from tests.integration.triage_rules.followup.conftest import Followed, followed, unpublished

__all__ = ["followed", "place", "unpublished"]


@pytest.fixture
def desk(app: Flask, session: Session, followed: Followed) -> FlaskClient:
    """The responsible clinician's browser."""
    return signed_in(app, followed.clinician.username)


@pytest.fixture
def leader(app: Flask, session: Session, followed: Followed) -> FlaskClient:
    """A leader's browser."""
    staff = make.staff(session, followed.place.clinic, Role.LEADER, name="Lea Leder")
    session.commit()
    return signed_in(app, staff.username)


@pytest.fixture
def visitor(app: Flask, session: Session, followed: Followed) -> Visitor:
    """The patient's browser."""
    return patient_signed_in(app, session, followed.place.patient)


def signed_in(app: Flask, username: str) -> FlaskClient:
    """A browser of a member of staff."""
    client = app.test_client()
    client.post("/klinik/log-ind", data={"username": username, "password": make.PASSWORD})
    return client


def words(page: TestResponse) -> str:
    """What a page says, its tags taken out."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def says(page: TestResponse, *texts: str, status: int = 200) -> str:
    """Assert the status, and that the page has each of these texts; all that it says."""
    text = words(page)
    assert page.status_code == status, text
    for one in texts:
        assert one in text, f"{one!r} is not on the page:\n{text}"
    return text


def board(here: Followed) -> str:
    """The address of the clinic's board."""
    return f"/klinik/{here.place.clinic.id}/opfoelgning"


def of_patient(here: Followed) -> str:
    """The address of the patient's follow-up."""
    return f"/klinik/{here.place.clinic.id}/patienter/{here.place.patient.id}/opfoelgning"

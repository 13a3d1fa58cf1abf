"""Two clinics with a patient each, and who is signed in at the first."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people import service
from booking.people.service import Details
from booking.platform.audit import AuditEntry
from booking.platform.identity import SYSTEM, Role
from booking.platform.web import Rettid
from tests import factories

KAREN = Details(
    "Karen", "Østergård", cpr="0403611234", phone="+4520301020", email="karen@example.org"
)
SignIn = Callable[..., FlaskClient]


@dataclass(frozen=True)
class Ward:
    """Two clinics, one patient at each, and the addresses of both."""

    clinic: int
    karen: int
    other_clinic: int
    stranger: int

    @property
    def home(self) -> str:
        """The clinic's patients."""
        return f"/klinik/{self.clinic}/patienter"

    @property
    def page(self) -> str:
        """Karen's page."""
        return f"{self.home}/{self.karen}"


@pytest.fixture
def ward(rettid: Rettid) -> Ward:
    """Karen is here; a stranger with the CPR number 050670-1111 is elsewhere."""
    with rettid.database.transaction() as session:
        here, elsewhere = factories.clinic(session), factories.clinic(session)
        karen = service.register_patient(session, SYSTEM, here.id, KAREN)
        stranger = service.register_patient(
            session, SYSTEM, elsewhere.id, Details("Åse", "Fremmed", cpr="0506701111")
        )
        return Ward(here.id, karen.id, elsewhere.id, stranger.id)


@pytest.fixture
def sign_in(app: Flask, rettid: Rettid, ward: Ward) -> SignIn:
    """Someone with these roles at the clinic, signed in."""

    def signed_in(*roles: Role) -> FlaskClient:
        with rettid.database.transaction() as session:
            clinic = session.get_one(Clinic, ward.clinic)
            username = factories.staff(session, clinic, *roles).username
        browser = app.test_client()
        typed = {"username": username, "password": factories.PASSWORD}
        assert browser.post("/klinik/log-ind", data=typed).status_code == 303
        return browser

    return signed_in


@pytest.fixture
def secretary(sign_in: SignIn) -> FlaskClient:
    """A secretary's browser."""
    return sign_in(Role.SECRETARY)


def looked_up(rettid: Rettid) -> list[tuple[str, str, list[int]]]:
    """The tries with a CPR number, as (action, reason, patients), the first first."""
    with rettid.database.reading() as session:
        entries = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.action.like("patient.%cpr%"))
            .order_by(AuditEntry.id)
        )
        return [(e.action, e.reason, [s.patient_id for s in e.subjects]) for e in entries]

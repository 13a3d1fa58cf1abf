"""A clinic that is set up, with its people signed in, beside one that is not theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Select

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Patient, Staff
from booking.platform.database import Database, Session
from booking.platform.identity import Role
from booking.platform.web import Rettid
from tests import factories as make


@dataclass
class Here:
    """The clinic and what is in it; `foreign` is a room of another clinic."""

    clinic: Clinic
    site: Site
    doctor: Resource
    room: Resource
    control: VisitType
    patient: Patient
    secretary: Staff
    clinician: Staff
    foreign: Resource

    @property
    def setup(self) -> str:
        """The address of the set-up overview."""
        return f"/klinik/{self.clinic.id}/opsaetning"


@pytest.fixture
def here(session: Session) -> Here:
    """Committed, so that pages see it."""
    clinic = make.clinic(session, name="Reumatologisk Ambulatorium")
    site = make.site(session, clinic)
    anna = make.staff(session, clinic, Role.CLINICIAN, name="Anna Holm")
    doctor = make.clinician(session, clinic, name="Anna Holm", staff_id=anna.id)
    room = make.room(session, site)
    for resource in (doctor, room):
        make.open_weekdays(session, resource, site)
    control = make.visit_type(session, clinic, rooms=[room], needs={"interpreter": 15})
    patient = make.patient(session, clinic)
    secretary = make.staff(session, clinic, Role.SECRETARY, Role.LEADER)
    foreign = make.room(session, make.site(session, make.clinic(session)))
    session.commit()
    return Here(clinic, site, doctor, room, control, patient, secretary, anna, foreign)


class Saved:
    """What the pages have committed, read afresh each time, without standing in their way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, wanted: Select[Any]) -> list[Any]:
        """The rows of a query."""
        with self._database.reading() as session:
            return list(session.scalars(wanted))


@pytest.fixture
def saved(rettid: Rettid) -> Saved:
    """The committed rows."""
    return Saved(rettid.database)


SignIn = Callable[[Staff], FlaskClient]


@pytest.fixture
def signed_in(client: FlaskClient) -> SignIn:
    """The browser, signed in as a member of staff."""

    def sign_in(staff: Staff) -> FlaskClient:
        answer = client.post(
            "/klinik/log-ind", data={"username": staff.username, "password": make.PASSWORD}
        )
        assert answer.status_code == 303
        return client

    return sign_in

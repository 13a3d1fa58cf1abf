"""A clinic with two doctors, and a patient's browser without a browser."""

import re
from dataclasses import dataclass, field
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.calendar.models import Closure, Resource
from booking.people import codes
from booking.people.models import Patient
from booking.platform.database import Base, Session
from booking.platform.localtime import day_bounds
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

NEXT_WEEK = (date(2026, 11, 30), date(2026, 12, 4))


@dataclass
class Visitor:
    """Someone at the patient's pages, and what they see."""

    client: FlaskClient
    page: TestResponse = field(init=False)

    def get(self, path: str) -> "Visitor":
        """Follow a link."""
        self.page = self.client.get(path, follow_redirects=True)
        return self

    def post(self, path: str, **fields: object) -> "Visitor":
        """Send a form and land wherever it leads."""
        self.page = self.client.post(path, data=fields, follow_redirects=True)
        return self

    @property
    def text(self) -> str:
        """What the page says, tags and runs of blanks taken out."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", self.page.text))).strip()

    @property
    def path(self) -> str:
        """Where one landed."""
        return self.page.request.path

    @property
    def times(self) -> list[str]:
        """The values of the times offered, in order."""
        return [unescape(v) for v in re.findall(r'name="start" value="([^"]+)"', self.page.text)]

    def says(self, *texts: str, status: int = 200) -> None:
        """Assert the status, and that the page has each of these texts."""
        assert self.page.status_code == status, self.text
        for text in texts:
            assert text in self.text, f"{text!r} is not on the page:\n{self.text}"


def signed_in(app: Flask, session: Session, patient: Patient) -> Visitor:
    """A visitor who has come in with a code of the patient's."""
    code = codes.issue(session, patient.id)
    session.commit()
    visitor = Visitor(app.test_client())
    born = patient.birth_date
    assert born is not None
    visitor.post("/", code=code, born_day=born.day, born_month=born.month, born_year=born.year)
    assert visitor.path == "/mine-tider"
    return visitor


def invited(session: Session, place: Place, **values: object) -> tuple[Invitation, Appointment]:
    """An invitation for next week, with the provisional time it got, committed."""
    order = Order(place.control, "in_person", *NEXT_WEEK, **values)  # type: ignore[arg-type]
    invitation = invitations.order(session, place.secretary, place.course, order)
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    session.commit()
    return invitation, appointment


def choose(visitor: Visitor, path: str, value: str) -> str:
    """Hold a time; the address of its confirmation page."""
    visitor.post(path, start=value).says("Tiden holdes til dig til kl.")
    return visitor.path


def how_many(session: Session, table: type[Base]) -> int:
    """The rows of a table; SQLite's write lock is let go, which a page may need next."""
    counted = session.scalar(select(func.count()).select_from(table)) or 0
    session.commit()
    return counted


def reread(session: Session, row: Base) -> None:
    """Read a row afresh, and let go of SQLite's write lock, which a page may need next."""
    session.refresh(row)
    session.commit()


def closed(session: Session, place: Place, clinician: Resource, first: date, last: date) -> None:
    """Take a clinician's time out on these local days, both included."""
    zone = place.clinic.zone
    start, end = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    row = Closure(clinic_id=place.clinic.id, resource=clinician, starts_at=start, ends_at=end)
    session.add(row)
    session.flush()


@pytest.fixture
def visitor(app: Flask, session: Session, place: Place) -> Visitor:
    """The patient of `place`, signed in."""
    return signed_in(app, session, place.patient)

"""A clinic at work: a doctor and a secretary, each at a browser without a browser."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments import occasions, service
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.calendar.models import Closure
from booking.people.models import Patient, Staff
from booking.platform.audit import AuditEntry, AuditSubject
from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.localtime import day_bounds, day_start
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.patient_web.conftest import Visitor

__all__ = ["place"]

TODAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9.00 in Denmark


@dataclass
class Work:
    """Where they work, and what they do there without pages."""

    place: Place
    session: Session
    doctor_account: Staff

    @property
    def at(self) -> str:
        """The beginning of the clinic's addresses."""
        return f"/klinik/{self.place.clinic.id}"

    def booked(
        self, patient: Patient | None = None, start: datetime = NINE, place: Place | None = None
    ) -> Appointment:
        """A half-hour control with the doctor, booked without an invitation, and committed."""
        place = place or self.place
        patient = patient or place.patient
        course = place.course
        if patient is not place.patient:
            course = make.course(self.session, place.clinic, patient, responsible=place.doctor)
        occasion = occasions.free(self.session, place.secretary, course, place.control)
        occasion = replace(occasion, not_before=min(occasion.not_before, start))
        slot = Slot(start, start + timedelta(minutes=30), place.doctor.id, place.site.id)
        made = service.book(self.session, place.secretary, occasion, slot, "phone")
        self.session.commit()
        return made

    def invited(
        self, first: date = date(2026, 11, 30), last: date = date(2026, 12, 4), **values: object
    ) -> Invitation:
        """The patient's next control ordered for these days, and committed."""
        order = Order(self.place.control, "in_person", first, last, **values)  # type: ignore[arg-type]
        place = self.place
        made = invitations.order(self.session, place.secretary, place.course, order)
        self.session.commit()
        return made

    def status(self, number: int) -> str:
        """How an appointment stands in the database now."""
        wanted = select(Appointment.status).where(Appointment.id == number)
        found = self.session.scalars(wanted).one()
        self.session.commit()
        return found

    def closed(self, first: date, last: date) -> None:
        """The whole clinic closed on these days, and committed."""
        clinic = self.place.clinic
        start, end = day_start(first, clinic.zone), day_bounds(last, clinic.zone)[1]
        make.add(self.session, Closure(clinic=clinic, starts_at=start, ends_at=end))
        self.session.commit()

    def elsewhere(self, patient: Patient) -> Place:
        """Another clinic with the same doctor, where this patient has a course."""
        session, place = self.session, self.place
        clinic = make.clinic(session)
        place.doctor.clinics.append(clinic)
        site = make.site(session, clinic)
        make.open_weekdays(session, place.doctor, site)
        return replace(
            place,
            clinic=clinic,
            site=site,
            patient=patient,
            control=make.visit_type(session, clinic, name="Hemmelig kontrol"),
            course=make.course(session, clinic, patient),
            staff=make.staff(session, clinic),
        )

    def time_of(self, invitation: Invitation) -> Appointment | None:
        """The invitation's time as it stands now."""
        found = invitations.live_appointment(self.session, invitation)
        if found is not None:
            self.session.refresh(found)
        self.session.commit()
        return found

    def looks_at(self, patient: Patient) -> list[str]:
        """The pages on which staff have seen a patient, by the log."""
        rows = self.session.scalars(
            select(AuditEntry.place)
            .join(AuditSubject)
            .where(AuditSubject.patient_id == patient.id, AuditEntry.action == "look")
        ).all()
        self.session.commit()
        return list(rows)


@pytest.fixture
def work(session: Session, place: Place) -> Work:
    """The clinic, with the doctor's own account, committed."""
    account = make.staff(session, place.clinic, Role.CLINICIAN, name=place.doctor.name)
    place.doctor.staff_id = account.id
    session.commit()
    return Work(place, session, account)


def signed_in(app: Flask, staff: Staff) -> Visitor:
    """A member of staff who has signed in."""
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=staff.username, password=make.PASSWORD)
    assert visitor.page.status_code == 200
    return visitor


@pytest.fixture
def doctor(app: Flask, work: Work) -> Visitor:
    """The doctor at work."""
    return signed_in(app, work.doctor_account)


@pytest.fixture
def secretary(app: Flask, work: Work) -> Visitor:
    """The secretary at work."""
    return signed_in(app, work.place.staff)


def nobody_is_named(page: Visitor, patients: Iterable[Patient]) -> None:
    """Assert that none of these patients' names is on the page."""
    for patient in patients:
        assert patient.family_name not in page.text

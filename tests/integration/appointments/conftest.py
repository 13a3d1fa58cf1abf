"""A clinic to book in: two doctors, two rooms, open weekdays 8 to 16 from 2020 on."""

from dataclasses import dataclass

import pytest

from booking.appointments.invitations.models import Course
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Patient, Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from tests import factories as make


@dataclass
class Place:
    """The clinic and what is in it."""

    clinic: Clinic
    site: Site
    doctor: Resource
    other_doctor: Resource
    rooms: list[Resource]
    control: VisitType
    patient: Patient
    course: Course
    staff: Staff

    @property
    def secretary(self) -> Actor:
        """The secretary as the one who acts."""
        return actor_of(self.staff)

    @property
    def as_patient(self) -> Actor:
        """The patient as the one who acts."""
        return make.as_patient(self.patient)


@pytest.fixture
def place(session: Session) -> Place:
    """The clinic, committed so that other connections see it."""
    clinic = make.clinic(session)
    site = make.site(session, clinic)
    doctor, other = make.clinician(session, clinic), make.clinician(session, clinic)
    rooms = [make.room(session, site), make.room(session, site)]
    for resource in (doctor, other, *rooms):
        make.open_weekdays(session, resource, site)
    control = make.visit_type(
        session, clinic, rooms=rooms, needs={"interpreter": 15, "walking_aid": 10}
    )
    patient = make.patient(session, clinic)
    course = make.course(session, clinic, patient, responsible=doctor)
    staff = make.staff(session, clinic, Role.SECRETARY)
    session.commit()
    return Place(clinic, site, doctor, other, rooms, control, patient, course, staff)

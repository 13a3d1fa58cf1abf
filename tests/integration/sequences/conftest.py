"""A clinic with a doctor, a nurse and a bioanalyst, and a patient whose contacts go together."""

from dataclasses import dataclass
from datetime import date, time

import pytest

from booking.appointments.invitations.models import Course
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Patient, Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from booking.sequences.asked import Combined, Repeating, Step
from booking.sequences.planning import Rule
from tests import factories as make


@dataclass
class Ward:
    """The clinic and what is in it."""

    clinic: Clinic
    site: Site
    doctor: Resource
    nurse: Resource
    lab: Resource
    visit: VisitType
    training: VisitType
    blood: VisitType
    patient: Patient
    course: Course
    staff: Staff

    @property
    def by(self) -> Actor:
        """The secretary as the one who acts."""
        return actor_of(self.staff)

    def weekly(self, **values: object) -> Repeating:
        """Training every Tuesday at 9.00, six times from 24 November 2026."""
        asked = {"first": date(2026, 11, 24), "every": 1, "unit": "week", "clock": time(9)}
        if "until" not in values:
            asked["count"] = 6
        return Repeating(self.training.id, "in_person", Rule(**{**asked, **values}))  # type: ignore[arg-type]

    def one_day(self, *gaps: tuple[int, int]) -> Combined:
        """The blood test, then the doctor, some day from 24 November 2026."""
        least, most = gaps[0] if gaps else (15, 60)
        return Combined(
            date(2026, 11, 24),
            date(2026, 12, 4),
            (
                Step(self.blood.id, "in_person"),
                Step(self.visit.id, "in_person", None, least, most),
            ),
        )


@pytest.fixture
def ward(session: Session) -> Ward:
    """The clinic, committed so that other connections see it."""
    clinic = make.clinic(session, optional_closures="12-24,12-31")
    site = make.site(session, clinic)
    doctor = make.clinician(session, clinic)
    nurse = make.clinician(session, clinic, profession="nurse")
    lab = make.clinician(session, clinic, profession="bioanalyst")
    make.open_weekdays(session, doctor, site)
    make.open_weekdays(session, nurse, site)
    make.open_weekdays(session, lab, site, time(8), time(10))
    visit = make.visit_type(session, clinic, name="Kontrol")
    training = make.visit_type(session, clinic, name="Træning", profession="nurse")
    blood = make.visit_type(
        session, clinic, name="Blodprøve", profession="bioanalyst",
        base_minutes=10, grid_minutes=5,
    )  # fmt: skip
    patient = make.patient(session, clinic)
    course = make.course(session, clinic, patient, responsible=doctor)
    staff = make.staff(session, clinic, Role.SECRETARY)
    session.commit()
    return Ward(clinic, site, doctor, nurse, lab, visit, training, blood, patient, course, staff)

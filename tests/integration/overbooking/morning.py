"""A doctor's morning of twelve visits of twenty minutes, at a clinic where a tenth is missed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from booking.appointments import service as appointments
from booking.appointments.invitations.models import Course
from booking.appointments.models import Allocation, Appointment
from booking.appointments.occasions import Occasion, free
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.overbooking import queries
from booking.overbooking.models import MissingModel, OverbookingUse
from booking.people.models import Patient
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from tests import factories as make

TUESDAY = date(2026, 11, 24)
EIGHT = datetime(2026, 11, 24, 7, tzinfo=UTC)  # 8.00 in Denmark


@dataclass
class Morning:
    """The clinic, and the doctor's full morning."""

    session: Session
    clinic: Clinic
    site: Site
    doctor: Resource
    visit_type: VisitType
    booked: list[Appointment]
    secretary: Actor
    leader: Actor
    eight: datetime = EIGHT

    def at(self, minutes: int) -> datetime:
        """So long after eight."""
        return self.eight + timedelta(minutes=minutes)

    def patient(self, **values: Any) -> tuple[Patient, Course]:
        """A new patient of the clinic with an open course."""
        patient = make.patient(self.session, self.clinic, **values)
        return patient, make.course(self.session, self.clinic, patient, responsible=self.doctor)

    def occasion(self, course: Course) -> Occasion:
        """Booking freely for the patient of a course."""
        return free(self.session, self.secretary, course, self.visit_type)

    def cancel(self, appointment: Appointment) -> None:
        """The patient gives a time up, by telephone."""
        appointments.cancel(
            self.session, self.secretary, appointment, "other", "phone", wants_new=False
        )


def believed(session: Session, clinic: Clinic, rate: float = 0.12, caution: float = 0.9) -> None:
    """The clinic's own rate of missing, from thousands of visits, as last trained."""
    before = queries.newest(session, clinic)
    make.add(
        session,
        MissingModel(
            clinic_id=clinic.id, number=1 + (before.number if before else 0),
            trained_at=session.now(), trained_by="Rettid", visits=4_000,
            missed=round(4_000 * rate), rate=rate, caution=caution, passes=False,
        ),
    )  # fmt: skip


@pytest.fixture
def morning(session: Session) -> Morning:
    """The morning of that Tuesday."""
    return full(session, EIGHT)


def full(session: Session, eight: datetime) -> Morning:
    """All of it, committed. eight: 8.00 of a working day, in Denmark."""
    clinic = make.clinic(session)
    site = make.site(session, clinic)
    doctor = make.clinician(session, clinic, name="Anna Dahl")
    make.open_weekdays(session, doctor, site, time(8), time(12))
    room = make.room(session, site)
    make.open_weekdays(session, room, site)
    visit_type = make.visit_type(
        session, clinic, rooms=[room], base_minutes=20, cap_minutes=60, grid_minutes=10,
        needs={"interpreter": 20},
    )  # fmt: skip
    booked = []
    for number in range(12):
        start = eight + timedelta(minutes=20 * number)
        patient = make.patient(session, clinic)
        course = make.course(session, clinic, patient, responsible=doctor)
        booked.append(
            make.add(
                session,
                Appointment(
                    clinic_id=clinic.id, site_id=site.id, patient_id=patient.id,
                    course_id=course.id, visit_type_id=visit_type.id, clinician_id=doctor.id,
                    form="in_person", starts_at=start, ends_at=start + timedelta(minutes=20),
                    participant="accepted", booked_at=start - timedelta(days=30),
                ),
            )
        )  # fmt: skip
        for resource in (doctor, room):
            make.add(
                session,
                Allocation(
                    resource_id=resource.id, starts_at=start, appointment_id=booked[-1].id,
                    ends_at=start + timedelta(minutes=20),
                ),
            )  # fmt: skip
    make.add(
        session,
        OverbookingUse(clinic_id=clinic.id, clinician_id=doctor.id, visit_type_id=visit_type.id),
    )
    believed(session, clinic)
    secretary = make.staff(session, clinic, Role.SECRETARY)
    leader = make.staff(session, clinic, Role.LEADER)
    session.commit()
    return Morning(
        session, clinic, site, doctor, visit_type, booked, actor_of(secretary), actor_of(leader),
        eight,
    )  # fmt: skip

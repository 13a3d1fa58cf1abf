"""Future appointments come in past the guard, like every other booking."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from booking.appointments.events import AppointmentsImported
from booking.appointments.invitations.models import Course
from booking.appointments.models import Allocation, Appointment, AppointmentChange
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import ClinicPatient, Patient, PatientIdentifier
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.imports.conftest import SOURCE, Import

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

MAPPING = """
[formats]
instants = ["%Y-%m-%d %H:%M"]
[columns]
key = "id"
patient = "who"
visit_type = "what"
clinician = "with"
room = "room"
form = "form"
starts_at = "start"
ends_at = "end"
minutes = "minutes"
"""
HEADER = "id,who,what,with,room,form,start,end,minutes"


@dataclass
class Ward:
    """What the clinic has before its appointments come."""

    clinic: Clinic
    site: Site
    doctor: Resource
    room: Resource
    control: VisitType
    patients: list[Patient]


@pytest.fixture
def ward(session: Session, clinic: Clinic, site: Site) -> Ward:
    """A doctor, a room, a control and three patients whom the old system calls 1, 2 and 3."""
    doctor = make.clinician(session, clinic, name="Agnete")
    room = make.room(session, site, name="Stue 1")
    control = make.visit_type(
        session, clinic, name="Kontrol", forms="in_person,video", rooms=[room], buffer_after=10
    )
    patients = [make.patient(session) for _ in range(3)]
    for number, patient in enumerate(patients, 1):
        make.add(
            session, PatientIdentifier(patient_id=patient.id, system=SOURCE, value=str(number))
        )
    session.commit()
    return Ward(clinic, site, doctor, room, control, patients)


def test_an_appointment_takes_its_clinician_and_room_and_opens_a_course(
    moving_in: Import, ward: Ward, session: Session, rettid: Rettid
) -> None:
    told: list[AppointmentsImported] = []
    rettid.events.subscribe(AppointmentsImported, lambda _session, event: told.append(event))
    lines = [
        HEADER,
        "A1,1,Kontrol,Agnete,Stue 1,,2026-12-01 09:00,,",
        "A2,2,kontrol,agnete,,video,2026-12-01 09:30,2026-12-01 09:50,",
        "A3,1,Kontrol,Agnete,,,2026-12-02 09:00,,20",
    ]
    assert moving_in("appointments", MAPPING, *lines).counts == (3, 0, 0, 0)
    first, second, third = session.scalars(select(Appointment).order_by(Appointment.id)).all()
    start = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert (first.starts_at, first.minutes, first.form) == (start, 30, "in_person")
    assert (first.participant, first.status) == ("accepted", "booked")
    assert (first.source, first.source_key) == (SOURCE, "A1")
    assert [(a.resource_id, a.role) for a in first.allocations] == [
        (ward.doctor.id, "clinician"),
        (ward.room.id, "Rum"),
    ]
    assert {a.ends_at for a in first.allocations} == {start + timedelta(minutes=30)}
    assert (second.minutes, second.form, third.minutes) == (20, "video", 20)
    courses = session.scalars(select(Course).order_by(Course.patient_id)).all()
    assert [course.patient_id for course in courses] == [p.id for p in ward.patients[:2]]
    assert first.course_id == third.course_id == courses[0].id
    assert courses[0].responsible_id == ward.doctor.id
    assert set(session.scalars(select(ClinicPatient.basis))) == {"import"}
    assert set(session.scalars(select(AppointmentChange.channel))) == {"import"}
    assert told == [AppointmentsImported((first.id, second.id, third.id), ward.clinic.id)]
    actions = session.scalars(select(AuditEntry.action)).all()
    assert actions.count("import.appointments") == 1


def test_what_overlaps_is_refused_and_the_rest_stands(
    moving_in: Import, ward: Ward, session: Session
) -> None:
    other = make.clinician(session, ward.clinic, name="Bertil")
    taken = make.add(
        session,
        Appointment(
            clinic_id=ward.clinic.id,
            site_id=ward.site.id,
            patient_id=ward.patients[2].id,
            visit_type_id=ward.control.id,
            clinician_id=other.id,
            form="video",
            starts_at=datetime(2026, 12, 1, 10, tzinfo=UTC),
            ends_at=datetime(2026, 12, 1, 10, 30, tzinfo=UTC),
            booked_at=datetime(2026, 11, 1, tzinfo=UTC),
        ),
    )
    make.add(
        session,
        Allocation(
            resource_id=other.id,
            starts_at=taken.starts_at,
            ends_at=taken.ends_at,
            appointment_id=taken.id,
        ),
    )
    lines = [
        HEADER,
        "A1,1,Kontrol,Agnete,Stue 1,,2026-12-01 09:00,,",
        "A2,2,Kontrol,Agnete,,,2026-12-01 09:15,,",  # the doctor has A1
        "A3,2,Kontrol,Agnete,,,2026-12-01 09:30,,",
        "A4,1,Kontrol,Bertil,,,2026-12-01 09:20,,",  # patient 1 has A1
        "A5,2,Kontrol,Bertil,Stue 1,,2026-12-01 09:00,,",  # the room has A1
        "A6,1,Kontrol,Bertil,,,2026-12-01 11:15,,",  # Bertil has what was booked here
        "A7,1,Kontrol,Bertil,,,2026-12-01 11:30,,",
        "A8,3,Kontrol,Agnete,,,2026-12-01 11:00,,",  # patient 3 has what was booked here
    ]
    done = moving_in("appointments", MAPPING, *lines)
    assert done.counts == (3, 0, 0, 5)
    busy, patient_busy = (
        "Behandleren eller rummet er optaget på det tidspunkt.",
        "Patienten har allerede en tid på det tidspunkt.",
    )
    assert [(row, reason) for row, _key, _field, reason in done.refused] == [
        ("3", busy),
        ("5", patient_busy),
        ("6", busy),
        ("7", busy),
        ("9", patient_busy),
    ]
    again = moving_in("appointments", MAPPING, *lines)
    assert again.counts == (0, 3, 0, 5)
    assert session.scalar(select(func.count(Appointment.id))) == 4


def test_every_other_kind_of_bad_row_is_refused(
    moving_in: Import, ward: Ward, session: Session
) -> None:
    make.visit_type(session, ward.clinic, name="Hold", group_capacity=8)
    make.clinician(session, ward.clinic, name="Cecilie")
    make.clinician(session, ward.clinic, name="Cecilie")
    make.clinician(session, ward.clinic, name="Gået på pension", active=False)
    lines = [
        HEADER,
        "A1,1,Kontrol,Agnete,,,2026-11-23 08:59,,",
        "A2,1,Kontrol,Agnete,,,2027-03-28 02:30,,",
        "A3,1,Kontrol,Agnete,,,2027-10-31 02:30,,",
        "A4,9,Kontrol,Agnete,,,2026-12-01 09:00,,",
        "A5,1,Scanning,Agnete,,,2026-12-01 09:00,,",
        "A6,1,Kontrol,Stue 1,,,2026-12-01 09:00,,",
        "A7,1,Kontrol,Agnete,Stue 9,,2026-12-01 09:00,,",
        "A8,1,Kontrol,Agnete,,phone,2026-12-01 09:00,,",
        "A9,1,Kontrol,Agnete,,carrier pigeon,2026-12-01 09:00,,",
        "A10,1,Kontrol,Agnete,,,2026-12-01 09:00,2026-12-01 09:00,",
        "A11,1,Kontrol,Agnete,,,2026-12-01 09:00,,0",
        "A12,1,Hold,Agnete,,,2026-12-01 09:00,,",
        "A13,1,Kontrol,Cecilie,,,2026-12-01 09:00,,",
        "A14,1,Kontrol,Gået på pension,,,2026-12-01 09:00,,",
        "A15,1,Kontrol,Agnete,,,,,",
        "A16,1,Kontrol,Agnete,,,next week,,",
    ]
    done = moving_in("appointments", MAPPING, *lines)
    assert done.counts == (0, 0, 0, 16)
    assert [field for _row, field in done.wrong] == [
        "starts_at",
        "starts_at",
        "starts_at",
        "patient",
        "visit_type",
        "clinician",
        "room",
        "form",
        "form",
        "ends_at",
        "minutes",
        "visit_type",
        "clinician",
        "clinician",
        "starts_at",
        "starts_at",
    ]
    assert re.search("historikken", done.refused[0][3])
    assert session.scalars(select(Course)).all() == []


def test_a_trial_says_what_would_happen_and_does_nothing(
    moving_in: Import, ward: Ward, session: Session
) -> None:
    lines = [
        HEADER,
        "A1,1,Kontrol,Agnete,Stue 1,,2026-12-01 09:00,,",
        "A2,2,Kontrol,Agnete,,,2026-12-01 09:15,,",
    ]
    done = moving_in("appointments", MAPPING, *lines, args=("--dry-run",))
    assert done.counts == (1, 0, 0, 1)
    assert "nothing was loaded" in done.output
    for table in (Appointment, Allocation, Course, ClinicPatient):
        assert session.scalar(select(func.count(table.id))) == 0


def test_a_whole_file_of_thousands_with_a_few_overlaps(
    moving_in: Import, ward: Ward, session: Session
) -> None:
    first = datetime(2027, 1, 4, 8)
    lines = [HEADER]
    for number in range(1500):
        start = first + timedelta(days=number // 40, minutes=15 * (number % 40))
        if number % 400 == 399:
            start -= timedelta(minutes=5)  # into the one before
        lines.append(f"A{number},{number % 3 + 1},Kontrol,Agnete,,,{start:%Y-%m-%d %H:%M},,15")
    done = moving_in("appointments", MAPPING, *lines)
    assert done.counts == (1497, 0, 0, 3)
    assert [row for row, _field in done.wrong] == ["401", "801", "1201"]
    assert moving_in("appointments", MAPPING, *lines).counts == (0, 1497, 0, 3)

"""A clinic in a few calls. Each function adds one row (flushed) with sound defaults."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any, TypeVar

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.visit_types.models import NeedAddition, Requirement, VisitType
from booking.calendar.models import Clinic, Resource, Site, WeekTemplate
from booking.people.models import ClinicPatient, Patient, Staff, StaffRole
from booking.people.sign_in import hash_password
from booking.platform.database import Base, Session
from booking.platform.identity import Actor, Role

PASSWORD = "en lang adgangskode"
WEEKDAYS = range(5)

_numbers = count(1)
_password_hash = hash_password(PASSWORD)

Row = TypeVar("Row", bound=Base)


def add(session: Session, row: Row) -> Row:
    """Add and flush a row."""
    session.add(row)
    session.flush()
    return row


def clinic(session: Session, **values: Any) -> Clinic:
    """A clinic with a phone number."""
    name = values.pop("name", f"Klinik {next(_numbers)}")
    return add(session, Clinic(name=name, phone="+4599320000", **values))


def site(session: Session, clinic: Clinic, **values: Any) -> Site:
    """A site of the clinic."""
    values = {"name": "Hovedhuset", "address": "Parkvej 1, 9000 Aalborg", **values}
    return add(session, Site(clinic=clinic, **values))


def clinician(session: Session, clinic: Clinic, **values: Any) -> Resource:
    """A doctor at the clinic, without opening hours."""
    values = {"profession": "doctor", "name": f"Læge {next(_numbers)}", **values}
    return add(session, Resource(kind="clinician", clinics=[clinic], **values))


def room(session: Session, site: Site, **values: Any) -> Resource:
    """A room at the site, without opening hours."""
    values = {"name": f"Rum {next(_numbers)}", **values}
    return add(session, Resource(kind="room", clinics=[site.clinic], site=site, **values))


def open_weekdays(
    session: Session,
    resource: Resource,
    site: Site,
    start: time = time(8),
    end: time = time(16),
    days: Iterable[int] = WEEKDAYS,
    **values: Any,
) -> None:
    """Open a resource at a site on weekdays, by default 8 to 16 from 2020 on."""
    for day in days:
        add(
            session,
            WeekTemplate(
                resource=resource,
                clinic_id=site.clinic_id,
                site=site,
                weekday=day,
                start_time=start,
                end_time=end,
                **{"weeks": "any", "valid_from": date(2020, 1, 1), **values},
            ),
        )


def visit_type(
    session: Session,
    clinic: Clinic,
    *,
    needs: Mapping[str, int] | None = None,
    rooms: Iterable[Resource] = (),
    **values: Any,
) -> VisitType:
    """A half-hour control in person; needs: minutes by code; rooms: any one of these."""
    values = {
        "name": f"Kontrol {next(_numbers)}",
        "forms": "in_person",
        "base_minutes": 30,
        "cap_minutes": 60,
        "profession": "doctor",
        **values,
    }
    made = add(session, VisitType(clinic=clinic, **values))
    made.need_additions = [NeedAddition(need=n, minutes=m) for n, m in (needs or {}).items()]
    options = list(rooms)
    if options:
        made.requirements = [Requirement(label="Rum", options=options)]
    session.flush()
    return made


def patient(session: Session, clinic: Clinic | None = None, **values: Any) -> Patient:
    """A patient, of the clinic if one is given."""
    number = next(_numbers)
    values = {
        "given_name": "Karen",
        "family_name": f"Prøve{number}",
        "birth_date": date(1961, 3, 4),
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        **values,
    }
    made = add(session, Patient(**values))
    if clinic:
        belongs(session, clinic, made)
    return made


def belongs(session: Session, clinic: Clinic, patient: Patient) -> None:
    """Let a clinic's staff see a patient."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    add(
        session,
        ClinicPatient(clinic_id=clinic.id, patient_id=patient.id, basis="referral", since=since),
    )


def staff(session: Session, clinic: Clinic, *roles: Role, **values: Any) -> Staff:
    """A member of staff with these roles at the clinic (secretary if none) and PASSWORD."""
    values = {"username": f"staff{next(_numbers)}", "name": "Signe Sekretær", **values}
    made = add(session, Staff(password_hash=_password_hash, **values))
    made.roles = [StaffRole(clinic_id=clinic.id, role=role) for role in roles or [Role.SECRETARY]]
    session.flush()
    return made


def course(session: Session, clinic: Clinic, patient: Patient, **values: Any) -> Course:
    """An open course of the patient at the clinic."""
    values = {"started_on": date(2026, 1, 1), "title": "Leddegigt", **values}
    return add(session, Course(clinic=clinic, patient=patient, **values))


def invitation(
    session: Session, course: Course, visit_type: VisitType, first: date, last: date, **values: Any
) -> Invitation:
    """An open invitation without a time, in a window of days."""
    values = {
        "form": visit_type.form_list[0],
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "created_by": "Signe Sekretær",
        **values,
    }
    return add(
        session,
        Invitation(
            patient=course.patient,
            clinic_id=course.clinic_id,
            course=course,
            visit_type=visit_type,
            window_from=first,
            window_to=last,
            **values,
        ),
    )


def as_patient(patient: Patient) -> Actor:
    """The patient as the one who acts."""
    return Actor("patient", patient.id, patient.name)

"""A clinic for the measures over HTTP: who is signed in, and what may be booked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session as AnySession

from booking.appointments.invitations.models import Course
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Patient
from booking.platform.database import Session
from tests import factories as make

GROUPS, CLINICIANS, ROOMS = 4, 3, 3


@dataclass(frozen=True)
class Group:
    """Some clinicians who share a visit type and three rooms, any one of which it takes."""

    visit_type: VisitType
    clinicians: list[Resource]


@dataclass(frozen=True)
class Built:
    """The clinic, its site and its groups."""

    clinic: Clinic
    site: Site
    groups: list[Group]


def build(session: Session) -> Built:
    """Twelve clinicians in four groups, each group with its own three rooms, weekdays 8 to 16."""
    clinic = make.clinic(session, horizon_weeks=16)
    site = make.site(session, clinic)
    groups = []
    for _ in range(GROUPS):
        clinicians = [make.clinician(session, clinic) for _ in range(CLINICIANS)]
        rooms = [make.room(session, site) for _ in range(ROOMS)]
        for resource in (*clinicians, *rooms):
            make.open_weekdays(session, resource, site)
        visit_type = make.visit_type(
            session,
            clinic,
            mode="free",
            rooms=rooms,
            grid_minutes=30,
            needs={"interpreter": 15},
        )
        visit_type.clinicians = clinicians
        groups.append(Group(visit_type, clinicians))
    session.flush()
    return Built(clinic, site, groups)


def patients(session: Session, clinic: Clinic, count: int) -> list[tuple[int, int]]:
    """(patient id, course id) of so many patients, each with an open course."""
    then = datetime(2026, 1, 1, tzinfo=UTC)
    person = {"given_name": "P", "version": 1, "epoch": 0, "language": "da", "created_at": then}
    ids = session.scalars(
        insert(Patient).returning(Patient.id, sort_by_parameter_order=True),
        [{**person, "family_name": str(n), "digital_exempt": False} for n in range(count)],
    ).all()
    courses = session.scalars(
        insert(Course).returning(Course.id, sort_by_parameter_order=True),
        [
            {"patient_id": one, "clinic_id": clinic.id, "title": "", "started_on": then.date()}
            for one in ids
        ],
    ).all()
    return list(zip(ids, courses, strict=True))


def working_days(first: date, count: int) -> list[date]:
    """So many weekdays from the first on."""
    days: list[date] = []
    while len(days) < count:
        if first.weekday() < 5:
            days.append(first)
        first += timedelta(days=1)
    return days


def starts_on(day: date) -> list[time]:
    """Every half hour of a working day, local time."""
    return [time(hour, minute) for hour in range(8, 16) for minute in (0, 30)]


def past_appointments(session: AnySession, built: Built, count: int) -> None:
    """So many fulfilled contacts of other patients, with their allocations, by one statement each.

    They lie in the years before, half an hour apart for each clinician, and take no time now.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    clinicians = [one.id for group in built.groups for one in group.clinicians]
    numbers = (
        f"SELECT n FROM generate_series(1, {count}) AS s(n)"
        if postgresql
        else f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})"
        " SELECT n FROM s"
    )
    minutes = f"(n / {len(clinicians)} * 30 + 60000)"
    if postgresql:
        start = f"now() - {minutes} * interval '1 minute'"
        end, uid = f"({start}) + interval '30 minutes'", "'past-' || n"
    else:
        start = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || {minutes} || ' minutes')"
        end = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || ({minutes} - 30) || ' minutes')"
        uid = "'past-' || n"
    cases = " ".join(f"WHEN {n} THEN {one}" for n, one in enumerate(clinicians))
    who = f"CASE n % {len(clinicians)} {cases} END"
    first_patient = session.scalar(text("SELECT min(id) FROM patient"))
    session.execute(
        text(
            "INSERT INTO appointment (uid, sequence, clinic_id, site_id, patient_id, visit_type_id,"
            " clinician_id, form, starts_at, ends_at, minutes_reason, status, participant, moves,"
            " booked_at, version)"
            f" SELECT {uid}, 0, {built.clinic.id}, {built.site.id}, {first_patient} + n % 500,"
            f" {built.groups[0].visit_type.id}, {who}, 'in_person', {start}, {end}, '[]',"
            f" 'fulfilled', 'accepted', 0, {start}, 1 FROM ({numbers}) AS numbers"
        )
    )
    session.execute(
        text(
            "INSERT INTO allocation (resource_id, lane, starts_at, ends_at, active, role,"
            " appointment_id) SELECT clinician_id, 0, starts_at, ends_at, false, 'clinician', id"
            " FROM appointment WHERE uid LIKE 'past-%'"
        )
    )

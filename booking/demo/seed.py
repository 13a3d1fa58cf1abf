"""Putting the demo into an empty database, in one transaction: all of it or nothing."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select

from booking.appointments.invitations.models import Course
from booking.calendar.models import Clinic
from booking.demo import overbooking, referrals, rescheduling, sequences, waitlist
from booking.demo.calendar import Calendar, Deck
from booking.demo.clinics import CLINICS, ENDO, RHEUMA
from booking.demo.founding import HOME_ZONE, Demo, found
from booking.demo.outcomes import Outcomes
from booking.demo.people import Person, Town
from booking.demo.running_late import fall_behind
from booking.demo.stories import NEWLY_REFERRED, Storyteller, Told
from booking.demo.unrest import Unrest
from booking.people.models import ClinicPatient, Patient, PatientNeed
from booking.platform import audit
from booking.platform.database import Database, Session
from booking.platform.identity import SYSTEM
from booking.platform.localtime import local_date

PATIENTS = 2000
WEEKS = (4, 10)
STEPS = 7 * sum(WEEKS) + 20
AT_BOTH = 0.08
# What features add once the clinics are full, by their name; they have what was founded and told.
ADDITIONS: dict[str, Callable[[Session, Demo, Storyteller], None]] = {}
# How full the calendar is: (days from today, share of the openings that are taken).
DENSITY = (
    (-99, 0.9),
    (0, 0.93),
    (7, 0.86),
    (14, 0.74),
    (21, 0.6),
    (35, 0.4),
    (49, 0.2),
    (63, 0.06),
)


@dataclass(frozen=True)
class Seeded:
    """What was put in. codes: story -> booking code as printed, which cannot be read again."""

    patients: int
    appointments: int
    codes: dict[str, str]


def has_clinics(session: Session) -> bool:
    """True if the database is in use already."""
    return session.scalar(select(Clinic.id).limit(1)) is not None


def seed(
    database: Database,
    step: Callable[[int], None] = lambda _steps: None,
    *,
    patients: int = PATIENTS,
    weeks: tuple[int, int] = WEEKS,
) -> Seeded:
    """Fill an empty database with the demo as of now; `step` is told of STEPS steps in all.

    weeks: how many back from today and how many ahead the calendar is filled.
    """
    with database.transaction() as session:
        today = local_date(session.now(), HOME_ZONE)
        rng = Random(today.toordinal())  # noqa: S311  (nothing here is secret)
        demo = found(session, date(today.year - 1, 1, 1))
        unrest, town = Unrest(session, demo, rng), Town(rng, today)
        unrest.on_leave()
        storyteller = Storyteller(session, demo, town)
        told = storyteller.tell()
        sequences.tell(session, demo, storyteller)
        step(5)
        crowd = _Crowd(session, demo, rng, today)
        crowd.move_in(list(town.people(patients)))
        step(5)
        in_groups = unrest.groups_meet(crowd.first_courses(80))
        unrest.joint_talks(crowd.first_courses(80))
        unrest.planned_for_later(crowd.first_courses(80))
        step(5)
        days = (today - timedelta(weeks=weeks[0]), today + timedelta(weeks=weeks[1]))
        crowd.join(told)
        calendar = Calendar(session, demo, rng, days, crowd.needs)
        calendar.keep_free((one.id for one in told.patients.values()), today)
        outcomes = Outcomes(session, demo, rng, crowd.courses, crowd.names)
        written = in_groups
        for placed in calendar.fill(crowd.decks(), _density(today, *days)):
            written += outcomes.write(placed)
            step(1)
        session.expire_all()
        for clinic in demo.clinics.values():
            fall_behind(session, clinic)
        unrest.days_go_wrong(crowd.first_courses(160, skip=80))
        for add in ADDITIONS.values():
            add(session, demo, storyteller)
        waitlist.tell(session, demo, rng)
        overbooking.tell(session, demo, rng)
        referrals.tell(session, demo)
        rescheduling.tell(session, demo)
        audit.record(session, SYSTEM, "demo.seeded")
        step(4)
        return Seeded(patients + len(told.patients), written, told.codes)


def _density(today: date, first: date, last: date) -> dict[date, float]:
    ahead = range((first - today).days, (last - today).days + 1)
    return {
        today + timedelta(days=n): [share for since, share in DENSITY if n >= since][-1]
        for n in ahead
    }


class _Crowd:
    """The demo's many ordinary patients, with their clinics, courses and needs."""

    def __init__(self, session: Session, demo: Demo, rng: Random, today: date) -> None:
        self._session, self._demo, self._rng, self._today = session, demo, rng, today
        self.needs: dict[int, tuple[str, ...]] = {}
        self.names: dict[int, str] = {}
        self.courses: dict[tuple[int, int], int] = {}
        self._of_doctor: dict[str, dict[int, list[int]]] = {RHEUMA: {}, ENDO: {}}

    def move_in(self, people: Sequence[Person]) -> None:
        """Write people, where they belong, their courses and needs."""
        now = self._session.now()
        ids = self._insert(Patient, [self._row(person) for person in people])
        belongs, courses, needs = [], [], []
        for patient_id, person in zip(ids, people, strict=True):
            self.names[patient_id] = f"{person.given_name} {person.family_name}"
            self.needs[patient_id] = person.needs
            both = self._rng.random() < AT_BOTH
            for key in (RHEUMA, ENDO) if both else (self._rng.choice((RHEUMA, ENDO)),):
                course = self._course(key, patient_id)
                courses.append(course)
                belongs.append(
                    {
                        "clinic_id": course["clinic_id"],
                        "patient_id": patient_id,
                        "basis": "referral",
                        "since": now - (self._today - course["started_on"]),
                    }
                )
            needs += [
                {"patient_id": patient_id, "need": need, "told_by": "staff", "since": now}
                for need in person.needs
            ]
        self._insert(ClinicPatient, belongs)
        self._insert(PatientNeed, needs)
        for course_id, course in zip(self._insert(Course, courses), courses, strict=True):
            self.courses[course["patient_id"], course["clinic_id"]] = course_id

    def join(self, told: Told) -> None:
        """Deal the stories' patients first, so that they have been here before."""
        for key, course in told.courses.items():
            if key not in NEWLY_REFERRED and course.responsible_id is not None:
                patient = told.patients[key]
                clinic = next(k for k, c in self._demo.clinics.items() if c.id == course.clinic_id)
                self._of_doctor[clinic].setdefault(course.responsible_id, []).insert(0, patient.id)
                self.names[patient.id] = patient.name
                self.courses[patient.id, course.clinic_id] = course.id

    def first_courses(self, count: int, skip: int = 0) -> dict[str, list[Course]]:
        """clinic key -> some of its courses, the same each time; only of patients at no other."""
        clinics_of = Counter(patient for patient, _clinic in self.courses)
        elsewhere = [patient for patient, clinics in clinics_of.items() if clinics > 1]
        return {
            key: list(
                self._session.scalars(
                    select(Course)
                    .where(
                        Course.patient_id.in_(self.names),
                        Course.patient_id.not_in(elsewhere),
                        Course.clinic_id == clinic.id,
                    )
                    .order_by(Course.id)
                    .offset(skip)
                    .limit(count - skip)
                )
            )
            for key, clinic in self._demo.clinics.items()
        }

    def decks(self) -> dict[str, Deck]:
        """Each clinic's patients, shuffled, by their responsible doctor and all together."""
        decks = {}
        for key, of_doctor in self._of_doctor.items():
            everyone = [patient for patients in of_doctor.values() for patient in patients]
            self._rng.shuffle(everyone)
            cards: dict[int, deque[int]] = {
                doctor: deque(patients) for doctor, patients in of_doctor.items()
            }
            cards[0] = deque(everyone)
            decks[key] = Deck(cards)
        return decks

    def _course(self, key: str, patient_id: int) -> dict[str, Any]:
        doctors = [
            resource.id
            for username, resource in self._demo.clinicians.items()
            if "doctor" in resource.profession and self._demo.clinics[key] in resource.clinics
        ]
        doctor = self._rng.choice(doctors)
        self._of_doctor[key].setdefault(doctor, []).append(patient_id)
        titles = next(plan.titles for plan in CLINICS if plan.key == key)
        return {
            "patient_id": patient_id,
            "clinic_id": self._demo.clinics[key].id,
            "responsible_id": doctor,
            "title": self._rng.choice(titles),
            "started_on": self._today - timedelta(days=self._rng.randint(40, 2500)),
        }

    def _row(self, person: Person) -> dict[str, Any]:
        vault = self._session.vault
        return {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "birth_date": person.birth_date,
            "cpr_sealed": vault.seal(person.cpr),
            "cpr_hash": vault.fingerprint("cpr", person.cpr),
            "phone_sealed": vault.seal(person.phone),
            "phone_hash": vault.fingerprint("phone", person.phone),
            "email_sealed": vault.seal(person.email),
            "address_sealed": vault.seal(person.address),
            "language": person.language,
            "digital_exempt": person.digital_exempt,
            "created_at": self._session.now(),
            "version": 1,
        }

    def _insert(self, table: type[Any], rows: Iterable[dict[str, Any]]) -> Sequence[int]:
        made = insert(table).returning(table.id, sort_by_parameter_order=True)
        return self._session.scalars(made, list(rows)).all()

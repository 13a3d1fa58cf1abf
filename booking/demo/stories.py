"""The patients one can sign in as: each is there to show one thing, through the real services.

A story is kept in the database as an identifier of its patient, (SYSTEM, key).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from booking.appointments import occasions, search, service
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.visit_types.models import VisitType
from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.demo.people import Person, Town
from booking.people import service as people
from booking.people.models import Patient, PatientIdentifier
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date

SYSTEM = "rettid-demo"
NEWLY_REFERRED = ("interpreter", "deadline", "child")
SECRETARY = {RHEUMA: "hanne", ENDO: "dorte"}


@dataclass
class Told:
    """What came of the stories: by key the patient, the course and the booking code as printed."""

    patients: dict[str, Patient] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)


class Storyteller:
    """Lets the stories' patients into the clinics while the calendar is still empty."""

    def __init__(self, session: Session, demo: Demo, town: Town) -> None:
        """town: where the people come from."""
        self._session, self._demo, self._town = session, demo, town
        self.told = Told()

    def tell(self) -> Told:
        """Every story."""
        self._provisional()
        self._parent()
        self._free()
        self._interpreter()
        self._closing()
        self._deadline()
        self._no_time()
        self._proxy()
        self._video()
        return self.told

    def person(self, years: float, *, woman: bool, given_name: str, family_name: str) -> Person:
        """Somebody of an age and a name, with no needs."""
        return self._town.person(
            years, woman=woman, given_name=given_name, family_name=family_name, needs=()
        )

    def enrol(
        self, key: str, person: Person, clinic: str, title: str, doctor: str, story: str = ""
    ) -> Course:
        """Register someone at a clinic and open their course; a story gets a booking code."""
        by, home = self._by(clinic), self._demo.clinics[clinic]
        patient = self.told.patients.get(key)
        if patient is None:
            details = people.Details(
                person.given_name,
                person.family_name,
                cpr=person.cpr,
                phone=person.phone,
                email=person.email,
                address=person.address,
                language=person.language,
                digital_exempt=person.digital_exempt,
            )
            patient = people.register_patient(self._session, by, home.id, details, basis="referral")
            people.set_needs(self._session, by, patient, person.needs, clinic_id=home.id)
            self.told.patients[key] = patient
        else:
            people.enter_clinic(self._session, home.id, patient, "referral")
        if story:
            self._session.add(PatientIdentifier(patient=patient, system=SYSTEM, value=story))
            code = people.issue_code(self._session, by, patient, clinic_id=home.id)
            self.told.codes[story] = code
        course = invitations.open_course(
            self._session, by, home, patient, title, self._demo.clinicians[doctor]
        )
        course.started_on = self._today() - timedelta(days=6 if key in NEWLY_REFERRED else 400)
        self.told.courses[key] = course
        return course

    def order(
        self,
        course: Course,
        visit: str,
        days: tuple[int, int],
        *,
        form: str = "in_person",
        by: str = "",
        deadline: int | None = None,
        purpose: str = "",
    ) -> Invitation:
        """Order the next contact, days from today; by: the clinician who does, and who has it."""
        today = self._today()
        clinician = self._demo.clinicians[by] if by else None
        actor = actor_of(self._demo.staff[by]) if by else self._by(self._key_of(course))
        wanted = Order(
            self.visit_type(course, visit),
            form,
            today + timedelta(days=days[0]),
            today + timedelta(days=days[1]),
            clinician,
            today + timedelta(days=deadline) if deadline else None,
            "workup" if deadline else "",
            purpose,
        )
        return invitations.order(self._session, actor, course, wanted)

    def visit_type(self, course: Course, name: str) -> VisitType:
        """A visit type of the course's clinic."""
        return self._demo.visits[self._key_of(course), name]

    def _key_of(self, course: Course) -> str:
        return next(key for key, one in self._demo.clinics.items() if one.id == course.clinic_id)

    def _by(self, clinic: str) -> Actor:
        return actor_of(self._demo.staff[SECRETARY[clinic]])

    def _today(self) -> date:
        zone = self._demo.clinics[RHEUMA].zone
        return local_date(self._session.now(), zone)

    def _as(self, key: str) -> Actor:
        patient = self.told.patients[key]
        return Actor("patient", patient.id, patient.name)

    def _reserved(self, invitation: Invitation) -> Appointment:
        """The invitation's time; the calendar is empty, so there is one."""
        appointment = invitations.live_appointment(self._session, invitation)
        if appointment is None:
            raise LookupError(f"no time for {invitation.visit_type.name}")
        return appointment

    def _provisional(self) -> None:
        person = self._town.person(
            67.4, woman=True, given_name="Inger Marie", family_name="Thomsen", needs=()
        )
        course = self.enrol("provisional", person, RHEUMA, "Leddegigt", "mette", "provisional")
        self.order(
            course, "Kontrol hos læge", (9, 24), by="mette", purpose="Kontrol af sygdom og medicin"
        )

    def _parent(self) -> None:
        today = self._today()
        mother = self._town.person(
            38.6, woman=True, given_name="Louise", family_name="Birk Nielsen", needs=()
        )
        child = self._town.person(
            9.4, woman=True, given_name="Alma", family_name="Birk Nielsen", needs=()
        )
        own = self.enrol("parent", mother, RHEUMA, "Psoriasisgigt", "jens", "parent")
        mine = self.order(own, "Kontrol hos læge", (16, 30), form="video", by="jens")
        service.keep(self._session, self._as("parent"), self._reserved(mine))
        course = self.enrol("child", child, ENDO, "Type 1-diabetes", "sara")
        people.add_proxy(
            self._session,
            self._by(ENDO),
            self._demo.clinics[ENDO].id,
            self.told.patients["parent"],
            self.told.patients["child"],
            "parent",
            today - timedelta(days=300),
        )
        self.order(course, "Diabeteskontrol hos læge", (6, 20), by="sara", purpose="Årlig kontrol")

    def _free(self) -> None:
        person = self._town.person(
            29.2, woman=True, given_name="Freja", family_name="Lund", needs=()
        )
        self.enrol("free", person, ENDO, "Type 1-diabetes", "henrik", "free")

    def _interpreter(self) -> None:
        person = self._town.person(
            44.7,
            woman=True,
            given_name="Oksana",
            family_name="Kovalenko",
            language="uk",
            needs=("first_visit", "interpreter"),
        )
        course = self.enrol("interpreter", person, RHEUMA, "Henvist med ledsmerter", "jens",
                            "interpreter")  # fmt: skip
        self.order(course, "Første besøg hos læge", (5, 20), by="jens", deadline=24)

    def _closing(self) -> None:
        person = self._town.person(
            72.1, woman=False, given_name="Bent", family_name="Overgaard", needs=("hearing",)
        )
        course = self.enrol("closing", person, RHEUMA, "Psoriasisgigt", "mette", "closing")
        # A week's notice, so that the nearest time is within it whatever the weekday or holiday.
        planned = self.order(course, "Biologisk behandling", (0, 40))
        taken = self._reserved(planned)
        staff = self._by(RHEUMA)
        occasion = occasions.for_move(self._session, staff, taken)
        soon = self._today() + timedelta(days=10)
        in_a_while = self._session.now() + timedelta(hours=3)
        free = search.find(self._session, occasion.wish(None, soon)).slots()
        nearest = min(slot for slot in free if slot.start > in_a_while)
        service.book(self._session, staff, occasion, nearest, "phone")
        service.keep(self._session, self._as("closing"), taken, "phone")

    def _deadline(self) -> None:
        person = self._town.person(
            58.8, woman=True, given_name="Susanne", family_name="Dahl", needs=("first_visit",)
        )
        course = self.enrol("deadline", person, RHEUMA, "Henvist med hævede led", "annesofie",
                            "deadline")  # fmt: skip
        self.order(course, "Første besøg hos læge", (4, 40), by="annesofie", deadline=12)

    def _no_time(self) -> None:
        person = self._town.person(
            33.5, woman=False, given_name="Kasper", family_name="Brix", needs=()
        )
        course = self.enrol("no_time", person, RHEUMA, "Rygsøjlegigt", "annesofie", "no_time")
        invitation = self.order(course, "Kontrol hos læge", (7, 30), by="annesofie")
        service.cancel(
            self._session,
            self._as("no_time"),
            self._reserved(invitation),
            "work",
            wants_new=True,
            words="Jeg arbejder på skift og kan bedst om morgenen.",
        )

    def _proxy(self) -> None:
        today = self._today()
        son = self._town.person(
            51.3, woman=False, given_name="Anders", family_name="Munk", needs=()
        )
        father = self._town.person(
            86.6,
            woman=False,
            given_name="Egon",
            family_name="Munk",
            needs=("walking_aid", "hearing", "companion"),
            digital_exempt=True,
        )
        self.enrol("proxy", son, ENDO, "Stofskiftesygdom", "henrik", "proxy")
        course = self.enrol("father", father, ENDO, "Type 2-diabetes", "henrik")
        people.add_proxy(
            self._session,
            self._by(ENDO),
            self._demo.clinics[ENDO].id,
            self.told.patients["proxy"],
            self.told.patients["father"],
            "power_of_attorney",
            today - timedelta(days=90),
            today + timedelta(days=640),
        )
        self.order(course, "Årsstatus diabetes", (8, 22))

    def _video(self) -> None:
        person = self._town.person(
            26.9, woman=True, given_name="Emma", family_name="Holm", needs=()
        )
        course = self.enrol("video", person, ENDO, "Stofskiftesygdom", "sara", "video")
        next_one = self.order(course, "Stofskiftekontrol", (3, 14), form="video", by="sara")
        service.keep(self._session, self._as("video"), self._reserved(next_one))
        self.order(course, "Stofskiftekontrol", (150, 180), form="phone", by="sara")

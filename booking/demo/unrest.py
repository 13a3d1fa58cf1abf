"""What keeps a clinic's day from going as planned, so that the worklist has something on it.

Leave that was known, groups and joint talks come before the calendar is filled; closures, wishes
for time off, cancellations and orders that find no time come after.
"""

from datetime import date, time, timedelta
from itertools import islice
from random import Random

from sqlalchemy import select

from booking.appointments import groups, occasions, search, service
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment, GroupSession
from booking.appointments.search import Slot, Wish
from booking.appointments.visit_types.models import VisitType
from booking.calendar import closures
from booking.calendar.closures import LocalPeriod, Place
from booking.calendar.models import Closure
from booking.demo.clinics import ENDO, HJORRING, RHEUMA
from booking.demo.founding import Demo
from booking.people import service as people
from booking.people.models import PatientNeed
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import day_start, local_date

GROUPS = ((RHEUMA, "Leddegigtskole", 7), (ENDO, "Diabetesskole", 8))
JOINT = ((RHEUMA, "Tværfaglig samtale med to behandlere"), (ENDO, "Start med insulinpumpe"))
TALKS = 5
LATER = 40


class Unrest:
    """The events of a few weeks at the demo's clinics."""

    def __init__(self, session: Session, demo: Demo, rng: Random) -> None:
        """Nothing has happened yet."""
        self._session, self._demo, self._rng = session, demo, rng
        self._today = local_date(session.now(), demo.clinics[RHEUMA].zone)

    def on_leave(self) -> None:
        """The physiotherapist has been away since last week and comes back in a month."""
        clinic = self._demo.clinics[RHEUMA]
        self._session.add(
            Closure(
                clinic=clinic,
                resource=self._demo.clinicians["thomas"],
                starts_at=day_start(self._today - timedelta(days=8), clinic.zone),
                ends_at=day_start(self._today + timedelta(days=27), clinic.zone),
                reason="Forældreorlov",
            )
        )
        self._session.flush()

    def groups_meet(self, courses: dict[str, list[Course]]) -> int:
        """Three meetings of each school with their participants; returns how many take part."""
        taking_part = 0
        for key, name, participants in GROUPS:
            visit_type = self._demo.visits[key, name]
            candidates = iter(courses[key])
            for days in (8, 22, 43):
                meeting = self._meeting(key, visit_type, days)
                if meeting is None:
                    continue
                for course in islice(candidates, participants):
                    self._join(course, visit_type, meeting)
                    taking_part += 1
        return taking_part

    def joint_talks(self, courses: dict[str, list[Course]]) -> None:
        """A few contacts that need two clinicians at once."""
        for key, name in JOINT:
            visit_type = self._demo.visits[key, name]
            for number, course in enumerate(courses[key][-TALKS:]):
                self._order(course, visit_type, (4 + 7 * number, 25 + 7 * number))

    def planned_for_later(self, courses: dict[str, list[Course]]) -> None:
        """Follow-ups whose windows lie beyond the clinics' horizon: they wait for it."""
        for key, name in ((RHEUMA, "Kontrol hos læge"), (ENDO, "Diabeteskontrol hos læge")):
            visit_type = self._demo.visits[key, name]
            for course in islice(reversed(courses[key]), TALKS, TALKS + LATER):
                start = self._rng.randint(75, 330)
                self._order(course, visit_type, (start, start + self._rng.choice((14, 28))))

    def days_go_wrong(self, courses: dict[str, list[Course]]) -> None:
        """Closures, a wish for time off, cancellations, and orders that find no time."""
        self._close_a_site_and_a_doctor()
        self._ask_for_time_off()
        self._cancel_some()
        self._tell_needs()
        self._order_where_all_is_taken(courses)
        self._say_that_no_time_fits()

    def _meeting(self, key: str, visit_type: VisitType, days: int) -> GroupSession | None:
        first = self._today + timedelta(days=days)
        last = first + timedelta(days=10)
        not_before = self._session.now()
        wish = Wish(visit_type, "in_person", visit_type.base_minutes, first, last, 0, not_before)
        slot = next(iter(sorted(search.find(self._session, wish).slots())), None)
        return groups.create(self._session, self._office(key), wish, slot) if slot else None

    def _join(self, course: Course, visit_type: VisitType, meeting: GroupSession) -> None:
        """Invite someone to the school and give them a place in this meeting."""
        day = local_date(meeting.starts_at, course.clinic.zone)
        invitation = Invitation(
            patient=course.patient,
            clinic=course.clinic,
            course=course,
            visit_type=visit_type,
            form="in_person",
            window_from=day - timedelta(days=7),
            window_to=day + timedelta(days=35),
            created_at=self._session.now() - timedelta(days=3),
            created_by=self._demo.staff["lone"].name,
        )
        self._session.add(invitation)
        self._session.flush()
        slot = Slot(
            meeting.starts_at, meeting.ends_at, meeting.clinician_id, meeting.site_id, meeting.id
        )
        provisional = self._rng.random() < 0.5
        occasion = occasions.for_invitation(self._session, SYSTEM, invitation)
        service.book(self._session, SYSTEM, occasion, slot, "system", provisional=provisional)

    def _order(self, course: Course, visit_type: VisitType, days: tuple[int, int]) -> Invitation:
        wanted = Order(
            visit_type,
            visit_type.form_list[0],
            self._today + timedelta(days=days[0]),
            self._today + timedelta(days=days[1]),
        )
        return invitations.order(self._session, self._office_of(course), course, wanted)

    def _close_a_site_and_a_doctor(self) -> None:
        clinic = self._demo.clinics[RHEUMA]
        site = self._demo.sites[RHEUMA, HJORRING]
        busy = self._busiest(Appointment.site_id == site.id, after=9)
        if busy:
            closures.add_closure(
                self._session,
                self._office(RHEUMA),
                clinic,
                Place(site_id=site.id),
                LocalPeriod(busy, busy, start=time(12)),
                "Strømafbrydelse efter renovering",
            )
        doctor = self._demo.clinicians["henrik"]
        busy = self._busiest(Appointment.clinician_id == doctor.id, after=3)
        if busy:
            closures.add_closure(
                self._session,
                self._office(ENDO),
                self._demo.clinics[ENDO],
                Place(resource_id=doctor.id),
                LocalPeriod(busy, busy),
                "Syg",
            )

    def _busiest(self, at: object, after: int) -> date | None:
        """The day with the most booked times in the fortnight that begins so many days from now."""
        zone = self._demo.clinics[RHEUMA].zone
        start = day_start(self._today + timedelta(days=after), zone)
        booked = self._session.scalars(
            select(Appointment.starts_at).where(
                at,  # type: ignore[arg-type]  # a comparison of columns
                Appointment.status == "booked",
                Appointment.starts_at >= start,
                Appointment.starts_at < start + timedelta(days=14),
            )
        )
        days = [local_date(one, zone) for one in booked]
        return max(sorted(set(days)), key=days.count, default=None)

    def _ask_for_time_off(self) -> None:
        staff = self._demo.staff["sara"]
        first = self._today + timedelta(days=33)
        closures.request_time_off(
            self._session,
            actor_of(staff),
            self._demo.clinics[ENDO],
            self._demo.clinicians["sara"],
            LocalPeriod(first, first + timedelta(days=3)),
            "Kursus i København",
        )

    def _cancel_some(self) -> None:
        """Patients who cancelled since yesterday; some want a new time."""
        said = (
            ("work", True, "Jeg kan kun sidst på dagen."),
            ("transport", True, ""),
            ("better", False, ""),
            ("elsewhere", False, "Jeg er flyttet til Aarhus."),
        )
        coming = self._some_booked(len(said), (2, 20))
        for appointment, (reason, wants_new, words) in zip(coming, said, strict=False):
            patient = Actor("patient", appointment.patient_id, appointment.patient.name)
            service.cancel(
                self._session, patient, appointment, reason, wants_new=wants_new, words=words
            )

    def _tell_needs(self) -> None:
        """Patients who tell what their visit must allow for; some times cannot grow."""
        for appointment in self._some_booked(6, (2, 9)):
            patient = appointment.patient
            by = Actor("patient", patient.id, patient.name)
            held = self._session.scalars(
                select(PatientNeed.need).where(PatientNeed.patient_id == patient.id)
            )
            people.set_needs(self._session, by, patient, {*held, "several_problems"})

    def _say_that_no_time_fits(self) -> None:
        for appointment in self._some_booked(2, (12, 30), provisional=True):
            patient = Actor("patient", appointment.patient_id, appointment.patient.name)
            occasion = occasions.for_move(self._session, patient, appointment)
            service.no_time_fits(
                self._session, patient, occasion, "Jeg er bortrejst i hele perioden.", ["later"]
            )

    def _order_where_all_is_taken(self, courses: dict[str, list[Course]]) -> None:
        """Orders with windows so narrow that some find every time taken."""
        for key, name in ((RHEUMA, "Kontrol hos læge"), (ENDO, "Stofskiftekontrol")):
            visit_type = self._demo.visits[key, name]
            for course in courses[key][:4]:
                self._order(course, visit_type, (3, 3))

    def _some_booked(
        self, count: int, days: tuple[int, int], *, provisional: bool = False
    ) -> list[Appointment]:
        """Booked times of ordinary patients that stand on an invitation and may be moved."""
        now = self._session.now()
        wanted = (
            select(Appointment)
            .where(
                Appointment.status == "booked",
                Appointment.invitation_id.is_not(None),
                Appointment.group_session_id.is_(None),
                Appointment.moves == 0,
                Appointment.starts_at > now + timedelta(days=days[0]),
                Appointment.starts_at < now + timedelta(days=days[1]),
                Appointment.booked_at < now - timedelta(hours=1),
            )
            .order_by(Appointment.id)
        )
        if provisional:
            wanted = wanted.where(Appointment.participant == "needs-action")
        found = list(self._session.scalars(wanted))
        return self._rng.sample(found, min(count, len(found)))

    def _office(self, key: str) -> Actor:
        return actor_of(self._demo.staff["hanne" if key == RHEUMA else "dorte"])

    def _office_of(self, course: Course) -> Actor:
        return self._office(
            next(key for key, one in self._demo.clinics.items() if one.id == course.clinic_id)
        )

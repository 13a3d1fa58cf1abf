"""Overbooking in the demo: a clinic with years behind it where more than a tenth stays away, full
mornings ahead, extras that were placed in the weeks gone by, and what was promised of them.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta
from math import log, sqrt
from random import Random

from sqlalchemy import insert, select

from booking.appointments import search
from booking.appointments import service as appointments
from booking.appointments.errors import HasOneAlready
from booking.appointments.invitations.models import Course
from booking.appointments.models import (
    Allocation,
    Appointment,
    AppointmentChange,
    OverbookingGrant,
    PastVisit,
)
from booking.appointments.occasions import Occasion, free, length_for
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.calendar.service import today
from booking.demo.clinics import ENDO
from booking.demo.clock import as_at
from booking.demo.founding import Demo
from booking.demo.outcomes import DID_NOT_COME, likely_missed
from booking.demo.waitlist import accepted_times, as_patient
from booking.overbooking import (
    granting,
    judging,
    possibilities,
    predicting,
    queries,
    service,
    settings,
)
from booking.overbooking import sessions as clinic_sessions
from booking.overbooking.deciding import Limits, decide, put_in
from booking.overbooking.service_times import learnt
from booking.overbooking.sessions import ClinicSession
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import day_bounds, day_start, local_date
from booking.waitlist import service as waitlist
from booking.waitlist.service import Wishes

CLINICIAN, VISIT = "emil", "Kort kontrol hos yngre læge"
LEADER, SECRETARY = "bente", "dorte"
# So much is known of the years before: visits of each course, and days they were spread over.
REMEMBERED, FROM = 5, (40, 700)
WEEKS_BACK, MORNINGS, WAITING = timedelta(weeks=4), 3, 5
EVENING = timedelta(hours=19)
MINUTE = timedelta(minutes=1)


def tell(session: Session, demo: Demo, rng: Random) -> None:
    """Call when the calendar is full."""
    _Mornings(session, demo, rng).tell()


class _Mornings:
    """One clinician's mornings, gone by and to come."""

    def __init__(self, session: Session, demo: Demo, rng: Random) -> None:
        self._session, self._rng = session, rng
        self._clinic: Clinic = demo.clinics[ENDO]
        self._clinician: Resource = demo.clinicians[CLINICIAN]
        self._visit_type: VisitType = demo.visits[ENDO, VISIT]
        self._leader = actor_of(demo.staff[LEADER])
        self._secretary = actor_of(demo.staff[SECRETARY])
        self._labels = [name for key, name in demo.visits if key == ENDO]
        wanted = select(Course).where(
            Course.clinic_id == self._clinic.id, Course.ended_on.is_(None)
        )
        self._courses = list(session.scalars(wanted.order_by(Course.id)))

    def tell(self) -> None:
        """In the order of time."""
        session, clinic = self._session, self._clinic
        self._years_before()
        pair = (self._clinician.id, self._visit_type.id)
        settings.turn_on(session, self._leader, clinic, [pair])
        service.keep(session, SYSTEM, clinic, service.learn(session, clinic))
        self._weeks_before()
        self._somebody_waits()
        ahead = self._full_mornings()
        for morning in ahead[1:]:
            self._granted(morning, placed=morning is ahead[-1])
        judging.run(session)

    def _years_before(self) -> None:
        """Visits from another system: the longer ahead booked, the oftener missed."""
        now, rng = self._session.now(), self._rng
        rows = []
        for number, course in enumerate(self._courses * REMEMBERED):
            at = self._a_working_time(now - timedelta(days=rng.uniform(*FROM)))
            lead = rng.choice((0, *range(3, 90)))
            missed = rng.random() < likely_missed(DID_NOT_COME[ENDO], lead)
            rows.append(
                {
                    "clinic_id": self._clinic.id,
                    "patient_id": course.patient_id,
                    "day": local_date(at, self._clinic.zone),
                    "at": at,
                    "booked_on": local_date(at, self._clinic.zone) - timedelta(days=lead),
                    "outcome": "noshow" if missed else "fulfilled",
                    "label": rng.choice(self._labels),
                    "source": "Tidligere system",
                    "source_key": f"demo-{number}",
                    "facts": {},
                }
            )
        self._session.execute(insert(PastVisit), rows)

    def _a_working_time(self, at: datetime) -> datetime:
        """A quarter of a working day: the one on which an instant lies, or the Friday before."""
        day = local_date(at, self._clinic.zone)
        day -= timedelta(days=max(0, day.weekday() - 4))
        return day_start(day, self._clinic.zone) + 15 * MINUTE * self._rng.randrange(32, 60)

    def _weeks_before(self) -> None:
        """Each day as it was expected the evening before, and as it went; most with an extra."""
        here, zone = today(self._session, self._clinic), self._clinic.zone
        first, yesterday = here - WEEKS_BACK, here - timedelta(days=1)
        found = clinic_sessions.read(
            self._session, self._clinic, first, yesterday,
            queries.believed(self._session, self._clinic),
            clinician_id=self._clinician.id, beforehand=True,
        )  # fmt: skip
        for number, one in enumerate(one for one in found if one.booked):
            if number % 8:
                self._had_an_extra(one)
            self._went(one)
        for day in sorted({local_date(one.start, zone) for one in found if one.booked}):
            evening = day_start(day - timedelta(days=1), zone) + EVENING
            with as_at(self._session, evening):
                predicting.keep(self._session, self._clinic, day)
        predicting.observe(self._session, self._clinic)

    def _had_an_extra(self, one: ClinicSession) -> None:
        """If it could carry one: a grant of the day before, and who sat on it."""
        session, minutes = self._session, self._visit_type.base_minutes
        extra = one.one_more(learnt(minutes, ()).distribution)
        decision = decide(one.question(self._visit_type, minutes), extra, Limits())
        if not decision.granted:
            return
        start = one.start + decision.granted[0] * MINUTE
        end = start + minutes * MINUTE
        grant = OverbookingGrant(
            resource_id=one.clinician_id,
            clinic_id=self._clinic.id,
            site_id=one.site_id,
            visit_type_id=self._visit_type.id,
            session_start=one.start,
            starts_at=start,
            ends_at=end,
            lane=1,
            granted_by=self._secretary.name,
            granted_at=one.start - timedelta(days=1),
            judged_at=one.start - timedelta(hours=20),
            snapshot=granting.snapshot(
                one, decision, put_in(one.patients, extra, decision.granted[0]), Limits()
            ),
        )
        session.add(grant)
        course = self._somebody(one.start)
        came = self._rng.random() > DID_NOT_COME[ENDO]
        made = Appointment(
            clinic_id=self._clinic.id,
            site_id=one.site_id,
            patient_id=course.patient_id,
            course_id=course.id,
            visit_type_id=self._visit_type.id,
            clinician_id=one.clinician_id,
            form="in_person",
            starts_at=start,
            ends_at=end,
            status="fulfilled" if came else "noshow",
            participant="accepted",
            booked_at=one.start - timedelta(hours=20),
        )
        session.add(made)
        session.flush()
        session.add_all(
            [
                Allocation(
                    resource_id=one.clinician_id,
                    lane=1,
                    grant_id=grant.id,
                    starts_at=start,
                    ends_at=end,
                    active=False,
                    appointment_id=made.id,
                ),
                AppointmentChange(
                    appointment_id=made.id,
                    at=made.booked_at,
                    what="booked",
                    actor_kind="staff",
                    actor_id=self._secretary.id,
                    actor_name=self._secretary.name,
                    channel="phone",
                    to_start=start,
                ),
            ]
        )
        session.flush()

    def _went(self, one: ClinicSession) -> None:
        """Seen in booked order, each for as long as such visits take."""
        visits = self._session.scalars(
            select(Appointment)
            .where(
                Appointment.clinician_id == one.clinician_id,
                Appointment.status == "fulfilled",
                Appointment.starts_at >= one.start,
                Appointment.starts_at < one.end,
            )
            .order_by(Appointment.starts_at, Appointment.id)
        ).all()
        free_at = one.start
        for visit in visits:
            visit.arrived_at = visit.starts_at - self._rng.randint(2, 14) * MINUTE
            visit.called_in_at = max(visit.starts_at, free_at)
            visit.done_at = free_at = visit.called_in_at + self._lasted(visit.minutes) * MINUTE
        self._session.flush()

    def _lasted(self, planned: int) -> int:
        """Minutes: log-normal about four fifths of the plan; a full morning has some air."""
        mean, deviation = 0.8 * planned, 0.36 * planned
        spread = log(1 + (deviation / mean) ** 2)
        return max(1, round(self._rng.lognormvariate(log(mean) - spread / 2, sqrt(spread))))

    def _somebody_waits(self) -> None:
        """Some with a later time would rather come earlier, whatever the day."""
        later = list(accepted_times(self._session, self._visit_type.id, (21, 50)))
        for appointment in self._rng.sample(later, min(WAITING, len(later))):
            if appointment.invitation is not None:
                appointment.invitation.window_from = today(self._session, self._clinic)
            entry = waitlist.wish(
                self._session, as_patient(appointment), appointment, Wishes(notice_hours=2)
            )
            entry.created_at = self._session.now() - timedelta(days=self._rng.randint(2, 30))
        self._session.flush()

    def _full_mornings(self) -> list[datetime]:
        """Fill the next mornings to the last time; the start of each."""
        session, mornings = self._session, list[datetime]()
        day = today(session, self._clinic)
        while len(mornings) < MORNINGS:
            day += timedelta(days=1)
            starts = clinic_sessions.read(
                session, self._clinic, day, day, queries.believed(session, self._clinic),
                clinician_id=self._clinician.id,
            )  # fmt: skip
            if starts:
                self._fill(day, starts[0])
                mornings.append(starts[0].start)
        return mornings

    def _fill(self, day: date, one: ClinicSession) -> None:
        while True:
            found = possibilities.free_starts(self._session, self._visit_type, day, day)
            left = [
                slot
                for slot in found.slots()
                if slot.clinician_id == one.clinician_id and one.start <= slot.start < one.end
            ]
            if not left:
                return
            self._book(min(left))

    def _book(self, slot: search.Slot) -> None:
        appointments.book(self._session, self._secretary, self._occasion(slot.start), slot, "phone")

    def _occasion(self, at: datetime) -> Occasion:
        """Booking somebody of the usual length who has no such time ahead."""
        while True:
            course = self._somebody(at)
            wanted = length_for(self._session, self._visit_type, course.patient_id)
            if wanted.minutes != self._visit_type.base_minutes:
                continue
            with suppress(HasOneAlready):
                return free(self._session, self._secretary, course, self._visit_type)

    def _granted(self, morning: datetime, *, placed: bool) -> None:
        """An extra is granted there, where it can be; placed: and somebody has got it."""
        session, day = self._session, local_date(morning, self._clinic.zone)
        policy = settings.policy_of(session, self._clinic)
        found = possibilities.look(session, self._clinic, policy, self._visit_type, day, day)
        start = found[0].start
        if start is None:
            return
        by: Actor = self._secretary
        grant = granting.grant(session, by, self._visit_type, self._clinician.id, start)
        if placed:
            granting.place(session, by, grant, self._occasion(start), "phone")

    def _somebody(self, at: datetime) -> Course:
        """A patient of the clinic with nothing else that day."""
        first, after = day_bounds(local_date(at, self._clinic.zone), self._clinic.zone)
        while True:
            course = self._rng.choice(self._courses)
            busy = select(Appointment.id).where(
                Appointment.patient_id == course.patient_id,
                Appointment.starts_at >= first,
                Appointment.starts_at < after,
            )
            if self._session.scalar(busy.limit(1)) is None:
                return course

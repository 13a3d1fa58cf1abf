"""What the workbench's machine does with whole days and with groups, and how it does anything."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from booking.appointments import groups, occasions, service
from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment, GroupSession
from booking.appointments.search import Slot, Wish
from booking.calendar.models import Clinic, Resource, Site
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Database, Session
from booking.platform.errors import DomainError
from booking.platform.identity import Actor
from booking.rescheduling import service as rescheduling
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from tests import factories as make

BEGINS = datetime(2026, 11, 23, 7, tzinfo=UTC)  # a Monday, eight by the clock
PATIENTS = 6
Where = tuple[int, int, int]
PICK = st.integers(0, 11)
PLACES = st.tuples(
    st.integers(0, 3),
    st.integers(0, 15),
    st.integers(0, 1),  # day, half-hours from eight, doctor
)


class WholeDays(RuleBasedStateMachine):
    """A clinic of which `Workbench` says what is in it."""

    database: Database
    clinic_id: int
    site_id: int
    staff_id: int
    doctors: list[int]
    resources: list[int]
    courses: list[int]
    meetings: list[int]
    plans: list[int]
    stood: dict[int, tuple[Any, ...]]

    @rule(pick=PICK, meeting=PICK)
    def join(self, pick: int, meeting: int) -> None:
        """A patient joins a group of two."""

        def do(session: Session) -> Appointment:
            course = session.get_one(Course, self.courses[pick % PATIENTS])
            group = session.get_one(GroupSession, picked(self.meetings, meeting))
            by = self._secretary(session)
            occasion = occasions.free(session, by, course, group.visit_type)
            times = group.starts_at, group.ends_at
            slot = Slot(*times, group.clinician_id, group.site_id, group.id)
            return service.book(session, by, occasion, slot, "phone")

        self._try(do)

    @rule(place=PLACES, who=st.integers(0, 4))
    def falls_apart(self, place: Where, who: int) -> None:
        """A doctor, a room or the clinic is out from a time of a day on; a plan is made."""

        def do(session: Session) -> None:
            day, half, _who = place
            start = BEGINS + timedelta(days=day, minutes=30 * (half % 4))
            end = BEGINS + timedelta(days=day, hours=9)
            out = [Outage(None if who == 4 else self.resources[who], start, end)]
            clinic, by = session.get_one(Clinic, self.clinic_id), self._secretary(session)
            plan = rescheduling.draft(session, by, clinic, out, "clinician_away")
            self.plans.append(plan.id)

        self._try(do)

    @precondition(lambda self: self.plans)
    @rule(pick=PICK, left_out=PICK)
    def carry_out(self, pick: int, left_out: int) -> None:
        """A plan is carried out, now and then without one of its patients: all of it or none."""

        def do(session: Session) -> list[Appointment]:
            plan = session.get_one(Rescheduling, picked(self.plans, pick))
            by = self._secretary(session)
            if plan.lines and left_out < len(plan.lines):
                line = plan.lines[left_out]
                rescheduling.leave_out(session, by, line, plan.version, left_out=True)
            rescheduling.carry_out(session, by, plan, plan.version)
            for line in plan.lines:
                assert self._as_planned(line), "a plan was carried out otherwise than it said"
            return [line.appointment for line in plan.lines]

        self._try(do)

    def _as_planned(self, line: ReschedulingLine) -> bool:
        one = line.appointment
        stands = (one.starts_at, one.ends_at, one.clinician_id)
        if line.outcome == "moved":
            return stands == (line.starts_at, line.ends_at, line.clinician_id)
        return line.outcome in ("waiting", "left") and stands == self.stood[one.id][:3]

    # How it is done

    def _try(self, do: Callable[[Session], Appointment | list[Appointment] | None]) -> None:
        """In a transaction of its own, where it is permitted; the rows touched are remembered."""
        found: dict[int, tuple[Any, ...]] = {}
        with suppress(DomainError, LookupError):
            with self.database.transaction() as session:
                touched = do(session) or []
                session.flush()
                for one in touched if isinstance(touched, list) else [touched]:
                    session.refresh(one)
                    found[one.id] = (one.starts_at, one.ends_at, one.clinician_id, one.status)
            self.stood |= found

    def _slot(self, day: int, half: int, who: int) -> Slot:
        start = BEGINS + timedelta(days=day, minutes=30 * half)
        return Slot(start, start + timedelta(minutes=30), self.doctors[who], self.site_id)

    def _appointment(self, session: Session, pick: int) -> Appointment:
        return session.get_one(Appointment, picked(sorted(self.stood), pick))

    def _from(self, session: Session, pick: int) -> Iterator[Appointment]:
        """All of them, beginning with the one picked."""
        known = sorted(self.stood)
        for number in range(len(known)):
            yield session.get_one(Appointment, picked(known, pick + number))

    def _secretary(self, session: Session) -> Actor:
        return actor_of(session.get_one(Staff, self.staff_id))


def picked(several: Any, pick: int) -> Any:
    """One of several; LookupError where there is none."""
    if not several:
        raise LookupError
    return several[pick % len(several)]


def meetings(session: Session, doctors: list[Resource], site: Site, by: Actor) -> list[int]:
    """Three meetings of a group of two, an hour each."""
    kind = make.visit_type(session, site.clinic, group_capacity=2, mode="free")
    days = date(2026, 11, 23), date(2026, 11, 26)
    wish = Wish(kind, "in_person", 30, *days, 0, session.now())
    found = []
    for day, hour in ((0, 6), (1, 2), (2, 4)):
        start = BEGINS + timedelta(days=day, hours=hour)
        slot = Slot(start, start + timedelta(minutes=30), doctors[day % 2].id, site.id)
        found.append(groups.create(session, by, wish, slot).id)
    return found

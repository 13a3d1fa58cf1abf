"""A clinic's day in any order: booked, held, moved one by one and as a whole day, joined in groups,
cancelled, taken back, closed, opened, offered and accepted. After every step the rows themselves
are asked, in SQL of this module's own, whether what must never break still holds; and whatever was
refused has left no mark.
"""

from datetime import date, datetime, time, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from booking.appointments import holds, occasions, service
from booking.appointments.conflicts import conflicts
from booking.appointments.errors import CannotUndo
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import Appointment
from booking.appointments.undo import last_act, undo
from booking.appointments.visit_types.models import VisitType
from booking.calendar import closures
from booking.calendar.models import Clinic, Closure
from booking.people.models import Patient
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.web import Rettid
from booking.waitlist import answering, reaching, refill
from booking.waitlist import service as waitlist
from booking.waitlist.models import FreedTime, Offer
from tests import factories as make
from tests.integration.workbench_days import (
    BEGINS,
    PATIENTS,
    PICK,
    PLACES,
    Where,
    WholeDays,
    meetings,
    picked,
)
from tests.integration.workbench_rows import Rows, broken

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")

FULL = [(0, 4, 0), (0, 5, 1), (1, 2, 0), (1, 3, 1), (2, 0, 0), (3, 8, 1)]  # as it begins


class Workbench(WholeDays):
    """One clinic with two doctors, two rooms and six patients, on a database used before."""

    rettid: Rettid
    freezer: FrozenDateTimeFactory

    @initialize()
    def begin(self) -> None:
        """Monday morning."""
        self.freezer.move_to(BEGINS)
        self.database = self.rettid.database
        self.stood = {}
        self.history: dict[int, int] = {}
        self.tokens: list[str] = []
        self.filled: dict[int, int] = {}
        with self.database.transaction() as session:
            standing = FreedTime.status.in_(("offering", "listed"))
            session.execute(update(FreedTime).where(standing).values(status="gone"))
            session.execute(update(Offer).where(Offer.status == "open").values(status="expired"))
            clinic = make.clinic(session)
            site = make.site(session, clinic)
            doctors = [make.clinician(session, clinic) for _ in range(2)]
            rooms = [make.room(session, site) for _ in range(2)]
            for one in (*doctors, *rooms):
                make.open_weekdays(session, one, site)
            kinds = [
                make.visit_type(session, clinic, rooms=rooms, mode="free", closing_hours=1),
                make.visit_type(
                    session, clinic, rooms=rooms, base_minutes=45, buffer_after=15, closing_hours=1
                ),
            ]
            courses = []
            for _ in range(PATIENTS):
                patient = make.patient(session, clinic)
                courses.append(make.course(session, clinic, patient, responsible=doctors[0]))
            staff = make.staff(session, clinic)
            self.clinic_id, self.site_id, self.staff_id = clinic.id, site.id, staff.id
            self.doctors = [one.id for one in doctors]
            self.resources = [one.id for one in (*doctors, *rooms)]
            self.kinds = [one.id for one in kinds]
            self.courses = [one.id for one in courses]
            self.meetings = meetings(session, doctors, site, actor_of(staff))
        # What has been tried: what came of it may hang on what others left in the database.
        self.closed = self.asked = self.freed = self.held = False
        self.plans = []
        for number, place in enumerate(FULL):
            self.book(number, True, False, place)
        for number in range(2, len(FULL)):
            self.wish(number, True)

    # What people do

    @rule(pick=PICK, invited=st.booleans(), provisional=st.booleans(), place=PLACES)
    def book(self, pick: int, invited: bool, provisional: bool, place: Where) -> None:
        """The secretary books, on an invitation or without one."""

        def do(session: Session) -> Appointment:
            course = session.get_one(Course, self.courses[pick % PATIENTS])
            kind = session.get_one(VisitType, self.kinds[pick % 2])
            by = self._secretary(session)
            if invited:
                first, last = date(2026, 11, 23), date(2026, 11, 26)
                made = make.invitation(session, course, kind, first, last)
                occasion = occasions.for_invitation(session, by, made)
            else:
                occasion = occasions.free(session, by, course, kind)
            slot = self._slot(*place)
            return service.book(session, by, occasion, slot, "phone", provisional=provisional)

        self._try(do)

    @precondition(lambda self: self.freed)
    @rule(pick=PICK, place=PLACES)
    def book_again(self, pick: int, place: Where) -> None:
        """A time on an invitation that lost its own."""

        def do(session: Session) -> Appointment:
            wanted = select(Invitation).where(
                Invitation.clinic_id == self.clinic_id, Invitation.status == "open"
            )
            rows = session.scalars(wanted.order_by(Invitation.id)).all()
            invitation = picked(rows, pick)
            by = self._secretary(session)
            occasion = occasions.for_invitation(session, by, invitation)
            if any(one.stops for one in conflicts(session, by, occasion, self._slot(*place))):
                raise CannotUndo
            return service.book(session, by, occasion, self._slot(*place), "phone")

        self._try(do)

    @rule(pick=PICK, place=PLACES)
    def move(self, pick: int, place: Where) -> None:
        """The secretary moves one; what stands in the way was said beforehand."""

        def do(session: Session) -> Appointment:
            by, one = self._secretary(session), self._appointment(session, pick)
            stops = [c for c in conflicts(session, by, one, self._slot(*place)) if c.stops]
            try:
                occasion = occasions.for_move(session, by, one)
                moved = service.book(session, by, occasion, self._slot(*place), "desk")
            except DomainError:
                assert stops, "refused, and nothing was said to be in the way"
                raise
            assert not stops, f"moved although {stops} were said to be in the way"
            return moved

        self.freed = True
        self._try(do)

    @rule(pick=PICK, place=PLACES)
    def hold(self, pick: int, place: Where) -> None:
        """A patient chooses another time, and has yet to confirm it."""

        def do(session: Session) -> None:
            one = self._appointment(session, pick)
            by = make.as_patient(one.patient)
            occasion = occasions.for_move(session, by, one)
            self.tokens.append(holds.place(session, occasion, self._slot(*place)).token)

        self.held = True
        self._try(do)

    @precondition(lambda self: self.held)
    @rule(pick=PICK)
    def confirm(self, pick: int) -> None:
        """They confirm: the old time is free, and so is what was held."""

        def do(session: Session) -> Appointment:
            held = holds.by_token(session, picked(self.tokens, pick))
            return service.confirm(session, make.as_patient(held.patient), held)

        self._try(do)

    @rule(pick=PICK, patient=st.booleans(), wants_new=st.booleans())
    def cancel(self, pick: int, patient: bool, wants_new: bool) -> None:
        """A time is given up."""

        def do(session: Session) -> Appointment:
            one = self._appointment(session, pick)
            by = make.as_patient(one.patient) if patient else self._secretary(session)
            service.cancel(session, by, one, "other", wants_new=wants_new)
            return one

        self.freed = True
        self._try(do)

    @precondition(lambda self: self.freed)
    @rule(pick=PICK)
    def take_back(self, pick: int) -> None:
        """The latest act on an appointment is taken back, if there is one that can be."""

        def do(session: Session) -> Appointment:
            by = self._secretary(session)
            found = (last_act(session, by, one) for one in self._from(session, pick))
            change = next((one for one in found if one is not None), None)
            if change is None:
                raise CannotUndo
            before = change.before or {}
            start = change.from_start if change.what == "moved" else change.to_start
            made = undo(session, by, change)
            place = (made.starts_at, made.clinician_id, made.form, made.participant)
            was = (start, before["clinician_id"], before["form"], before["participant"])
            assert place == was, "taken back to another place"
            return made

        self._try(do)

    @rule(pick=PICK, length=st.sampled_from([30, 120, 600]), place=PLACES)
    def close(self, pick: int, length: int, place: Where) -> None:
        """The clinic, a doctor or a room is closed for a while."""

        def do(session: Session) -> None:
            clinic = session.get_one(Clinic, self.clinic_id)
            day, half, who = place
            resource = None if pick == 0 else self.resources[(pick + who) % 4]
            start = datetime.combine(date(2026, 11, 23 + day), time(8)) + timedelta(
                minutes=30 * half
            )
            end = min(start + timedelta(minutes=length), start.replace(hour=23, minute=0))
            period = closures.LocalPeriod(start.date(), start.date(), start.time(), end.time())
            what = closures.Place(resource_id=resource)
            by = self._secretary(session)
            closures.add_closure(session, by, clinic, what, period, "Lukket")

        self.closed = True
        self._try(do)

    @precondition(lambda self: self.closed)
    @rule(pick=PICK)
    def reopen(self, pick: int) -> None:
        """What was closed is open again."""

        def do(session: Session) -> None:
            wanted = select(Closure).where(Closure.clinic_id == self.clinic_id)
            closure = picked(session.scalars(wanted.order_by(Closure.id)).all(), pick)
            by = self._secretary(session)
            closures.remove_closure(session, by, closure, closure.version)

        self._try(do)

    @rule(pick=PICK, by_patient=st.booleans())
    def wish(self, pick: int, by_patient: bool) -> None:
        """Somebody would like an earlier time."""

        def do(session: Session) -> None:
            one = self._appointment(session, pick)
            by = make.as_patient(one.patient) if by_patient else self._secretary(session)
            waitlist.wish(session, by, one, waitlist.Wishes(notice_hours=0))

        self._try(do)

    @precondition(lambda self: self.asked)
    @rule(pick=PICK, yes=st.sampled_from([True, True, False]))
    def answer(self, pick: int, yes: bool) -> None:
        """Somebody answers an offer: in time or late, first or last."""

        def do(session: Session) -> Appointment | None:
            wanted = (
                select(Offer)
                .join(Patient, Patient.id == Offer.patient_id)
                .where(Offer.entry.has(clinic_id=self.clinic_id))
                .order_by(Offer.id)
            )
            offer = picked(session.scalars(wanted).all(), pick)
            by = make.as_patient(session.get_one(Patient, offer.patient_id))
            if not yes:
                answering.decline(session, by, offer)
                return None
            return answering.accept(session, by, offer)

        self._try(do)

    # What time and the machinery do

    @precondition(lambda self: self.freed)
    @rule()
    def refill(self) -> None:
        """The job that offers on what came free."""
        self.asked = True
        with self.database.transaction() as session:
            refill.run(session)

    @rule(minutes=st.sampled_from([1, 1, 9, 11, 40, 240]))
    def tick(self, minutes: int) -> None:
        """Time passes: holds and offers run out."""
        self.freezer.tick(timedelta(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        """The job that removes what was held too long."""
        with self.database.transaction() as session:
            holds.sweep(session)

    # What holds

    @invariant()
    def holds(self) -> None:
        """Nothing is broken, nothing refused left a mark, and nothing is forgotten."""
        with self.database.reading() as session:
            rows = Rows(session, self.clinic_id)
            assert broken(session, self.clinic_id, session.now()) == {}
            assert rows.appointments() == self.stood
            history = rows.history()
            for number, length in self.history.items():
                assert history[number] >= length, "something was taken out of a history"
            self.history = history
            filled = rows.filled()
            for freed, appointment in self.filled.items():
                assert filled[freed] == appointment, "a freed time went to someone else after all"
            self.filled = filled


def test_whatever_the_clinic_does_nothing_is_taken_twice_or_lost(
    rettid: Rettid, freezer: FrozenDateTimeFactory, soak: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Here(Workbench):
        pass

    monkeypatch.setitem(rettid.database.ports, reaching.PORT, lambda *_: {})  # everyone hears
    Here.rettid, Here.freezer = rettid, freezer
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12 * soak,
            stateful_step_count=34,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

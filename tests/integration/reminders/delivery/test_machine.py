"""Whatever happens to bookings, patients, processes and the provider, in any order: each message
goes out once at most, nothing goes out that should not any more, and nothing is lost.

What the provider accepted is the truth that our tables are held against.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import TypeVar

import pytest
from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.people.models import Patient, Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.identity import Actor, Role
from booking.platform.localtime import to_local
from booking.platform.web import Rettid
from reminders.channels.letters import LetterChannel
from reminders.delivery import hearing
from reminders.delivery.dispatch import dispatch
from reminders.delivery.hearing import Heard
from reminders.delivery.reconcile import reconcile
from reminders.messages.models import MessageAttempt
from reminders.policies import service as policies
from reminders.policies.models import ReminderPolicy
from reminders.policies.standard import STANDARD
from reminders.policies.steps import Conditions, Step, When
from reminders.preferences import service as preferences
from reminders.replies import service as replies
from tests import factories as make
from tests.integration.reminders.conftest import SENDER
from tests.integration.reminders.delivery.held import Held
from tests.integration.reminders.delivery.provider import Killed, NoDatabase, Provider
from tests.integration.reminders.replies.conftest import has_number

pytestmark = pytest.mark.freeze_time("2026-10-22T08:00:00Z")

BEGINS = datetime(2026, 10, 22, 8, tzinfo=UTC)  # a Thursday; the clocks change on Sunday
NUMBERS = ("+4520301001", "+4520301002", "+4520301003")
ASK = Step("ask", When("hours_before", 48), ("sms",), "reminder", Conditions(answered="no"))
POLICIES = (
    STANDARD,
    replace(STANDARD, steps=(*STANDARD.steps, ASK)),
    replace(STANDARD, steps=STANDARD.steps[:4], quiet_from=time(18), quiet_to=time(9)),
)
TROUBLES = (
    "", "timeout before", "timeout after", "killed before", "killed after", "not recorded",
    "21610", "30003", "30007", "21211", "20429", "20003", "connection",
)  # fmt: skip
OUTCOMES = (("delivered", ""), ("failed", "30003"), ("failed", "30007"), ("failed", "30036"))
NOBODY_KNOWS = TROUBLES[1:6]
FRIDAY = 4
LAG = timedelta(minutes=4)  # less than LOOK_AFTER: the list tells the truth when we look
MOST_APPOINTMENTS = 4
PICK = st.integers(0, 11)
DAYS = st.integers(0, 12)
HOURS = st.integers(8, 15)

_examples = count(1)
One = TypeVar("One")


class Deliveries(Held):
    """One clinic with three patients, on a database that others have used before."""

    rettid: Rettid
    freezer: FrozenDateTimeFactory
    chance: Random

    @initialize()
    def begin(self) -> None:
        """A clinic that sends, and patients of whom two may come to share a number."""
        self.freezer.move_to(BEGINS)
        self.chance.seed(7)
        self.database = self.rettid.database
        self.provider = Provider(self.database, f"model-{next(_examples)}", LAG)
        self.database.ports["channels"] = {
            "sms": self.provider.channel("sms"),
            "voice": self.provider.channel("voice"),
            "letter": LetterChannel(),
        }
        self.appointments: list[int] = []
        self.callbacks: list[tuple[str, Heard]] = []
        self.ranks: dict[int, int] = {}
        # What happened after which attempt (by its id): (attempt id, what).
        self.cancelled: dict[int, int] = {}
        self.versions: dict[int, list[tuple[int, int]]] = {}
        self.kept: dict[tuple[int, int], int] = {}
        self.numbers: dict[int, list[tuple[int, str | None]]] = {}
        self.stops: dict[str, list[tuple[int, bool]]] = {}
        with self.database.transaction() as session:
            self._found(session)
        self.book(pick=0, days=4, hour=9)

    def _found(self, session: Session) -> None:
        clinic = make.clinic(session)
        site = make.site(session, clinic)
        doctor = make.clinician(session, clinic)
        make.open_weekdays(session, doctor, site)
        control = make.visit_type(session, clinic)
        staff = make.staff(session, clinic, Role.SECRETARY)
        self.clinic_id, self.site_id, self.doctor_id = clinic.id, site.id, doctor.id
        self.control_id, self.staff_id = control.id, staff.id
        policies.send_from(session, actor_of(staff), clinic, replace(SENDER, a_minute=6000))
        self.patients: list[int] = []
        self.courses: list[int] = []
        for number, address in zip(NUMBERS, ("Parkvej 3\n9000 Aalborg", "", ""), strict=True):
            patient = make.patient(session, clinic)
            has_number(patient, number)
            patient.address_sealed = session.vault.seal(address) if address else None
            self.patients.append(patient.id)
            course = make.course(session, clinic, patient, responsible=doctor)
            self.courses.append(course.id)
            self.numbers[patient.id] = [(0, patient.phone_hash)]

    # What people do

    @precondition(lambda self: len(self.appointments) < MOST_APPOINTMENTS)
    @rule(pick=PICK, days=DAYS, hour=HOURS)
    def book(self, pick: int, days: int, hour: int) -> None:
        """The secretary books a time."""

        def do(session: Session) -> None:
            course = session.get_one(Course, self.courses[pick % 3])
            control = session.get_one(VisitType, self.control_id)
            occasion = occasions.free(session, self._secretary(session), course, control)
            made = self._place(session, occasion, days, hour)
            self.appointments.append(made.id)
            self.versions[made.id] = [(self._last(session), made.sequence)]

        self._try(do)

    @precondition(lambda self: len(self.appointments) < MOST_APPOINTMENTS)
    @rule(pick=PICK, days=DAYS, hour=HOURS, trouble=st.sampled_from(NOBODY_KNOWS))
    def book_badly(self, pick: int, days: int, hour: int, trouble: str) -> None:
        """The secretary books a time, and telling of it goes wrong."""
        self.book(pick=pick, days=days, hour=hour)
        self.dispatch(troubles=[trouble])

    @rule(pick=PICK, days=DAYS, hour=HOURS)
    def move(self, pick: int, days: int, hour: int) -> None:
        """The secretary moves one."""

        def do(session: Session) -> None:
            appointment = self._appointment(session, pick)
            occasion = occasions.for_move(session, self._secretary(session), appointment)
            moved = self._place(session, occasion, days, hour)
            self.versions[moved.id].append((self._last(session), moved.sequence))

        self._try(do)

    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        """The clinic cancels one."""

        def do(session: Session) -> None:
            appointment = self._appointment(session, pick)
            booking.cancel(
                session, self._secretary(session), appointment, "clinic", "desk", wants_new=False
            )
            self.cancelled[appointment.id] = self._last(session)

        self._try(do)

    @rule(pick=PICK)
    def keep(self, pick: int) -> None:
        """The patient says yes."""

        def do(session: Session) -> None:
            appointment = self._appointment(session, pick)
            booking.keep(session, make.as_patient(appointment.patient), appointment)
            self.kept[appointment.id, appointment.sequence] = self._last(session)

        self._try(do)

    @rule(pick=PICK, number=st.sampled_from([None, *NUMBERS]))
    def change_number(self, pick: int, number: str | None) -> None:
        """A patient has another number, someone else's, or none."""
        with self.database.transaction() as session:
            patient = session.get_one(Patient, self.patients[pick % 3])
            if number is None:
                patient.phone_sealed = patient.phone_hash = None
            else:
                has_number(patient, number)
            session.flush()
            self.numbers[patient.id].append((self._last(session), patient.phone_hash))

    @rule(number=st.sampled_from(NUMBERS), word=st.sampled_from(["STOP", "START"]))
    def opt(self, number: str, word: str) -> None:
        """STOP or START comes from a number."""
        with self.database.transaction() as session:
            name = f"IN{next(_examples)}"
            replies.receive(session, "model", name, "sms", number, SENDER.sender, word)
            fingerprint = session.vault.fingerprint("phone", number)
            self.stops.setdefault(fingerprint, []).append((self._last(session), word == "STOP"))

    @rule(pick=PICK, channel=st.sampled_from(["", "sms", "voice", "letter"]))
    def prefer(self, pick: int, channel: str) -> None:
        """A patient chooses how to hear."""
        with self.database.transaction() as session:
            patient = session.get_one(Patient, self.patients[pick % 3])
            preferences.choose(session, make.as_patient(patient), patient, channel)

    @rule(which=st.integers(0, len(POLICIES) - 1))
    def publish(self, which: int) -> None:
        """The clinic sends by other rules from now on."""
        with self.database.transaction() as session:
            clinic_s = session.scalars(
                select(ReminderPolicy).where(ReminderPolicy.clinic_id == self.clinic_id)
            ).one()
            policies.write_draft(session, self._secretary(session), clinic_s, POLICIES[which])
            policies.publish(session, self._secretary(session), clinic_s)

    # What time and the machinery do

    @rule(minutes=st.sampled_from([1, 2, 3, 6, 31, 60, 200, 720, 1440, 4320]))
    def tick(self, minutes: int) -> None:
        """Time passes."""
        self.freezer.tick(timedelta(minutes=minutes))

    @rule(minutes=st.sampled_from([1, 3, 6, 12]))
    def go_on(self, minutes: int) -> None:
        """Time passes, and both jobs run, as they do."""
        self.tick(minutes=minutes)
        self.look(silent=False)
        self.tick(minutes=2)
        self.dispatch(troubles=[])

    @rule(troubles=st.lists(st.sampled_from(TROUBLES), max_size=3))
    def dispatch(self, troubles: list[str]) -> None:
        """What is due is sent, and some of it goes wrong; the process may die."""
        self.provider.troubles.extend(troubles)
        with suppress(Killed, NoDatabase):
            dispatch(self.database, patients=self.patients)
        self.provider.troubles.clear()

    @rule(pick=PICK, what=st.sampled_from(["cancel", "STOP", "number"]))
    def dispatch_meanwhile(self, pick: int, what: str) -> None:
        """In the middle of a call something happens that should stop the next."""

        def happens() -> None:
            self.freezer.tick(timedelta(seconds=1))
            if what == "cancel":
                self.cancel(pick=pick)
            elif what == "STOP":
                self.opt(number=NUMBERS[pick % 3], word="STOP")
            else:
                self.change_number(pick=pick, number=NUMBERS[0])

        self.provider.meanwhile.append(happens)
        dispatch(self.database, patients=self.patients)
        self.provider.meanwhile.clear()

    @rule(silent=st.sampled_from([False, False, True]))
    def look(self, silent: bool) -> None:
        """What is unknown is looked for; the provider may not answer that either."""
        self.provider.silent = silent
        reconcile(self.database)
        self.provider.silent = False

    @rule(pick=PICK, outcome=st.sampled_from(OUTCOMES))
    def arrives(self, pick: int, outcome: tuple[str, str]) -> None:
        """A message arrives or does not; the operator will tell of it some time."""
        one = _picked(self.provider.accepted, pick)
        if one is not None and one.state == "sent":
            one.state, one.error_code = outcome
            key = one.outgoing.attempt
            self.callbacks.append((key, Heard("sent", one.sid)))
            self.callbacks.append((key, Heard(outcome[0], one.sid, outcome[1])))  # type: ignore[arg-type]

    @rule(pick=PICK)
    def callback(self, pick: int) -> None:
        """One of its callbacks comes: late, again, in any order."""
        said = _picked(self.callbacks, pick)
        if said is not None:
            self._hear(*said)

    # How it is done

    def _try(self, do: Callable[[Session], None]) -> None:
        """In a transaction of its own, where it is permitted."""
        with suppress(DomainError), self.database.transaction() as session:
            do(session)

    def _place(
        self, session: Session, occasion: occasions.Occasion, days: int, hour: int
    ) -> Appointment:
        clinic = session.get_one(Clinic, self.clinic_id)
        start = _at(
            to_local(session.now(), clinic.zone).date() + timedelta(days=days), hour, clinic
        )
        while start <= session.now() or start.weekday() > FRIDAY:
            start = _at(to_local(start, clinic.zone).date() + timedelta(days=1), hour, clinic)
        end = start + timedelta(minutes=occasion.length.minutes)
        slot = Slot(start, end, self.doctor_id, self.site_id)
        return booking.book(session, self._secretary(session), occasion, slot, "desk")

    def _appointment(self, session: Session, pick: int) -> Appointment:
        chosen = self.appointments[pick % len(self.appointments)]
        return session.get_one(Appointment, chosen)

    def _secretary(self, session: Session) -> Actor:
        return actor_of(session.get_one(Staff, self.staff_id))

    def _last(self, session: Session) -> int:
        return session.scalar(select(func.max(MessageAttempt.id))) or 0


def _picked(several: Sequence[One], pick: int) -> One | None:
    return several[pick % len(several)] if several else None


def _at(day: date, hour: int, clinic: Clinic) -> datetime:
    return datetime.combine(day, time(hour), clinic.zone).astimezone(UTC)


def test_each_message_goes_once_at_most_and_none_is_lost(
    rettid: Rettid, freezer: FrozenDateTimeFactory, soak: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Here(Deliveries):
        pass

    Here.rettid, Here.freezer, Here.chance = rettid, freezer, Random()
    monkeypatch.setattr(hearing, "_chance", Here.chance)  # so that what fails fails again
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8 * soak,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

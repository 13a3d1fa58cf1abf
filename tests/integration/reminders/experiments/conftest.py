"""A clinic that sends messages, its leader, and an experiment with its reminders."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.people.models import Patient, Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from reminders.experiments import service
from reminders.experiments.models import Experiment
from reminders.policies import queries as policies
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import Policy, from_json
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import Sending

LAST_DAY = date(2027, 2, 28)


@dataclass
class Trial:
    """The clinic, and an experiment with two models: as now, and without the first reminder."""

    session: Session
    place: Place
    leader_staff: Staff
    experiment: Experiment

    @property
    def leader(self) -> Actor:
        """The leader as the one who acts."""
        return actor_of(self.leader_staff)

    @property
    def policy(self) -> ReminderPolicy:
        """What the experiment is under."""
        return self.experiment.policy

    def approve(self) -> None:
        """Somebody has approved it."""
        self.experiment.approval = "Ledelsen, 20. november"
        self.session.flush()

    def start(self) -> None:
        """It runs."""
        self.approve()
        service.start(self.session, self.leader, self.experiment)
        self.session.commit()

    def book(self, start: datetime, patient: Patient | None = None) -> Appointment:
        """Book half an hour with the doctor."""
        patient = patient or make.patient(self.session, self.place.clinic)
        course = make.course(self.session, self.place.clinic, patient)
        by = self.place.secretary
        occasion = occasions.free(self.session, by, course, self.place.control)
        end = start + timedelta(minutes=occasion.length.minutes)
        slot = Slot(start, end, self.place.doctor.id, self.place.site.id)
        made = booking.book(self.session, by, occasion, slot, "phone")
        self.session.commit()
        return made


def without_first(policy: Policy) -> Policy:
    """The same, without the reminder three days before."""
    return replace(policy, steps=tuple(one for one in policy.steps if one.key != "three_days"))


def usual(session: Session, policy: ReminderPolicy) -> Policy:
    """What counts now."""
    newest = policies.newest(session, policy)
    assert newest is not None
    return from_json(newest.body)


@pytest.fixture
def trial(session: Session, sending: Sending) -> Trial:
    """A draft with two models."""
    return drafted(session, sending.place, LAST_DAY)


def drafted(session: Session, place: Place, last_day: date) -> Trial:
    """The same, until another day."""
    leader = make.staff(session, place.clinic, Role.LEADER, name="Lene Leder")
    (policy,) = policies.policies_of(session, place.clinic.id)
    by = actor_of(leader)
    experiment = service.draft(session, by, policy, "En påmindelse", "Er én nok?", last_day)
    experiment.salt = "lot"  # the same lot every time: what a test concludes is not left to chance
    service.add_arm(
        session, by, experiment, "Kun dagen før", 1, without_first(usual(session, policy))
    )
    session.commit()
    return Trial(session, place, leader, experiment)

"""The demo's contacts that belong together: a series with a date skipped, and a day in order."""

from datetime import time, timedelta

from booking.appointments.invitations.models import Course
from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.demo.stories import SECRETARY, Storyteller
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.sequences import service
from booking.sequences.asked import Asked, Combined, Repeating, Step
from booking.sequences.models import ContactSequence
from booking.sequences.planning import Rule
from booking.sequences.proposing import choosing, propose

TIMES = 6


def tell(session: Session, demo: Demo, storyteller: Storyteller) -> None:
    """Book both through the services, while the calendar is still empty."""
    secretaries = {key: actor_of(demo.staff[name]) for key, name in SECRETARY.items()}
    _training(session, secretaries[RHEUMA], storyteller)
    _one_day(session, secretaries[ENDO], storyteller)


def _training(session: Session, by: Actor, storyteller: Storyteller) -> None:
    """Physiotherapy once a week at 10; the third date does not suit her."""
    person = storyteller.person(61.4, woman=True, given_name="Gerda", family_name="Friis")
    course = storyteller.enrol("series", person, RHEUMA, "Rygsøjlegigt", "mette")
    first = local_date(session.now(), course.clinic.zone) + timedelta(days=3)
    rule = Rule(first, 1, "week", time(10), frozenset({0}), count=TIMES, days_off=2)
    training = storyteller.visit_type(course, "Fysioterapi")
    sequence = _booked(session, by, course, Repeating(training.id, "in_person", rule))
    service.skip(session, by, sequence.parts[2], "work")


def _one_day(session: Session, by: Actor, storyteller: Storyteller) -> None:
    """The bone scan first, so that the doctor has the answer."""
    person = storyteller.person(73.8, woman=True, given_name="Inger", family_name="Toft")
    course = storyteller.enrol("same_day", person, ENDO, "Knogleskørhed", "sara")
    first = local_date(session.now(), course.clinic.zone) + timedelta(days=6)
    steps = (
        Step(storyteller.visit_type(course, "DXA-scanning af knogler").id, "in_person"),
        Step(storyteller.visit_type(course, "Stofskiftekontrol").id, "in_person", None, 15, 90),
    )
    _booked(session, by, course, Combined(first, first + timedelta(days=30), steps))


def _booked(session: Session, by: Actor, course: Course, asked: Asked) -> ContactSequence:
    proposal = propose(session, by, course, asked)
    without: dict[int, None] = {row.position: None for row in proposal.rows if row.slot is None}
    return service.book(session, by, choosing(proposal, {**without}))

"""The demo clinics send messages: what lies ahead is planned, and the last days' have been sent."""

from random import Random

from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.demo.stories import Storyteller
from booking.people.models import Patient
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from reminders.demo import experiments, history
from reminders.demo import help as help_calls
from reminders.messages.models import Message
from reminders.planning import service
from reminders.planning.queries import unplanned
from reminders.policies import service as policies
from reminders.policies.service import SenderDetails
from reminders.policies.steps import Occasion
from reminders.preferences import service as preferences
from reminders.replies import service as replies

PLACE = "Sygehus Nord"
SENDERS = {RHEUMA: "+4592450011", ENDO: "+4592450012"}
SECRETARIES = {RHEUMA: "hanne", ENDO: "dorte"}
LEADER = "bente"
EXPERIMENTS = {RHEUMA: experiments.over, ENDO: experiments.running}
# What some of those who were reminded have written back: for a person to read, a yes, an afbud.
WROTE = ("Hej, må min mand komme med ind?", "1", "Ja.", "Kan jeg få parkeringstilladelse?", "2")


def seed(session: Session, demo: Demo, storyteller: Storyteller) -> None:
    """Let both clinics send, each by a number of its own; a few patients have written back."""
    rng = Random(demo.clinics[RHEUMA].id)  # noqa: S311  (nothing here is secret)
    told = storyteller.told.patients
    for key, number in SENDERS.items():
        clinic = demo.clinics[key]
        details = SenderDetails("number", number, PLACE, may_link=True, a_minute=6000)
        policies.send_from(session, SYSTEM, clinic, details)
        EXPERIMENTS[key](session, actor_of(demo.staff[LEADER]), clinic)
        _letters_for_some(session, clinic)
        history.write(session, clinic, rng)
        for appointment in _of(session, clinic, [one.id for one in told.values()]):
            provisional = appointment.participant == "needs-action"
            occasion: Occasion = "offered" if provisional else "booked"
            service.plan_appointment(session, appointment.id, occasion)
        service.plan_ahead(session, _coming(session, clinic))
        _write_back(session, clinic, number)
        help_calls.write(session, clinic, demo.staff[SECRETARIES[key]])


def _write_back(session: Session, clinic: Clinic, number: str) -> None:
    """Some of those who were reminded of a coming time have answered."""
    reminded = session.scalars(
        select(Message)
        .where(
            Message.clinic_id == clinic.id,
            Message.state == "delivered",
            Message.channel == "sms",
            Message.about_at > session.now() + history.AN_HOUR,
        )
        .order_by(Message.due_at.desc(), Message.id)
        .limit(len(WROTE))
    ).all()
    for message, words in zip(reminded, WROTE, strict=False):
        name = f"demo:{message.id}"
        replies.receive(
            session, "recording", name, "sms", message.patient.phone or "", number, words
        )


def _letters_for_some(session: Session, clinic: Clinic) -> None:
    """Those who are exempt from Digital Post want letters; a few more get extra help to come."""
    exempt = session.scalars(
        select(Patient)
        .join(Appointment, Appointment.patient_id == Patient.id)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status == "booked",
            Appointment.starts_at > session.now() + history.POST,
            Patient.digital_exempt,
        )
        .order_by(Patient.id)
        .distinct()
    ).all()
    for place, patient in enumerate(exempt):
        preferences.choose(session, SYSTEM, patient, "letter")
        if place % 3 == 0:
            preferences.give_extra_help(session, SYSTEM, patient, clinic.id, on=True)


def _of(session: Session, clinic: Clinic, patients: list[int]) -> list[Appointment]:
    """The stories' coming times, about which nothing is planned yet."""
    nothing = set(unplanned(session, clinic.id))
    return [
        one
        for one in session.scalars(
            select(Appointment).where(Appointment.patient_id.in_(patients)).order_by(Appointment.id)
        )
        if one.id in nothing
    ]


def _coming(session: Session, clinic: Clinic) -> list[int]:
    return list(
        session.scalars(
            select(Appointment.id).where(
                Appointment.clinic_id == clinic.id,
                Appointment.status == "booked",
                Appointment.starts_at > session.now(),
            )
        )
    )

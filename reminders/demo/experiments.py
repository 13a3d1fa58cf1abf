"""The demo's experiments: one that is over, drawn over the visits of the last weeks, and one that
has just begun. What became of those visits had nothing to do with messages, so nothing comes of it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from reminders.experiments import drawing, service
from reminders.experiments.models import Experiment
from reminders.policies import queries as policies
from reminders.policies.steps import Policy, When, from_json

LASTED = timedelta(days=26)
APPROVAL = (
    "Lægefaglig direktør, 2. oktober. Kvalitetsudvikling; alle patienter får mindst de beskeder, "
    "de plejer."
)


def over(session: Session, by: Actor, clinic: Clinic) -> None:
    """Two reminders against one, ended yesterday."""
    made = _draft(
        session,
        by,
        clinic,
        "Én påmindelse eller to",
        "Kommer flere, når de også får en besked tre dage før?",
        lambda usual: replace(
            usual, steps=tuple(one for one in usual.steps if one.when.on != "days_before")
        ),
        "Kun dagen før",
    )
    began, ended = session.now() - LASTED, session.now() - timedelta(days=1)
    made.state, made.starts_at, made.ends_at = "running", began, session.now() + timedelta(hours=1)
    session.flush()
    visits = session.execute(
        select(Appointment.id, Appointment.patient_id).where(
            Appointment.clinic_id == clinic.id,
            Appointment.starts_at.between(began, ended),
        )
    ).all()
    drawing.draw(session, made, [drawing.Visit(one.id, one.patient_id) for one in visits])
    made.state, made.ends_at = "ended", ended
    session.flush()


def running(session: Session, by: Actor, clinic: Clinic) -> None:
    """A call rather than a second text message the day before, begun just now."""
    made = _draft(
        session,
        by,
        clinic,
        "SMS eller opkald dagen før",
        "Bliver færre væk, når den sidste påmindelse er et opkald?",
        lambda usual: replace(
            usual,
            steps=tuple(
                replace(one, channels=("voice", "sms"))
                if one.when == When("hours_before", 24)
                else one
                for one in usual.steps
            ),
        ),
        "Opkald dagen før",
    )
    service.start(session, by, made)


def _draft(
    session: Session,
    by: Actor,
    clinic: Clinic,
    name: str,
    question: str,
    other: Callable[[Policy], Policy],
    other_name: str,
) -> Experiment:
    """What counts now against something else."""
    policy = policies.policies_of(session, clinic.id)[0]
    last = local_date(session.now() + 4 * LASTED, clinic.zone)
    made = service.draft(session, by, policy, name, question, last)
    usual = from_json(made.arms[0].policy_version.body)
    service.add_arm(session, by, made, other_name, 1, other(usual))
    service.describe(
        session,
        by,
        made,
        name=name,
        question=question,
        approval=APPROVAL,
        last_day=last,
        version=made.version,
    )
    return made

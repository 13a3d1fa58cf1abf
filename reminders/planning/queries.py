"""Which appointments a plan is for."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from booking.appointments.models import Appointment
from booking.platform.database import Session
from reminders.messages.models import Message
from reminders.policies.models import ReminderPolicy, ReminderPolicyVersion
from reminders.policies.steps import OCCASIONS


def coming_under(session: Session, policy_id: int) -> Sequence[int]:
    """The booked appointments ahead that a policy is for, by id: those of its visit type, or, for
    a clinic's policy for all, of every visit type that has none of its own that counts.
    """
    policy = session.get_one(ReminderPolicy, policy_id)
    wanted = _coming(session, policy.clinic_id)
    if policy.visit_type_id is not None:
        wanted = wanted.where(Appointment.visit_type_id == policy.visit_type_id)
    else:
        own = (
            select(ReminderPolicy.visit_type_id)
            .join(ReminderPolicyVersion, ReminderPolicyVersion.policy_id == ReminderPolicy.id)
            .where(
                ReminderPolicy.clinic_id == policy.clinic_id,
                ReminderPolicy.visit_type_id.is_not(None),
                ReminderPolicyVersion.counts_from.is_not(None),
            )
        )
        wanted = wanted.where(Appointment.visit_type_id.not_in(own))
    return session.scalars(wanted).all()


def unplanned(session: Session, clinic_id: int) -> Sequence[int]:
    """A clinic's booked appointments ahead that wait to be planned, by id.

    No message was ever planned about them: they came in bulk from another system, or were booked
    before the clinic sent messages. Or what was planned fell when the clinic stopped sending.
    """
    return session.scalars(_coming(session, clinic_id).where(_waits(session))).all()


def planned_at(session: Session, clinic_id: int) -> int:
    """How many messages of a clinic are planned and not yet on their way."""
    wanted = select(func.count()).where(Message.clinic_id == clinic_id, Message.state == "planned")
    return session.scalars(wanted).one()


def coming_of(session: Session, patient_id: int) -> Sequence[int]:
    """A patient's booked appointments ahead, by id, but for those that wait to be planned."""
    return session.scalars(
        select(Appointment.id).where(
            Appointment.patient_id == patient_id,
            Appointment.status == "booked",
            Appointment.starts_at > session.now(),
            ~_waits(session),
        )
    ).all()


def heard_of_neither(session: Session, appointment_id: int) -> bool:
    """Of an appointment moved back: that the patient was told where it stood at first, and what
    was to tell of the move has been withdrawn unsent.
    """
    version = session.get_one(Appointment, appointment_id).sequence
    told: dict[int, list[str]] = {version - 2: [], version - 1: []}
    wanted = select(Message.subject_version, Message.state).where(
        Message.appointment_id == appointment_id,
        Message.subject_version.in_(told),
        Message.kind.in_(OCCASIONS),
    )
    for of_version, state in session.execute(wanted):
        told[of_version].append(state)
    of_the_move = told[version - 1]
    unsent = bool(of_the_move) and set(of_the_move) == {"withdrawn"}
    return unsent and "withdrawn" not in told[version - 2]


def _waits(session: Session) -> ColumnElement[bool]:
    """Of an appointment: that nobody has seen what planning it would bring."""
    about = select(Message.id).where(Message.appointment_id == Appointment.id)
    fell = about.where(Message.reason == "stopped", Message.due_at > session.now())
    planned = about.where(Message.state == "planned")
    return or_(~about.exists(), and_(fell.exists(), ~planned.exists()))


def _coming(session: Session, clinic_id: int) -> Select[int]:
    return (
        select(Appointment.id)
        .where(
            Appointment.clinic_id == clinic_id,
            Appointment.status == "booked",
            Appointment.starts_at > session.now(),
        )
        .order_by(Appointment.id)
    )

"""Reading what is planned and what became of it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.platform.errors import NotFound
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.states import MESSAGE_STATES
from reminders.policies.models import ReminderWordingVersion

A_PAGE = 50
# How a letter stands that the print queue has, and nobody has posted yet.
TO_PRINT = "to_print"
STANDINGS = tuple(
    one for state in MESSAGE_STATES for one in ((state, TO_PRINT) if state == "sent" else (state,))
)
_STANDING = case(
    ((Message.state == "sent") & (Message.channel == "letter"), TO_PRINT), else_=Message.state
)
_SHOWN = (
    joinedload(Message.patient),
    joinedload(Message.appointment).joinedload(Appointment.visit_type),
)


@dataclass(frozen=True)
class Sought:
    """Which of a clinic's messages: due in [since, until), and '' for any state, kind, channel.

    state: a message's, or TO_PRINT. channel: whose turn it is, or was.
    """

    clinic_id: int
    since: datetime
    until: datetime
    state: str = ""
    kind: str = ""
    channel: str = ""


def outbox(session: Session, sought: Sought, page: int) -> Sequence[Message]:
    """A page (from 1) of at most A_PAGE messages, by when they are due."""
    wanted = select(Message).where(*_of(sought)).options(*_SHOWN)
    if sought.state:
        wanted = wanted.where(_STANDING.in_([sought.state]))
    return session.scalars(
        wanted.order_by(Message.due_at, Message.id).offset((page - 1) * A_PAGE).limit(A_PAGE)
    ).all()


def by_state(session: Session, sought: Sought) -> Counter[str]:
    """How many there are in each of STANDINGS, whichever state is sought."""
    wanted = select(_STANDING, func.count()).where(*_of(sought)).group_by(_STANDING)
    return Counter(dict(session.execute(wanted).all()))


def message_of(session: Session, clinic_id: int, message_id: int) -> Message:
    """A clinic's message with its attempts and wording; raises NotFound for a foreign one."""
    found = session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.clinic_id == clinic_id)
        .options(
            *_SHOWN,
            selectinload(Message.attempts),
            joinedload(Message.wording_version).joinedload(ReminderWordingVersion.wording),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def of_patient(
    session: Session, clinic_id: int, patient_id: int, now: datetime, most: int = 100
) -> tuple[Sequence[Message], Sequence[Message]]:
    """A patient's messages at a clinic: those to come by when they are due, and those of the past,
    the latest first, at most so many.
    """
    theirs = Message.clinic_id == clinic_id, Message.patient_id == patient_id
    wanted = select(Message).where(*theirs).options(*_SHOWN)
    ahead = (Message.state == "planned") | (Message.due_at > now)
    coming = wanted.where(ahead, Message.state != "withdrawn")
    past = wanted.where(~ahead)
    return (
        session.scalars(coming.order_by(Message.due_at, Message.id).limit(most)).all(),
        session.scalars(past.order_by(Message.due_at.desc(), Message.id.desc()).limit(most)).all(),
    )


def planned_about(session: Session, appointment_id: int) -> Sequence[Message]:
    """What is planned about an appointment, by when it is due."""
    return session.scalars(
        select(Message)
        .where(Message.appointment_id == appointment_id, Message.state == "planned")
        .order_by(Message.due_at, Message.id)
    ).all()


def open_about(
    session: Session, clinic_id: int, subjects: Collection[str]
) -> dict[str, list[Message]]:
    """By subject, the messages about its newest version that have not arrived: those that failed,
    and those that may yet; the latest last.
    """
    found: dict[str, list[Message]] = {}
    for message in session.scalars(
        select(Message)
        .where(
            Message.clinic_id == clinic_id,
            Message.subject.in_(subjects),
            Message.state.in_(("failed", "planned", "sending", "unknown", "sent")),
        )
        .options(*_SHOWN, selectinload(Message.attempts))
        .order_by(Message.subject_version, Message.due_at, Message.id)
    ):
        same = found.setdefault(message.subject, [])
        if same and same[0].subject_version != message.subject_version:
            same.clear()
        same.append(message)
    return found


def letters_waiting(session: Session, clinic_id: int, most: int) -> Sequence[MessageAttempt]:
    """A clinic's print queue: letters that nobody has posted, by the day they must be there."""
    return session.scalars(_letters(clinic_id).limit(most)).all()


def letters_of(
    session: Session, clinic_id: int, attempt_ids: Collection[int]
) -> Sequence[MessageAttempt]:
    """Those of these letters that still wait in the clinic's queue, by their day; they and their
    messages are locked.
    """
    wanted = _letters(clinic_id).where(MessageAttempt.id.in_(attempt_ids))
    return session.scalars(
        wanted.with_for_update(of=(MessageAttempt, Message)).execution_options(
            populate_existing=True
        )
    ).all()


def _letters(clinic_id: int) -> Select[MessageAttempt]:
    return (
        select(MessageAttempt)
        .join(MessageAttempt.message)
        .where(
            MessageAttempt.channel == "letter",
            MessageAttempt.state == "sent",
            Message.clinic_id == clinic_id,
        )
        .options(
            joinedload(MessageAttempt.message).joinedload(Message.patient),
            joinedload(MessageAttempt.message).joinedload(Message.clinic),
            joinedload(MessageAttempt.message)
            .joinedload(Message.appointment)
            .joinedload(Appointment.visit_type),
        )
        .order_by(Message.not_after, MessageAttempt.id)
    )


def _of(sought: Sought) -> list[ColumnElement[bool]]:
    wanted = [
        Message.clinic_id == sought.clinic_id,
        Message.due_at >= sought.since,
        Message.due_at < sought.until,
    ]
    if sought.kind:
        wanted.append(Message.kind == sought.kind)
    if sought.channel:
        tried = select(MessageAttempt.id).where(
            MessageAttempt.message_id == Message.id, MessageAttempt.channel == sought.channel
        )
        wanted.append(or_(Message.channel == sought.channel, tried.exists()))
    return wanted

"""A patient's telephone in the demo: what came, what was answered, and what time brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select

from booking.demo.stories import SYSTEM
from booking.people.models import Patient, PatientIdentifier
from booking.platform.clock import Clock
from booking.platform.database import Database, Session
from booking.platform.phone import readable
from reminders.channels.connecting import RECORDED
from reminders.channels.models import RecordedMessage
from reminders.channels.recording import RecordingChannel
from reminders.delivery.dispatch import dispatch
from reminders.messages.models import Message
from reminders.policies import queries as policies
from reminders.preferences.reach import BY_PHONE
from reminders.replies import service as replies
from reminders.replies.models import InboundMessage

PROVIDER = "recording"
A_MOMENT = timedelta(seconds=30)


@dataclass(frozen=True)
class Bubble:
    """One message on the screen. mine: the patient wrote it."""

    at: datetime
    who: str
    body: str
    channel: str
    mine: bool


@dataclass(frozen=True)
class Later:
    """A clock that is ahead of another by so much."""

    clock: Clock
    ahead: timedelta

    def now(self) -> datetime:
        """The later instant, aware UTC."""
        return self.clock.now() + self.ahead


def owners(session: Session) -> list[tuple[str, Patient]]:
    """The stories whose patients have a telephone, each with its patient, by first name."""
    found = session.execute(
        select(PatientIdentifier.value, Patient)
        .join(Patient)
        .where(PatientIdentifier.system == SYSTEM, Patient.phone_hash.is_not(None))
        .order_by(Patient.given_name)
    )
    return [(story, patient) for story, patient in found]


def screen(session: Session, patient: Patient) -> list[Bubble]:
    """What is on the telephone, the oldest first."""
    came = session.scalars(
        select(RecordedMessage).where(
            RecordedMessage.to_hash == patient.phone_hash, RecordedMessage.channel.in_(BY_PHONE)
        )
    )
    wrote = session.scalars(
        select(InboundMessage).where(InboundMessage.from_hash == patient.phone_hash)
    )
    bubbles = [Bubble(one.at, readable(one.sender), one.body, one.channel, False) for one in came]
    for one in wrote:
        said = session.vault.open(one.body_sealed) or ""
        bubbles.append(Bubble(one.received_at, "", said, one.channel, True))
        if one.answer:
            bubbles.append(
                Bubble(one.received_at, readable(one.to), one.answer, one.channel, False)
            )
    return sorted(bubbles, key=lambda bubble: bubble.at)


def ahead(session: Session, patient: Patient) -> Sequence[Message]:
    """What is planned for the patient, the nearest first."""
    return session.scalars(
        select(Message)
        .where(Message.patient_id == patient.id, Message.state == "planned")
        .order_by(Message.next_at, Message.id)
    ).all()


def answer(session: Session, patient: Patient, body: str) -> str:
    """Write a text message back as the patient, to whoever wrote last; what is answered.

    It is written after what came last, which may be a while ahead.
    """
    came = max((bubble.at for bubble in screen(session, patient)), default=session.now())
    session.clock = Later(session.clock, max(came - session.now(), timedelta()) + A_MOMENT)
    last = session.scalars(
        select(Message)
        .join(Message.attempts)
        .where(Message.patient_id == patient.id)
        .order_by(Message.state_at.desc(), Message.id.desc())
        .limit(1)
    ).first()
    sender = policies.sender_of(session, last.clinic_id) if last is not None else None
    to = sender.sender if sender is not None else ""
    return replies.receive(session, PROVIDER, str(uuid4()), "sms", patient.phone or "", to, body)


def let_pass(database: Database, clock: Clock, patient_id: int, until: datetime | None) -> int:
    """Send the patient what is due until an instant, or up to the next message, as if it were then.

    Only this patient's messages see the time pass; how many were sent.
    """
    if until is None:
        with database.reading() as session:
            until = session.scalar(
                select(func.min(Message.next_at)).where(
                    Message.patient_id == patient_id, Message.state == "planned"
                )
            )
    if until is None:
        return 0
    sent, now = 0, clock.now()
    for at in sorted({*_due(database, patient_id, until), until}):
        then = database.by(Later(clock, max(at - now, timedelta())))
        recorders = {code: RecordingChannel(code, then) for code in RECORDED}
        then.ports = {**database.ports, "channels": {**database.ports["channels"], **recorders}}
        sent += dispatch(then, patients=[patient_id])
    return sent


def _due(database: Database, patient_id: int, until: datetime) -> Sequence[datetime]:
    """When something is due for the patient, up to an instant."""
    with database.reading() as session:
        return session.scalars(
            select(Message.next_at).where(
                Message.patient_id == patient_id,
                Message.state == "planned",
                Message.next_at <= until,
            )
        ).all()

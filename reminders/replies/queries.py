"""Reading what came in, and what an answer may be about."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import joinedload

from booking.appointments.models import Appointment
from booking.people.models import ClinicPatient, Patient
from booking.platform.database import Session
from booking.platform.errors import NotFound
from reminders.messages.models import Message, MessageAttempt
from reminders.policies.models import MessageSender
from reminders.preferences.reach import BY_PHONE
from reminders.replies.models import InboundMessage, ReplyQuestion

# An answer is to what was heard lately; to what lies further back only where nothing else is.
LATELY = timedelta(days=14)
SHOWN = timedelta(days=30)
MOST = 200
# What may have arrived, and asks for an answer.
ARRIVED = ("sending", "unknown", "sent", "delivered", "double")
ASKING = ("booked", "offered", "moved", "reminder")


def received(session: Session, provider: str, provider_id: str) -> InboundMessage | None:
    """What is kept under a provider's id."""
    return session.scalars(
        select(InboundMessage).where(
            InboundMessage.provider == provider, InboundMessage.provider_id == provider_id
        )
    ).one_or_none()


def patients_with(session: Session, phone_hash: str) -> Sequence[Patient]:
    """The patients who have a number, the first known first."""
    return session.scalars(
        select(Patient).where(Patient.phone_hash == phone_hash).order_by(Patient.id)
    ).all()


def clinics_sending_from(session: Session, sender: str) -> frozenset[int]:
    """The clinics whose messages come from a number."""
    wanted = select(MessageSender.clinic_id).where(MessageSender.sender == sender)
    return frozenset(session.scalars(wanted)) if sender else frozenset()


def answerable(
    session: Session, from_hash: str, clinics: Collection[int]
) -> list[tuple[Appointment, datetime]]:
    """The coming times an answer from a number may be about, and when it was told of each; the
    last first.

    They are of those who have the number now, and it was told of them as they stand. clinics:
    only theirs; none = all.
    """
    now = session.now()
    told = _told(
        session,
        from_hash,
        clinics,
        Appointment.status == "booked",
        Appointment.starts_at > now,
        Message.subject_version == Appointment.sequence,
        Patient.phone_hash == from_hash,
    )
    return [(one, at) for one, at in told if at > now - LATELY] or told


def cancelled_since(session: Session, from_hash: str, moment: datetime) -> bool:
    """Whether a number has given a time up since then."""
    cancelled = exists().where(
        InboundMessage.from_hash == from_hash,
        InboundMessage.received_at >= moment,
        InboundMessage.outcome == "done",
        InboundMessage.appointment_id == Appointment.id,
        Appointment.status == "cancelled",
    )
    return bool(session.scalar(select(cancelled)))


def last_told_of(session: Session, from_hash: str, clinics: Collection[int]) -> Appointment | None:
    """The appointment a number was told of last, however it stands now; None if long ago."""
    told = _told(session, from_hash, clinics)
    return told[0][0] if told and told[0][1] > session.now() - LATELY else None


def open_question(session: Session, from_hash: str) -> ReplyQuestion | None:
    """What a number was asked last, locked; None if that is answered or too long ago."""
    return session.scalars(
        select(ReplyQuestion)
        .where(
            ReplyQuestion.from_hash == from_hash,
            ReplyQuestion.answered_at.is_(None),
            ReplyQuestion.expires_at > session.now(),
        )
        .order_by(ReplyQuestion.id.desc())
        .limit(1)
        .with_for_update()
    ).first()


def clinics_of(session: Session, patient_ids: Collection[int]) -> frozenset[int]:
    """The clinics that patients belong to."""
    wanted = select(ClinicPatient.clinic_id).where(ClinicPatient.patient_id.in_(patient_ids))
    return frozenset(session.scalars(wanted))


def inbox(session: Session, clinic_id: int) -> Sequence[InboundMessage]:
    """What came in to a clinic: what nobody has seen to first, then the last month's, newest first.

    No more than MOST rows.
    """
    return session.scalars(
        select(InboundMessage)
        .where(
            InboundMessage.clinic_id == clinic_id,
            or_(
                InboundMessage.handled_at.is_(None),
                InboundMessage.received_at > session.now() - SHOWN,
            ),
        )
        .order_by(
            InboundMessage.handled_at.is_not(None),
            InboundMessage.received_at.desc(),
            InboundMessage.id.desc(),
        )
        .options(joinedload(InboundMessage.patient))
        .limit(MOST)
    ).all()


def inbound_of(session: Session, clinic_id: int, inbound_id: int) -> InboundMessage:
    """One message in a clinic's inbox; raises NotFound for a foreign one."""
    inbound = session.get(InboundMessage, inbound_id)
    if inbound is None or inbound.clinic_id != clinic_id:
        raise NotFound
    return inbound


def sharing(
    session: Session, clinic_id: int, phone_hashes: Collection[str]
) -> dict[str, list[Patient]]:
    """A clinic's own patients by the number they have."""
    found: dict[str, list[Patient]] = {}
    for patient in session.scalars(
        select(Patient)
        .join(ClinicPatient, ClinicPatient.patient_id == Patient.id)
        .where(ClinicPatient.clinic_id == clinic_id, Patient.phone_hash.in_(phone_hashes))
        .order_by(Patient.id)
    ):
        found.setdefault(patient.phone_hash or "", []).append(patient)
    return found


def _told(
    session: Session, to_hash: str, clinics: Collection[int], *also: ColumnElement[bool]
) -> list[tuple[Appointment, datetime]]:
    """What a number was told of by text or by voice, and when it last was; the latest first."""
    last = func.max(MessageAttempt.started_at)
    wanted = (
        select(Appointment, last)
        .join(Message, Message.appointment_id == Appointment.id)
        .join(MessageAttempt, MessageAttempt.message_id == Message.id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(
            MessageAttempt.to_hash == to_hash,
            MessageAttempt.channel.in_(BY_PHONE),
            MessageAttempt.state.in_(ARRIVED),
            Message.kind.in_(ASKING),
            *also,
        )
        .group_by(Appointment.id)
        .order_by(last.desc(), Appointment.id.desc())
    )
    if clinics:
        wanted = wanted.where(Appointment.clinic_id.in_(clinics))
    return [(appointment, at) for appointment, at in session.execute(wanted)]

"""Reading sequences: a clinic's, a patient's, and the one a time belongs to."""

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.sequences.asked import Combined
from booking.sequences.models import ContactSequence, SequencePart

_WHOLE = (
    joinedload(ContactSequence.course),
    selectinload(ContactSequence.parts).joinedload(SequencePart.visit_type),
    selectinload(ContactSequence.parts).joinedload(SequencePart.appointment),
    selectinload(ContactSequence.parts).joinedload(SequencePart.clinician),
)


def at_clinic(session: Session, clinic_id: int, sequence_id: int) -> ContactSequence:
    """A sequence of the clinic with its parts; raises NotFound for any other."""
    found = session.get(ContactSequence, sequence_id, options=_WHOLE)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def part_of(sequence: ContactSequence, part_id: int) -> SequencePart:
    """One part of it; raises NotFound for any other."""
    for part in sequence.parts:
        if part.id == part_id:
            return part
    raise NotFound


def of_patient(session: Session, clinic_id: int, patient_id: int) -> list[ContactSequence]:
    """A patient's sequences at a clinic, the open ones first, then the latest."""
    wanted = (
        select(ContactSequence)
        .options(*_WHOLE)
        .where(ContactSequence.clinic_id == clinic_id, ContactSequence.patient_id == patient_id)
        .order_by(ContactSequence.status.desc(), ContactSequence.id.desc())
    )
    return list(session.scalars(wanted))


def with_appointment(session: Session, appointment_id: int) -> ContactSequence | None:
    """The sequence a booked time is part of."""
    part = select(SequencePart.sequence_id).where(
        SequencePart.appointment_id == appointment_id, SequencePart.status == "booked"
    )
    wanted = select(ContactSequence).options(*_WHOLE).where(ContactSequence.id.in_(part))
    return session.scalars(wanted).one_or_none()


def belong_together(session: Session, appointment_ids: Collection[int]) -> frozenset[int]:
    """Those of these that are part of a combined day, while others of it are booked too."""
    other = aliased(SequencePart)
    wanted = (
        select(SequencePart.appointment_id)
        .join(ContactSequence, ContactSequence.id == SequencePart.sequence_id)
        .where(
            ContactSequence.kind == Combined.kind,
            SequencePart.status == "booked",
            SequencePart.appointment_id.in_(appointment_ids),
            exists().where(
                other.sequence_id == SequencePart.sequence_id,
                other.id != SequencePart.id,
                other.status == "booked",
            ),
        )
    )
    return frozenset(one for one in session.scalars(wanted) if one is not None)


def still_booked(sequence: ContactSequence) -> list[SequencePart]:
    """Its parts that have a time, in order of time."""
    booked = [part for part in sequence.parts if part.status == "booked" and part.appointment]
    return sorted(booked, key=lambda part: part.appointment.starts_at)  # type: ignore[union-attr]

"""A combined day as its patient moves it: all of it together, or one part within the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from booking.appointments import occasions
from booking.appointments import service as appointments
from booking.appointments.guard import attempt, lock
from booking.appointments.models import Appointment
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot
from booking.appointments.writing import Channel
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.sequences import queries
from booking.sequences.asked import Combined, from_json
from booking.sequences.errors import NothingChosen, OutOfOrder
from booking.sequences.events import SequenceMoved
from booking.sequences.models import ContactSequence, SequencePart
from booking.sequences.proposing import LONGEST_SEARCH, days_with_room
from booking.sequences.service import could_take, take_over, told_which, troubles_of

MOST = 6
DAY = timedelta(days=1)


@dataclass(frozen=True)
class WholeDay:
    """A day that has room for all of it: a slot for each part, in order."""

    day: date
    slots: tuple[Slot, ...]


def day_of(session: Session, appointment: Appointment) -> ContactSequence | None:
    """The combined day a time is part of, while others of it are booked too; None otherwise."""
    sequence = queries.with_appointment(session, appointment.id)
    if sequence is None or sequence.kind != Combined.kind:
        return None
    return sequence if len(queries.still_booked(sequence)) > 1 else None


def check_order(session: Session, by: Actor, appointment: Appointment | None, slot: Slot) -> None:
    """Raise OutOfOrder if a patient would move one part of a day out of its order.

    Staff are asked by `service.move` instead.
    """
    sequence = day_of(session, appointment) if appointment and by.kind == "patient" else None
    if sequence is None or appointment is None:
        return
    part = next(one for one in sequence.parts if one.appointment_id == appointment.id)
    found = troubles_of(sequence, {part.id: slot})
    if found:
        raise OutOfOrder(troubles=found)


def days(session: Session, by: Actor, sequence: ContactSequence) -> list[WholeDay]:
    """The first other days that have room for every part in order; none where a part is missing.

    Raises as `occasions.for_move` does for a part that may not be moved.
    """
    parts, asked = _parts(sequence), from_json(sequence.kind, sequence.rule)
    if not parts or not isinstance(asked, Combined):
        return []
    planned = _occasions(session, by, parts)
    zone = sequence.clinic.zone
    stands = {local_date(one.starts_at, zone) for one in _times(parts)}
    first = max(one.first for one in planned)
    last = min([first + LONGEST_SEARCH, *(one.last for one in planned)])
    found: list[WholeDay] = []
    for day, free, put in days_with_room(session, planned, asked, first, last):
        if day in stands:
            continue
        slots = []
        for occasion, here, one in zip(planned, free, put, strict=True):
            start = here.timeline.instant(one.start)
            slots.append(occasion.fitted(Slot(start, start, one.clinician_id, one.site_id)))
        found.append(WholeDay(day, tuple(slots)))
        if len(found) == MOST:
            break
    return found


def move(
    session: Session,
    by: Actor,
    sequence: ContactSequence,
    slots: Sequence[Slot],
    channel: Channel = "web",
) -> None:
    """Move every part, in order, to these slots: all of them or (raising) none.

    Raises PartNotFree, OutOfOrder, NothingChosen for too few slots or a part that is missing, or
    as `occasions.for_move` does.
    """
    take_over(session, sequence)
    session.refresh(sequence, ["parts"])
    parts = _parts(sequence)
    if not parts or len(slots) != len(parts):
        raise NothingChosen
    planned = _occasions(session, by, parts)
    wanted = [(one, one.fitted(slot)) for one, slot in zip(planned, slots, strict=True)]
    found = troubles_of(sequence, {p.id: slot for p, (_, slot) in zip(parts, wanted, strict=True)})
    if found:
        raise OutOfOrder(troubles=found)
    lock(session, could_take(session, wanted), [sequence.patient_id])
    with attempt(session):
        for part, (occasion, slot) in zip(parts, wanted, strict=True):
            with told_which(part.position), attempt(session):
                appointments.book(session, by, occasion, slot, channel)
            part.planned_on = local_date(slot.start, sequence.clinic.zone)
        session.flush()
        audit.record(
            session, by, "sequence.moved", [sequence.patient_id], clinic_id=sequence.clinic_id
        )
        ids = tuple(one.id for one in _times(parts))
        session.publish(SequenceMoved(sequence.id, sequence.patient_id, sequence.clinic_id, ids))


def _parts(sequence: ContactSequence) -> list[SequencePart]:
    """Its parts in order, if every one of them has a time; none otherwise."""
    return list(sequence.parts) if all(part.status == "booked" for part in sequence.parts) else []


def _times(parts: Sequence[SequencePart]) -> list[Appointment]:
    return [part.appointment for part in parts if part.appointment is not None]


def _occasions(session: Session, by: Actor, parts: Sequence[SequencePart]) -> list[Occasion]:
    return [occasions.for_move(session, by, one) for one in _times(parts)]

"""Booking contacts that belong together, all or nothing; skipping, restoring and ending them.

Every booked time is an ordinary appointment: the same events, the same history. The sequence's own
row is locked by whoever changes it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from booking.appointments import occasions
from booking.appointments import service as appointments
from booking.appointments.errors import DoesNotFit, PatientBusy, TimeTaken, WrongState
from booking.appointments.events import AppointmentBooked, AppointmentCancelled
from booking.appointments.guard import attempt, lock
from booking.appointments.models import Appointment
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot
from booking.appointments.serving import serving
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import Channel
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.sequences.asked import Combined, as_json, from_json
from booking.sequences.combining import Trouble, troubles
from booking.sequences.errors import NothingChosen, OutOfOrder, PartNotFree
from booking.sequences.events import SequenceBooked, SequenceEnded
from booking.sequences.models import ContactSequence, SequencePart
from booking.sequences.proposing import Proposal, Row, nearest_to, occasion_for

MINUTE = timedelta(minutes=1)
ENDLESS = 10_000_000  # minutes


def book(
    session: Session,
    by: Actor,
    proposal: Proposal,
    channel: Channel = "phone",
    *,
    out_of_order: bool = False,
) -> ContactSequence:
    """Book every row that has a time, or none at all; rows without become skipped parts.

    out_of_order: the times of a combined day may break the gaps asked for (never overlap).
    Raises PartNotFree, OutOfOrder or NothingChosen, and then nothing is written.
    """
    rows = [row for row in proposal.rows if row.planned is not None]
    _check(proposal, rows, out_of_order=out_of_order)
    course, asked = proposal.course, proposal.asked
    with attempt(session):
        wanted = [(row.occasion, row.slot) for row in rows if row.slot is not None]
        lock(session, could_take(session, wanted), [course.patient_id])
        sequence = ContactSequence(
            clinic_id=course.clinic_id,
            patient_id=course.patient_id,
            course_id=course.id,
            kind=asked.kind,
            rule=as_json(asked),
            created_at=session.now(),
            created_by=by.name,
        )
        session.add(sequence)
        for position, row in enumerate(rows, start=1):
            with told_which(row.position):
                booked = _book_row(session, by, row, channel)
            assert row.planned is not None
            sequence.parts.append(
                SequencePart(
                    position=position,
                    planned_on=row.planned,
                    visit_type_id=row.occasion.visit_type.id,
                    form=row.occasion.form,
                    clinician_id=row.clinician_id,
                    appointment=booked,
                    status="booked" if booked else "skipped",
                )
            )
        session.flush()
        _log(session, by, "sequence.booked", sequence)
        booked_ids = tuple(part.appointment_id for part in sequence.parts if part.appointment_id)
        session.publish(
            SequenceBooked(sequence.id, sequence.patient_id, sequence.clinic_id, booked_ids)
        )
    return sequence


def skip(
    session: Session, by: Actor, part: SequencePart, reason: str, channel: Channel = "phone"
) -> None:
    """Take one date out: its time is given up. It may be restored while it lies ahead."""
    sequence = _open(session, part)
    if part.status != "booked" or part.appointment is None:
        raise WrongState
    _give_up(session, by, part.appointment, reason, channel)
    part.status = "skipped"
    _log(session, by, "sequence.skipped", sequence)


def restore(
    session: Session,
    by: Actor,
    part: SequencePart,
    slot: Slot | None = None,
    channel: Channel = "phone",
) -> Appointment:
    """Book a date again that was skipped or given up: at the time it had, or at `slot`.

    Raises TimeTaken where it is not free, with the nearest others in `context['near']`, and
    NothingChosen for a date that never had a time and is given none.
    """
    sequence = _open(session, part)
    if part.status == "booked":
        raise WrongState
    had = part.appointment
    if slot is None and had is not None:
        slot = Slot(had.starts_at, had.ends_at, had.clinician_id, had.site_id)
    if slot is None:
        raise NothingChosen
    occasion = occasion_for(session, by, sequence.course, part.visit_type_id, part.form)
    slot = replace(slot, end=slot.start + MINUTE * occasion.length.minutes)
    near = nearest_to(session, occasion, slot)
    if slot not in near:
        raise TimeTaken(near=near)
    with attempt(session):
        part.appointment = appointments.book(session, by, occasion, slot, channel)
        part.status = "booked"
        session.flush()
    _log(session, by, "sequence.restored", sequence)
    return part.appointment


def end(
    session: Session,
    by: Actor,
    sequence: ContactSequence,
    reason: str,
    channel: Channel = "phone",
) -> int:
    """Give up every time of it that has not begun; returns how many. Nothing can be restored."""
    take_over(session, sequence)
    given_up: list[Appointment] = []
    for part in sequence.parts:
        session.refresh(part, _OF_PART)
        appointment = part.appointment
        if part.status == "booked" and appointment and _lies_ahead(session, appointment):
            _give_up(session, by, appointment, reason, channel)
            given_up.append(appointment)
    sequence.status = "ended"
    _log(session, by, "sequence.ended", sequence)
    given_up.sort(key=lambda one: one.starts_at)
    ids = tuple(one.id for one in given_up)
    session.publish(SequenceEnded(sequence.id, sequence.patient_id, sequence.clinic_id, ids))
    return len(given_up)


def move(
    session: Session,
    by: Actor,
    part: SequencePart,
    slot: Slot,
    channel: Channel = "phone",
    *,
    out_of_order: bool = False,
) -> Appointment:
    """Move one part's time; raises OutOfOrder where that breaks the day's order, unless told to.

    Patients' own moves are asked about in `whole_day`.
    """
    sequence = _open(session, part)
    if part.status != "booked" or part.appointment is None:
        raise WrongState
    found = troubles_of(sequence, {part.id: slot})
    if found and not out_of_order:
        raise OutOfOrder(troubles=found)
    occasion = occasions.for_move(session, by, part.appointment)
    with attempt(session):
        moved = appointments.book(session, by, occasion, slot, channel)
    _log(session, by, "sequence.part_moved", sequence)
    return moved


def troubles_of(
    sequence: ContactSequence, moved: dict[int, Slot] | None = None
) -> dict[int, Trouble]:
    """What is wrong with the order of a combined day: part position -> trouble.

    moved: part id -> where it would go. Only parts that have a time count; across one that has
    none, only the least gaps are asked for.
    """
    asked = from_json(sequence.kind, sequence.rule)
    if not isinstance(asked, Combined):
        return {}
    slots = moved or {}
    times: list[tuple[int, int]] = []
    gaps: list[tuple[int, int]] = []
    positions: list[int] = []
    least, most = 0, 0
    for part, gap in zip(sequence.parts, asked.gaps, strict=True):
        least, most = least + gap[0], most + gap[1]
        appointment = part.appointment
        if part.status != "booked" or appointment is None:
            most += ENDLESS
            continue
        slot = slots.get(part.id)
        start, finish = (slot.start, slot.end) if slot else _span(appointment)
        times.append((_minutes(start), _minutes(finish)))
        gaps.append((least, most))
        positions.append(part.position)
        least, most = 0, 0
    return {positions[place]: what for place, what in troubles(times, gaps).items()}


def on_cancelled(session: Session, event: AppointmentCancelled) -> None:
    """A time was given up, by whomever and however: its part is cancelled."""
    part = session.scalars(
        select(SequencePart).where(
            SequencePart.appointment_id == event.appointment_id, SequencePart.status == "booked"
        )
    ).one_or_none()
    if part is not None:
        part.status = "cancelled"
        session.flush()


def on_booked(session: Session, event: AppointmentBooked) -> None:
    """A cancellation was taken back: the part has its time again, under the new appointment."""
    if event.instead_of is None:
        return
    part = session.scalars(
        select(SequencePart).where(
            SequencePart.appointment_id == event.instead_of, SequencePart.status == "cancelled"
        )
    ).one_or_none()
    if part is not None:
        part.appointment_id, part.status = event.appointment_id, "booked"
        session.flush()


def _check(proposal: Proposal, rows: list[Row], *, out_of_order: bool) -> None:
    """Raise for a choice that is empty, lacks a part of a day, or is not in order."""
    placed = [(row, row.slot) for row in rows if row.slot is not None]
    asked = proposal.asked
    if not placed or (isinstance(asked, Combined) and len(placed) < len(rows)):
        raise NothingChosen
    times = [(_minutes(slot.start), _minutes(slot.end)) for _row, slot in placed]
    gaps = asked.gaps if isinstance(asked, Combined) else [(0, ENDLESS)] * len(times)
    found = troubles(times, gaps)
    if out_of_order:
        found = {place: what for place, what in found.items() if what == "overlaps"}
    if found:
        told = {placed[place][0].position: what for place, what in found.items()}
        raise OutOfOrder(troubles=told)


def could_take(session: Session, wanted: Iterable[tuple[Occasion, Slot]]) -> set[int]:
    """Whatever resources these could take, so that all are locked at once and in order."""
    found: set[int] = set()
    for occasion, slot in wanted:
        able = serving(session, occasion.visit_type, occasion.form)
        found.update(option for _role, options in able.needed for option in options)
        alone = occasion.visit_type.clinicians_needed == 1
        found.update({slot.clinician_id} if alone else able.clinicians)
    return found


@contextmanager
def told_which(position: int) -> Iterator[None]:
    """Whatever keeps a time from being had, as PartNotFree of this position."""
    try:
        yield
    except (TimeTaken, DoesNotFit, PatientBusy) as error:
        raise PartNotFree(position=position) from error


def _book_row(session: Session, by: Actor, row: Row, channel: Channel) -> Appointment | None:
    if row.slot is None:
        return None
    with attempt(session):
        return appointments.book(session, by, row.occasion, row.slot, channel)


def _open(session: Session, part: SequencePart) -> ContactSequence:
    """The part's sequence, ours until the transaction ends, both as they are now."""
    sequence = part.sequence
    take_over(session, sequence)
    session.refresh(part, _OF_PART)
    return sequence


def take_over(session: Session, sequence: ContactSequence) -> None:
    """Lock a sequence's row and read how it stands; raises WrongState for one that has ended."""
    locked = select(ContactSequence.id).where(ContactSequence.id == sequence.id)
    session.execute(locked.with_for_update())
    session.refresh(sequence, ["status", "version"])
    if sequence.status != "open":
        raise WrongState


_OF_PART = ["status", "appointment_id", "appointment"]


def _lies_ahead(session: Session, appointment: Appointment) -> bool:
    return appointment.status == "booked" and appointment.starts_at > session.now()


def _give_up(
    session: Session, by: Actor, appointment: Appointment, reason: str, channel: Channel
) -> None:
    """Cancel a time on purpose: nobody need look at it on the worklist."""
    appointments.cancel(session, by, appointment, reason, channel, wants_new=False)
    worklist.withdraw(session, f"cancelled:{appointment.id}")


def _log(session: Session, by: Actor, action: str, sequence: ContactSequence) -> None:
    session.flush()
    audit.record(session, by, action, [sequence.patient_id], clinic_id=sequence.clinic_id)


def _span(appointment: Appointment) -> tuple[datetime, datetime]:
    return appointment.starts_at, appointment.ends_at


def _minutes(instant: datetime) -> int:
    return int(instant.timestamp()) // 60

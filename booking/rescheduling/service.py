"""A day that falls apart: a plan for everyone concerned, changed by hand, carried out at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from booking.appointments.consequences import opening_key, put_before_a_person
from booking.appointments.guard import lock
from booking.appointments.length import Length
from booking.appointments.models import Allocation, Appointment
from booking.appointments.occasions import for_move
from booking.appointments.placing import choose, make_room
from booking.appointments.search import Slot
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import Contact, Place, write_move
from booking.calendar import closures
from booking.calendar.models import Clinic, resource_clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, NotFound
from booking.platform.identity import Actor
from booking.platform.localtime import local_date, to_local
from booking.rescheduling.errors import DayGoneBy
from booking.rescheduling.gathering import Outage, lengths_of, outages_of
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from booking.rescheduling.planning import (
    COMING,
    clear,
    concerned_by,
    fill_in,
    fill_one,
    given_away,
    is_over,
)


def draft(
    session: Session,
    by: Actor,
    clinic: Clinic,
    outages: Sequence[Outage],
    reason: str,
    words: str = "",
) -> Rescheduling:
    """Propose a place for everyone whom the outages hit; nothing is moved yet.

    reason: why, as a code of the clinic's reasons ('clinician_away', 'clinic').
    """
    made = Rescheduling(
        clinic=clinic,
        reason=reason,
        words=words,
        outages=[
            {
                "resource": one.resource_id,
                "from": one.start.isoformat(),
                "to": one.end.isoformat(),
            }
            for one in outages
        ],
        made_at=session.now(),
        made_by=by.name,
    )
    session.add(made)
    fill_in(session, by, made)
    touch(session, made)
    audit.record(
        session, by, "rescheduling.drafted", _patients(made), reason=reason, clinic_id=clinic.id
    )
    return made


def propose_again(session: Session, by: Actor, plan: Rescheduling, version: int) -> None:
    """Propose anew, around the places chosen by hand and those left where they are.

    Who is no longer hit leaves the plan, and who is hit now joins it. A chosen place that has been
    taken is let go, and the line says so. Raises ChangedMeanwhile, DayGoneBy.
    """
    check_draft(session, plan, version)
    fill_in(session, by, plan)
    touch(session, plan)
    audit.record(
        session,
        by,
        "rescheduling.drafted",
        _patients(plan),
        reason=plan.reason,
        clinic_id=plan.clinic_id,
    )


def carry_out(session: Session, by: Actor, plan: Rescheduling, version: int) -> None:
    """Close what is out and move everyone, or (raising) do nothing at all.

    Who has a place is told by the message of the move, and asked to answer again; who has none
    keeps the old time and is on the worklist. Raises ChangedMeanwhile if the plan, one of its
    appointments, or who is hit has changed; TimeTaken if a place has been taken; DayGoneBy.
    """
    check_draft(session, plan, version)
    clinic, outages = plan.clinic, outages_of(plan)
    resources = session.scalars(
        select(resource_clinic.c.resource_id).where(resource_clinic.c.clinic_id == clinic.id)
    )
    patients = session.scalars(
        select(Appointment.patient_id)
        .join(ReschedulingLine, ReschedulingLine.appointment_id == Appointment.id)
        .where(ReschedulingLine.rescheduling_id == plan.id)
    )
    lock(session, resources, patients)
    session.expire_all()
    now_hit = {one.id: one.version for one in concerned_by(session, clinic, outages)}
    known = {line.appointment_id: line.appointment_version for line in plan.lines}
    # What becomes of one who stays and was to come by now does not keep the others waiting.
    for line in plan.lines:
        if line.starts_at is None and line.appointment.starts_at <= session.now():
            now_hit.pop(line.appointment_id, None)
            del known[line.appointment_id]
    if now_hit != known:
        raise ChangedMeanwhile
    placed = [line for line in plan.lines if line.starts_at is not None and not line.left_out]
    session.execute(
        update(Allocation)
        .where(Allocation.appointment_id.in_([line.appointment_id for line in placed]))
        .values(active=False)
    )
    for outage in outages:
        _close(session, by, clinic, outage, plan.words)
    placed.sort(key=lambda one: (cast(datetime, one.starts_at), one.id))
    lengths = lengths_of(session, [line.appointment for line in placed])
    for line, length in zip(placed, lengths, strict=True):
        _move(session, by, plan, line, length)
    for line in plan.lines:
        if line.outcome != "moved":
            stands = line.appointment.status in COMING
            line.outcome = "waiting" if stands and not line.left_out else "left"
            if stands:
                put_before_a_person(session, clinic, line.appointment)
            _hurry(session, clinic, line.appointment)
    plan.status, plan.done_at, plan.done_by = "done", session.now(), by.name
    session.flush()
    audit.record(
        session,
        by,
        "rescheduling.carried_out",
        [line.appointment.patient_id for line in plan.lines],
        reason=plan.reason,
        clinic_id=clinic.id,
    )


def leave_out(
    session: Session, by: Actor, line: ReschedulingLine, version: int, *, left_out: bool
) -> bool:
    """Leave one where it stands (it goes on the worklist), or take it in again.

    Taken in again it has the best place that the others leave. Where the plan had given its own
    time away, the plan is made again at once, and True returned. Raises ChangedMeanwhile.
    """
    plan = line.rescheduling
    check_draft(session, plan, version)
    line.left_out = left_out
    clear(line)
    again = left_out and bool(given_away(session, plan, [line]))
    if not left_out:
        fill_one(session, by, plan, line)
    elif again:
        fill_in(session, by, plan)
    touch(session, plan)
    audit.record(
        session,
        by,
        "rescheduling.changed",
        _patients(plan) if again else [line.appointment.patient_id],
        clinic_id=plan.clinic_id,
    )
    return again


def discard(session: Session, by: Actor, plan: Rescheduling, version: int) -> None:
    """Throw a plan away; nothing was moved. Raises ChangedMeanwhile."""
    _check_unchanged(session, plan, version)
    plan.status = "discarded"
    session.flush()
    audit.record(session, by, "rescheduling.discarded", clinic_id=plan.clinic_id)


def check_draft(session: Session, plan: Rescheduling, version: int) -> None:
    """Lock the plan; raises ChangedMeanwhile unless it is a draft and as it was seen, and
    DayGoneBy where it can only be thrown away.
    """
    _check_unchanged(session, plan, version)
    if is_over(session, plan):
        raise DayGoneBy


def touch(session: Session, plan: Rescheduling) -> None:
    """The plan is another one now: its lines have no version of their own."""
    flag_modified(plan, "figures")
    session.flush()


def plan_of(session: Session, clinic_id: int, number: int) -> Rescheduling:
    """One plan of a clinic; raises NotFound for a foreign one."""
    plan = session.get(Rescheduling, number)
    if plan is None or plan.clinic_id != clinic_id:
        raise NotFound
    return plan


def _check_unchanged(session: Session, plan: Rescheduling, version: int) -> None:
    session.refresh(plan, with_for_update=True)
    if plan.status != "draft" or plan.version != version:
        raise ChangedMeanwhile


def _patients(plan: Rescheduling) -> list[int]:
    return [line.appointment.patient_id for line in plan.lines]


def _close(session: Session, by: Actor, clinic: Clinic, outage: Outage, words: str) -> None:
    """A closure of what is out, where there is none; only those who stay are seen to be hit."""
    start, end = to_local(outage.start, clinic.zone), to_local(outage.end, clinic.zone)
    period = closures.LocalPeriod(start.date(), end.date(), start.time(), end.time())
    closures.ensure_closed(
        session, by, clinic, closures.Place(resource_id=outage.resource_id), period, words
    )


def _move(
    session: Session, by: Actor, plan: Rescheduling, line: ReschedulingLine, length: Length
) -> None:
    start, end = cast(datetime, line.starts_at), cast(datetime, line.ends_at)
    slot = Slot(start, end, cast(int, line.clinician_id), cast(int, line.site_id))
    occasion = for_move(session, by, line.appointment, line.form, length)
    deadline, on = occasion.deadline_on, local_date(start, plan.clinic.zone)
    late = deadline is not None and on > deadline
    # Nobody has seen that it is as long as this, or as late.
    if occasion.fitted(slot) != slot or (late and "after_deadline" not in line.why):
        raise ChangedMeanwhile
    takes = choose(session, occasion.wish(), slot, line.rooms)
    make_room(session, occasion.owner, takes)
    contact = Contact(
        line.appointment.patient_id,
        line.appointment.visit_type,
        line.form,
        [list(part) for part in occasion.length.parts],
        occasion.invitation,
        line.appointment.course_id,
    )
    write_move(
        session,
        by,
        line.appointment,
        contact,
        Place(slot, takes),
        "system",
        # Past a deadline the reason kept with the move is the one the deadline asks for.
        "capacity" if late else plan.reason,
        participant="needs-action",
    )
    line.outcome = "moved"


def _hurry(session: Session, clinic: Clinic, appointment: Appointment) -> None:
    """On the worklist by the deadline, where that is nearer than the time to tell of."""
    invitation = appointment.invitation
    if invitation is None or invitation.deadline_on is None:
        return
    told_by = worklist.in_time_to_tell(
        session, local_date(appointment.starts_at, clinic.zone), clinic.zone
    )
    worklist.due_by(session, opening_key(appointment.id), min(told_by, invitation.deadline_on))

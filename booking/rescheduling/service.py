"""A day that falls apart: a plan for everyone concerned, changed by hand, carried out at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select, update

from booking.appointments.consequences import opening_key, taking
from booking.appointments.guard import lock
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
from booking.rescheduling.gathering import Outage, gather
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from booking.rescheduling.proposing import propose


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
    concerned = _concerned(session, clinic, outages)
    asked = gather(session, by, clinic, outages, concerned)
    plan = propose(asked.moving, asked.free)
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
        figures={"seconds": round(plan.seconds, 2), "method": plan.method},
        made_at=session.now(),
        made_by=by.name,
    )
    for one in concerned:
        line = ReschedulingLine(
            appointment=one,
            appointment_version=one.version,
            from_start=one.starts_at,
            form=one.form,
            why=[asked.refused[one.id]] if one.id in asked.refused else [],
        )
        place = plan.places.get(one.id)
        if place is not None:
            length = timedelta(minutes=asked.occasions[one.id].length.minutes)
            line.starts_at = asked.timeline.instant(place.start)
            line.ends_at = line.starts_at + length
            line.clinician_id, line.site_id, line.form = place.clinician, place.site, place.form
            line.why = [
                code
                for code, holds in (
                    ("other_clinician", place.clinician != one.clinician_id),
                    ("other_form", place.form != one.form),
                )
                if holds
            ]
        elif one.id in plan.unplaced:
            line.why = [plan.unplaced[one.id]]
        made.lines.append(line)
    session.add(made)
    session.flush()
    patients = [one.patient_id for one in concerned]
    audit.record(session, by, "rescheduling.drafted", patients, reason=reason, clinic_id=clinic.id)
    return made


def carry_out(session: Session, by: Actor, plan: Rescheduling, version: int) -> None:
    """Close what is out and move everyone, or (raising) do nothing at all.

    Who has a place is told by the message of the move, and asked to answer again; who has none
    keeps the old time and is on the worklist. Raises ChangedMeanwhile if the plan, one of its
    appointments, or who is hit has changed; TimeTaken if a place has been taken.
    """
    session.refresh(plan, with_for_update=True)
    if plan.status != "draft" or plan.version != version:
        raise ChangedMeanwhile
    clinic, outages = plan.clinic, outages_of(plan)
    resources = session.scalars(
        select(resource_clinic.c.resource_id).where(resource_clinic.c.clinic_id == clinic.id)
    )
    lock(session, resources, [line.appointment.patient_id for line in plan.lines])
    session.expire_all()
    now_hit = {one.id: one.version for one in _concerned(session, clinic, outages)}
    if now_hit != {line.appointment_id: line.appointment_version for line in plan.lines}:
        raise ChangedMeanwhile
    placed = [line for line in plan.lines if line.starts_at is not None and not line.left_out]
    session.execute(
        update(Allocation)
        .where(Allocation.appointment_id.in_([line.appointment_id for line in placed]))
        .values(active=False)
    )
    for outage in outages:
        _close(session, by, clinic, outage, plan.words)
    for line in sorted(placed, key=lambda one: (cast(datetime, one.starts_at), one.id)):
        _move(session, by, plan, line)
    for line in plan.lines:
        if line.outcome != "moved":
            line.outcome = "left" if line.left_out else "waiting"
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


def leave_out(session: Session, line: ReschedulingLine, left_out: bool) -> None:
    """Leave one where it stands (it goes on the worklist), or take it in again."""
    _check_draft(line.rescheduling)
    line.left_out = left_out
    session.flush()


def discard(session: Session, by: Actor, plan: Rescheduling) -> None:
    """Throw a plan away; nothing was moved."""
    _check_draft(plan)
    plan.status = "discarded"
    session.flush()
    audit.record(session, by, "rescheduling.discarded", clinic_id=plan.clinic_id)


def outages_of(plan: Rescheduling) -> list[Outage]:
    """What is out, as it was chosen."""
    return [
        Outage(
            cast(int | None, one["resource"]),
            datetime.fromisoformat(str(one["from"])),
            datetime.fromisoformat(str(one["to"])),
        )
        for one in plan.outages
    ]


def plan_of(session: Session, clinic_id: int, number: int) -> Rescheduling:
    """One plan of a clinic; raises NotFound for a foreign one."""
    plan = session.get(Rescheduling, number)
    if plan is None or plan.clinic_id != clinic_id:
        raise NotFound
    return plan


def _check_draft(plan: Rescheduling) -> None:
    if plan.status != "draft":
        raise ChangedMeanwhile


def _concerned(session: Session, clinic: Clinic, outages: Sequence[Outage]) -> list[Appointment]:
    """Those booked and not yet arrived who take anything that is out, each once, by start."""
    hit = {
        one.id: one
        for outage in outages
        for one in taking(
            session,
            clinic,
            outage.start,
            outage.end,
            None if outage.resource_id is None else [outage.resource_id],
        )
        if one.status == "booked"
    }
    return sorted(hit.values(), key=lambda one: (one.starts_at, one.id))


def _close(session: Session, by: Actor, clinic: Clinic, outage: Outage, words: str) -> None:
    """A closure of what is out; the handlers see only those who have not been moved."""
    start, end = to_local(outage.start, clinic.zone), to_local(outage.end, clinic.zone)
    period = closures.LocalPeriod(start.date(), end.date(), start.time(), end.time())
    closures.add_closure(
        session, by, clinic, closures.Place(resource_id=outage.resource_id), period, words
    )


def _move(session: Session, by: Actor, plan: Rescheduling, line: ReschedulingLine) -> None:
    start, end = cast(datetime, line.starts_at), cast(datetime, line.ends_at)
    slot = Slot(start, end, cast(int, line.clinician_id), cast(int, line.site_id))
    occasion = for_move(session, by, line.appointment, line.form)
    if occasion.fitted(slot) != slot:
        raise ChangedMeanwhile
    takes = choose(session, occasion.wish(), slot)
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
        plan.reason,
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

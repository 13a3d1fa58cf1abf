"""A line for everyone whom something is out for, and a place for each of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select

from booking.appointments.consequences import taking
from booking.appointments.models import Allocation, Appointment
from booking.appointments.search import Slot
from booking.calendar.models import Clinic
from booking.calendar.slots import TICK_MINUTES
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_start, local_date
from booking.rescheduling.candidates import Moving, held
from booking.rescheduling.gathering import Claim, Gathered, Outage, gather, outages_of
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from booking.rescheduling.places import places
from booking.rescheduling.proposing import Plan, propose

# Whoever has been called in is with the clinician; who has arrived may wait past their time.
COMING, WAITS = ("booked", "arrived"), ("arrived",)
# How often a plan is made for those it found no place for, and the solver's seconds for them all.
TURNS, SECONDS = 4, 1.2


def fill_in(session: Session, by: Actor, plan: Rescheduling) -> None:
    """A line for everyone who is hit, and a place for each of them but those settled by hand."""
    clinic, outages = plan.clinic, outages_of(plan)
    concerned = concerned_by(session, clinic, outages)
    known = {line.appointment_id: line for line in plan.lines}
    plan.lines = [
        known.get(one.id) or ReschedulingLine(appointment=one, form=one.form) for one in concerned
    ]
    for line, one in zip(plan.lines, concerned, strict=True):
        changed = line.appointment_version not in (None, one.version)
        line.appointment_version = one.version
        line.from_start, line.from_clinician_id = one.starts_at, one.clinician_id
        if not line.fixed or line.left_out:
            clear(line)
        elif changed:
            _lose(line)
        if _begun(session, line) and not line.left_out:
            line.why = line.why or ["begun"]
    may_go = [line for line in plan.lines if not line.left_out and not _begun(session, line)]
    # Who finds no place keeps the old time: nobody else may be given it.
    going = {line.appointment.id for line in may_go}
    _hold_chosen(session, by, plan, going)
    spent = 0.0
    for turn in range(TURNS):
        open_lines = [line for line in may_go if not line.fixed]
        claims = [claim_of(line) for line in plan.lines if line.fixed]
        looked_for = [line.appointment for line in open_lines]
        asked = gather(session, by, clinic, outages, looked_for, leaving=going, claims=claims)
        seconds = max(SECONDS - spent, SECONDS / TURNS)
        found = propose(_movable(asked, looked_for), asked.free, seconds=seconds)
        spent += found.seconds
        for line in open_lines:
            _fill(line, asked, found)
        staying = [line for line in open_lines if line.starts_at is None]
        staying = [line for line in staying if line.appointment_id in going]
        if not (robbed := given_away(session, plan, staying)):
            break
        # The last turn gives nobody's time away, and so robs nobody.
        going = going - robbed if turn < TURNS - 2 else set()
        _hold_chosen(session, by, plan, going)
    plan.figures = {"seconds": round(spent, 2), "method": found.method}


def fill_one(session: Session, by: Actor, plan: Rescheduling, line: ReschedulingLine) -> None:
    """A place for one line, the others keeping theirs."""
    if _begun(session, line):
        line.why = ["begun"]
        return
    others = [
        one
        for one in plan.lines
        if one is not line and one.starts_at is not None and not one.left_out
    ]
    going = {line.appointment_id, *(one.appointment_id for one in others)}
    claims = [claim_of(one) for one in others]
    asked = gather(
        session,
        by,
        plan.clinic,
        outages_of(plan),
        [line.appointment],
        leaving=going,
        claims=claims,
    )
    _fill(line, asked, propose(_movable(asked, [line.appointment]), asked.free))


def concerned_by(session: Session, clinic: Clinic, outages: Sequence[Outage]) -> list[Appointment]:
    """Those not yet called in who take anything that is out, each once, by start.

    Whose time has begun is among them, and who has waited past their time since the morning.
    """
    hit: dict[int, Appointment] = {}
    for outage in outages:
        which = None if outage.resource_id is None else [outage.resource_id]
        stretches: list[tuple[datetime, datetime, tuple[str, ...]]]
        stretches = [(outage.start, outage.end, COMING)]
        if outage.start <= session.now():
            morning = day_start(local_date(outage.start, clinic.zone), clinic.zone)
            stretches.append((morning, outage.start, WAITS))
        for start, end, statuses in stretches:
            found = taking(session, clinic, start, end, which, begun=True)
            hit |= {one.id: one for one in found if one.status in statuses}
    return sorted(hit.values(), key=lambda one: (one.starts_at, one.id))


def is_over(session: Session, plan: Rescheduling) -> bool:
    """Whether all that was out lies in the past."""
    return all(one.end <= session.now() for one in outages_of(plan))


def claim_of(line: ReschedulingLine) -> Claim:
    """The place of a line that has one."""
    visit_type = line.appointment.visit_type
    return Claim(
        line.appointment.patient_id,
        cast(datetime, line.starts_at),
        cast(datetime, line.ends_at),
        (cast(int, line.clinician_id), *line.rooms),
        timedelta(minutes=visit_type.buffer_before),
        timedelta(minutes=visit_type.buffer_after),
    )


def clear(line: ReschedulingLine) -> None:
    """No place, and none chosen."""
    line.starts_at = line.ends_at = line.clinician_id = line.site_id = None
    line.form, line.rooms, line.why, line.fixed = line.appointment.form, [], [], False


def _movable(asked: Gathered, concerned: Sequence[Appointment]) -> list[Moving]:
    """Whoever a place is looked for; a part of a combined day may only have another clinician."""
    now = {one.id: -(-one.minutes // TICK_MINUTES) for one in concerned}
    kept = (held(m, now[m.id]) if m.id in asked.together else m for m in asked.moving)
    return [one for one in kept if one is not None]


def _begun(session: Session, line: ReschedulingLine) -> bool:
    """Whether they were to come by now: only a person can tell where they go, if they did not."""
    one = line.appointment
    return not line.fixed and one.status == "booked" and one.starts_at <= session.now()


def _fill(line: ReschedulingLine, asked: Gathered, found: Plan) -> None:
    one, place = line.appointment, found.places.get(line.appointment_id)
    taken = [code for code in line.why if code == "choice_taken"]
    clear(line)
    if place is None:
        split = "combined" if one.id in asked.together else found.unplaced.get(one.id)
        line.why = [*taken, cast(str, asked.refused.get(one.id) or split)]
        return
    line.starts_at = asked.timeline.instant(place.start)
    line.ends_at = line.starts_at + timedelta(minutes=asked.occasions[one.id].length.minutes)
    line.clinician_id, line.site_id, line.form = place.clinician, place.site, place.form
    line.rooms = list(place.rooms)
    line.why = [
        *taken,
        *(
            code
            for code, holds in (
                ("other_clinician", place.clinician != one.clinician_id),
                ("other_form", place.form != one.form),
                ("other_site", place.form == "in_person" and place.site != one.site_id),
            )
            if holds
        ),
    ]


def given_away(
    session: Session, plan: Rescheduling, staying: Sequence[ReschedulingLine]
) -> set[int]:
    """Those of them (appointments) whose own time, which they keep, the plan gives to others."""
    has = (line for line in plan.lines if line.starts_at is not None and not line.left_out)
    claims = [claim_of(line) for line in has]
    rows = session.execute(
        select(
            Allocation.appointment_id,
            Allocation.resource_id,
            Allocation.starts_at,
            Allocation.ends_at,
            Appointment.patient_id,
        )
        .join(Appointment, Appointment.id == Allocation.appointment_id)
        .where(
            Allocation.appointment_id.in_([line.appointment_id for line in staying]),
            Allocation.active,
        )
    ).all()
    return {
        row.appointment_id
        for row in rows
        for claim in claims
        if (row.resource_id in claim.resources or row.patient_id == claim.patient_id)
        and row.starts_at < claim.end + claim.after
        and claim.start - claim.before < row.ends_at
    }


def _hold_chosen(session: Session, by: Actor, plan: Rescheduling, going: set[int]) -> None:
    """The places chosen by hand that are still to be had, in rooms that are; the others are lost.

    going: appointments whose own time is given up.
    """
    for line in [line for line in plan.lines if line.fixed]:
        slot = Slot(
            cast(datetime, line.starts_at),
            cast(datetime, line.ends_at),
            cast(int, line.clinician_id),
            cast(int, line.site_id),
        )
        others = [claim_of(one) for one in plan.lines if one.fixed and one is not line]
        free = places(session, by, plan, line, others, going, slot.start)
        still = next((one for one in free if (one.slot, one.form) == (slot, line.form)), None)
        if still is None:
            _lose(line)
        else:
            line.rooms = list(still.rooms)


def _lose(line: ReschedulingLine) -> None:
    clear(line)
    line.why = ["choice_taken"]

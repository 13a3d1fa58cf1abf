"""From the database to what `proposing` reckons on: who is to be moved, and what is free."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

import numpy as np
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from booking.appointments import belonging
from booking.appointments.length import Length
from booking.appointments.models import ACTIVE, Allocation, Appointment, Hold
from booking.appointments.occasions import Occasion, for_move, lengths_for
from booking.appointments.serving import Serving, serving
from booking.calendar import availability
from booking.calendar.models import Clinic, Resource, resource_clinic
from booking.calendar.slots import TICK_MINUTES, Timeline
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_start, local_date
from booking.rescheduling.candidates import Bits, Free, Moving
from booking.rescheduling.models import Rescheduling

# Nobody is moved further away than this, later or earlier, without a person looking.
LOOKS = timedelta(weeks=8)


@dataclass(frozen=True)
class Outage:
    """What is out from start to end: one resource, or (None) the whole clinic."""

    resource_id: int | None
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Claim:
    """A place somebody of the plan has already: a contact, and what it takes around it."""

    patient_id: int
    start: datetime
    end: datetime
    resources: tuple[int, ...]
    before: timedelta
    after: timedelta


@dataclass(frozen=True)
class Gathered:
    """The question for `proposing`, and the occasion of each who is part of it.

    refused: appointment id -> why no time is looked for: 'group', 'several_clinicians', 'arrived'.
    together: those that belong with others of their day.
    """

    timeline: Timeline
    moving: list[Moving]
    free: Free
    occasions: Mapping[int, Occasion]
    refused: Mapping[int, str]
    together: frozenset[int]


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


def gather(
    session: Session,
    by: Actor,
    clinic: Clinic,
    outages: Sequence[Outage],
    concerned: Sequence[Appointment],
    *,
    leaving: Collection[int],
    claims: Sequence[Claim] = (),
) -> Gathered:
    """Read it in a handful of queries, however many are concerned.

    leaving: numbers of the appointments whose own time is given up; the others keep theirs, also
    while a place is looked for. claims: places that are not to be had.
    """
    today = local_date(session.now(), clinic.zone)
    first, last = _looked_at(clinic, outages, today)
    ids = sorted(
        session.scalars(
            select(resource_clinic.c.resource_id).where(resource_clinic.c.clinic_id == clinic.id)
        )
    )
    open_time = availability.read(session, clinic, ids, first, last)
    timeline = open_time.timeline
    taken = _taken(session, ids, timeline, leaving)
    for claim in claims:
        for resource in claim.resources:
            taken[resource].append((claim.start - claim.before, claim.end + claim.after))
    for outage in (*outages, *_out_elsewhere(session, clinic)):
        for resource in ids if outage.resource_id is None else [outage.resource_id]:
            taken[resource].append((outage.start, outage.end))
    patients = _patients_times(session, timeline, concerned)
    for claim in claims:
        theirs = timeline.spans([(claim.start, claim.end)], "outwards")
        patients[claim.patient_id].extend((None, span) for span in theirs)
    rows = select(Resource.id, Resource.kind, Resource.profession).where(Resource.id.in_(ids))
    kinds, professions = {}, {}
    for resource, kind, profession in session.execute(rows):
        kinds[resource], professions[resource] = kind, profession
    able: dict[tuple[int, str], Serving] = {}
    together = session.ports[belonging.PORT](session, [one.id for one in concerned])
    moving, occasions, refused = [], {}, {}
    for one, length in zip(concerned, lengths_of(session, concerned), strict=True):
        visit_type = one.visit_type
        why = _refused(one)
        if why:
            refused[one.id] = why
            continue
        for form in visit_type.form_list:
            if (visit_type.id, form) not in able:
                able[visit_type.id, form] = serving(session, visit_type, form)
        occasion = for_move(session, by, one, length=length)
        occasions[one.id] = occasion
        who = able[visit_type.id, one.form if one.form in visit_type.form_list else occasion.form]
        every_form = [
            form
            for form in visit_type.form_list
            if (form == "in_person" or not able[visit_type.id, form].needed)
            and (form != "phone" or form == one.form or one.patient.phone_sealed)
        ]
        mine = professions.get(one.clinician_id, "")
        moving.append(
            Moving(
                one.id,
                one.patient_id,
                timeline.tick(max(one.starts_at, timeline.origin), "down"),
                -(-occasion.length.minutes // TICK_MINUTES),
                timeline.tick(_earliest(clinic, one, today), "up"),
                _latest(clinic, timeline, occasion, one, today),
                one.clinician_id,
                frozenset(who.clinicians),
                one.form,
                tuple(every_form) or (occasion.form,),
                before=-(-visit_type.buffer_before // TICK_MINUTES),
                after=-(-visit_type.buffer_after // TICK_MINUTES),
                grid=visit_type.grid_minutes // TICK_MINUTES,
                has_deadline=occasion.deadline_on is not None,
                other_profession=frozenset(c for c in who.clinicians if professions[c] != mine),
                rooms=tuple(options for _, options in _needed(able, visit_type.id)),
                busy=tuple(span for whose, span in patients[one.patient_id] if whose != one.id),
                site=one.site_id,
            )
        )
    every = range((last - first).days + 1)
    since = [day_start(first + timedelta(days=n), clinic.zone) for n in every]
    days = [max(int((one - timeline.origin) / timedelta(minutes=TICK_MINUTES)), 0) for one in since]
    free = _free(open_time, taken, kinds, days)
    return Gathered(timeline, moving, free, occasions, refused, together)


def _out_elsewhere(session: Session, clinic: Clinic) -> list[Outage]:
    """What the clinic's plans not yet carried out say is out: nobody is moved into that."""
    drafts = select(Rescheduling).where(
        Rescheduling.clinic_id == clinic.id, Rescheduling.status == "draft"
    )
    return [outage for plan in session.scalars(drafts) for outage in outages_of(plan)]


def _free(
    open_time: availability.Availability,
    taken: Mapping[int, list[tuple[datetime, datetime]]],
    kinds: Mapping[int, str],
    days: Sequence[int],
) -> Free:
    """A clinician works through the buffers; a room is cleaned after hours, as in a search."""
    timeline = open_time.timeline
    clinicians: dict[tuple[int, int], Bits] = {}
    rooms: dict[tuple[int, int], Bits] = {}
    open_rooms: dict[tuple[int, int], Bits] = {}
    for (resource, site), opened in open_time.opening.items():
        closed = open_time.closed.get(resource, 0)
        closed |= timeline.taken_bits(taken.get(resource, ()))
        row = _row(opened & ~closed, timeline.ticks)
        if kinds[resource] == "clinician":
            clinicians[resource, site] = row
        else:
            open_rooms[resource, site] = row
            rooms[resource, site] = _row(timeline.whole & ~closed, timeline.ticks)
    hour = -(timeline.origin.minute // TICK_MINUTES)
    return Free(clinicians, rooms, days, [hour], open_rooms)


def lengths_of(session: Session, concerned: Sequence[Appointment]) -> list[Length]:
    """How long each is to be; what their occasions ask besides is read at once with it."""
    along = (joinedload(Appointment.invitation), joinedload(Appointment.course))
    numbers = [one.id for one in concerned]
    session.scalars(select(Appointment).where(Appointment.id.in_(numbers)).options(*along)).all()
    asked = [(one.visit_type, one.patient_id, one.invitation_id) for one in concerned]
    return lengths_for(session, asked)


def _refused(one: Appointment) -> str:
    if one.status != "booked":
        return "arrived"
    if one.group_session_id is not None:
        return "group"
    return "several_clinicians" if one.visit_type.clinicians_needed > 1 else ""


def _needed(
    able: Mapping[tuple[int, str], Serving], visit_type_id: int
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    serves = able.get((visit_type_id, "in_person"))
    return serves.needed if serves else ()


def _earliest(clinic: Clinic, one: Appointment, today: date) -> datetime:
    """From tomorrow, so that the patient can be told; never before the window opens."""
    first = today + timedelta(days=1)
    if one.invitation is not None:
        first = max(first, one.invitation.window_from)
    return day_start(first, clinic.zone)


def _looked_at(clinic: Clinic, outages: Sequence[Outage], today: date) -> tuple[date, date]:
    """The local days in which places are looked for: what is out, and LOOKS to either side."""
    first = max(today, local_date(min(one.start for one in outages), clinic.zone))
    last = max(first, local_date(max(one.end for one in outages), clinic.zone))
    return max(today, first - LOOKS), min(last, first + LOOKS) + LOOKS


def _latest(
    clinic: Clinic, timeline: Timeline, occasion: Occasion, one: Appointment, today: date
) -> int:
    """Within the deadline, else the window, else the clinic's horizon from the time there was:
    the end of that day.
    """
    own = max(today, local_date(one.starts_at, clinic.zone))
    last = own + timedelta(weeks=clinic.horizon_weeks)
    if one.invitation is not None:
        last = occasion.deadline_on or one.invitation.window_to
    end = min(day_start(last + timedelta(days=1), clinic.zone), timeline.end)
    return 0 if end <= timeline.origin else timeline.tick(end, "down")


def _taken(
    session: Session, ids: Sequence[int], timeline: Timeline, leaving: Iterable[int]
) -> defaultdict[int, list[tuple[datetime, datetime]]]:
    """resource id -> stretches that others have; those who are to be moved leave theirs."""
    out = set(leaving)
    rows = session.execute(
        select(
            Allocation.resource_id,
            Allocation.starts_at,
            Allocation.ends_at,
            Allocation.appointment_id,
        )
        .outerjoin(Hold, Hold.id == Allocation.hold_id)
        .where(
            Allocation.resource_id.in_(ids),
            Allocation.active,
            Allocation.lane == 0,
            Allocation.ends_at > timeline.origin,
            Allocation.starts_at < timeline.end,
            or_(Hold.id.is_(None), and_(Hold.expires_at > session.now())),
        )
    )
    taken: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for resource, start, end, appointment in rows:
        if appointment not in out:
            taken[resource].append((start, end))
    return taken


def _patients_times(
    session: Session, timeline: Timeline, concerned: Sequence[Appointment]
) -> defaultdict[int, list[tuple[int | None, tuple[int, int]]]]:
    """patient id -> the times they have, at any clinic: (appointment id, ticks).

    Also those of the plan: its moves are made one after the other, and a patient is never in two
    places on the way.
    """
    rows = session.execute(
        select(
            Appointment.id, Appointment.patient_id, Appointment.starts_at, Appointment.ends_at
        ).where(
            Appointment.patient_id.in_({one.patient_id for one in concerned}),
            Appointment.status.in_(ACTIVE),
            Appointment.ends_at > timeline.origin,
            Appointment.starts_at < timeline.end,
        )
    )
    times: defaultdict[int, list[tuple[int | None, tuple[int, int]]]] = defaultdict(list)
    for number, patient, start, end in rows:
        times[patient].extend((number, span) for span in timeline.spans([(start, end)], "outwards"))
    return times


def _row(ticks: int, count: int) -> Bits:
    raw = np.frombuffer(ticks.to_bytes(-(-count // 8), "little"), dtype=np.uint8)
    return np.unpackbits(raw, bitorder="little")[:count].astype(np.bool_)

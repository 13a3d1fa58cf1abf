"""Group contacts: one meeting, one set of allocations, and places counted by the database."""

from datetime import date

from sqlalchemy import exists, func, select

from booking.appointments.errors import DoesNotFit, GroupFull, TimeTaken
from booking.appointments.guard import lock
from booking.appointments.models import ACTIVE, Appointment, GroupSession, Hold
from booking.appointments.occasions import Occasion
from booking.appointments.placing import allocate, choose, make_room
from booking.appointments.search import Slot, Wish
from booking.calendar import availability
from booking.calendar.models import Clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_bounds, local_date


def create(session: Session, by: Actor, wish: Wish, slot: Slot) -> GroupSession:
    """Plan a meeting at a slot that fits (search with patient_id 0: no patient's time matters)."""
    visit_type = wish.visit_type
    takes = choose(session, wish, slot)
    make_room(session, wish.owner, takes)
    made = GroupSession(
        clinic_id=visit_type.clinic_id,
        site_id=slot.site_id,
        visit_type_id=visit_type.id,
        clinician_id=slot.clinician_id,
        form=wish.form,
        starts_at=slot.start,
        ends_at=slot.end,
        capacity=visit_type.group_capacity,
    )
    session.add(made)
    session.flush()
    allocate(session, takes, group_session_id=made.id)
    audit.record(session, by, "group_session.created", clinic_id=visit_type.clinic_id)
    session.flush()
    return made


def check_alone(occasion: Occasion, slot: Slot) -> None:
    """Raise DoesNotFit for a time by oneself of a kind of contact that is had in groups.

    What was taken over as a time by itself, as by an import, may be moved as one.
    """
    moving = occasion.moving
    by_itself = moving is not None and moving.group_session_id is None
    in_group = occasion.visit_type.group_capacity > 1 or moving is not None
    if slot.group_session_id is None and in_group and not by_itself:
        raise DoesNotFit


def with_room(session: Session, occasion: Occasion, first: date, last: date) -> list[Slot]:
    """The group sessions of the occasion's visit type that start in its window and have room."""
    zone = occasion.visit_type.clinic.zone
    begin = max(day_bounds(max(first, occasion.first), zone)[0], occasion.not_before)
    end = day_bounds(min(last, occasion.last), zone)[1]
    now = session.now()
    held = (
        select(func.count())
        .select_from(Hold)
        .where(
            Hold.group_session_id == GroupSession.id,
            Hold.expires_at > now,
            Hold.owner != occasion.owner,
        )
    ).scalar_subquery()
    booked = (
        select(func.count())
        .select_from(Appointment)
        .where(Appointment.group_session_id == GroupSession.id, Appointment.status.in_(ACTIVE))
    ).scalar_subquery()
    already = select(Appointment.group_session_id).where(
        Appointment.patient_id == occasion.patient.id,
        Appointment.status.in_(ACTIVE),
        Appointment.group_session_id.is_not(None),
    )
    elsewhere = exists().where(
        Appointment.patient_id == occasion.patient.id,
        Appointment.status.in_(ACTIVE),
        Appointment.id != (occasion.moving.id if occasion.moving else 0),
        Appointment.starts_at < GroupSession.ends_at,
        Appointment.ends_at > GroupSession.starts_at,
    )
    rows = session.scalars(
        select(GroupSession)
        .where(
            GroupSession.visit_type_id == occasion.visit_type.id,
            GroupSession.form == occasion.form,
            GroupSession.cancelled_at.is_(None),
            GroupSession.starts_at >= begin,
            GroupSession.starts_at < end,
            GroupSession.capacity > held + booked,
            GroupSession.id.not_in(already),
            ~elsewhere,
        )
        .order_by(GroupSession.starts_at)
    )
    slots = [Slot(g.starts_at, g.ends_at, g.clinician_id, g.site_id, g.id) for g in rows]
    return _still_open(session, occasion.visit_type.clinic, slots)


def _still_open(session: Session, clinic: Clinic, slots: list[Slot]) -> list[Slot]:
    """Leave out the meetings that a later closure or change of hours has hit."""
    if not slots:
        return []
    first, last = (local_date(slot.start, clinic.zone) for slot in (slots[0], slots[-1]))
    who = {slot.clinician_id for slot in slots}
    open_time = availability.read(session, clinic, who, first, last)

    def holds(slot: Slot) -> bool:
        needed = open_time.timeline.taken_bits([(slot.start, slot.end)])
        return not needed & ~open_time.at(slot.clinician_id, slot.site_id)

    return [slot for slot in slots if holds(slot)]


def in_the_way(session: Session, occasion: Occasion, slot: Slot) -> list[str]:
    """What keeps an occasion out of a meeting, as codes; nothing is written."""
    group = session.get(GroupSession, slot.group_session_id)
    if group is None or group.visit_type_id != occasion.visit_type.id:
        return ["does_not_fit"]
    if slot != Slot(group.starts_at, group.ends_at, group.clinician_id, group.site_id, group.id):
        return ["does_not_fit"]
    if group.cancelled_at is not None:
        return ["group_called_off"]
    theirs = session.execute(
        select(Appointment.group_session_id).where(
            Appointment.patient_id == occasion.patient.id,
            Appointment.status.in_(ACTIVE),
            Appointment.id != (occasion.moving.id if occasion.moving else 0),
            Appointment.starts_at < group.ends_at,
            Appointment.ends_at > group.starts_at,
        )
    ).scalars()
    clinic = occasion.visit_type.clinic
    day = local_date(group.starts_at, clinic.zone)
    checks = {
        "group_form": group.form != occasion.form,
        "patient_busy": bool(theirs.all()),
        "outside_hours": not _still_open(session, clinic, [slot]),
        "group_full": _places_left(session, occasion, group) < 1,
    }
    found = [code for code, stands in checks.items() if stands]
    inside = occasion.first <= day <= occasion.last and group.starts_at >= occasion.not_before
    if not found and inside and slot not in with_room(session, occasion, day, day):
        return ["in_group_already"]
    return found


def _places_left(session: Session, occasion: Occasion, group: GroupSession) -> int:
    booked = select(func.count()).where(
        Appointment.group_session_id == group.id, Appointment.status.in_(ACTIVE)
    )
    held = select(func.count()).where(
        Hold.group_session_id == group.id,
        Hold.expires_at > session.now(),
        Hold.owner != occasion.owner,
    )
    return group.capacity - (session.scalar(booked) or 0) - (session.scalar(held) or 0)


def check_place(session: Session, occasion: Occasion, slot: Slot) -> None:
    """Raise unless the slot is a place in a session this occasion may join."""
    lock(session, [], [occasion.patient.id])
    group = session.get(GroupSession, slot.group_session_id)
    if group is None or group.visit_type_id != occasion.visit_type.id:
        raise DoesNotFit
    if group.cancelled_at is not None:
        raise TimeTaken
    for hold in session.scalars(
        select(Hold).where(Hold.group_session_id == group.id, Hold.expires_at <= session.now())
    ):
        session.delete(hold)
    session.flush()
    zone = occasion.visit_type.clinic.zone
    day = group.starts_at.astimezone(zone).date()
    if slot not in with_room(session, occasion, day, day):
        raise GroupFull

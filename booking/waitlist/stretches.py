"""The free time a freed time lies in: what is left of it, what adjoins it, and joining the two."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from booking.appointments.models import Allocation, Hold
from booking.calendar import availability
from booking.platform.database import Session
from booking.platform.localtime import local_date
from booking.waitlist import closing
from booking.waitlist.models import FreedTime, Offer

Stretch = tuple[datetime, datetime]
SHORTEST = timedelta(minutes=10)
TICK = timedelta(minutes=5)
LIVE = ("offering", "listed")


def around(session: Session, freed: FreedTime) -> Stretch:
    """The free stretch of the day it lies in; what others are asked about adjoining it is not."""
    taken = _put_to_others(session, freed)
    for first, after in _day(session, freed, taken):
        if first <= freed.starts_at and freed.ends_at <= after:
            return first, after
    return freed.starts_at, freed.ends_at


def put_with_another(session: Session, freed: FreedTime) -> bool:
    """Whether somebody is thinking about a visit that reaches into it from the time beside it."""
    return any(
        start < freed.ends_at and end > freed.starts_at
        for start, end in _put_to_others(session, freed)
    )


def held(session: Session, freed: FreedTime) -> bool:
    """Whether somebody is about to book some of it, and may yet leave it."""
    standing = (
        select(Allocation.id)
        .join(Hold, Hold.id == Allocation.hold_id)
        .where(
            Allocation.resource_id == freed.clinician_id,
            Allocation.active,
            Allocation.starts_at < freed.ends_at,
            Allocation.ends_at > freed.starts_at,
            Hold.expires_at > session.now(),
        )
    )
    return session.scalar(standing.limit(1)) is not None


def still_free(session: Session, freed: FreedTime) -> bool:
    """Whether it is to come, open and free; where others took a part, it is the longest rest.

    What is being asked about is not made shorter: an offer of a part that was taken cannot be
    accepted, and runs out.
    """
    if freed.starts_at <= session.now():
        return False
    pieces = [
        (max(first, freed.starts_at), min(after, freed.ends_at))
        for first, after in _day(session, freed, [])
        if first < freed.ends_at and freed.starts_at < after
    ]
    longest = max(pieces, key=lambda piece: piece[1] - piece[0], default=None)
    if longest is None or longest[1] - longest[0] < SHORTEST:
        return False
    whole = longest == (freed.starts_at, freed.ends_at)
    if not whole and not closing.open_offers(session, freed):
        other = select(FreedTime.id).where(
            FreedTime.clinician_id == freed.clinician_id,
            FreedTime.starts_at == longest[0],
            FreedTime.status.in_(LIVE),
            FreedTime.id != freed.id,
        )
        if session.scalar(other) is not None:
            return False
        freed.starts_at, freed.ends_at = longest
        session.flush()
    return True


def adjoining(session: Session) -> set[int]:
    """The freed times that have another beside them, of all clinics."""
    one, other = aliased(FreedTime), aliased(FreedTime)
    found = session.execute(
        select(one.id, other.id)
        .join(
            other,
            (other.clinician_id == one.clinician_id)
            & (other.site_id == one.site_id)
            & (other.clinic_id == one.clinic_id)
            & (other.starts_at == one.ends_at),
        )
        .where(one.status.in_(LIVE), other.status.in_(LIVE))
    )
    return {number for pair in found for number in pair}


def join(session: Session, freed: FreedTime) -> None:
    """Make it one with the freed times that adjoin it, where nobody is asked about any of them.

    The others are gone; what has become longer is offered anew.
    """
    if closing.open_offers(session, freed):
        return
    while True:
        beside = session.scalars(
            select(FreedTime)
            .where(
                FreedTime.clinician_id == freed.clinician_id,
                FreedTime.site_id == freed.site_id,
                FreedTime.clinic_id == freed.clinic_id,
                FreedTime.status.in_(LIVE),
                or_(
                    FreedTime.starts_at == freed.ends_at,
                    FreedTime.ends_at == freed.starts_at,
                ),
                ~FreedTime.offers.any(Offer.status == "open"),
            )
            .order_by(FreedTime.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if beside is None or not still_free(session, beside):
            return
        closing.decide(session, beside, "gone")
        freed.starts_at = min(freed.starts_at, beside.starts_at)
        freed.ends_at = max(freed.ends_at, beside.ends_at)
        freed.status, freed.decided_at = "offering", None
        session.flush()


def _put_to_others(session: Session, freed: FreedTime) -> list[Stretch]:
    """What is offered now of other freed times of the clinician's that day."""
    rows = session.execute(
        select(Offer.starts_at, Offer.ends_at).where(
            Offer.clinician_id == freed.clinician_id,
            Offer.status == "open",
            Offer.freed_time_id != freed.id,
            Offer.starts_at < freed.ends_at + timedelta(days=1),
            Offer.ends_at > freed.starts_at - timedelta(days=1),
        )
    )
    return [(start, end) for start, end in rows]


def _day(session: Session, freed: FreedTime, besides: list[Stretch]) -> list[Stretch]:
    """The stretches of its day in which the clinician is open there and nothing is booked."""
    day = local_date(freed.starts_at, freed.clinic.zone)
    opening = availability.read(session, freed.clinic, [freed.clinician_id], day, day)
    timeline = opening.timeline
    taken = session.execute(
        select(Allocation.starts_at, Allocation.ends_at).where(
            Allocation.resource_id == freed.clinician_id,
            Allocation.active,
            Allocation.lane == 0,
            Allocation.starts_at < timeline.end,
            Allocation.ends_at > timeline.origin,
            # What someone is about to book may yet be left: a search does not offer it meanwhile.
            Allocation.hold_id.is_(None),
        )
    ).all()
    free = opening.at(freed.clinician_id, freed.site_id) & ~timeline.taken_bits(
        [*((start, end) for start, end in taken), *besides]
    )
    pieces: list[Stretch] = []
    for tick in range(free.bit_length()):
        if free >> tick & 1:
            start = timeline.instant(tick)
            if pieces and pieces[-1][1] == start:
                pieces[-1] = (pieces[-1][0], start + TICK)
            else:
                pieces.append((start, start + TICK))
    return pieces

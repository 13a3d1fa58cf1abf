"""Keeping a time for ten minutes while someone confirms it.

One live hold an owner: choosing another time frees the one held before. A hold made for a
move takes only what is not already the mover's.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import joinedload

from booking.appointments.errors import HoldExpired
from booking.appointments.groups import check_alone, check_place
from booking.appointments.models import Allocation, Hold
from booking.appointments.occasions import Occasion
from booking.appointments.placing import Freed, Take, allocate, choose, make_room
from booking.appointments.search import Slot
from booking.platform.database import Session

MINUTES = 10
EXTENSIONS = 2


def place(session: Session, occasion: Occasion, slot: Slot) -> Hold:
    """Hold a slot for ten minutes; raises TimeTaken, DoesNotFit, PatientBusy or GroupFull."""
    check_alone(occasion, slot)
    if slot.group_session_id is None:
        takes = choose(session, occasion.wish(), slot)
    else:
        check_place(session, occasion, slot)
        takes = []
    extended, expires_at = _begins(session, slot, make_room(session, occasion.owner, takes))
    hold = Hold(
        token=secrets.token_urlsafe(24),
        owner=occasion.owner,
        patient_id=occasion.patient.id,
        clinic_id=occasion.visit_type.clinic_id,
        site_id=slot.site_id,
        visit_type_id=occasion.visit_type.id,
        clinician_id=slot.clinician_id,
        invitation_id=occasion.invitation.id if occasion.invitation else None,
        moving_id=occasion.moving.id if occasion.moving else None,
        course_id=occasion.course.id if occasion.course else None,
        group_session_id=slot.group_session_id,
        form=occasion.form,
        starts_at=slot.start,
        ends_at=slot.start + timedelta(minutes=occasion.length.minutes)
        if slot.group_session_id is None
        else slot.end,
        minutes_reason=[list(part) for part in occasion.length.parts],
        resources=[[take.resource_id, take.role] for take in takes],
        expires_at=expires_at,
        extended=extended,
    )
    session.add(hold)
    session.flush()
    parts = [part for take in takes for part in _not_already_ours(session, take, occasion)]
    allocate(session, parts, hold_id=hold.id)
    return hold


def by_token(session: Session, token: str) -> Hold:
    """The live hold with this token; raises HoldExpired otherwise."""
    hold = session.scalars(_BY_TOKEN, {"token": token}).one_or_none()
    if hold is None or hold.expires_at <= session.now():
        raise HoldExpired
    return hold


def extend(session: Session, hold: Hold) -> None:
    """Ten minutes from now, at most twice."""
    if hold.extended >= EXTENSIONS:
        raise HoldExpired
    hold.extended += 1
    hold.expires_at = session.now() + timedelta(minutes=MINUTES)
    session.flush()


def release(session: Session, owner: str) -> None:
    """Free whatever this owner holds."""
    session.execute(_OWNED_BY, {"owner": owner}, execution_options=_UNSYNCED)


def use(session: Session, hold: Hold) -> None:
    """Take a hold away for the booking it becomes; raises HoldExpired if another did so first.

    Call with its patient locked: pressed twice at the same moment, one of the two gets it.
    """
    taken = session.execute(_THIS, {"id": hold.id}, execution_options=_UNSYNCED)
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise HoldExpired
    session.expunge(hold)


def sweep(session: Session) -> int:
    """Remove every expired hold; returns how many."""
    gone = session.execute(
        delete(Hold)
        .where(Hold.expires_at <= session.now())
        .execution_options(synchronize_session=False)
    )
    return gone.rowcount  # type: ignore[attr-defined, no-any-return]


# With all that confirming reads of it; a hold's clinic is its visit type's.
_BY_TOKEN = (
    select(Hold)
    .where(Hold.token == bindparam("token"))
    .options(joinedload(Hold.visit_type, innerjoin=True), joinedload(Hold.invitation))
)
_UNSYNCED = {"synchronize_session": False}
_THIS = delete(Hold).where(Hold.id == bindparam("id"))
_OWNED_BY = delete(Hold).where(Hold.owner == bindparam("owner"))


def _begins(session: Session, slot: Slot, freed: list[Freed]) -> tuple[int, datetime]:
    """(extensions used, when it ends): choosing the time one holds already does not begin anew."""
    now = session.now()
    for one in freed:
        same = (one.starts_at, one.clinician_id) == (slot.start, slot.clinician_id)
        if same and one.expires_at > now:
            return one.extended, one.expires_at
    return 0, now + timedelta(minutes=MINUTES)


def _not_already_ours(session: Session, take: Take, occasion: Occasion) -> list[Take]:
    """What is left of a stretch once the mover's own allocations are cut out of it."""
    if occasion.moving is None:
        return [take]
    own = session.execute(
        select(Allocation.starts_at, Allocation.ends_at).where(
            Allocation.appointment_id == occasion.moving.id,
            Allocation.resource_id == take.resource_id,
            Allocation.active,
        )
    )
    left = [(take.starts_at, take.ends_at)]
    for own_start, own_end in own:
        cut = []
        for start, end in left:
            if own_end <= start or own_start >= end:
                cut.append((start, end))
                continue
            if start < own_start:
                cut.append((start, own_start))
            if own_end < end:
                cut.append((own_end, end))
        left = cut
    return [Take(take.resource_id, take.role, start, end) for start, end in left]

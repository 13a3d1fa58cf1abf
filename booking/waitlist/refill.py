"""Offering on what came free: a few are asked at a time, then the next few, then it is a hole.

A time that somebody gives up is written down in the transaction in which they do. A job, every
minute, does the rest: ends offers whose time is out, asks the next, and lets go of what others
have booked, what has begun, and what is closed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from booking.appointments.events import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from booking.appointments.models import Allocation, Appointment
from booking.calendar import availability
from booking.platform.database import Session
from booking.platform.localtime import local_date
from booking.waitlist import closing
from booking.waitlist.events import OfferMade
from booking.waitlist.gathering import entries_at, gap_of, starts_in, waiting
from booking.waitlist.matching import Matched, match
from booking.waitlist.models import FreedTime, Offer, OfferChoice, WaitlistEntry
from booking.waitlist.time_limits import at_night, expires_at

AT_A_TIME = 50
MOST = 1000
SHORTEST = timedelta(minutes=10)
# Why a time was cancelled that nobody can have: its clinician is away, closed for or not.
AWAY = "clinician_away"
TICK = timedelta(minutes=5)


def on_cancelled(session: Session, event: AppointmentCancelled) -> None:
    """A time was given up: it is offered on, and nobody waits for an earlier one in its place."""
    appointment = session.get_one(Appointment, event.appointment_id)
    theirs = select(WaitlistEntry).where(
        WaitlistEntry.appointment_id == appointment.id, WaitlistEntry.status == "waiting"
    )
    for entry in session.scalars(theirs).all():
        closing.end_entry(session, entry, "ended")
    if appointment.group_session_id is None and event.reason != AWAY:
        free_up(session, appointment, event.starts_at, event.ends_at, "cancelled")


def on_booked(session: Session, event: AppointmentBooked) -> None:
    """An invitation that waited for any time has one; a cancellation taken back has its wish."""
    booked = session.get_one(Appointment, event.appointment_id)
    if event.instead_of is not None:
        _wish_again(session, event.instead_of, booked)
    if booked.invitation_id is None:
        return
    theirs = select(WaitlistEntry).where(
        WaitlistEntry.invitation_id == booked.invitation_id, WaitlistEntry.status == "waiting"
    )
    for entry in session.scalars(theirs).all():
        closing.end_entry(session, entry, "ended")


def _wish_again(session: Session, cancelled_id: int, booked: Appointment) -> None:
    """The wish that ended with the cancellation stands again, with its place in the order."""
    cancelled = session.get_one(Appointment, cancelled_id)
    entry = session.scalars(
        select(WaitlistEntry)
        .where(
            WaitlistEntry.appointment_id == cancelled_id,
            WaitlistEntry.status == "ended",
            WaitlistEntry.ended_at == cancelled.cancelled_at,
        )
        .order_by(WaitlistEntry.id.desc())
    ).first()
    if entry is not None:
        entry.appointment_id, entry.status, entry.ended_at = booked.id, "waiting", None
        session.flush()


def on_moved(session: Session, event: AppointmentMoved) -> None:
    """The old time is offered on; what is offered of later times than the new one is over."""
    later = (
        select(Offer)
        .join(WaitlistEntry, WaitlistEntry.id == Offer.entry_id)
        .where(
            WaitlistEntry.appointment_id == event.appointment_id,
            Offer.status == "open",
            Offer.starts_at > event.new_start,
        )
    )
    closing.close_all(session, session.scalars(later).all(), "withdrawn")
    if event.old_clinician_id is not None:
        appointment = session.get_one(Appointment, event.appointment_id)
        place = (event.old_clinician_id, event.old_site_id)
        free_up(session, appointment, event.old_start, event.old_end, "moved", place)


def free_up(
    session: Session,
    appointment: Appointment,
    start: datetime,
    end: datetime,
    cause: str,
    place: tuple[int, int] | None = None,
) -> FreedTime | None:
    """Write down a time that came free, if it is still to come; the job offers it on.

    A hole that was taken and given up again is offered anew.

    place: (clinician, site) where these are no longer the appointment's.
    """
    clinician_id, site_id = place or (appointment.clinician_id, appointment.site_id)
    if start <= session.now():
        return None
    known = session.scalars(
        select(FreedTime).where(
            FreedTime.clinician_id == clinician_id,
            FreedTime.starts_at == start,
            FreedTime.status.in_(("offering", "listed")),
        )
    ).one_or_none()
    if known is not None:
        known.status, known.decided_at = "offering", None
        known.ends_at = max(known.ends_at, end)
        session.flush()
        return known
    freed = FreedTime(
        clinic_id=appointment.clinic_id,
        clinician_id=clinician_id,
        site_id=site_id,
        starts_at=start,
        ends_at=end,
        cause=cause,
        appointment_id=appointment.id,
        created_at=session.now(),
    )
    session.add(freed)
    session.flush()
    return freed


def run(session: Session) -> int:
    """The job: how many offers were made or ran out, and how many times were let go."""
    done = _run_out(session)
    asked = 0
    for freed in (*_standing(session, "offering"), *_standing(session, "listed")):
        if not still_free(session, freed):
            closing.decide(session, freed, "gone")
            done += 1
        elif freed.status == "offering" and asked < AT_A_TIME:
            made = ask(session, freed)
            asked += made > 0
            done += made
    return done


def _standing(session: Session, status: str) -> Sequence[FreedTime]:
    """The soonest in a status, each read by itself: holes must not hide what is to be offered."""
    return session.scalars(
        select(FreedTime)
        .where(FreedTime.status == status)
        .order_by(FreedTime.starts_at, FreedTime.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    ).all()


def ask(session: Session, freed: FreedTime) -> int:
    """Put a freed time to the next few; nobody left, or too late to ask: it is a listed hole.

    How many were asked. None while somebody still may answer, and none at night.
    """
    zone, now = freed.clinic.zone, session.now()
    if closing.open_offers(session, freed) or at_night(now, zone):
        return 0
    ends = expires_at(now, freed.starts_at, zone)
    if ends is None:
        closing.decide(session, freed, "listed")
        return 0
    entries = entries_at(session, freed.clinic_id)
    found = match(
        gap_of(session, freed),
        waiting(session, entries, freed),
        now,
        secret(session),
        starts_in(session, freed, entries),
    )
    if not found.offers and "has_offer" in found.verdicts.values():
        _explain_once(session, freed, found)  # whoever is thinking about another may want this
        return 0
    freed.round += 1
    _explain(session, freed, found)
    if not found.offers:
        closing.decide(session, freed, "listed")
        return 0
    by_key = _still_waiting(session, [put.entry for put in found.offers])
    for put in found.offers:
        if put.entry not in by_key:
            continue
        offer = Offer(
            freed_time=freed,
            entry=by_key[put.entry],
            patient_id=by_key[put.entry].patient_id,
            starts_at=put.starts_at,
            ends_at=put.ends_at,
            clinician_id=freed.clinician_id,
            site_id=freed.site_id,
            form=put.form,
            round=freed.round,
            rank=put.rank,
            made_at=now,
            expires_at=ends,
        )
        session.add(offer)
        session.flush()
        session.publish(OfferMade(offer.id, offer.patient_id, freed.clinic_id, ends))
    return len(by_key)


def _still_waiting(session: Session, numbers: Sequence[int]) -> dict[int, WaitlistEntry]:
    """Those of these entries that nobody has taken off by now; ours until the transaction ends."""
    wanted = (
        select(WaitlistEntry)
        .where(WaitlistEntry.id.in_(numbers), WaitlistEntry.status == "waiting")
        .order_by(WaitlistEntry.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {entry.id: entry for entry in session.scalars(wanted)}


def secret(session: Session) -> bytes:
    """The key of the draw: the same for everyone, and known to nobody."""
    return session.vault.fingerprint("waitlist", "draw").encode()


def _explain(session: Session, freed: FreedTime, found: Matched) -> None:
    rows = [
        {
            "freed_time_id": freed.id,
            "entry_id": entry,
            "round": freed.round,
            "verdict": verdict,
            "at": session.now(),
        }
        for entry, verdict in found.verdicts.items()
    ]
    if rows:
        session.execute(insert(OfferChoice), rows)


def _explain_once(session: Session, freed: FreedTime, found: Matched) -> None:
    """The same again every minute would tell nothing."""
    known = select(OfferChoice.id).where(
        OfferChoice.freed_time_id == freed.id, OfferChoice.round == freed.round
    )
    if session.scalar(known.limit(1)) is None:
        _explain(session, freed, found)


def _run_out(session: Session) -> int:
    over = session.scalars(
        select(Offer)
        .where(Offer.status == "open", Offer.expires_at <= session.now())
        .order_by(Offer.id)
        .with_for_update(skip_locked=True)
    ).all()
    for offer in over:
        closing.close_offer(session, offer, "expired")
    return len(over)


def still_free(session: Session, freed: FreedTime) -> bool:
    """Whether it is to come, open and free; where others took a part, it is the longest rest.

    What is being asked about is not made shorter: an offer of a part that was taken cannot be
    accepted, and runs out.
    """
    if freed.starts_at <= session.now():
        return False
    pieces = _free_pieces(session, freed)
    longest = max(pieces, key=lambda piece: piece[1] - piece[0], default=None)
    if longest is None or longest[1] - longest[0] < SHORTEST:
        return False
    whole = longest == (freed.starts_at, freed.ends_at)
    if not whole and not closing.open_offers(session, freed):
        other = select(FreedTime.id).where(
            FreedTime.clinician_id == freed.clinician_id,
            FreedTime.starts_at == longest[0],
            FreedTime.status.in_(("offering", "listed")),
            FreedTime.id != freed.id,
        )
        if session.scalar(other) is not None:
            return False
        freed.starts_at, freed.ends_at = longest
        session.flush()
    return True


def _free_pieces(session: Session, freed: FreedTime) -> list[tuple[datetime, datetime]]:
    """The stretches of a freed time in which the clinician is open and nothing is booked."""
    day = local_date(freed.starts_at, freed.clinic.zone)
    opening = availability.read(session, freed.clinic, [freed.clinician_id], day, day)
    timeline = opening.timeline
    taken = session.execute(
        select(Allocation.starts_at, Allocation.ends_at).where(
            Allocation.resource_id == freed.clinician_id,
            Allocation.active,
            Allocation.lane == 0,
            Allocation.starts_at < freed.ends_at,
            Allocation.ends_at > freed.starts_at,
            # What someone is about to book may yet be left: a search does not offer it meanwhile.
            Allocation.hold_id.is_(None),
        )
    ).all()
    free = opening.at(freed.clinician_id, freed.site_id) & ~timeline.taken_bits(
        (start, end) for start, end in taken
    )
    first, after = timeline.span(freed.starts_at, freed.ends_at, "inwards")
    pieces: list[tuple[datetime, datetime]] = []
    for tick in range(first, after):
        if free >> tick & 1:
            start = timeline.instant(tick)
            if pieces and pieces[-1][1] == start:
                pieces[-1] = (pieces[-1][0], start + TICK)
            else:
                pieces.append((start, start + TICK))
    return pieces

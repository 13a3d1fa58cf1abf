"""Offering on what came free: a few are asked at a time, then the next few, then it is a hole.

A time that somebody gives up is written down in the transaction in which they do. A job, every
minute, does the rest: ends offers whose time is out, asks the next, and lets go of what others
have booked, what has begun, and what is closed. Where nobody can be asked it is a hole at once,
and it is offered again when whoever was thinking about another time has answered.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError

from booking.appointments.events import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.waitlist import closing
from booking.waitlist.events import OfferMade
from booking.waitlist.gathering import entries_at, gap_of, starts_in, waiting
from booking.waitlist.matching import Matched, Rules, match
from booking.waitlist.models import FreedTime, Offer, OfferChoice, WaitlistEntry
from booking.waitlist.reaching import LOST, Lost
from booking.waitlist.reopening import answered_elsewhere
from booking.waitlist.stretches import LIVE, adjoining, held, join, put_with_another, still_free
from booking.waitlist.time_limits import expires_at, next_asking

ASKED_A_TURN = 50
MOST = 1000
# Why a time was cancelled that nobody can have: its clinician is away, closed for or not.
AWAY = "clinician_away"


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
    known = _known(session, freed)
    if known is None:
        try:
            with session.begin_nested():
                session.add(freed)
            return freed
        except IntegrityError:  # somebody gave up the same time in this very moment
            known = _known(session, freed)
            if known is None:
                raise
    known.status, known.decided_at = "offering", None
    known.ends_at = max(known.ends_at, end)
    session.flush()
    return known


def _known(session: Session, freed: FreedTime) -> FreedTime | None:
    """The hole that stands there already, or in which it lies."""
    return session.scalars(
        select(FreedTime)
        .where(
            FreedTime.clinician_id == freed.clinician_id,
            FreedTime.status.in_(LIVE),
            or_(
                FreedTime.starts_at == freed.starts_at,
                (FreedTime.site_id == freed.site_id)
                & (FreedTime.starts_at < freed.starts_at)
                & (FreedTime.ends_at >= freed.ends_at),
            ),
        )
        .order_by(FreedTime.starts_at.desc())
        .limit(1)
    ).first()


def run(session: Session) -> int:
    """The job: how many offers were made or ran out, and how many times were let go."""
    done = _run_out(session)
    answered_elsewhere(session)
    beside, asked = adjoining(session), 0
    for freed in (*_standing(session, "offering"), *_standing(session, "listed")):
        if freed.status not in LIVE:
            continue  # joined with one before it
        if not still_free(session, freed):
            closing.decide(session, freed, "gone")
            done += 1
            continue
        if freed.id in beside:
            join(session, freed)
        if freed.status == "offering" and asked < ASKED_A_TURN:
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

    How many were asked. None while somebody still may answer, about it or about a visit that
    reaches into it, or is about to book it; at night those to be asked are asked in the morning.
    """
    zone, now = freed.clinic.zone, session.now()
    thinking = closing.open_offers(session, freed) or put_with_another(session, freed)
    if thinking or held(session, freed):
        return 0
    asked_at = next_asking(now, zone)
    ends = expires_at(asked_at, freed.starts_at, zone)
    entries = entries_at(session, freed.clinic_id)
    found = match(
        gap_of(session, freed),
        waiting(session, entries, freed, ends or freed.starts_at),
        now,
        secret(session),
        starts_in(session, freed, entries),
        Rules(at_once=freed.clinic.offers_at_once),
    )
    if found.offers and ends is not None and asked_at > now:
        return 0
    freed.round += 1
    if ends is None:
        found = _too_late(found)
    _explain(session, freed, found)
    if not found.offers:
        closing.decide(session, freed, "listed")
        return 0
    assert ends is not None  # without a limit there are no offers
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
        session.publish(OfferMade(offer.id, offer.patient_id, freed.clinic_id, offer.expires_at))
    return len(by_key)


def _too_late(found: Matched) -> Matched:
    """Nobody has time to answer: those who would have been asked may be called."""
    would = ("offered", "later_in_order", "has_offer")
    return Matched(
        (), {key: "too_late" if said in would else said for key, said in found.verdicts.items()}
    )


def _still_waiting(session: Session, numbers: Sequence[int]) -> dict[int, WaitlistEntry]:
    """Those of these entries that nobody has taken off by now; ours until the transaction ends."""
    wanted = (
        select(WaitlistEntry)
        .where(WaitlistEntry.id.in_(numbers), WaitlistEntry.status == "waiting")
        .order_by(WaitlistEntry.id)
        .with_for_update(skip_locked=True)  # whoever is being changed is asked the next time
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


def _run_out(session: Session) -> int:
    over = session.scalars(
        select(Offer)
        .where(Offer.status == "open", Offer.expires_at <= session.now())
        .order_by(Offer.id)
        .with_for_update(skip_locked=True)
    ).all()
    lost_of: Lost = session.ports[LOST]
    lost = lost_of(session, [offer.id for offer in over]) if over else ()
    for offer in over:  # who has not heard of it has refused nothing
        closing.close_offer(session, offer, "withdrawn" if offer.id in lost else "expired")
    return len(over)

"""Answering an offer: the first to take it has it, and everyone else keeps what they had."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from booking.appointments import service as appointments
from booking.appointments.belonging import PORT, Belonging
from booking.appointments.errors import DoesNotFit, SameTime, TimeTaken, WrongState
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.writing import Channel
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.waitlist import closing
from booking.waitlist.errors import OfferOver
from booking.waitlist.gathering import occasion_of
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry
from booking.waitlist.refill import free_up
from booking.waitlist.stretches import SHORTEST
from booking.waitlist.telephone import by_phone

AT_ONCE_BY_PHONE = timedelta(minutes=1)


def accept(session: Session, by: Actor, offer: Offer, channel: Channel = "web") -> Appointment:
    """Take an offer: the patient's own time moves there, or they get their first, in one go.

    The first has it; said again it answers what they have. Raises OfferOver once another was
    first, it has run out, or the time is gone, and what booking itself refuses.
    """
    freed = _lock(session, offer)
    if offer.status == "accepted" and freed.filled_by_id is not None:
        return session.get_one(Appointment, freed.filled_by_id)
    standing = offer.status == "open" and freed.status == "offering"
    if not standing or offer.expires_at <= session.now() or offer.entry.status != "waiting":
        raise OfferOver
    own = offer.entry.appointment
    if own is not None and own.starts_at < offer.starts_at:
        raise OfferOver  # moved meanwhile: it is no longer an earlier time
    offer.status, offer.answered_at = "accepted", session.now()
    session.flush()
    appointment = _book(session, by, offer, channel)
    freed.status, freed.decided_at, freed.filled_by_id = "filled", session.now(), appointment.id
    session.flush()
    offer.entry.status, offer.entry.ended_at = "fulfilled", session.now()
    closing.publish(session, offer)
    closing.close_all(session, closing.open_offers(session, freed), "lost")
    _offer_the_rest(session, freed, appointment)
    audit.record(session, by, "waitlist.accepted", [offer.patient_id], clinic_id=freed.clinic_id)
    return appointment


def decline(session: Session, by: Actor, offer: Offer) -> None:
    """No thanks. The patient keeps what they have and stays on the list; twice is harmless."""
    freed = _lock(session, offer)
    if offer.status != "open":
        return
    closing.close_offer(session, offer, "declined")
    audit.record(session, by, "waitlist.declined", [offer.patient_id], clinic_id=freed.clinic_id)


def give(
    session: Session, by: Actor, freed: FreedTime, entry: WaitlistEntry, channel: Channel = "phone"
) -> Appointment:
    """Give a hole to someone who waits and has said yes on the telephone.

    Staff decide whom to call: neither the order nor the notice or the wishes about days bind them.
    Raises OfferOver where it does not fit or is no longer a hole.
    """
    freed = session.get_one(FreedTime, freed.id, with_for_update=True, populate_existing=True)
    session.refresh(entry, with_for_update={"of": WaitlistEntry, "key_share": True})
    if freed.status not in ("offering", "listed") or entry.status != "waiting":
        raise OfferOver
    fitting = by_phone(session, freed, [entry])
    if not fitting:
        raise OfferOver
    ((_, put),) = fitting
    theirs = select(Offer).where(
        or_(
            Offer.entry_id == entry.id,
            (Offer.freed_time_id == freed.id) & (Offer.patient_id == entry.patient_id),
        ),
        Offer.status == "open",
    )
    closing.close_all(session, session.scalars(theirs).all(), "withdrawn")
    freed.status, freed.round = "offering", freed.round + 1
    offer = Offer(
        freed_time=freed,
        entry=entry,
        patient_id=entry.patient_id,
        starts_at=put.starts_at,
        ends_at=put.ends_at,
        clinician_id=freed.clinician_id,
        site_id=freed.site_id,
        form=put.form,
        round=freed.round,
        rank=1,
        made_at=session.now(),
        expires_at=session.now() + AT_ONCE_BY_PHONE,
    )
    session.add(offer)
    session.flush()
    return accept(session, by, offer, channel)


def _lock(session: Session, offer: Offer) -> FreedTime:
    """The offer's freed time, ours until the transaction ends; both as they stand by now.

    The entry's key is left to the job, which writes down meanwhile why others were not asked.
    """
    freed = session.get_one(
        FreedTime, offer.freed_time_id, with_for_update=True, populate_existing=True
    )
    session.refresh(offer.entry, with_for_update={"of": WaitlistEntry, "key_share": True})
    session.refresh(offer, with_for_update={"of": Offer})
    if offer.entry.appointment is not None:
        session.refresh(offer.entry.appointment)
    return freed


def _book(session: Session, by: Actor, offer: Offer, channel: Channel) -> Appointment:
    entry = offer.entry
    occasion = occasion_of(session, entry, offer.form)
    if occasion is None:
        raise OfferOver
    slot = Slot(offer.starts_at, offer.ends_at, offer.clinician_id, offer.site_id)
    day = local_date(offer.starts_at, entry.clinic.zone)
    late = occasion.deadline_on is not None and day > occasion.deadline_on
    try:
        appointment = appointments.book(
            session, by, occasion, slot, channel, late_reason="capacity" if late else None
        )
    except (TimeTaken, DoesNotFit, SameTime, WrongState) as error:
        raise OfferOver from error
    # With the patient locked by now: what is booked together since the offer is not torn apart.
    belonging: Belonging = session.ports[PORT]
    if belonging(session, [appointment.id]):
        raise OfferOver
    appointments.keep(session, by, appointment, channel)
    # The clinic asked and the patient said yes: it is none of the moves they may make themselves.
    if by.kind == "patient" and occasion.moving is not None:
        appointment.moves -= 1
    session.flush()
    return appointment


def _offer_the_rest(session: Session, freed: FreedTime, appointment: Appointment) -> None:
    """What a shorter visit leaves of the freed time is offered on as well."""
    place = (freed.clinician_id, freed.site_id)
    ends: tuple[tuple[datetime, datetime], ...] = (
        (freed.starts_at, appointment.starts_at),
        (appointment.ends_at, freed.ends_at),
    )
    for start, end in ends:
        if end - start >= SHORTEST:
            free_up(session, appointment, start, end, "rest", place)

"""Ending an offer or an entry: the row, and the word to whoever listens."""

from collections.abc import Iterable

from sqlalchemy import select

from booking.platform.database import Session
from booking.waitlist.events import OfferClosed
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry


def close_offer(session: Session, offer: Offer, how: str) -> None:
    """End an open offer. how: accepted, declined, expired, lost or withdrawn."""
    offer.status, offer.answered_at = how, session.now()
    session.flush()
    publish(session, offer)


def publish(session: Session, offer: Offer) -> None:
    """Tell how an offer ended."""
    clinic_id = offer.freed_time.clinic_id
    session.publish(OfferClosed(offer.id, offer.patient_id, clinic_id, offer.status))


def close_all(session: Session, offers: Iterable[Offer], how: str) -> None:
    """End those of these offers that are open."""
    for offer in offers:
        if offer.status == "open":
            close_offer(session, offer, how)


def open_offers(session: Session, freed: FreedTime) -> list[Offer]:
    """Whom a freed time is put to now."""
    wanted = select(Offer).where(Offer.freed_time_id == freed.id, Offer.status == "open")
    return list(session.scalars(wanted.order_by(Offer.rank)))


def end_entry(session: Session, entry: WaitlistEntry, status: str) -> None:
    """Take an entry off the list: fulfilled, withdrawn or ended; an open offer goes with it."""
    entry.status, entry.ended_at = status, session.now()
    session.flush()
    theirs = select(Offer).where(Offer.entry_id == entry.id, Offer.status == "open")
    close_all(session, session.scalars(theirs), "withdrawn")


def decide(session: Session, freed: FreedTime, status: str) -> None:
    """Settle what becomes of a freed time; open offers are withdrawn where it is gone."""
    freed.status, freed.decided_at = status, session.now()
    session.flush()
    if status == "gone":
        close_all(session, open_offers(session, freed), "withdrawn")

"""Answers to the offer of a freed time."""

from typing import Literal

from sqlalchemy import select

from booking.appointments.errors import PatientBusy
from booking.appointments.guard import attempt
from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile
from booking.platform.identity import Actor
from booking.waitlist import answering
from booking.waitlist.errors import OfferOver
from booking.waitlist.models import Offer
from reminders.messages.models import Message, MessageAttempt
from reminders.planning.offers import GONE
from reminders.replies.queries import ARRIVED, LATELY

Outcome = Literal["done", "declined", "over"]
# A yes or no to an offer may cross with the word that it is gone, and is no word on one's own time.
ABOUT_OFFERS = ("offer", GONE)


def told_of_last(session: Session, from_hash: str) -> Offer | None:
    """The offer a number was told of, where nothing else has been said to it since."""
    last = session.execute(
        select(Message.kind, Message.subject)
        .join(MessageAttempt, MessageAttempt.message_id == Message.id)
        .where(
            MessageAttempt.to_hash == from_hash,
            MessageAttempt.state.in_(ARRIVED),
            MessageAttempt.started_at > session.now() - LATELY,
        )
        .order_by(MessageAttempt.started_at.desc(), MessageAttempt.id.desc())
        .limit(1)
    ).first()
    if last is None or last.kind not in ABOUT_OFFERS:
        return None
    offer = session.get(Offer, int(last.subject.partition(":")[2]))
    # The number may be somebody else's by now.
    return offer if offer is not None and offer.patient.phone_hash == from_hash else None


def answer(session: Session, offer: Offer, *, takes: bool) -> tuple[Outcome, Appointment | None]:
    """Take it or leave it as its patient; whoever is too late keeps what they have."""
    patient = Actor("patient", offer.patient_id, offer.patient.name)
    if not takes:
        answering.decline(session, patient, offer)
        return "declined", None
    try:
        with attempt(session):
            return "done", answering.accept(session, patient, offer, "sms")
    except (OfferOver, PatientBusy, ChangedMeanwhile):
        return "over", None

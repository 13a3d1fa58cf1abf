"""Messages about a freed time that is put to a patient, until the offer is over."""

from collections.abc import Collection

from sqlalchemy import select, update

from booking.calendar.models import Clinic
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.waitlist.events import OfferClosed, OfferMade
from booking.waitlist.models import Offer
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.states import EFFECTIVE
from reminders.planning import service
from reminders.planning.gathering import Concern
from reminders.planning.planner import About, Planned, plan
from reminders.planning.quiet import next_decent
from reminders.planning.reachable import with_offers
from reminders.planning.rules import Rules
from reminders.policies import founding
from reminders.policies.steps import Channel
from reminders.preferences import service as preferences
from reminders.preferences.reach import has, usable

# What says that another was first: the step, the kind and the wording.
GONE = "offer_lost"
WRITTEN: tuple[Channel, ...] = ("sms", "digital_post", "email")


def on_made(session: Session, event: OfferMade) -> None:
    """A freed time was put to a patient: tell them at once, and not after its time limit."""
    rules = Rules(session, event.clinic_id)
    if not rules.sends:
        return
    offer = session.get_one(Offer, event.offer_id)
    clinic = session.get_one(Clinic, event.clinic_id)
    patient = session.get_one(Patient, event.patient_id)
    preference = preferences.of(session, patient.id)
    interpreter = select(PatientNeed.id).where(
        PatientNeed.patient_id == patient.id, PatientNeed.need == "interpreter"
    )
    about = About(
        "appointment",
        offer.starts_at,
        session.now(),
        clinic.zone,
        form=offer.form,
        interpreter=session.scalar(interpreter) is not None,
        extra_help=preference.extra_help,
        last_useful=event.expires_at,
    )
    version, policy = rules.for_all()
    planned = plan(
        about,
        with_offers(policy),
        session.now(),
        "offer",
        preferred=preference.preferred,
        usable=usable(has(patient), session.ports["channels"]),
    )
    concern = Concern(subject(offer.id), 0, patient.id, about_at=offer.starts_at)
    service.insert_rows(session, rules.rows(concern, planned, version))


def on_closed(session: Session, event: OfferClosed) -> None:
    """It was answered, another was first, it ran out, or the time is gone.

    Whoever has been told of it, has not answered and still waits is told once that it is gone:
    they were promised until the end of the limit. By the way the offer went, and never by a call.
    """
    offer = session.get_one(Offer, event.offer_id)
    heard = _heard_by(session, offer)
    service.withdraw(session, subject(offer.id), "answered")
    _not_anew(session, offer)
    gone = event.how == "lost" or (event.how == "withdrawn" and offer.freed_time.status == "gone")
    if gone and heard and offer.entry.status == "waiting":
        _tell_that_it_is_gone(session, offer, heard)


def lost(session: Session, offer_ids: Collection[int]) -> frozenset[int]:
    """Those of these offers whose message has failed by every channel."""
    by_subject = {subject(number): number for number in offer_ids}
    failed = select(Message.subject).where(
        Message.subject.in_(by_subject), Message.kind == "offer", Message.state == "failed"
    )
    return frozenset(by_subject[one] for one in session.scalars(failed))


def _not_anew(session: Session, offer: Offer) -> None:
    """What did not arrive is of no use any more: nobody sends an offer that is over."""
    session.execute(
        update(Message)
        .where(Message.subject == subject(offer.id), Message.state == "failed")
        .values(not_after=session.now())
    )


def _heard_by(session: Session, offer: Offer) -> tuple[Channel, ...]:
    """The channels by which the offer has reached, or may have reached, its patient."""
    channels = session.scalars(
        select(MessageAttempt.channel)
        .join(Message, Message.id == MessageAttempt.message_id)
        .where(
            Message.subject == subject(offer.id),
            Message.kind == "offer",
            MessageAttempt.state.in_(EFFECTIVE),
        )
    ).all()
    return tuple(one for one in WRITTEN if one in channels)


def _tell_that_it_is_gone(session: Session, offer: Offer, by: tuple[Channel, ...]) -> None:
    clinic_id, now = offer.freed_time.clinic_id, session.now()
    rules = Rules(session, clinic_id)
    if not rules.sends:
        return
    if not rules.has_wording(GONE):
        founding.bring(session, clinic_id, GONE)
        rules = Rules(session, clinic_id)
    version, policy = rules.for_all()
    due = next_decent(now, policy, offer.freed_time.clinic.zone)
    if due > offer.expires_at:
        return  # too late to be of use: the limit they were given is over by then
    told = Planned(GONE, GONE, GONE, by[:1], due, offer.expires_at)
    concern = Concern(subject(offer.id), 0, offer.patient_id, about_at=offer.starts_at)
    service.insert_rows(session, rules.rows(concern, [told], version))


def subject(offer_id: int) -> str:
    """The name under which messages about an offer are kept."""
    return f"offer:{offer_id}"

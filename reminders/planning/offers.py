"""Messages about a freed time that is put to a patient, until the offer is over."""

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.waitlist.events import OfferClosed, OfferMade
from booking.waitlist.models import Offer
from reminders.planning import service
from reminders.planning.gathering import Concern
from reminders.planning.planner import About, plan
from reminders.planning.rules import Rules
from reminders.policies.steps import Policy, Step, When
from reminders.preferences import service as preferences
from reminders.preferences.reach import has, usable

# For a policy that has no step on offers: one that nobody hears of is none. A letter takes days.
OTHERWISE = Step("offer", When("offer"), ("sms", "digital_post", "email", "voice"), "offer")


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
        _with_offers(policy),
        session.now(),
        "offer",
        preferred=preference.preferred,
        usable=usable(has(patient), session.ports["channels"]),
    )
    concern = Concern(subject(offer.id), 0, patient.id, about_at=offer.starts_at)
    service.insert_rows(session, rules.rows(concern, planned, version))


def on_closed(session: Session, event: OfferClosed) -> None:
    """It was answered, another was first, it ran out, or the time is gone."""
    service.withdraw(session, subject(event.offer_id), "answered")


def subject(offer_id: int) -> str:
    """The name under which messages about an offer are kept."""
    return f"offer:{offer_id}"


def _with_offers(policy: Policy) -> Policy:
    if any(step.when.on == "offer" for step in policy.steps):
        return policy
    return Policy((*policy.steps, OTHERWISE), policy.quiet_from, policy.quiet_to)

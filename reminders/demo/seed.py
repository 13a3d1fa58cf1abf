"""The demo clinics send messages: what lies ahead is planned, and the last days' have been sent."""

from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.demo.stories import Storyteller
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from reminders.planning import queries, service
from reminders.policies import service as policies
from reminders.policies.service import SenderDetails

PLACE = "Sygehus Nord"
SENDERS = {RHEUMA: "+4592450011", ENDO: "+4592450012"}


def seed(session: Session, demo: Demo, _storyteller: Storyteller) -> None:
    """Let both clinics send, each by a number of its own."""
    for key, number in SENDERS.items():
        clinic = demo.clinics[key]
        details = SenderDetails("number", number, PLACE, may_link=True, a_minute=6000)
        policies.send_from(session, SYSTEM, clinic, details)
        service.plan_ahead(session, queries.unplanned(session, clinic.id))

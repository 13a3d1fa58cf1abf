"""What has come of it: the standing decision, its invitation and time, the worklist; jobs run."""

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import open_items
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests.integration.triage_rules.followup.conftest import Followed
from triage_rules.followup import queries
from triage_rules.followup.models import FollowUpDecision


def decision(session: Session, here: Followed) -> FollowUpDecision:
    """The decision that stands."""
    found = queries.latest_decision(session, here.plan.id)
    assert found is not None
    return found


def invitation_of(session: Session, here: Followed) -> Invitation:
    """What the standing decision led to."""
    outcome = decision(session, here).outcome
    assert outcome is not None
    assert outcome.invitation is not None
    return outcome.invitation


def time_of(session: Session, here: Followed) -> Appointment:
    """The time the patient has for it."""
    time = invitations.live_appointment(session, invitation_of(session, here))
    assert time is not None
    return time


def items(session: Session, here: Followed) -> list[WorklistItem]:
    """What waits for a person."""
    return list(open_items(session, here.place.clinic.id))


def kinds(session: Session, here: Followed) -> list[str]:
    """What waits for a person, by its kind."""
    return [item.kind for item in items(session, here)]


def run(session: Session, rettid: Rettid, name: str) -> int:
    """Run a job in a transaction of its own, and see what it did."""
    session.commit()
    done = rettid.jobs.run_now(rettid.database, name)
    session.expire_all()
    return done

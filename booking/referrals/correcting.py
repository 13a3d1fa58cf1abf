"""Taking back what was noted by mistake: a new act, which names the one it takes back."""

from flask_babel import gettext as _

from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor
from booking.referrals.happenings import keep, standing
from booking.referrals.models import Referral, ReferralEvent
from booking.referrals.service import MILESTONES

CORRECTABLE = (*MILESTONES, "letter_untimed", "plan_written")


def correctable(referral: Referral) -> list[ReferralEvent]:
    """What was noted and still stands, by its day."""
    return [one for one in standing(referral) if one.kind in CORRECTABLE]


def take_back(session: Session, by: Actor, referral: Referral, event_id: int, words: str) -> None:
    """Take back one of `correctable`: its clocks run as if it had not been noted.

    words: why. One that was closed by it is open again.
    """
    session.refresh(referral, with_for_update={"of": Referral})  # by one at a time
    session.expire(referral, ["events"])
    noted = next((one for one in correctable(referral) if one.id == event_id), None)
    if noted is None:
        raise InvalidInput({"event": _("Vælg en af mulighederne.")})
    keep(session, by, referral, "taken_back", None, words, undoes=noted)
    audit.record(
        session, by, "referral.taken_back", [referral.patient_id], clinic_id=referral.clinic_id
    )
    if noted.kind == "discharged":
        referral.status = "triaged" if referral.invitation_id else "received"
        session.flush()

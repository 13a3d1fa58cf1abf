"""What happens to a referral, written down once and for all: its clocks run and stop by it."""

from datetime import date

from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.referrals.models import Referral, ReferralEvent


def standing(referral: Referral) -> list[ReferralEvent]:
    """What happened, by day, without what was noted by mistake and taken back."""
    gone = {one.undoes_id for one in referral.events}
    return [one for one in referral.events if one.id not in gone and one.undoes_id is None]


def happened(
    session: Session,
    by: Actor,
    referral: Referral,
    kind: str,
    day: date | None = None,
    *,
    words: str = "",
) -> None:
    """Write down what happened, today or on a local day, and in the audit log too."""
    keep(session, by, referral, kind, day, words)
    audit.record(
        session, by, f"referral.{kind}", [referral.patient_id], clinic_id=referral.clinic_id
    )


def keep(
    session: Session,
    by: Actor,
    referral: Referral,
    kind: str,
    day: date | None,
    words: str,
    *,
    undoes: ReferralEvent | None = None,
) -> None:
    """Write it down alone, where the log has been told already; undoes: what it takes back."""
    session.add(
        ReferralEvent(
            referral_id=referral.id,
            kind=kind,
            happened_on=day or local_date(session.now(), referral.clinic.zone),
            at=session.now(),
            by_name=by.name,
            words=words,
            undoes_id=undoes.id if undoes else None,
        )
    )
    session.flush()
    session.expire(referral, ["events"])

"""The letter about a referral: made here, and sent when a person says that it went out."""

from datetime import date
from pathlib import Path

from booking.appointments.errors import WrongState
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import live_appointment
from booking.platform.database import Session
from booking.platform.i18n import moment
from booking.platform.identity import Actor
from booking.referrals import queries
from booking.referrals.errors import LetterNotMade
from booking.referrals.happenings import happened, keep
from booking.referrals.letters import invitation_letter
from booking.referrals.models import Referral


def letter(
    session: Session,
    by: Actor,
    referral: Referral,
    *,
    public_url: str,
    corrections: Path | None = None,
) -> bytes:
    """The letter with date, place and rights, as PDF; its clock runs until somebody has `sent` it.

    Raises WrongState before triage, and what `invitation_letter` raises.
    """
    if referral.invitation is None:
        raise WrongState
    return letter_of(
        session, by, referral.invitation, public_url=public_url, corrections=corrections
    )


def letter_of(
    session: Session,
    by: Actor,
    invitation: Invitation,
    *,
    public_url: str,
    replace_codes: bool = False,
    corrections: Path | None = None,
) -> bytes:
    """An invitation's letter, whether or not it has a referral, which notes the time in it."""
    made = invitation_letter(
        session,
        by,
        invitation,
        public_url=public_url,
        replace_codes=replace_codes,
        corrections=corrections,
    )
    for referral in queries.of_invitation(session, invitation.id):
        letter_made(session, by, referral)
    return made


def letter_made(session: Session, by: Actor, referral: Referral) -> None:
    """Its letter lies ready for the printer; the time in it, if any, is kept with that."""
    booked = live_appointment(session, referral.invitation) if referral.invitation else None
    told = moment(booked.starts_at, referral.clinic.zone) if booked else ""
    keep(session, by, referral, "letter_made", None, told)


def sent(session: Session, by: Actor, referral: Referral, day: date | None = None) -> bool:
    """The letter has gone out, today or on an earlier local day; True if that stops its clock.

    The law asks for a letter with a time in it: that one without went out is noted, and the clock
    runs on. Raises WrongState before triage, and LetterNotMade where no letter was made here and
    no day is given: one written elsewhere is noted with its day.
    """
    if referral.status != "triaged" or referral.invitation is None:
        raise WrongState
    made = [one for one in referral.events if one.kind == "letter_made"]
    if not made and day is None:
        raise LetterNotMade
    if made:
        timed = bool(made[-1].words)
    else:
        timed = live_appointment(session, referral.invitation) is not None
    happened(session, by, referral, "letter_sent" if timed else "letter_untimed", day)
    return timed

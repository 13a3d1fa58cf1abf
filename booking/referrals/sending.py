"""The letter about a referral: made here, and sent when a person says that it went out."""

from datetime import date
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from booking.appointments.errors import WrongState
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import AppointmentChange
from booking.platform.database import Session
from booking.platform.i18n import moment
from booking.platform.identity import Actor
from booking.referrals import queries
from booking.referrals.errors import LetterNotMade, LetterOutdated
from booking.referrals.happenings import happened, keep, standing
from booking.referrals.letters import invitation_letter
from booking.referrals.models import Referral, ReferralEvent

Letter = Literal["", "untimed", "made", "outdated", "sent", "changed"]


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
    runs on. Raises WrongState before triage. Where no day is given, raises LetterNotMade if no
    letter was made here, and LetterOutdated if the patient no longer has the time in it; with a
    day, it is the letter made by then, or one written elsewhere.
    """
    if referral.status != "triaged" or referral.invitation is None:
        raise WrongState
    made = _made(referral, day)
    if day is None:
        if made is None:
            raise LetterNotMade
        if made.words and _outdated(session, referral, made):
            raise LetterOutdated
    timed = (
        bool(made.words)
        if made is not None
        else live_appointment(session, referral.invitation) is not None
    )
    happened(session, by, referral, "letter_sent" if timed else "letter_untimed", day)
    return timed


def how_far(session: Session, referral: Referral) -> Letter:
    """How far the letter is.

    '' before it is made, then 'made' and 'sent'; 'untimed': the last has no time in it;
    'outdated' and 'changed': made, or sent, and the patient has no longer the time in it.
    """
    last = _made(referral, None)
    old = last is not None and bool(last.words) and _outdated(session, referral, last)
    if any(one.kind == "letter_sent" for one in standing(referral)):
        return "changed" if old else "sent"
    if last is None:
        noted = any(one.kind == "letter_untimed" for one in standing(referral))
        return "untimed" if noted else ""
    if not last.words:
        return "untimed"
    return "outdated" if old else "made"


def _made(referral: Referral, day: date | None) -> ReferralEvent | None:
    """The letter made last, by a local day."""
    made = [
        one
        for one in referral.events
        if one.kind == "letter_made" and (day is None or one.happened_on <= day)
    ]
    return max(made, key=lambda one: one.id, default=None)


def _outdated(session: Session, referral: Referral, made: ReferralEvent) -> bool:
    booked = live_appointment(session, referral.invitation) if referral.invitation else None
    if booked is None:
        return True
    since = select(AppointmentChange.id).where(
        AppointmentChange.appointment_id == booked.id,
        AppointmentChange.what.in_(("booked", "moved")),
        AppointmentChange.at > made.at,
    )
    return session.scalar(since.limit(1)) is not None

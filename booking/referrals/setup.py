"""What a clinic sets up for its referrals: its criteria, its standard texts, how far back it looks.

Every function works inside the caller's transaction and writes in the audit log who did it.
"""

from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _
from sqlalchemy import func, select

from booking.calendar.models import Clinic
from booking.calendar.service import check_version
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor
from booking.referrals import queries
from booking.referrals.models import ReferralCriterion, ReferralText

# How many months back the same problem may count as a re-referral.
SHORTEST, LONGEST = 1, 120


@dataclass(frozen=True)
class CriterionDetails:
    """What is looked for. missing_text: what its sender is asked where it is not met, or ''."""

    text: str
    missing_text: str
    required: bool


@dataclass(frozen=True)
class TextDetails:
    """A standard text to a sender."""

    kind: Literal["missing", "advice"]
    title: str
    body: str


def add_criterion(
    session: Session, by: Actor, clinic: Clinic, details: CriterionDetails
) -> ReferralCriterion:
    """A new criterion, in use, after the others."""
    last = session.scalar(
        select(func.max(ReferralCriterion.position)).where(ReferralCriterion.clinic_id == clinic.id)
    )
    made = ReferralCriterion(
        clinic_id=clinic.id,
        text=details.text,
        missing_text=details.missing_text,
        required=details.required,
        position=0 if last is None else last + 1,
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "criterion.added", clinic_id=clinic.id)
    return made


def edit_criterion(
    session: Session,
    by: Actor,
    criterion: ReferralCriterion,
    details: CriterionDetails,
    *,
    active: bool,
) -> None:
    """Change a criterion, or take it out of use; what was said of it before stands."""
    criterion.text, criterion.missing_text = details.text, details.missing_text
    criterion.required, criterion.active = details.required, active
    session.flush()
    audit.record(session, by, "criterion.changed", clinic_id=criterion.clinic_id)


def move_up(session: Session, by: Actor, criterion: ReferralCriterion) -> None:
    """Ask for it one place earlier among those in use; the first stays where it is."""
    row = list(queries.criteria(session, criterion.clinic_id))
    if criterion not in row[1:]:
        return
    place = row.index(criterion)
    row[place - 1], row[place] = criterion, row[place - 1]
    for position, one in enumerate(row):
        one.position = position
    session.flush()
    audit.record(session, by, "criterion.changed", clinic_id=criterion.clinic_id)


def add_text(session: Session, by: Actor, clinic: Clinic, details: TextDetails) -> ReferralText:
    """A new standard text; its title is the only one of its kind."""
    _check_title(session, clinic.id, details, None)
    made = ReferralText(
        clinic_id=clinic.id, kind=details.kind, title=details.title, body=details.body
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "standard_text.added", clinic_id=clinic.id)
    return made


def edit_text(session: Session, by: Actor, text: ReferralText, details: TextDetails) -> None:
    """Change a standard text; what was sent before stands in its referral."""
    _check_title(session, text.clinic_id, details, text.id)
    text.kind, text.title, text.body = details.kind, details.title, details.body
    session.flush()
    audit.record(session, by, "standard_text.changed", clinic_id=text.clinic_id)


def remove_text(session: Session, by: Actor, text: ReferralText) -> None:
    """Take a standard text out of use: it is deleted, and what was sent with it stands."""
    clinic_id = text.clinic_id
    session.delete(text)
    session.flush()
    audit.record(session, by, "standard_text.removed", clinic_id=clinic_id)


def look_back(session: Session, by: Actor, clinic: Clinic, version: int, months: int) -> None:
    """Say within how many months the same problem is a re-referral."""
    check_version(clinic, version)
    if not SHORTEST <= months <= LONGEST:
        told = _("Skriv et tal fra %(low)s til %(high)s.", low=SHORTEST, high=LONGEST)
        raise InvalidInput({"months": told})
    clinic.re_referral_months = months
    session.flush()
    audit.record(session, by, "clinic.re_referral_changed", clinic_id=clinic.id)


def _check_title(session: Session, clinic_id: int, details: TextDetails, own: int | None) -> None:
    same = select(ReferralText.id).where(
        ReferralText.clinic_id == clinic_id,
        ReferralText.kind == details.kind,
        ReferralText.title == details.title,
    )
    if session.scalar(same) not in (None, own):
        raise InvalidInput({"title": _("Der er allerede en tekst med den overskrift.")})

"""Reading referrals, and their clocks as they stand."""

import re
from collections.abc import Collection, Container, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from holidays.utils import country_holidays
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.localtime import local_date
from booking.referrals.clocks import Clock, Rules, clocks, rules_from
from booking.referrals.models import Referral, ReferralCriterion, ReferralText

SAME_WITHIN = timedelta(days=2 * 365)
OPEN = ("received", "waiting", "triaged")


def one(session: Session, clinic_id: int, referral_id: int) -> Referral:
    """One of a clinic's referrals; raises NotFound for a foreign one."""
    referral = session.get(Referral, referral_id)
    if referral is None or referral.clinic_id != clinic_id:
        raise NotFound
    return referral


def of_clinic(
    session: Session, clinic_id: int, statuses: Collection[str] = OPEN
) -> Sequence[Referral]:
    """A clinic's referrals in these statuses, the oldest first, with what their rows show."""
    return session.scalars(
        select(Referral)
        .where(Referral.clinic_id == clinic_id, Referral.status.in_(statuses))
        .options(
            joinedload(Referral.patient),
            joinedload(Referral.clinic),
            joinedload(Referral.invitation),
            selectinload(Referral.events),
            selectinload(Referral.delays),
        )
        .order_by(Referral.received_at, Referral.id)
    ).all()


def of_patient(session: Session, clinic_id: int, patient_id: int) -> Sequence[Referral]:
    """A patient's referrals to a clinic, the newest first."""
    return session.scalars(
        select(Referral)
        .where(Referral.clinic_id == clinic_id, Referral.patient_id == patient_id)
        .options(selectinload(Referral.events))
        .order_by(Referral.received_at.desc(), Referral.id.desc())
    ).all()


def received_since(session: Session, clinic_id: int, since: date) -> Sequence[Referral]:
    """A clinic's referrals received on a local day or later, whatever became of them."""
    found = session.scalars(
        select(Referral)
        .where(Referral.clinic_id == clinic_id)
        .options(
            joinedload(Referral.clinic),
            selectinload(Referral.events),
            selectinload(Referral.delays),
        )
        .order_by(Referral.received_at, Referral.id)
    ).all()
    return [one for one in found if local_date(one.received_at, one.clinic.zone) >= since]


def earlier(session: Session, referral: Referral) -> list[Referral]:
    """The same patient's earlier referrals to the clinic for the same problem within two years.

    The same problem: the same code, or the same words but for case, spaces and signs. The newest
    first.
    """
    found = []
    for other in of_patient(session, referral.clinic_id, referral.patient_id):
        apart = referral.received_at - other.received_at
        if other.id == referral.id or not timedelta() <= apart <= SAME_WITHIN:
            continue
        same_code = referral.problem_code and referral.problem_code == other.problem_code
        if same_code or _said(referral.problem) == _said(other.problem):
            found.append(other)
    return found


def clocks_of(
    session: Session, referrals: Iterable[Referral], corrections: Path | None = None
) -> dict[int, list[Clock]]:
    """referral id -> its clocks today; corrections: see `rights_on`."""
    rules, found = rules_from(corrections), {}
    for referral in referrals:
        found[referral.id] = _clocks(session, referral, rules)
    return found


def nearest(
    session: Session, referral: Referral, codes: Container[str], corrections: Path | None = None
) -> Clock | None:
    """The open clock among these whose last day comes first."""
    found = _clocks(session, referral, rules_from(corrections))
    return next((clock for clock in found if clock.open and clock.code in codes), None)


def criteria(session: Session, clinic_id: int) -> Sequence[ReferralCriterion]:
    """What a clinic looks for in a referral, in its order."""
    return session.scalars(
        select(ReferralCriterion)
        .where(ReferralCriterion.clinic_id == clinic_id, ReferralCriterion.active)
        .order_by(ReferralCriterion.position, ReferralCriterion.id)
    ).all()


def texts(session: Session, clinic_id: int, kind: str) -> Sequence[ReferralText]:
    """A clinic's standard texts: 'missing' or 'advice', by title."""
    return session.scalars(
        select(ReferralText)
        .where(ReferralText.clinic_id == clinic_id, ReferralText.kind == kind)
        .order_by(ReferralText.title)
    ).all()


def _clocks(session: Session, referral: Referral, rules: Rules) -> list[Clock]:
    today = local_date(session.now(), referral.clinic.zone)
    happened = [(event.kind, event.happened_on) for event in referral.events]
    # The law's working days: public holidays alone, whatever days the clinic closes besides.
    return clocks(referral.track, happened, rules, today, _HOLIDAYS)


def _said(problem: str) -> str:
    return " ".join(re.findall(r"\w+", problem.casefold()))


_HOLIDAYS = country_holidays("DK")

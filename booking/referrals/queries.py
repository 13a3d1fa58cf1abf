"""Reading referrals, and their clocks as they stand."""

import re
from collections.abc import Collection, Container, Iterable, Sequence
from datetime import date
from pathlib import Path

from holidays.utils import country_holidays
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.localtime import day_start, local_date
from booking.referrals.clocks import Clock, Rules, after_months, clocks, rules_from
from booking.referrals.happenings import standing
from booking.referrals.models import Referral, ReferralCriterion, ReferralText

# The law's working days are all but these and the weekends, whatever else a clinic closes.
HOLIDAYS = country_holidays("DK")
OPEN = ("received", "waiting", "triaged")


def one(session: Session, clinic_id: int, referral_id: int) -> Referral:
    """One of a clinic's referrals; raises NotFound for a foreign one."""
    referral = session.get(Referral, referral_id)
    if referral is None or referral.clinic_id != clinic_id:
        raise NotFound
    return referral


def of_clinic(
    session: Session,
    clinic_id: int,
    statuses: Collection[str] = OPEN,
    *,
    latest: int | None = None,
) -> Sequence[Referral]:
    """A clinic's referrals in these statuses, the oldest first, with what their rows show.

    latest: only so many, and the newest first.
    """
    oldest_first = (Referral.received_at, Referral.id)
    newest_first = (Referral.received_at.desc(), Referral.id.desc())
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
        .order_by(*(oldest_first if latest is None else newest_first))
        .limit(latest)
    ).all()


def of_patient(session: Session, clinic_id: int, patient_id: int) -> Sequence[Referral]:
    """A patient's referrals to a clinic, the newest first."""
    return session.scalars(
        select(Referral)
        .where(Referral.clinic_id == clinic_id, Referral.patient_id == patient_id)
        .options(selectinload(Referral.events))
        .order_by(Referral.received_at.desc(), Referral.id.desc())
    ).all()


def received_since(session: Session, clinic: Clinic, since: date) -> Sequence[Referral]:
    """A clinic's referrals received on a local day or later, whatever became of them."""
    return session.scalars(
        select(Referral)
        .where(
            Referral.clinic_id == clinic.id, Referral.received_at >= day_start(since, clinic.zone)
        )
        .options(
            joinedload(Referral.clinic),
            selectinload(Referral.events),
            selectinload(Referral.delays),
        )
        .order_by(Referral.received_at, Referral.id)
    ).all()


def earlier(session: Session, referral: Referral) -> list[Referral]:
    """The same patient's earlier referrals to the clinic for the same problem, the newest first.

    As far back as the clinic looks (`Clinic.re_referral_months`). The same problem: the same code,
    or the same words but for case, spaces and signs.
    """
    clinic, found = referral.clinic, []
    first = after_months(local_date(referral.received_at, clinic.zone), -clinic.re_referral_months)
    for other in of_patient(session, referral.clinic_id, referral.patient_id):
        if (other.received_at, other.id) >= (referral.received_at, referral.id):
            continue
        if local_date(other.received_at, clinic.zone) < first:
            continue
        same_code = referral.problem_code and referral.problem_code == other.problem_code
        if same_code or _said(referral.problem) == _said(other.problem):
            found.append(other)
    return found


def pressing(
    session: Session,
    clinic_id: int,
    patient_ids: Collection[int],
    corrections: Path | None = None,
) -> dict[int, tuple[Referral, Clock]]:
    """patient id -> the open referral whose open clock ends first, with that clock.

    Patients without one are left out; recommendations do not count. corrections: see `rights_on`.
    """
    if not patient_ids:
        return {}
    found = session.scalars(
        select(Referral)
        .where(
            Referral.clinic_id == clinic_id,
            Referral.patient_id.in_(patient_ids),
            Referral.status.in_(OPEN),
        )
        .options(joinedload(Referral.clinic), selectinload(Referral.events))
        .order_by(Referral.received_at, Referral.id)
    ).all()
    by_id = {one.id: one for one in found}
    nearest_of: dict[int, tuple[Referral, Clock]] = {}
    for referral_id, row in clocks_of(session, found, corrections).items():
        clock = next((one for one in row if one.open and one.kind != "recommendation"), None)
        if clock is None:
            continue
        referral = by_id[referral_id]
        known = nearest_of.get(referral.patient_id)
        if known is None or clock.due_on < known[1].due_on:
            nearest_of[referral.patient_id] = referral, clock
    return nearest_of


def of_invitation(session: Session, invitation_id: int) -> Sequence[Referral]:
    """The referrals that led to an invitation: one, as a rule."""
    return session.scalars(
        select(Referral).where(Referral.invitation_id == invitation_id).order_by(Referral.id)
    ).all()


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


def criteria(
    session: Session, clinic_id: int, *, active: bool | None = True
) -> Sequence[ReferralCriterion]:
    """What a clinic looks for in a referral, in its order; active None: those out of use too."""
    wanted = select(ReferralCriterion).where(ReferralCriterion.clinic_id == clinic_id)
    if active is not None:
        wanted = wanted.where(ReferralCriterion.active == active)
    return session.scalars(wanted.order_by(ReferralCriterion.position, ReferralCriterion.id)).all()


def criterion_of(session: Session, clinic_id: int, criterion_id: int) -> ReferralCriterion:
    """One of a clinic's criteria; raises NotFound for a foreign one."""
    found = session.get(ReferralCriterion, criterion_id)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def texts(session: Session, clinic_id: int, kind: str) -> Sequence[ReferralText]:
    """A clinic's standard texts: 'missing' or 'advice', by title."""
    return session.scalars(
        select(ReferralText)
        .where(ReferralText.clinic_id == clinic_id, ReferralText.kind == kind)
        .order_by(ReferralText.title)
    ).all()


def text_of(session: Session, clinic_id: int, text_id: int) -> ReferralText:
    """One of a clinic's standard texts; raises NotFound for a foreign one."""
    found = session.get(ReferralText, text_id)
    if found is None or found.clinic_id != clinic_id:
        raise NotFound
    return found


def _clocks(session: Session, referral: Referral, rules: Rules) -> list[Clock]:
    today = local_date(session.now(), referral.clinic.zone)
    happened = [(event.kind, event.happened_on) for event in standing(referral)]
    return clocks(referral.track, happened, rules, today, HOLIDAYS)


def _said(problem: str) -> str:
    return " ".join(re.findall(r"\w+", problem.casefold()))

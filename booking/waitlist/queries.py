"""Reading the waitlist. Staff reads are scoped by clinic, patients' by person."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.localtime import day_bounds, local_date
from booking.waitlist.matching import NOT_REACHABLE
from booking.waitlist.models import FreedTime, Offer, OfferChoice, WaitlistEntry

_ENTRY = (
    joinedload(WaitlistEntry.patient),
    joinedload(WaitlistEntry.visit_type),
    joinedload(WaitlistEntry.clinician),
    joinedload(WaitlistEntry.site),
    joinedload(WaitlistEntry.appointment).joinedload(Appointment.invitation),
    joinedload(WaitlistEntry.invitation),
    joinedload(WaitlistEntry.clinic),
)
_FREED = (
    joinedload(FreedTime.clinician),
    joinedload(FreedTime.site),
    joinedload(FreedTime.clinic),
    selectinload(FreedTime.offers).joinedload(Offer.patient),
)


def entries(session: Session, clinic_id: int) -> Sequence[WaitlistEntry]:
    """Everyone who waits at a clinic, whoever has waited longest first."""
    return session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.clinic_id == clinic_id, WaitlistEntry.status == "waiting")
        .options(*_ENTRY)
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    ).all()


def entry_at(session: Session, clinic_id: int, entry_id: int) -> WaitlistEntry:
    """An entry of the clinic; raises NotFound for any other."""
    entry = session.get(WaitlistEntry, entry_id)
    if entry is None or entry.clinic_id != clinic_id:
        raise NotFound
    return entry


def freed_times(session: Session, clinic_id: int, status: str) -> Sequence[FreedTime]:
    """The clinic's freed times that stand so and are still to come, the nearest first."""
    return session.scalars(
        select(FreedTime)
        .where(
            FreedTime.clinic_id == clinic_id,
            FreedTime.status == status,
            FreedTime.starts_at > session.now(),
        )
        .options(*_FREED)
        .order_by(FreedTime.starts_at, FreedTime.id)
    ).all()


def filled_today(session: Session, clinic: Clinic) -> Sequence[tuple[FreedTime, Offer]]:
    """What was given on to somebody on the list since midnight, and to whom, the newest first."""
    midnight, _ = day_bounds(local_date(session.now(), clinic.zone), clinic.zone)
    rows = session.execute(
        select(FreedTime, Offer)
        .join(Offer, (Offer.freed_time_id == FreedTime.id) & (Offer.status == "accepted"))
        .where(
            FreedTime.clinic_id == clinic.id,
            FreedTime.status == "filled",
            FreedTime.decided_at >= midnight,
        )
        .options(joinedload(FreedTime.clinician), joinedload(Offer.patient))
        .order_by(FreedTime.decided_at.desc(), FreedTime.id.desc())
    )
    return [(freed, offer) for freed, offer in rows]


def to_call(session: Session, freed: Collection[int]) -> Mapping[int, int]:
    """Freed time -> how many of those who wait no message can tell of it, as last asked."""
    rows = session.execute(
        select(OfferChoice.freed_time_id, func.count())
        .join(FreedTime, FreedTime.id == OfferChoice.freed_time_id)
        .join(WaitlistEntry, WaitlistEntry.id == OfferChoice.entry_id)
        .where(
            FreedTime.id.in_(freed),
            OfferChoice.round == FreedTime.round,
            OfferChoice.verdict.like(f"{NOT_REACHABLE}:%"),
            WaitlistEntry.status == "waiting",
        )
        .group_by(OfferChoice.freed_time_id)
    )
    return dict(rows.all())


def freed_at(session: Session, clinic_id: int, freed_id: int) -> FreedTime:
    """A freed time of the clinic with its offers; raises NotFound for any other."""
    found = session.scalars(
        select(FreedTime)
        .where(FreedTime.id == freed_id, FreedTime.clinic_id == clinic_id)
        .options(*_FREED)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def reasons(session: Session, freed: FreedTime) -> Sequence[OfferChoice]:
    """Why each was or was not offered it, the last time anyone asked about them."""
    last = (
        select(OfferChoice.entry_id, func.max(OfferChoice.round).label("round"))
        .where(OfferChoice.freed_time_id == freed.id, OfferChoice.verdict != "asked_before")
        .group_by(OfferChoice.entry_id)
        .subquery()
    )
    return session.scalars(
        select(OfferChoice)
        .join(
            last,
            (OfferChoice.entry_id == last.c.entry_id) & (OfferChoice.round == last.c.round),
        )
        .where(OfferChoice.freed_time_id == freed.id)
        .options(joinedload(OfferChoice.entry).options(*_ENTRY))
        .order_by(OfferChoice.round, OfferChoice.id)
    ).all()


def offer_at(session: Session, clinic_id: int, offer_id: int) -> Offer:
    """An offer of the clinic; raises NotFound for any other."""
    offer = session.get(Offer, offer_id)
    if offer is None or offer.freed_time.clinic_id != clinic_id:
        raise NotFound
    return offer


def offer_of_patients(session: Session, patients: Collection[int], offer_id: int) -> Offer:
    """An offer to one of these patients; raises NotFound for any other."""
    offer = session.get(Offer, offer_id)
    if offer is None or offer.patient_id not in patients:
        raise NotFound
    return offer


def open_offers_to(session: Session, patient_id: int) -> Sequence[Offer]:
    """What a patient may answer now, the first to end first."""
    return session.scalars(
        select(Offer)
        .where(
            Offer.patient_id == patient_id,
            Offer.status == "open",
            Offer.expires_at > session.now(),
        )
        .options(joinedload(Offer.freed_time).joinedload(FreedTime.clinic))
        .order_by(Offer.expires_at, Offer.id)
    ).all()

"""Holes that are offered again: somebody came, has answered elsewhere, or can be told by now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Row, exists, select

from booking.platform.database import Session
from booking.platform.localtime import day_bounds, local_date
from booking.waitlist.gathering import about, offers_of, standing, unreachable
from booking.waitlist.matching import NOT_REACHABLE, Gap, Rules, left_in_peace, unfit
from booking.waitlist.models import FreedTime, Offer, OfferChoice, WaitlistEntry
from booking.waitlist.time_limits import expires_at, next_asking


def for_whoever_came(session: Session, entries: Sequence[WaitlistEntry]) -> None:
    """Offer listed holes on to those who have just come, where they may be of use to them.

    How much free time adjoins a hole is left to the job, which looks at each again; so is an offer
    that one of them has, which is over some day.
    """
    listed = session.scalars(
        select(FreedTime)
        .where(
            FreedTime.clinic_id.in_({entry.clinic_id for entry in entries}),
            FreedTime.status == "listed",
            FreedTime.starts_at > session.now(),
        )
        .order_by(FreedTime.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not listed:
        return
    offers = offers_of(session, entries)
    new = list(zip(entries, standing(session, entries, offers), strict=True))
    for freed in listed:
        zone = freed.clinic.zone
        day = day_bounds(local_date(freed.starts_at, zone), zone)
        place = (freed.clinician_id, freed.site_id, zone, None, day)
        gap = Gap(freed.id, freed.starts_at, freed.ends_at, *place)
        for entry, one in new:
            asked = any(about(offer, freed) for offer in offers[entry.id])
            asks = replace(one, asked=asked, has_offer=False)
            if entry.clinic_id == freed.clinic_id and not unfit(gap, asks, session.now(), Rules()):
                _again(freed)
                break
    session.flush()


def answered_elsewhere(session: Session) -> None:
    """Holes that somebody was not asked about because of another offer, which is over by now."""
    open_one = exists().where(Offer.patient_id == WaitlistEntry.patient_id, Offer.status == "open")
    for freed, _entry in _not_asked(session, OfferChoice.verdict == "has_offer", ~open_one):
        _again(freed)
    session.flush()


def heard_by_now(session: Session) -> None:
    """Holes that somebody could not be told of, who can be by now: there is a number, a STOP is
    taken back, or the clinic has begun to send.
    """
    deaf: dict[FreedTime, list[WaitlistEntry]] = defaultdict(list)
    for freed, entry in _not_asked(session, OfferChoice.verdict.like(f"{NOT_REACHABLE}:%")):
        deaf[freed].append(entry)
    for freed, entries in deaf.items():
        zone = freed.clinic.zone
        ends = expires_at(next_asking(session.now(), zone), freed.starts_at, zone)
        if ends is None:
            continue
        still = unreachable(session, entries, freed, ends)
        if any(entry.patient_id not in still for entry in entries):
            _again(freed)
    session.flush()


def rested(session: Session) -> None:
    """Holes that somebody was not asked about because they were left in peace, and are no more."""
    quiet = _not_asked(session, OfferChoice.verdict == "declined_lately")
    entries = list({entry.id: entry for _freed, entry in quiet}.values())
    by_key = {one.key: one for one in standing(session, entries, offers_of(session, entries))}
    for freed, entry in quiet:
        if not left_in_peace(by_key[entry.id], session.now(), Rules()):
            _again(freed)
    session.flush()


def _not_asked(
    session: Session, *why: ColumnElement[bool]
) -> Sequence[Row[FreedTime, WaitlistEntry]]:
    """The holes to come, and those who still wait and were not asked the last time for a reason."""
    return session.execute(
        select(FreedTime, WaitlistEntry)
        .join(OfferChoice, OfferChoice.freed_time_id == FreedTime.id)
        .join(WaitlistEntry, WaitlistEntry.id == OfferChoice.entry_id)
        .where(
            FreedTime.status == "listed",
            FreedTime.starts_at > session.now(),
            OfferChoice.round == FreedTime.round,
            WaitlistEntry.status == "waiting",
            *why,
        )
        .order_by(FreedTime.id)
        .with_for_update(of=FreedTime, skip_locked=True)
    ).all()


def _again(freed: FreedTime) -> None:
    freed.status, freed.decided_at = "offering", None

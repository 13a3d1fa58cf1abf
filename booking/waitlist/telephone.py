"""Whom to call about a freed time: those no message can tell of it, and anyone about a hole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from booking.platform.database import Session
from booking.waitlist.gathering import gap_of, starts_in, waiting
from booking.waitlist.matching import NOT_REACHABLE, Put, Rules, Waiting, match, unfit
from booking.waitlist.models import FreedTime, WaitlistEntry
from booking.waitlist.refill import secret

Fitting = list[tuple[WaitlistEntry, Put]]
MOST = 10


def by_phone(session: Session, freed: FreedTime, entries: Sequence[WaitlistEntry]) -> Fitting:
    """Those who fit if they say yes now, whatever they wished, in the fair order; at most MOST.

    Whoever has said no to this very time is left out.
    """
    refused = {one.entry_id for one in freed.offers if one.status == "declined"}
    asked = [entry for entry in entries if entry.id not in refused]
    return _placed(session, freed, asked, [_anyway(one) for one in waiting(session, asked, freed)])


def unheard(session: Session, freed: FreedTime, entries: Sequence[WaitlistEntry]) -> Fitting:
    """Those who would have been asked about it if a message could tell them, in the fair order."""
    gap, now = gap_of(session, freed), session.now()
    deaf = [
        replace(one, unreachable="")
        for one in waiting(session, entries, freed, freed.starts_at)
        if unfit(gap, one, now, Rules()).startswith(NOT_REACHABLE)
    ]
    return _placed(session, freed, entries, deaf)


def _placed(
    session: Session, freed: FreedTime, entries: Sequence[WaitlistEntry], able: list[Waiting]
) -> Fitting:
    found = match(
        gap_of(session, freed),
        able,
        session.now(),
        secret(session),
        starts_in(session, freed, entries),
        Rules(at_once=MOST),
    )
    by_key = {entry.id: entry for entry in entries}
    return [(by_key[put.entry], put) for put in found.offers]


def _anyway(one: Waiting) -> Waiting:
    """As somebody who says yes on the telephone: no wish about days or notice binds them."""
    return replace(
        one,
        asked=False,
        has_offer=False,
        refused_at=(),
        notice=timedelta(),
        weekdays=frozenset(range(7)),
        parts=frozenset(("am", "pm")),
        clinician_id=None,
        site_id=None,
    )

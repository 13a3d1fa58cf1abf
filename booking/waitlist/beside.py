"""Who on the list comes next to a time that is not free in the plan, and giving it to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from booking.appointments.search import Slot
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.waitlist import closing
from booking.waitlist.errors import OfferOver
from booking.waitlist.gathering import entries_at, waiting
from booking.waitlist.matching import Gap, Rules, Waiting, match
from booking.waitlist.models import FreedTime, WaitlistEntry
from booking.waitlist.refill import secret
from booking.waitlist.telephone import MOST, Fitting


@dataclass(frozen=True)
class InOrder:
    """fitting: those who could come, in the fair order, at most MOST. others: with why not."""

    fitting: Fitting
    others: list[tuple[WaitlistEntry, str]]


def in_order(
    session: Session, clinic: Clinic, at: Slot, until: datetime, visit_types: Collection[int]
) -> InOrder:
    """Those who could be there from `at.start`, whatever their length up to `until`.

    They are called, so notice and messages do not matter; their wishes do.
    """
    entries = [one for one in entries_at(session, clinic.id) if one.visit_type_id in visit_types]
    gap = Gap(
        0, at.start, at.end, at.clinician_id, at.site_id, clinic.zone, around=(at.start, until)
    )
    able = [
        replace(one, notice=timedelta(), has_offer=False, refused_at=())
        for one in waiting(session, entries, _as_freed(clinic, at))
    ]

    def starts(one: Waiting, _form: str) -> Sequence[datetime]:
        end = at.start + timedelta(minutes=one.minutes)
        busy = any(start < end and after > at.start for start, after in one.busy)
        return () if busy else (at.start,)

    found = match(gap, able, session.now(), secret(session), starts, Rules(at_once=MOST))
    by_key = {entry.id: entry for entry in entries}
    return InOrder(
        [(by_key[put.entry], put) for put in found.offers],
        [
            (by_key[number], verdict)
            for number, verdict in found.verdicts.items()
            if verdict != "offered"
        ],
    )


def claim(session: Session, entry: WaitlistEntry) -> None:
    """The entry as it stands, ours until the transaction ends; OfferOver if it waits no longer."""
    session.refresh(entry, with_for_update={"of": WaitlistEntry, "key_share": True})
    if entry.status != "waiting":
        raise OfferOver


def fulfil(session: Session, entry: WaitlistEntry) -> None:
    """They have got what they waited for; an offer they had is over."""
    if entry.status == "waiting":
        closing.end_entry(session, entry, "fulfilled")


def _as_freed(clinic: Clinic, at: Slot) -> FreedTime:
    """What is asked about entries, which is never kept: nobody gave the time up."""
    return FreedTime(
        clinic_id=clinic.id,
        clinic=clinic,
        clinician_id=at.clinician_id,
        site_id=at.site_id,
        starts_at=at.start,
        ends_at=at.end,
    )

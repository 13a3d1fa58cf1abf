"""Time that came free and has not been taken again: being offered on, or a hole."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from booking.platform.database import Session
from booking.waitlist.models import FreedTime, Offer


@dataclass(frozen=True, slots=True)
class Hole:
    """A clinician's freed time. asked: how many of those who wait may answer now; a time that
    nobody took, and nobody is asked about any more, is `listed`."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime
    listed: bool
    asked: int


def holes_on(
    session: Session, clinic_id: int, resource_ids: Collection[int], start: datetime, end: datetime
) -> list[Hole]:
    """The clinic's freed times of these clinicians between two instants, past ones left out."""
    asked = {
        "clinic": clinic_id,
        "resources": list(resource_ids),
        "first": max(start, session.now()),
        "after": end,
    }
    return [
        Hole(clinician, begins, ends, status == "listed", number)
        for clinician, begins, ends, status, number in session.execute(_HOLES, asked)
    ]


# Built once: composing a statement takes longer than running it.
_ASKED = (
    select(func.count())
    .where(Offer.freed_time_id == FreedTime.id, Offer.status == "open")
    .scalar_subquery()
)
_HOLES = (
    select(FreedTime.clinician_id, FreedTime.starts_at, FreedTime.ends_at, FreedTime.status, _ASKED)
    .where(
        FreedTime.clinic_id == bindparam("clinic"),
        FreedTime.status.in_(("offering", "listed")),
        FreedTime.clinician_id.in_(bindparam("resources", expanding=True)),
        FreedTime.starts_at < bindparam("after"),
        FreedTime.starts_at >= bindparam("first"),
    )
    .order_by(FreedTime.starts_at, FreedTime.id)
)

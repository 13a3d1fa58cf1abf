"""Which days anything is open at all: closures, holidays and week templates taken together."""

from collections.abc import Collection
from datetime import date, timedelta

from booking.calendar import availability
from booking.calendar.models import Clinic
from booking.calendar.slots import bits
from booking.platform.database import Session
from booking.platform.localtime import day_bounds

FARTHEST = timedelta(days=366)
STEP = timedelta(days=28)


def is_open(session: Session, clinic: Clinic, resource_ids: Collection[int], day: date) -> bool:
    """True if any of these resources has hours at the clinic on a local day."""
    return _first(session, clinic, resource_ids, day, day) is not None


def next_open_day(
    session: Session, clinic: Clinic, resource_ids: Collection[int], after: date
) -> date | None:
    """The first local day after one on which any of these has hours; None for none in a year."""
    first, farthest = after + timedelta(days=1), after + FARTHEST
    while first <= farthest:
        last = min(first + STEP - timedelta(days=1), farthest)
        found = _first(session, clinic, resource_ids, first, last)
        if found is not None:
            return found
        first = last + timedelta(days=1)
    return None


def _first(
    session: Session, clinic: Clinic, resource_ids: Collection[int], first: date, last: date
) -> date | None:
    read = availability.read(session, clinic, resource_ids, first, last)
    ticks = 0
    for opened in read.opening.values():
        ticks |= opened
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if ticks & bits([read.timeline.span(*day_bounds(day, clinic.zone), "inwards")]):
            return day
    return None

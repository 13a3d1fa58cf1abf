"""Free times as pages list them, whoever looks: each start once, the first days that have any,
the nearest to one that was lost, and a slot as the value of a radio button.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from booking.appointments.models import GroupSession
from booking.appointments.search import Slot
from booking.appointments.wording import FORMS
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.localtime import to_local

FIRST_STRETCH, NEXT_STRETCH = timedelta(weeks=2), timedelta(weeks=4)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)

T = TypeVar("T")

_INSTANT = "%Y%m%dT%H%MZ"
_HIGHEST_ID = 2_147_483_647


def value_of(slot: Slot, form: str) -> str:
    """A slot as a radio's value: 'start|clinician|site|form|group'."""
    group = slot.group_session_id or ""
    return f"{slot.start:{_INSTANT}}|{slot.clinician_id}|{slot.site_id}|{form}|{group}"


def parsed(session: Session, value: str) -> tuple[Slot, str]:
    """The slot and form of a radio's value; whether it is free is for the booking to find out.

    A place in a group has the group's own times; any other's end is not known from the value.
    Raises InvalidInput for what no page of ours has offered.
    """
    try:
        when, clinician, site, form, group = value.split("|")
        start = datetime.strptime(when, _INSTANT).replace(tzinfo=UTC)
        numbers = [int(clinician), int(site), int(group or 0)]
    except ValueError:
        numbers = []
    if (
        not numbers
        or not 2000 <= start.year <= 2200
        or form not in FORMS
        or any(not 0 <= number <= _HIGHEST_ID for number in numbers)
    ):
        raise InvalidInput({"start": _("Vælg en af tiderne på listen.")})
    meeting = session.get(GroupSession, numbers[2]) if numbers[2] else None
    if meeting is None:
        return Slot(start, start, numbers[0], numbers[1], numbers[2] or None), form
    place = (meeting.starts_at, meeting.ends_at, meeting.clinician_id, meeting.site_id, meeting.id)
    return Slot(*place), form


def once_each(slots: Iterable[Slot], preferred_id: int | None) -> list[Slot]:
    """One slot for each start, site and group, in order: the preferred clinician's if free then."""
    best: dict[tuple[datetime, int, int | None], Slot] = {}
    for slot in sorted(slots):
        key = (slot.start, slot.site_id, slot.group_session_id)
        if key not in best or slot.clinician_id == preferred_id:
            best[key] = slot
    return sorted(best.values())


def nearest(slots: Iterable[Slot], start: datetime, most: int) -> list[Slot]:
    """So many of these that start nearest to an instant, in order."""
    return sorted(sorted(slots, key=lambda slot: (abs(slot.start - start), slot))[:most])


def first_days(first: date, last: date, look: Callable[[date, date], T]) -> T | None:
    """What the first stretch of whole weeks from `first` on holds that holds anything.

    `look` searches between two days, both included; what it answers is false where nothing is.
    Two weeks first, then four at a time, and never past `last`.
    """
    stretch = FIRST_STRETCH
    while first <= last:
        until = min(monday_of(first) + stretch - DAY, last)
        found = look(first, until)
        if found:
            return found
        first, stretch = until + DAY, NEXT_STRETCH
    return None


def is_morning(slot: Slot, zone: ZoneInfo) -> bool:
    """True for a start before noon on the clinic's clock."""
    return to_local(slot.start, zone).hour < 12


def monday_of(day: date) -> date:
    """The Monday of the week a day is in."""
    return day - timedelta(days=day.weekday())

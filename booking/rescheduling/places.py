"""Every place one line of a plan could have, whoever of the plan has what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from booking.appointments.search import Slot
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.rescheduling.candidates import Bits, Moving, Prices, candidates, room_starts
from booking.rescheduling.gathering import Claim, gather, outages_of
from booking.rescheduling.models import Rescheduling, ReschedulingLine


@dataclass(frozen=True)
class Choice:
    """A place: when, with whom, where, how, in which rooms. warnings: codes of what it is not."""

    slot: Slot
    form: str
    rooms: tuple[int, ...]
    warnings: tuple[str, ...]


def places(
    session: Session,
    by: Actor,
    plan: Rescheduling,
    line: ReschedulingLine,
    claims: Sequence[Claim],
    leaving: Collection[int],
    since: datetime,
) -> Iterator[Choice]:
    """From an instant on, in order of time and none gone by; none for one not to be moved here.

    claims: the places that are not to be had. leaving: numbers of the appointments whose own time
    is given up. What is out is not free. Of several rooms, those the line has already.
    """
    one = line.appointment
    asked = gather(
        session,
        by,
        plan.clinic,
        outages_of(plan),
        [one],
        leaving={*leaving, one.id},
        claims=claims,
    )
    if not asked.moving:
        return
    timeline, occasion = asked.timeline, asked.occasions[one.id]
    first = max(since, occasion.not_before, session.now(), timeline.origin)
    if first >= timeline.end:
        return
    soonest = timeline.span(first, timeline.end, "inwards")[0]
    anywhere = replace(asked.moving[0], earliest=soonest, latest=timeline.ticks)
    keys = sorted(asked.free.clinicians)
    found = candidates(anywhere, asked.free, keys, Prices())
    free_from = room_starts(anywhere, asked.free)
    length = timedelta(minutes=occasion.length.minutes)
    deadline, zone = occasion.deadline_on, plan.clinic.zone
    for at in np.lexsort((found.form, found.resource, found.start)):
        tick, form = int(found.start[at]), str(found.form[at])
        clinician, site = keys[int(found.resource[at])]
        start = timeline.instant(tick)
        late = deadline is not None and local_date(start, zone) > deadline
        warnings = (
            ("after_deadline", late),
            ("other_clinician", clinician != one.clinician_id),
            ("other_form", form != one.form),
            ("other_site", form == "in_person" and site != one.site_id),
        )
        slot = Slot(start, start + length, clinician, site)
        rooms = _rooms(anywhere, free_from, site, tick, line.rooms) if form == "in_person" else ()
        if rooms is not None:
            yield Choice(slot, form, rooms, tuple(code for code, holds in warnings if holds))


def _rooms(
    moving: Moving,
    free_from: Mapping[tuple[int, int], Bits],
    site: int,
    tick: int,
    prefer: Collection[int],
) -> tuple[int, ...] | None:
    """One room of each kind that is needed, each its own; None where they do not suffice."""
    chosen: list[int] = []
    for group in moving.rooms:
        able = (
            room
            for room in sorted(group, key=lambda number: number not in prefer)
            if room not in chosen and (room, site) in free_from and free_from[room, site][tick]
        )
        room = next(able, None)
        if room is None:
            return None
        chosen.append(room)
    return tuple(chosen)

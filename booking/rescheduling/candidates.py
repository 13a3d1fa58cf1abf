"""Every place a patient who must move could go, alone, and what each costs.

Ticks of five minutes on one timeline; free time is a row of booleans per clinician at a site,
and per room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

TICKS_AN_HOUR = 12

Bits = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Prices:
    """What each inconvenience costs, in days of delay."""

    day: float = 1.0
    earlier_day: float = 0.5
    hour: float = 0.05
    clinician: float = 5.0
    profession: float = 4.0
    form: float = 2.0
    site: float = 10.0


@dataclass(frozen=True)
class Moving:
    """One patient's contact to be moved. Instants are ticks; before, minutes, after are lengths.

    earliest, latest: the contact lies within these (window and deadline, the nearer).
    clinicians: who may see them, in any order; other_profession: those of them of another one.
    forms: what the visit type allows. rooms: of each group one is taken, in person only.
    patient: two contacts of one patient never overlap; busy: the patient's other times.
    site: where the patient is to come now.
    """

    id: int
    patient: int
    start: int
    length: int
    earliest: int
    latest: int
    clinician: int
    clinicians: frozenset[int]
    form: str
    forms: tuple[str, ...]
    before: int = 0
    after: int = 0
    grid: int = 1
    has_deadline: bool = False
    other_profession: frozenset[int] = frozenset()
    rooms: tuple[tuple[int, ...], ...] = ()
    sites: frozenset[int] | None = None
    site: int | None = None
    busy: tuple[tuple[int, int], ...] = ()


def held(moving: Moving, length: int) -> Moving | None:
    """One that keeps its time, its site and its form, and may only have another clinician.

    length: ticks it has now; None for one that is to be longer, and cannot keep its time.
    """
    if moving.length > length or moving.form not in moving.forms or moving.site is None:
        return None
    return replace(
        moving,
        earliest=moving.start,
        latest=moving.start + moving.length,
        sites=frozenset({moving.site}),
        forms=(moving.form,),
    )


@dataclass(frozen=True)
class Free:
    """Free time: (clinician, site) and (room, site) -> one boolean a tick. days: first ticks.

    open_rooms: when each room is open besides, where that is less: the contact lies within it,
    and only the buffers may reach out of it, as in `calendar.slots.ResourceTime`.
    """

    clinicians: Mapping[tuple[int, int], Bits]
    rooms: Mapping[tuple[int, int], Bits]
    days: Sequence[int]
    grid_origin: Sequence[int] | None = None
    open_rooms: Mapping[tuple[int, int], Bits] | None = None
    _known: dict[tuple[int, ...], Bits] = field(default_factory=dict, compare=False, repr=False)

    def open_room(self, room: int, site: int) -> Bits:
        """When a contact may lie in a room."""
        free = self.rooms[room, site]
        return free if self.open_rooms is None else self.open_rooms[room, site] & free

    def clinician_starts(self, clinician: int, site: int, before: int, whole: int) -> Bits:
        """The starts at which a clinician is free for the whole; worked out once a shape."""
        shape = (clinician, site, before, whole)
        if shape not in self._known:
            self._known[shape] = _starts(self.clinicians[clinician, site], whole, before)
        return self._known[shape]

    def room_starts(self, room: int, site: int, before: int, length: int, after: int) -> Bits:
        """The starts at which a contact of this shape may have a room; worked out once a shape."""
        shape = (room, site, before, length, after)
        if shape not in self._known:
            empty = _starts(self.rooms[room, site], before + length + after, before)
            self._known[shape] = empty & _starts(self.open_room(room, site), length, 0)
        return self._known[shape]


@dataclass
class Candidates:
    """All places of one patient as parallel arrays, the cheapest first."""

    moving: Moving
    start: NDArray[np.int64]
    resource: NDArray[np.int64]
    form: NDArray[np.str_]
    cost: Numbers

    def __len__(self) -> int:
        return len(self.start)


def candidates(
    moving: Moving, free: Free, keys: list[tuple[int, int]], prices: Prices
) -> Candidates:
    """Every start that fits alone: free, on the grid, in the window, with a room."""
    starts, resources, forms, costs = [], [], [], []
    whole = moving.before + moving.length + moving.after
    suits = _suits(moving, free)
    indoors: dict[int, Bits] = {}
    for number, (clinician, site) in enumerate(keys):
        if clinician not in moving.clinicians or not (moving.sites is None or site in moving.sites):
            continue
        fits = suits & free.clinician_starts(clinician, site, moving.before, whole)
        for form in moving.forms:
            here = fits
            if form == "in_person":
                if site not in indoors:
                    indoors[site] = _indoors(site, free, moving, len(fits))
                here = here & indoors[site]
            at = np.flatnonzero(here)
            starts.append(at)
            resources.append(np.full(len(at), number))
            forms.append(np.full(len(at), form, dtype="U12"))
            costs.append(_cost(at, clinician, site, form, moving, free.days, prices))
    if not starts:
        none = np.zeros(0, dtype=np.int64)
        return Candidates(moving, none, none, none.astype(np.str_), np.zeros(0))
    cost = np.concatenate(costs)
    order = np.lexsort((np.concatenate(starts), cost))
    return Candidates(
        moving,
        np.concatenate(starts)[order],
        np.concatenate(resources)[order],
        np.concatenate(forms)[order],
        cost[order],
    )


def room_starts(moving: Moving, free: Free) -> dict[tuple[int, int], Bits]:
    """(room, site) -> the starts at which that room is free for the whole of the contact."""
    wanted = {room for group in moving.rooms for room in group}
    shape = moving.before, moving.length, moving.after
    return {key: free.room_starts(*key, *shape) for key in free.rooms if key[0] in wanted}


def _starts(open_ticks: Bits, whole: int, before: int) -> Bits:
    """Starts of the contact for which every tick of the whole stretch is free."""
    sums = np.concatenate(([0], np.cumsum(open_ticks)))
    fits = np.zeros(len(open_ticks), dtype=np.bool_)
    if whole <= len(open_ticks):
        ok = sums[whole:] - sums[:-whole] == whole
        fits[before : before + len(ok)] = ok[: len(fits) - before]
    return fits


def _suits(moving: Moving, free: Free) -> Bits:
    """The starts in the window, on the grid and while the patient is not elsewhere."""
    fits = np.ones(len(next(iter(free.clinicians.values()), ())), dtype=np.bool_)
    fits[: max(moving.earliest, 0)] = False
    fits[max(moving.latest - moving.length + 1, 0) :] = False
    for first, last in moving.busy:
        fits[max(first - moving.length + 1, 0) : max(last, 0)] = False
    ticks = np.arange(len(fits))
    days = np.asarray(free.grid_origin if free.grid_origin is not None else free.days)
    since = ticks - days[np.searchsorted(days, ticks, side="right") - 1]
    fits &= since % moving.grid == 0
    return fits


def _indoors(site: int, free: Free, moving: Moving, ticks: int) -> Bits:
    """The starts at which some room of each group is free."""
    every = np.ones(ticks, dtype=np.bool_)
    for group in moving.rooms:
        some = np.zeros(ticks, dtype=np.bool_)
        for room in group:
            if (room, site) in free.rooms:
                some |= free.room_starts(room, site, moving.before, moving.length, moving.after)
        every &= some
    return every


def _cost(
    at: NDArray[np.intp],
    clinician: int,
    site: int,
    form: str,
    moving: Moving,
    days: Sequence[int],
    prices: Prices,
) -> Numbers:
    edges = np.asarray(days)
    day = np.searchsorted(edges, at, side="right") - 1
    own = np.searchsorted(edges, moving.start, side="right") - 1
    later = (day - own).astype(np.float64)
    cost = np.where(later >= 0, later * prices.day, -later * prices.earlier_day)
    of_day = (at - edges[day]) - (moving.start - edges[own])
    cost = cost + np.abs(of_day) * (prices.hour / TICKS_AN_HOUR)
    if clinician != moving.clinician:
        cost = cost + prices.clinician
    if clinician in moving.other_profession:
        cost = cost + prices.profession
    if form != moving.form:
        cost = cost + prices.form
    if form == "in_person" and moving.site not in (None, site):
        cost = cost + prices.site
    return np.asarray(cost, dtype=np.float64)

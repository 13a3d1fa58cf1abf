"""Where everyone goes when a day falls apart: one plan, since they take time from each other.

Ticks of five minutes on one timeline. Free time is a row of booleans per clinician at a site, and
per room. Every candidate place has a cost (days moved, another clinician, another form); the
plan is the cheapest choice of one place each in which nobody stands in anybody's way, an unplaced
patient costing more than any number of inconveniences. Candidates are gathered under prices on
contested time (a few rounds of subgradient), the choice among them is made by HiGHS, rooms are
then named one by one, and plain greedy by deadline is the floor: the answer is never worse.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from booking.rescheduling.candidates import (
    TICKS_AN_HOUR,
    Bits,
    Candidates,
    Free,
    Moving,
    Numbers,
    Prices,
    candidates,
)

# Of so few candidates in all, none is left out.
_ROUNDS, _KEPT, _FEW = 24, 5, 600
# So many of the cheapest are priced first; the others only where one of them could be better.
_CHEAP = 512
_WHOLE = 0.999


@dataclass(frozen=True)
class Place:
    """Where one goes: contact from start (ticks), with whom, where, how, and in which rooms."""

    start: int
    clinician: int
    site: int
    form: str
    rooms: tuple[int, ...]
    cost: float


@dataclass(frozen=True)
class Plan:
    """places: Moving.id -> place. unplaced: Moving.id -> why not ('no_time' or 'all_taken')."""

    places: Mapping[int, Place]
    unplaced: Mapping[int, str]
    method: str
    seconds: float

    @property
    def cost(self) -> float:
        """The inconveniences of those placed, in days."""
        return sum(place.cost for place in self.places.values())


@dataclass
class _Taken:
    """What is still free while places are given out."""

    free: Free
    keys: list[tuple[int, int]]
    clinicians: dict[int, Bits]
    rooms: dict[tuple[int, int], Bits]
    patients: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def take(self, one: Candidates, at: int) -> Place | None:
        """Take candidate number `at` if it is free, with rooms of its own."""
        moving, start = one.moving, int(one.start[at])
        clinician, site = self.keys[int(one.resource[at])]
        first, last = start - moving.before, start + moving.length + moving.after
        theirs = self.clinicians[clinician]
        if theirs[first:last].any():
            return None
        mine = self.patients.setdefault(moving.patient, [])
        if any(a < start + moving.length and start < b for a, b in mine):
            return None
        rooms = self._rooms(moving, site, start) if one.form[at] == "in_person" else ()
        if rooms is None:
            return None
        theirs[first:last] = True
        mine.append((start, start + moving.length))
        for room in rooms:
            self.rooms[room, site][first:last] = False
        return Place(start, clinician, site, str(one.form[at]), rooms, float(one.cost[at]))

    def _rooms(self, moving: Moving, site: int, start: int) -> tuple[int, ...] | None:
        """One room of each group, the one with least time left; None if a group has none."""
        first, last = start - moving.before, start + moving.length + moving.after
        chosen: list[int] = []
        for group in moving.rooms:
            options = [
                room
                for room in group
                if room not in chosen
                and (room, site) in self.rooms
                and self.rooms[room, site][first:last].all()
                and self.free.open_room(room, site)[start : start + moving.length].all()
            ]
            if not options:
                return None
            chosen.append(min(options, key=lambda room: (self.rooms[room, site].sum(), room)))
        return tuple(chosen)


def propose(
    moving: Sequence[Moving], free: Free, prices: Prices | None = None, seconds: float = 1.2
) -> Plan:
    """A place for each, or why there is none; at least as good as `greedy`.

    seconds: how long HiGHS may look. Better is: more placed, then more with a deadline, then
    less inconvenience.
    """
    began = perf_counter()
    prices = prices or Prices()
    keys = sorted(free.clinicians)
    found = [candidates(one, free, keys, prices) for one in moving]
    floor = _give(_by_deadline(found), free, keys, {})
    chosen = _choose(found, floor[1], free, keys, seconds)
    solved = _give(_by_deadline(found), free, keys, chosen)
    best, method = floor[0], "greedy"
    if _worth(found, solved[0]) > _worth(found, best):
        best, method = solved[0], "highs"
    return _plan(found, best, method, perf_counter() - began)


def greedy(moving: Sequence[Moving], free: Free, prices: Prices | None = None) -> Plan:
    """The nearest deadline first, each the cheapest place then free."""
    began = perf_counter()
    keys = sorted(free.clinicians)
    found = [candidates(one, free, keys, prices or Prices()) for one in moving]
    places, _ = _give(_by_deadline(found), free, keys, {})
    return _plan(found, places, "greedy", perf_counter() - began)


def _plan(found: list[Candidates], places: dict[int, Place], method: str, seconds: float) -> Plan:
    unplaced = {
        one.moving.id: "all_taken" if len(one) else "no_time"
        for one in found
        if one.moving.id not in places
    }
    return Plan(places, unplaced, method, seconds)


def _by_deadline(found: list[Candidates]) -> list[Candidates]:
    return sorted(
        found,
        key=lambda one: (
            not one.moving.has_deadline,
            one.moving.latest,
            one.moving.start,
            one.moving.id,
        ),
    )


def _worth(found: list[Candidates], places: dict[int, Place]) -> tuple[int, int, float]:
    timed = sum(one.moving.has_deadline and one.moving.id in places for one in found)
    return len(places), timed, -sum(place.cost for place in places.values())


def _give(
    order: list[Candidates],
    free: Free,
    keys: list[tuple[int, int]],
    chosen: Mapping[int, int],
) -> tuple[dict[int, Place], dict[int, int]]:
    """First what was chosen (Moving.id -> candidate), then the cheapest still free for the rest."""
    ticks = len(next(iter(free.clinicians.values()))) if free.clinicians else 0
    taken = _Taken(
        free,
        keys,
        {clinician: np.zeros(ticks, dtype=np.bool_) for clinician, _ in keys},
        {key: ticks.copy() for key, ticks in free.rooms.items()},
    )
    places: dict[int, Place] = {}
    picked: dict[int, int] = {}
    by_start = sorted(
        (one for one in order if one.moving.id in chosen),
        key=lambda one: int(one.start[chosen[one.moving.id]]),
    )
    tries = [(one, [chosen[one.moving.id]]) for one in by_start]
    for one, options in [*tries, *((one, range(len(one))) for one in order)]:
        if one.moving.id in places:
            continue
        for at in options:
            place = taken.take(one, at)
            if place is not None:
                places[one.moving.id], picked[one.moving.id] = place, at
                break
    return places, picked


def _choose(
    found: list[Candidates],
    floor: Mapping[int, int],
    free: Free,
    keys: list[tuple[int, int]],
    seconds: float,
) -> dict[int, int]:
    """Moving.id -> candidate, of the cheapest choice HiGHS finds; empty if it finds none."""
    some = [one for one in found if len(one)]
    if not some:
        return {}
    columns = [
        (one, at)
        for one, kept in zip(some, _gather(some, keys), strict=True)
        for at in sorted(kept | ({floor[one.moving.id]} if one.moving.id in floor else set()))
    ]
    many, people = len(columns), len(some)
    rows, upper = _rows(columns, people, free, keys)
    unplaced = [100.0 * (people + 1) + 100.0 * one.moving.has_deadline for one in some]
    cost = np.concatenate(([one.cost[at] for one, at in columns], unplaced))
    row_of = {id(one): number for number, one in enumerate(some)}
    each = csr_matrix(
        (
            np.ones(many + people),
            (
                [*(row_of[id(one)] for one, _ in columns), *range(people)],
                range(many + people),
            ),
        ),
        shape=(people, many + people),
    )
    rules = [LinearConstraint(each, 1, 1), LinearConstraint(rows, -np.inf, upper)]
    wholes = np.concatenate((np.ones(many), np.zeros(people)))

    # Most are whole already where halves are allowed: those stand, and the others are searched.
    began = perf_counter()
    loose = _solve(cost, np.zeros(many + people), np.zeros(many + people), rules, seconds)
    if loose is None:
        return {}
    settled = (loose > _WHOLE) & (wholes > 0)
    left = max(seconds - (perf_counter() - began), seconds / 10)
    answer = _solve(cost, wholes, settled.astype(np.float64), rules, left)
    picked = loose if answer is None else answer
    return {
        one.moving.id: at
        for (one, at), value in zip(columns, picked[:many], strict=True)
        if value > _WHOLE
    }


def _solve(
    cost: Numbers, wholes: Numbers, least: Numbers, rules: list[Any], seconds: float
) -> Numbers | None:
    """The cheapest choice found in so many seconds, or None."""
    options = {"time_limit": seconds, "mip_rel_gap": 1e-5}
    answer: Any = milp(
        cost, integrality=wholes, bounds=Bounds(least, 1), constraints=rules, options=options
    )
    return None if answer.x is None else np.asarray(answer.x)


def _gather(some: list[Candidates], keys: list[tuple[int, int]]) -> list[set[int]]:
    """Of each patient, the candidates that are cheapest under some price on contested time."""
    if sum(len(one) for one in some) <= _FEW:
        return [set(range(len(one))) for one in some]
    clinicians = sorted({clinician for clinician, _ in keys})
    row = {clinician: number for number, clinician in enumerate(clinicians)}
    of_key = np.array([row[clinician] for clinician, _ in keys])
    ticks = 1 + max(int(one.start.max()) + one.moving.length + one.moving.after for one in some)
    price = np.zeros((len(clinicians), ticks))
    kept: list[set[int]] = [set() for _ in some]
    step = 2.0
    of_them = [of_key[one.resource] for one in some]
    for _ in range(_ROUNDS):
        sums = np.concatenate((np.zeros((len(clinicians), 1)), np.cumsum(price, axis=1)), axis=1)
        load = np.zeros_like(price)
        for number, one in enumerate(some):
            moving, many = one.moving, _CHEAP
            while True:
                who, start = of_them[number][:many], one.start[:many]
                first, last = start - moving.before, start + moving.length + moving.after
                priced = one.cost[:many] + sums[who, last] - sums[who, first]
                best = priced.argpartition(_KEPT)[:_KEPT] if len(priced) > _KEPT else slice(None)
                # A price never makes anything cheaper: those dearer as they are come after these.
                if many >= len(one) or priced[best].max() <= one.cost[many]:
                    break
                many *= 4
            kept[number].update(np.arange(len(priced))[best].tolist())
            at = int(priced.argmin())
            load[who[at], first[at] : last[at]] += 1
        price = np.maximum(0, price + step * (load - 1) / TICKS_AN_HOUR * 4)
        step *= 0.9
    return kept


def _rows(
    columns: list[tuple[Candidates, int]],
    people: int,
    free: Free,
    keys: list[tuple[int, int]],
) -> tuple[Any, Numbers]:
    """One row for each contested tick of a clinician, a patient, or a group of rooms.

    Stretches that overlap do so where one of them begins, so only those ticks need a row; and
    those where a room's own free time begins or ends.
    """
    takes: dict[tuple[Any, ...], list[tuple[int, int, int]]] = defaultdict(list)
    buffers = any(one.moving.before or one.moving.after for one, _ in columns)
    for column, (one, at) in enumerate(columns):
        moving, start = one.moving, int(one.start[at])
        clinician, site = keys[int(one.resource[at])]
        first, last = start - moving.before, start + moving.length + moving.after
        takes["clinician", clinician].append((column, first, last))
        takes["patient", moving.patient].append((column, start, start + moving.length))
        if one.form[at] == "in_person":
            for group in set(moving.rooms):
                takes["open", group, site].append((column, start, start + moving.length))
                if buffers:
                    takes["rooms", group, site].append((column, first, last))
    upper: list[float] = []
    at_row: list[int] = []
    at_column: list[int] = []
    for key, stretches in takes.items():
        limits = _limits(key, free)
        begins = np.unique([first for _, first, _ in stretches] + limits[0])
        number = len(upper)
        upper.extend(limits[1][tick] if limits[0] else 1.0 for tick in begins)
        for column, first, last in stretches:
            low, high = np.searchsorted(begins, (first, last))
            at_row.extend(range(number + int(low), number + int(high)))
            at_column.extend([column] * int(high - low))
    shape = (len(upper), len(columns) + people)
    return csr_matrix((np.ones(len(at_row)), (at_row, at_column)), shape=shape), np.array(upper)


def _limits(key: tuple[Any, ...], free: Free) -> tuple[list[int], Numbers]:
    """For a group of rooms: the ticks where the number that is free changes, and the number."""
    if key[0] not in ("open", "rooms"):
        return [], np.zeros(0)
    what, group, site = key
    theirs = [room for room in group if (room, site) in free.rooms]
    rooms = [
        free.open_room(room, site) if what == "open" else free.rooms[room, site] for room in theirs
    ]
    many = np.asarray(np.stack(rooms).sum(axis=0), dtype=np.float64)
    return [0, *(int(at) + 1 for at in np.flatnonzero(np.diff(many)))], many

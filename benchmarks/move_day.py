"""A day that falls apart: twelve clinicians' twenty patients each, all to be moved.

`move_day`: the plan for all against plain greedy by deadline (the nearest deadline first, each the
cheapest place then free), on the same seeded days, with the same prices. What is assumed: four
weeks of which four fifths are booked already, in holes of a quarter to three quarters of an hour;
contacts of 15 to 30 minutes; a third with a deadline three to fourteen days away, the others with
a window of two to four weeks; clinicians in groups of four who can stand in for each other; three
in ten could be seen on video, two in five in a room of which there are eight. Nobody is moved to
the day itself.
"""

import random
import statistics

import numpy as np

from benchmarks.measure import Measure
from booking.rescheduling.candidates import Bits, Free, Moving
from booking.rescheduling.proposing import Plan, greedy, propose

SEEDS, CLINICIANS, EACH, DAYS, DAY = 8, 12, 20, 28, 288
OPENS, CLOSES, TOGETHER, SITE = 96, 192, 4, 1
ROOMS = tuple(range(100, 108))


def make_day(seed: int, booked: float = 0.82) -> tuple[list[Moving], Free]:
    """Who is to be moved, and what is free; ticks of five minutes from midnight of the day."""
    draw = random.Random(seed)
    free = {(clinician, SITE): _free(draw, booked) for clinician in range(CLINICIANS)}
    rooms = {(room, SITE): _free(draw, booked=0.3) for room in ROOMS}
    moving = []
    for clinician in range(CLINICIANS):
        group = clinician // TOGETHER
        able = frozenset(one for one in range(CLINICIANS) if one // TOGETHER == group)
        for turn in range(EACH):
            number = clinician * EACH + turn
            pressed = draw.random() < 0.35
            last = draw.choice([3, 7, 10, 14] if pressed else [14, 21, 28])
            moving.append(
                Moving(
                    number,
                    number,
                    OPENS + (CLOSES - OPENS) * turn // EACH,
                    draw.choice([3, 4, 4, 6]),
                    DAY,
                    last * DAY,
                    clinician,
                    able,
                    "in_person",
                    ("in_person", "video") if draw.random() < 0.3 else ("in_person",),
                    grid=draw.choice([1, 3]),
                    has_deadline=pressed,
                    rooms=(ROOMS,) if draw.random() < 0.4 else (),
                )
            )
    return moving, Free(free, rooms, [day * DAY for day in range(DAYS)])


def _free(draw: random.Random, booked: float) -> Bits:
    row = np.zeros(DAYS * DAY, dtype=np.bool_)
    for day in range(1, DAYS):
        tick = day * DAY + OPENS
        while day % 7 < 5 and tick < day * DAY + CLOSES:
            length = draw.choice([3, 4, 6, 9])
            row[tick : tick + length] = draw.random() > booked
            tick += length
    return row


def figures(moving: list[Moving], plan: Plan) -> tuple[int, int, int]:
    """How many are placed, how many of them with another clinician, and days of delay in all."""
    by_id = {one.id: one for one in moving}
    placed = [(by_id[number], place) for number, place in plan.places.items()]
    changes = sum(one.clinician != place.clinician for one, place in placed)
    return len(placed), changes, sum(place.start // DAY - one.start // DAY for one, place in placed)


def measures(seeds: int = SEEDS) -> list[Measure]:
    """How many have a place, other clinicians, days of delay, and the seconds a plan takes."""
    plans = []
    for seed in range(1, seeds + 1):
        moving, free = make_day(seed)
        ours, simple = propose(moving, free), greedy(moving, free)
        plans.append((figures(moving, ours), figures(moving, simple), ours.seconds))
    names = ("placed", "clinician changes", "days of delay")
    found = []
    for at, name in enumerate(names):
        mine = statistics.fmean(ours[at] for ours, _, _ in plans)
        theirs = statistics.fmean(simple[at] for _, simple, _ in plans)
        more = {"slowest_seconds": max(took for *_, took in plans)} if at == 0 else {}
        label = f"move_day {name}"
        unit = f"of {CLINICIANS * EACH} patients, mean of {seeds} days"
        found.append(Measure(label, mine, theirs, mine / theirs if theirs else 1.0, unit, more))
    return found

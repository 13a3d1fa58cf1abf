"""A day that falls apart: hard rules, the number placed, and never worse than greedy."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.move_day import make_day
from booking.rescheduling.candidates import Free, Moving, Prices
from booking.rescheduling.proposing import Place, Plan, greedy, propose
from tests.unit.rescheduling.checking import faults

DAY, DAYS = 12, 2


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Moving], Free]:
    """Up to three patients, two clinicians and two rooms, over two days of an hour."""
    ticks = st.lists(st.booleans(), min_size=DAY * DAYS, max_size=DAY * DAYS)
    bits = ticks.map(lambda row: np.array(row, dtype=np.bool_))
    mostly = st.one_of(bits, st.just(np.ones(DAY * DAYS, dtype=np.bool_)))
    free = Free(
        {(1, 7): draw(mostly), (2, 7): draw(mostly)},
        {(8, 7): draw(mostly), (9, 7): draw(mostly)},
        [0, DAY],
        open_rooms=draw(st.sampled_from([None, {(8, 7): draw(mostly), (9, 7): draw(mostly)}])),
    )
    moving = [
        Moving(
            number,
            draw(st.sampled_from([number, 50])),
            draw(st.integers(0, DAY - 1)),
            draw(st.integers(2, 6)),
            draw(st.integers(0, 12)),
            draw(st.integers(8, DAY * DAYS)),
            1,
            draw(st.sampled_from([frozenset({1}), frozenset({1, 2})])),
            "in_person",
            draw(st.sampled_from([("in_person",), ("in_person", "video")])),
            before=draw(st.integers(0, 1)),
            after=draw(st.integers(0, 1)),
            grid=draw(st.sampled_from([1, 3])),
            has_deadline=draw(st.booleans()),
            rooms=draw(st.sampled_from([(), ((8, 9),), ((8,),)])),
            busy=draw(st.sampled_from([(), ((0, 5),)])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return moving, free


@given(days())
@settings(max_examples=80, deadline=None)
def test_every_hard_rule_holds_and_nobody_is_left_who_could_have_a_place(
    day: tuple[list[Moving], Free],
) -> None:
    moving, free = day
    plan, simple = propose(moving, free), greedy(moving, free)
    assert faults(moving, free, plan) == []
    assert faults(moving, free, simple) == []
    assert len(plan.places) >= len(simple.places)
    assert len(plan.places) == most_placed(moving, free)


def most_placed(moving: list[Moving], free: Free) -> int:
    """How many can be placed at all, by trying everything."""
    options: list[list[Place | None]] = []
    for one in moving:
        alone: list[Place | None] = [None]
        for (clinician, site), form, start in product(
            free.clinicians, one.forms, range(one.before, DAY * DAYS)
        ):
            if start + one.length + one.after > DAY * DAYS:
                continue
            rooms = product(*one.rooms) if form == "in_person" else [()]
            for chosen in rooms:
                place = Place(start, clinician, site, form, tuple(chosen), 0)
                plan = Plan({one.id: place}, {}, "", 0)
                if not faults([one], free, plan):
                    alone.append(place)
        options.append(alone)
    best = 0
    stack: list[tuple[int, dict[int, Place]]] = [(0, {})]
    while stack:
        depth, chosen_so_far = stack.pop()
        best = max(best, len(chosen_so_far))
        if best == len(moving):
            break
        if depth == len(moving) or len(chosen_so_far) + len(moving) - depth <= best:
            continue
        for option in options[depth]:
            further = dict(chosen_so_far)
            if option is not None:
                further[moving[depth].id] = option
                left = {one.id: "" for one in moving if one.id not in further}
                if faults(moving, free, Plan(further, left, "", 0)):
                    continue
            stack.append((depth + 1, further))
    return best


@pytest.mark.parametrize("seed", range(3))
def test_twelve_clinicians_of_twenty_patients_keep_every_rule_and_beat_greedy(seed: int) -> None:
    moving, free = make_day(seed)
    plan, simple = propose(moving, free, seconds=5), greedy(moving, free)
    assert faults(moving, free, plan) == []
    assert faults(moving, free, simple) == []
    assert len(plan.places) >= len(simple.places)
    assert len(plan.places) > len(simple.places) or plan.cost < simple.cost


def test_no_time_to_look_gives_greedys_answer() -> None:
    moving, free = make_day(1)
    plan, simple = propose(moving, free, seconds=0), greedy(moving, free)
    assert (plan.method, plan.places) == ("greedy", simple.places)


def test_one_who_can_wait_gives_way_to_one_whose_deadline_presses() -> None:
    """The only place before the deadline is the other's best; both are placed."""
    free = Free({(1, 1): np.ones(2 * DAY, dtype=np.bool_)}, {}, [0, DAY])
    pressed = Moving(
        1, 1, 0, 12, 0, 12, 1, frozenset({1}), "in_person", ("in_person",), has_deadline=True
    )
    patient = Moving(2, 2, 0, 12, 0, 24, 1, frozenset({1}), "in_person", ("in_person",))
    places = propose([patient, pressed], free).places
    assert (places[1].start, places[2].start) == (0, 12)


def test_greedy_spoils_what_a_plan_for_all_does_not() -> None:
    """The first takes the middle of the hour, and nobody else fits: together, all three do."""
    hour = Free({(1, 1): np.ones(12, dtype=np.bool_)}, {}, [0])
    able, form = frozenset({1}), ("in_person",)
    moving = [
        Moving(1, 1, 2, 4, 0, 11, 1, able, "in_person", form, has_deadline=True),
        Moving(2, 2, 0, 4, 0, 12, 1, able, "in_person", form),
        Moving(3, 3, 8, 4, 0, 12, 1, able, "in_person", form),
    ]
    assert (len(greedy(moving, hour).places), len(propose(moving, hour).places)) == (2, 3)


def test_the_same_clinician_is_worth_some_days_and_a_video_less() -> None:
    nobody, day = np.zeros(3 * DAY, dtype=np.bool_), slice(DAY, 2 * DAY)
    own, other = nobody.copy(), nobody.copy()
    own[2 * DAY :], other[day] = True, True
    free = Free({(1, 1): own, (2, 1): other}, {}, [0, DAY, 2 * DAY])
    one = Moving(1, 1, 0, 4, DAY, 36, 1, frozenset({1, 2}), "in_person", ("in_person",))
    assert propose([one], free).places[1].clinician == 1
    assert propose([one], free, Prices(clinician=0.5)).places[1].clinician == 2


def test_who_has_no_place_at_all_and_who_lost_it_are_told_apart() -> None:
    free = Free({(1, 1): np.ones(6, dtype=np.bool_)}, {}, [0])
    able, form = frozenset({1}), ("in_person",)
    moving = [
        Moving(1, 1, 0, 6, 0, 6, 1, able, "in_person", form, has_deadline=True),
        Moving(2, 2, 0, 6, 0, 6, 1, able, "in_person", form),
        Moving(3, 3, 0, 6, 0, 5, 1, able, "in_person", form),
    ]
    assert propose(moving, free).unplaced == {2: "all_taken", 3: "no_time"}


def test_nobody_to_move_is_a_plan_and_so_is_no_time_at_all() -> None:
    one = Moving(1, 1, 0, 4, 0, 12, 1, frozenset({1}), "in_person", ("in_person",))
    assert not propose([], Free({}, {}, [0])).places
    assert propose([one], Free({}, {}, [0])).unplaced == {1: "no_time"}

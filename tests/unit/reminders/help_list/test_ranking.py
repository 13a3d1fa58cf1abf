"""The order of the help list: what it comes from, what it never comes from, and that it is fair."""

import inspect
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.help_list import ranking
from reminders.help_list.ranking import REFUSED, Known, order, window

START = datetime(2026, 11, 30, 9, tzinfo=UTC)
ANYONE = Known(
    appointment_id=1,
    starts_at=START,
    came=3,
    missed=0,
    booked_days=30,
    answered=True,
    unreached=False,
    extra_help=False,
    tries=0,
)


@st.composite
def someone(draw: st.DrawFn) -> Known:
    return Known(
        appointment_id=draw(st.integers(1, 10_000)),
        starts_at=START + timedelta(minutes=draw(st.integers(0, 4)) * 15),
        came=draw(st.integers(0, 30)),
        missed=draw(st.integers(0, 10)),
        booked_days=draw(st.integers(-1, 400)),
        answered=draw(st.booleans()),
        unreached=draw(st.booleans()),
        extra_help=draw(st.booleans()),
        tries=draw(st.integers(0, 1)),
    )


several = st.lists(someone(), max_size=6, unique_by=lambda one: one.appointment_id)


def by_hand(one: Known) -> Fraction:
    """The published rule written out anew, over a common denominator."""
    visits = one.came + one.missed
    share = Fraction(2 * one.missed + 1, 2 * (visits + 10)) * 20
    days = Fraction(sorted((0, one.booked_days, 91))[1], 91)
    halves = 2 * (not one.answered) + (one.came == 0) + 2 * one.unreached + 2 * one.extra_help
    return (share + days + Fraction(halves, 2)) / (2 if one.tries else 1)


@given(several)
def test_the_order_is_the_one_of_all_that_breaks_no_comparison(known: list[Known]) -> None:
    def goes_before(one: Known, other: Known) -> bool:
        if by_hand(one) != by_hand(other):
            return by_hand(one) > by_hand(other)
        return (one.starts_at, one.appointment_id) < (other.starts_at, other.appointment_id)

    kept = [
        list(trial)
        for trial in permutations(known)
        if all(goes_before(a, b) for a, b in pairwise(trial))
    ]
    assert [[one.appointment_id for one in trial] for trial in kept] == [order(known)]


@given(several, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_they_came(known: list[Known], rng: Any) -> None:
    shuffled = list(known)
    rng.shuffle(shuffled)
    assert order(shuffled) == order(known)


def first(one: Known, other: Known) -> int:
    """Who is called first of two; the other's time is nearer, so that a tie is theirs."""
    later = replace(one, appointment_id=1, starts_at=START + timedelta(hours=1))
    nearer = replace(other, appointment_id=2, starts_at=START)
    return order([later, nearer])[0]


@given(someone(), st.integers(1, 5))
def test_whoever_missed_more_is_called_first(one: Known, more: int) -> None:
    assert first(replace(one, missed=one.missed + more), one) == 1


@given(someone(), st.integers(1, 5))
def test_whoever_came_more_often_is_not_called_first(one: Known, more: int) -> None:
    one = replace(one, came=one.came + 1, missed=max(one.missed, 1))
    assert first(replace(one, came=one.came + more), one) == 2


@given(someone(), st.integers(1, 100))
def test_a_longer_wait_is_never_called_later(one: Known, days: int) -> None:
    longer = replace(one, booked_days=one.booked_days + days)
    assert order([replace(longer, appointment_id=1), replace(one, appointment_id=2)])[0] == 1


@pytest.mark.parametrize("said", [{"answered": False}, {"unreached": True}, {"extra_help": True}])
def test_what_makes_a_call_worth_more(said: dict[str, Any]) -> None:
    assert first(replace(ANYONE, **said), ANYONE) == 1


def test_who_did_not_take_the_call_goes_behind_an_equal() -> None:
    assert order([replace(ANYONE, tries=1), replace(ANYONE, appointment_id=2)]) == [2, 1]


def test_equals_go_by_their_time() -> None:
    later = replace(ANYONE, starts_at=START + timedelta(minutes=15))
    sooner = replace(ANYONE, appointment_id=2)
    assert order([later, sooner]) == [2, 1]


def test_nobody_is_judged_by_one_visit() -> None:
    share = ranking._missed_share
    assert share(0, 0) == ranking.BASE
    assert ranking.BASE < share(0, 1) < Fraction(15, 100)
    # One missed of one weighs less than four of eight, though the bare share is greater.
    assert share(0, 1) < share(4, 4)


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_share_lies_between_the_base_and_ones_own_and_nears_it(came: int, missed: int) -> None:
    visits = came + missed
    own = Fraction(missed, visits) if visits else ranking.BASE
    low, high = sorted((own, ranking.BASE))
    share = ranking._missed_share(came, missed)
    assert low <= share <= high
    more = ranking._missed_share(10 * came, 10 * missed)
    assert abs(more - own) <= abs(share - own)


def test_who_somebody_is_cannot_even_be_told() -> None:
    known = {one.name for one in fields(Known)}
    assert not known & set(REFUSED)
    assert all(REFUSED.values())
    for name in REFUSED:
        told: dict[str, Any] = {name: 70}
        with pytest.raises(TypeError):
            replace(ANYONE, **told)
        with pytest.raises((AttributeError, TypeError)):
            object.__setattr__(ANYONE, name, 70)
    assert {"age", "language", "sex", "ethnicity", "address"} <= set(REFUSED)


def test_nothing_but_the_order_leaves_the_module() -> None:
    assert order([ANYONE]) == [1]
    public = {
        name: inspect.signature(one).return_annotation
        for name, one in inspect.getmembers(ranking, inspect.isfunction)
        if one.__module__ == ranking.__name__ and not name.startswith("_")
    }
    assert public == {"order": list[int], "window": tuple[date, date]}


@pytest.mark.parametrize(
    ("day", "free", "days"),
    [
        (date(2026, 11, 23), (), (date(2026, 11, 28), date(2026, 12, 2))),  # a Monday
        (date(2026, 11, 27), (), (date(2026, 12, 2), date(2026, 12, 8))),  # a Friday
        (
            date(2026, 12, 23),
            (date(2026, 12, 24), date(2026, 12, 25)),
            (date(2026, 12, 28), date(2027, 1, 5)),
        ),
    ],
)
def test_the_week_before_reaches_over_the_days_off(
    day: date, free: tuple[date, ...], days: tuple[date, date]
) -> None:
    assert window(day, lambda one: one.weekday() > 4 or one in free) == days


@given(st.integers(0, 400))
def test_every_weekdays_time_comes_up_on_at_least_three_working_days(number: int) -> None:
    visit = date(2026, 1, 1) + timedelta(number)
    days = [visit - timedelta(ahead) for ahead in range(1, 15)]
    called = [
        day
        for day in days
        if day.weekday() <= 4
        and window(day, lambda one: one.weekday() > 4)[0] <= visit
        and visit <= window(day, lambda one: one.weekday() > 4)[1]
    ]
    assert len(called) >= 3

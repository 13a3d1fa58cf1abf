"""Telling a change from chance: the exact test, and what is promised of its false alarms."""

from collections.abc import Callable
from fractions import Fraction
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage_rules.firing.rates import FALSE_ALARM, LEAST, Counted, alarms, p_value, stands_out

# What rounding may add.
ALMOST = 1 - 1e-9


@st.composite
def counts(draw: st.DrawFn, most: int = 60) -> Counted:
    of_lately, of_before = draw(st.integers(0, most)), draw(st.integers(0, most))
    return Counted(
        draw(st.integers(0, of_lately)), of_lately, draw(st.integers(0, of_before)), of_before
    )


def plainly(counted: Counted) -> Fraction:
    """Every way the same number of happenings could have fallen, counted one by one."""
    happened = counted.lately + counted.before
    ways = {
        n: comb(counted.of_lately, n) * comb(counted.of_before, happened - n)
        for n in range(happened + 1)
    }
    low = sum(w for n, w in ways.items() if n <= counted.lately)
    high = sum(w for n, w in ways.items() if n >= counted.lately)
    return min(Fraction(1), Fraction(2 * min(low, high), sum(ways.values())))


@given(counts())
def test_the_test_is_fishers_counted_out(counted: Counted) -> None:
    assert p_value(counted) == pytest.approx(float(plainly(counted)), rel=1e-9)


@given(counts())
def test_what_did_not_happen_is_as_telling_as_what_did(counted: Counted) -> None:
    silent = Counted(
        counted.of_lately - counted.lately,
        counted.of_lately,
        counted.of_before - counted.before,
        counted.of_before,
    )
    assert p_value(silent) == pytest.approx(p_value(counted), rel=1e-9)


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_a_chance_difference_is_called_one_no_oftener_than_promised(
    drawn: int, others: int, data: st.DataObject
) -> None:
    happened = data.draw(st.integers(0, drawn + others))
    limit = Fraction(data.draw(st.integers(1, 99)), 100)
    low, high = max(0, happened - others), min(happened, drawn)
    called = sum(
        comb(drawn, n) * comb(others, happened - n)
        for n in range(low, high + 1)
        if p_value(Counted(n, drawn, happened - n, others)) <= limit * ALMOST
    )
    assert Fraction(called, comb(drawn + others, happened)) <= limit


def test_forty_rows_where_nothing_changed_raise_alarms_no_oftener_than_promised() -> None:
    chance = Random(7)
    looks, found = 400, 0
    for _look in range(looks):
        rates = [chance.uniform(0.005, 0.6) for _row in range(40)]
        found += any(
            alarms(
                [
                    Counted(
                        sum(chance.random() < rate for _one in range(60)),
                        60,
                        sum(chance.random() < rate for _one in range(180)),
                        180,
                    )
                    for rate in rates
                ]
            )
        )
    assert Fraction(found, looks) <= FALSE_ALARM


WEEKS = 34  # the last 4 against the 12 before, and the last 8 against the 26 before


def look(chance: Random, rows: list[Callable[[int], float]], a_week: int) -> tuple[bool, bool]:
    """Whether a look finds anything: by the short comparison, and by the long. rows: the share
    each fires with, some weeks ago."""

    def fired(share: Callable[[int], float]) -> list[int]:
        return [sum(chance.random() < share(ago) for _one in range(a_week)) for ago in range(WEEKS)]

    def counted(weeks: list[int], lately: int, before: int) -> Counted:
        return Counted(
            sum(weeks[:lately]), lately * a_week, sum(weeks[lately : lately + before]),
            before * a_week,
        )  # fmt: skip

    seen = [fired(share) for share in rows]
    suddenly, slowly = stands_out(
        [counted(one, 4, 12) for one in seen], [counted(one, 8, 26) for one in seen]
    )
    return any(suddenly), any(slowly)


def steadily(share: float) -> Callable[[int], float]:
    return lambda _ago: share


def drifting(first: float, last: float) -> Callable[[int], float]:
    """A little every week."""
    return lambda ago: last + (first - last) * ago / (WEEKS - 1)


def test_both_comparisons_together_raise_alarms_no_oftener_than_promised() -> None:
    chance, looks = Random(11), 200
    found = 0
    for _look in range(looks):
        rows = [steadily(chance.uniform(0.005, 0.6)) for _row in range(20)]
        found += any(look(chance, rows, 15))
    assert Fraction(found, looks) <= FALSE_ALARM


def test_what_changes_a_little_every_week_is_seen_by_the_long_comparison() -> None:
    chance, looks = Random(5), 40
    steady = [steadily(0.2)] * 9
    found = [look(chance, [drifting(0.1, 0.3), *steady], 60) for _look in range(looks)]
    slowly = sum(slow for _sudden, slow in found)
    assert slowly >= looks * 3 // 4
    assert slowly > 3 * sum(sudden for sudden, _slow in found)


@given(st.lists(counts(120), max_size=12))
def test_only_what_matters_is_said(several: list[Counted]) -> None:
    for counted, alarm in zip(several, alarms(several), strict=True):
        lately, before = counted.rate, counted.rate_before
        if alarm is None:
            continue
        assert counted.enough
        assert lately is not None
        assert before is not None
        assert p_value(counted) <= FALSE_ALARM
        assert {
            "silent": lately == 0 < before,
            "rarer": 0 < 2 * lately <= before,
            "oftener": lately >= 2 * before and lately > 0,
        }[alarm]


@given(counts(LEAST - 1))
def test_few_decisions_say_nothing(counted: Counted) -> None:
    assert alarms([counted]) == [None]


@given(st.lists(counts(), max_size=8), st.integers(0, 8))
def test_a_row_with_too_few_decisions_does_not_blunt_the_others(
    several: list[Counted], place: int
) -> None:
    among = [*several[:place], Counted(0, LEAST - 1, 500, 500), *several[place:]]
    assert [one for n, one in enumerate(alarms(among)) if n != min(place, len(several))] == alarms(
        several
    )


def test_a_row_that_fired_for_a_fifth_and_falls_silent_is_seen() -> None:
    steady = [Counted(20, 60, 60, 180)] * 20
    assert alarms([Counted(0, 60, 36, 180), *steady])[0] == "silent"
    assert alarms([Counted(2, 200, 60, 600), *steady])[0] == "rarer"
    assert alarms([Counted(30, 60, 18, 180), *steady])[0] == "oftener"


def test_rows_that_hardly_ever_fire_do_not_hide_one_that_falls_silent() -> None:
    silent, rare = Counted(0, 30, 30, 120), Counted(0, 30, 1, 120)
    assert alarms([silent, *[rare] * 50])[0] == "silent"


@given(st.integers(1, 12), st.integers(2, 30), st.integers(2, 30), st.data())
def test_all_that_could_stand_out_together_do_so_no_oftener_than_promised(
    rows: int, drawn: int, others: int, data: st.DataObject
) -> None:
    """Every decision fires one row; which of them are the late ones is pure chance."""
    if drawn < LEAST or others < LEAST:
        drawn, others = drawn + LEAST, others + LEAST
    fired = [data.draw(st.integers(0, rows - 1)) for _one in range(drawn + others)]
    chance, found, shuffles = Random(1), 0, 60
    for _shuffle in range(shuffles):
        chance.shuffle(fired)
        found += any(
            alarms(
                [
                    Counted(fired[:drawn].count(row), drawn, fired[drawn:].count(row), others)
                    for row in range(rows)
                ]
            )
        )
    # Ten in sixty, where one is promised, would come by chance less than once in a million.
    assert found < 10


def test_a_new_row_that_suddenly_fires_is_seen() -> None:
    assert alarms([Counted(15, 60, 0, 180)]) == ["oftener"]


def test_a_small_change_among_very_many_is_not_worth_saying() -> None:
    assert p_value(Counted(3600, 12_000, 9000, 36_000)) < FALSE_ALARM
    assert alarms([Counted(3600, 12_000, 9000, 36_000)]) == [None]


def test_more_happenings_than_decisions_are_refused() -> None:
    with pytest.raises(ValueError, match="not counts"):
        Counted(3, 2, 0, 0)

"""FEEL's relations between points and ranges (DMN 1.5, 10.3.4.9), against plain sets of points.

Ends are whole numbers, so that the halves between them tell all there is to tell of a dense line.
"""

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from triage_rules.dmn.feel.evaluate import Scope, Work, evaluate
from triage_rules.dmn.feel.functions import BUILTINS
from triage_rules.dmn.feel.parse import expression
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Value

Points = frozenset[int]
ENDS = range(1, 5)


def value_of(text: str) -> Value:
    return evaluate(expression(text, BUILTINS), Scope(BUILTINS, work=Work()))


def ranges() -> Iterator[tuple[str, Points]]:
    """Every range with an inside, as FEEL writes it and as the halves it holds."""
    for low, high, opening, closing in product(ENDS, ENDS, "[(", "])"):
        held = frozenset(range(2 * low + (opening == "("), 2 * high + (closing == "]")))
        if held:
            yield f"{opening}{low}..{high}{closing}", held


RANGES = list(ranges())
POINTS = [(str(end), frozenset({2 * end})) for end in ENDS]


def begins_alike(one: Points, other: Points) -> bool:
    return min(one) == min(other)


def ends_alike(one: Points, other: Points) -> bool:
    return max(one) == max(other)


def before(one: Points, other: Points) -> bool:
    return max(one) < min(other)


def overlaps_before(one: Points, other: Points) -> bool:
    return bool(one & other) and min(one) < min(other) and max(one) <= max(other)


def meets(one: Points, other: Points) -> bool:
    """They share one point, an end of both."""
    return max(one) % 2 == 0 and max(one) == min(other)


BETWEEN_RANGES: dict[str, Callable[[Points, Points], bool]] = {
    "before": before,
    "after": lambda one, other: before(other, one),
    "meets": meets,
    "met by": lambda one, other: meets(other, one),
    "overlaps": lambda one, other: bool(one & other),
    "overlaps before": overlaps_before,
    "overlaps after": lambda one, other: overlaps_before(other, one),
    "finishes": lambda one, other: one <= other and ends_alike(one, other),
    "finished by": lambda one, other: other <= one and ends_alike(one, other),
    "starts": lambda one, other: one <= other and begins_alike(one, other),
    "started by": lambda one, other: other <= one and begins_alike(one, other),
    "includes": lambda one, other: other <= one,
    "during": lambda one, other: one <= other,
    "coincides": lambda one, other: one == other,
}
OF_A_POINT_AND_A_RANGE = ("before", "after", "finishes", "starts", "during")
OF_A_RANGE_AND_A_POINT = ("before", "after", "finished by", "started by", "includes")


@pytest.mark.parametrize("name", BETWEEN_RANGES)
def test_two_ranges_stand_as_their_points_do(name: str) -> None:
    for (one, points), (other, others) in product(RANGES, RANGES):
        said = value_of(f"{name}({one}, {other})")
        assert said is BETWEEN_RANGES[name](points, others), (one, other)


@pytest.mark.parametrize("name", OF_A_POINT_AND_A_RANGE)
def test_a_point_and_a_range_likewise(name: str) -> None:
    for (point, points), (span, others) in product(POINTS, RANGES):
        said = value_of(f"{name}({point}, {span})")
        assert said is BETWEEN_RANGES[name](points, others), (point, span)


@pytest.mark.parametrize("name", OF_A_RANGE_AND_A_POINT)
def test_a_range_and_a_point_likewise(name: str) -> None:
    for (span, others), (point, points) in product(RANGES, POINTS):
        said = value_of(f"{name}({span}, {point})")
        assert said is BETWEEN_RANGES[name](others, points), (span, point)


@pytest.mark.parametrize("name", ["before", "after", "coincides"])
def test_two_points_likewise(name: str) -> None:
    for (one, points), (other, others) in product(POINTS, POINTS):
        said = value_of(f"{name}({one}, {other})")
        assert said is BETWEEN_RANGES[name](points, others), (one, other)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('during(date("2026-11-23"), [date("2026-11-01")..date("2026-11-30")])', True),
        ('before("a", "b")', True),
        ('before(1, "b")', None),
        ("before(null, 1)", None),
        ("includes(1, [1..2])", None),
        ("meets([1..2], 2)", None),
    ],
)
def test_of_other_kinds_and_of_nothing(text: str, value: Value) -> None:
    assert value_of(text) is value


@pytest.mark.parametrize("text", ["overlaps([1..2], [2..1])", "includes([1..null], 3)"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        value_of(text)


ENDS_OF_EACH_KIND = [
    ("1", "-2.5", "2"),
    ('"a"', '"b"', '"c d"'),
    ('@"2026-11-23"', 'date("2026-11-24")', '@"2026-11-25"'),
    ('@"10:00:00"', 'time("10:30:00")', '@"11:00:00"'),
    ('date and time("2026-11-23T10:00:00")', '@"2026-11-23T11:00:00"', '@"2026-11-24T00:00:00"'),
    ('@"PT1H"', 'duration("PT2H")', '@"P1D"'),
    ('@"P1M"', 'duration("P2M")', '@"P1Y"'),
]


def of_text(text: str) -> Value:
    escaped = text.replace('"', '\\"')
    return value_of(f'range("{escaped}")')


@pytest.mark.parametrize("ends", ENDS_OF_EACH_KIND)
def test_a_range_from_a_string_is_the_range_written_so(ends: tuple[str, ...]) -> None:
    low, middle, high = ends
    for opening, closing in product("[(]", "])["):
        for one, other in [(low, high), (low, low), (middle, high)]:
            text = f"{opening}{one}..{other}{closing}"
            assert of_text(text) == of_text(f" {opening} {one}  .. {other} {closing} ")
            assert of_text(text) == value_of(text)
        assert of_text(f"{opening}{high}..{low}{closing}") is None


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1", "1..2", "[1..2", "[1..2] 3", "[..2]", "[1..]", "[1 2]", ">=1", "[1x..2]"),
        *("[a..2]", "[null..null]", '[1.."b"]', '[@"2026-11-23"..@"2026-11-23T10:00:00"]'),
        *('["a..2]', '[date(x)..@"2026-11-23"]', '[date(string("2026-11-23"))..@"2026-11-24"]'),
        *('[date "2026-11-23"..@"2026-11-24"]', '[date("2026-11-23"..@"2026-11-24"]', "[1..@2]"),
    ],
)
def test_a_string_that_is_no_range_gives_null(text: str) -> None:
    assert of_text(text) is None


@pytest.mark.parametrize(
    "text", ["(..2]", "[1..)", "[1..[", '[@"10:00:00"..@"10:00:00Z"]', '["a"..@"none"]']
)
def test_a_string_that_may_be_a_range_outside_the_subset_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        of_text(text)

"""A score over time as a picture: within its frame, named, and safe to put in a page."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

from hypothesis import given
from hypothesis import strategies as st

from triage_rules.followup import charts
from triage_rules.followup.charts import Limit, Point, Words

WORDS = Words("ACT over tid", "Fra 18 til 22.", "5", "25", "1. jan. 2026", "1. juni 2026")
BOUNDS = (Decimal(5), Decimal(25))
DAY = date(2026, 1, 1)


def drawn(values: list[int], limits: list[int], words: Words = WORDS) -> Element:
    """The picture as XML."""
    points = [
        Point(DAY + timedelta(weeks=n * 6), Decimal(value), str(value))
        for n, value in enumerate(values)
    ]
    crossing = [Limit(Decimal(one), str(one)) for one in limits]
    return fromstring(str(charts.line("act", words, points, BOUNDS, crossing)))


@given(st.lists(st.integers(-5, 60), min_size=1, max_size=30), st.lists(st.integers(0, 30)))
def test_everything_lies_inside_the_frame(values: list[int], limits: list[int]) -> None:
    picture = drawn(values, limits)
    dots = picture.findall("circle")
    assert len(dots) == len(values)
    for dot in dots:
        assert charts.LEFT <= float(dot.get("cx", "")) <= charts.WIDTH - charts.RIGHT
        assert charts.TOP <= float(dot.get("cy", "")) <= charts.HEIGHT - charts.BOTTOM
    assert len([one for one in picture if one.get("class") == "chart__limit"]) == len(limits)


@given(st.lists(st.integers(5, 25), min_size=2, max_size=12))
def test_higher_is_drawn_higher_and_later_further_right(values: list[int]) -> None:
    dots = drawn(values, []).findall("circle")
    ups = [-float(dot.get("cy", "")) for dot in dots]
    assert sorted(range(len(values)), key=lambda n: (values[n], n)) == sorted(
        range(len(values)), key=lambda n: (round(ups[n], 1), n)
    )
    rights = [float(dot.get("cx", "")) for dot in dots]
    assert rights == sorted(rights)


def test_it_is_named_and_described() -> None:
    picture = drawn([18, 22], [20])
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "act-title act-desc"
    assert picture.findtext("title") == "ACT over tid"
    assert picture.findtext("desc") == "Fra 18 til 22."


def test_labels_of_limits_do_not_lie_on_each_other() -> None:
    texts = [t for t in drawn([18], [15, 16, 19, 24]) if t.get("class") == "chart__limit-text"]
    heights = sorted(float(text.get("y", "")) for text in texts)
    assert all(b - a >= charts.APART for a, b in pairwise(heights))
    assert [text.text for text in texts] == ["15", "19", "24"]


def test_words_are_escaped_and_nothing_is_styled_in_place() -> None:
    risky = Words("<script>", '"&', "5", "25", "", "")
    points = [Point(DAY, Decimal(18), "<b>")]
    picture = str(charts.line("act", risky, points, BOUNDS))
    assert "<script>" not in picture
    assert "<b>" not in picture
    assert not re.search(r"\bstyle=|<style", picture)

"""Pictures of a model, a year and an extra's start: every mark stands where its number says."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from booking.overbooking import picture_files, shocks
from booking.overbooking.deciding import Limits, put_in
from booking.overbooking.intervals import Interval
from booking.overbooking.model_evaluation import Bin
from booking.overbooking.pictures import (
    COURSE_TALL,
    HEAD,
    LEFT,
    NAMES,
    PANEL,
    SQUARE,
    TOP,
    Course,
    Point,
    Promise,
    Words,
    YearRow,
    calibration,
    courses,
    year,
)
from booking.overbooking.simulation import strategies

SVG = "{http://www.w3.org/2000/svg}"
shares = st.floats(0, 1)


@st.composite
def intervals(draw: st.DrawFn, most: float = 1) -> Interval:
    low, value, high = sorted(draw(st.floats(0, most)) for _ in range(3))
    return Interval(value, low, high)


def marks(drawn: Element, tag: str, css: str) -> list[Element]:
    return [one for one in drawn.iter() if one.tag.endswith(tag) and one.get("class") == css]


def middle(diamond: Element) -> tuple[float, float]:
    up, right, *_ = (one.split(",") for one in diamond.attrib["points"].split())
    return float(up[0]), float(right[1])


def named(drawn: Markup) -> Element:
    """The picture, which has the title and the description it is named by."""
    root = ElementTree.fromstring(drawn)
    said = {one.get("id"): one.text for one in root}
    assert root.get("role") == "img"
    assert all(said[ident] for ident in root.attrib["aria-labelledby"].split())
    return root


@given(st.lists(st.tuples(shares, intervals()), min_size=1, max_size=10))
def test_a_good_models_points_lie_on_the_diagonal(found: list[tuple[float, Interval]]) -> None:
    words = Words("Navn & mere", "Beskrivelse", ("hen", "<op>", "lige"))
    points = [Point(*one) for one in found]
    drawn = calibration("c", words, points, "{:.3f}".format)
    root = named(drawn)
    assert "&lt;op&gt;" in drawn
    figures = [one.text for one in marks(root, "text", "plot__end")]
    top = max(float(one) for one in figures if one and re.fullmatch(r"[\d.]+", one))
    assert top + 1e-9 >= max(max(one.predicted, one.observed.high) for one in points)
    (diagonal,) = marks(root, "line", "plot__limit")
    assert float(diagonal.attrib["x2"]) - LEFT == pytest.approx(SQUARE)
    spans = marks(root, "line", "plot__span")
    for one, span, mark in zip(points, spans, marks(root, "polygon", "plot__main"), strict=True):
        x, y = middle(mark)
        assert x == pytest.approx(LEFT + SQUARE * one.predicted / top, abs=0.1)
        assert y == pytest.approx(TOP + SQUARE * (1 - one.observed.value / top), abs=0.1)
        assert float(span.attrib["y1"]) == pytest.approx(
            TOP + SQUARE * (1 - one.observed.low / top), abs=0.1
        )
        assert float(span.attrib["y2"]) == pytest.approx(
            TOP + SQUARE * (1 - one.observed.high / top), abs=0.1
        )


promises = st.builds(Promise, st.floats(0.1, 30), intervals(30))


@given(st.lists(st.tuples(st.booleans(), promises, promises), min_size=1, max_size=6))
def test_a_year_shows_promised_and_delivered_to_one_scale(
    found: list[tuple[bool, Promise, Promise]],
) -> None:
    rows = [YearRow(f"række {rank}", one[0], one[1:]) for rank, one in enumerate(found)]
    words = Words("År", "Et år", ("lovet", "holdt", "den ene", "den anden"))
    root = named(year("y", words, rows, ["{:.1f}".format] * 2))
    bars = marks(root, "rect", "plot__today")[1:]
    diamonds = marks(root, "polygon", "plot__main")[1:]
    assert len(bars) == len(diamonds) == 2 * len(rows)
    both = [[one.panels[rank] for one in rows] for rank in (0, 1)]
    for panel, promises in enumerate(both):
        most = max(max(one.promised, one.delivered.high) for one in promises)
        for rank, one in enumerate(promises):
            at = panel * len(rows) + rank
            left = float(bars[at].attrib["x"])
            assert left == pytest.approx(NAMES + panel * (left - NAMES), abs=0.1)
            assert float(bars[at].attrib["width"]) == pytest.approx(
                PANEL * one.promised / most, abs=0.1
            )
            assert middle(diamonds[at])[0] == pytest.approx(
                left + PANEL * one.delivered.value / most, abs=0.1
            )


@given(
    st.lists(st.floats(0, 50), min_size=2, max_size=20), st.floats(0, 50), st.floats(0.1, 50)
)  # fmt: skip
def test_a_course_crosses_its_limit_where_its_figures_do(
    values: list[float], without: float, limit: float
) -> None:
    points = [(5 * rank, value) for rank, value in enumerate(values)]
    words = Words("Kurve", "En kurve", ("grænse", "uden", "tid"))
    shown = [Course("navn", points, without, limit, "{:.2f}".format)]
    root = named(courses("k", words, shown, str, alone=False))
    (drawn,) = marks(root, "polyline", "plot__course")
    heights = [float(one.split(",")[1]) for one in drawn.attrib["points"].split()]
    (broken,) = marks(root, "line", "plot__limit")
    level = float(broken.attrib["y1"])
    for value, height in zip(values, heights, strict=True):
        assert HEAD <= height <= HEAD + COURSE_TALL
        assert (height < level - 0.1) <= (value > limit)
        assert (height > level + 0.1) <= (value < limit)


def test_a_file_stands_alone() -> None:
    bins = [Bin(100, 0.02 * rank, 0.02 * rank) for rank in range(1, 11)]
    for drawn in (picture_files.of_model(bins), picture_files.of_year(strategies(1, 12))):
        root = named(drawn)
        assert root.tag == f"{SVG}svg"
        assert root.find(f"{SVG}style") is not None
        used = {one.get("class") for one in root.iter()} - {None, "plot"}
        style = root.findtext(f"{SVG}style") or ""
        assert all(f".{one}" in style for one in used)
        assert "script" not in drawn


def test_the_guides_example_holds_its_limits_only_where_the_picture_says() -> None:
    session, extra = picture_files.example()
    limits = Limits()
    root = named(picture_files.of_starts())
    lines = marks(root, "polyline", "plot__course")
    levels = [float(one.attrib["y1"]) for one in marks(root, "line", "plot__limit")]
    for rank, at in enumerate(session.starts):
        risk = shocks.evaluate(put_in(session.patients, extra, at), 240, session.shocks)
        holds = (
            risk.late <= limits.late,
            max(risk.waits) <= limits.wait,
            max(risk.long_waits) <= limits.long_wait,
        )
        for drawn, level, held in zip(lines, levels, holds, strict=True):
            height = float(drawn.attrib["points"].split()[rank].split(",")[1])
            assert held == (height >= level) or abs(height - level) < 0.1

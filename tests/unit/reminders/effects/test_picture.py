"""Differences drawn: the scale holds them all, and nothing in them can break out of the picture."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.effects.picture import LEFT, RIGHT, WIDTH, Row, Words, intervals

WORDS = Words("Forskel", "Tabte tider: −3,2", "færre", "flere")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*rows: Row) -> ElementTree.Element:
    text = str(intervals("difference", WORDS, rows))
    return ElementTree.fromstring(text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))


def spans(picture: ElementTree.Element, css: str) -> list[tuple[float, float]]:
    return [
        (float(line.attrib["x1"]), float(line.attrib["x2"]))
        for line in picture.iter()
        if line.attrib.get("class") == css
    ]


ends = st.floats(-100, 100, allow_nan=False).map(lambda value: round(value, 2))


@given(st.lists(st.tuples(ends, ends, ends), min_size=1, max_size=8))
def test_every_interval_lies_within_the_scale_and_on_its_side_of_nothing(
    numbers: list[tuple[float, float, float]],
) -> None:
    ordered = [sorted(three) for three in numbers]
    rows = [Row("Tabte tider", value, low, high, "x") for low, value, high in ordered]
    picture = drawn(*rows)
    middle = spans(picture, "plot__nothing")[0][0]
    # Each interval is a line and two ends.
    lines = spans(picture, "plot__span")[::3]
    for row, (low, high) in zip(rows, lines, strict=True):
        assert LEFT - 0.1 <= low <= high <= WIDTH - RIGHT + 0.1
        assert (low - middle) * row.low >= -0.1
        assert (high - middle) * row.high >= -0.1


@pytest.mark.parametrize(
    ("reach", "text"), [(0, "1"), (0.3, "0,3"), (0.31, "0,4"), (7, "8"), (23, "30"), (100, "100")]
)
def test_the_scale_ends_at_a_round_number(reach: float, text: str) -> None:
    picture = drawn(Row("Tabte tider", 0, -reach, reach, "0,0"))
    said = [one.text for one in picture.iter(f"{SVG}text")]
    assert f"+{text}" in said
    assert f"−{text}" in said


def test_the_one_that_decides_is_drawn_otherwise_and_the_words_are_there() -> None:
    picture = drawn(Row("Tabte", -3, -5, -1, "−3,0", main=True), Row("<b>", 0, -1, 1, "0,0"))
    assert len(list(picture.iter(f"{SVG}polygon"))) == len(list(picture.iter(f"{SVG}circle"))) == 1
    assert picture.find(f"{SVG}title").text == "Forskel"  # type: ignore[union-attr]
    assert picture.attrib["aria-labelledby"] == "difference-title difference-desc"
    assert "<b>" in [one.text for one in picture.iter(f"{SVG}text")]

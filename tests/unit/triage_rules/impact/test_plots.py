"""The pictures: every bar as long as its number, and words for who cannot see them."""

from xml.etree import ElementTree as Tree

from hypothesis import given
from hypothesis import strategies as st

from triage_rules.impact import plots
from triage_rules.impact.plots import Bars, Words

WORDS = Words("Kontakter <uge>", "Fra uge 48 & frem", "I dag", "Med kladden")
SVG = "{http://www.w3.org/2000/svg}"
LEGENDS = 2


@st.composite
def bars(draw: st.DrawFn) -> list[Bars]:
    number = st.integers(0, 500)
    return [
        Bars(f"uge {n} <&>", draw(number), draw(number)) for n in range(draw(st.integers(1, 53)))
    ]


def drawn(picture: str) -> Tree.Element:
    return Tree.fromstring(str.replace(picture, "<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))


def lengths(svg: Tree.Element, side: str) -> list[float]:
    """The bars' longer measure, but for the legend's."""
    found = list(svg.iter(f"{SVG}rect"))[LEGENDS:]
    return [float(one.attrib[side]) for one in found]


@given(bars())
def test_upright_bars_are_as_tall_as_their_numbers(several: list[Bars]) -> None:
    check(several, lengths(drawn(plots.columns("weeks", WORDS, several)), "height"))


@given(bars())
def test_level_bars_are_as_long_as_their_numbers(several: list[Bars]) -> None:
    check(several, lengths(drawn(plots.rows("forms", WORDS, several)), "width"))


def check(several: list[Bars], found: list[float]) -> None:
    """In proportion, and none for nought."""
    numbers = [n for one in several for n in (one.today, one.draft) if n]
    assert len(found) == len(numbers)
    if numbers:
        whole = max(found) / max(numbers)
        assert all(abs(a - n * whole) < 0.11 for a, n in zip(found, numbers, strict=True))


def test_a_picture_is_told_in_words_by_ids_of_its_own() -> None:
    svg = drawn(plots.rows("forms", WORDS, [Bars("fremmøde", 3, 1)]))
    assert svg.attrib["aria-labelledby"] == "forms-title forms-desc"
    told = {one.attrib["id"]: one.text for one in svg if "id" in one.attrib}
    assert told == {"forms-title": WORDS.title, "forms-desc": WORDS.description}


def test_a_picture_of_nothing_is_empty_and_whole() -> None:
    assert lengths(drawn(plots.columns("weeks", WORDS, [])), "height") == []

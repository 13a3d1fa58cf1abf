"""The picture of what was promised and seen."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking.aftermath_picture import LEFT, RIGHT, WIDTH, Row, Words, pairs
from booking.overbooking.intervals import Interval

WORDS = Words("Lovet & set", "Beskrivelse", "Lovet", "Set")
numbers = st.floats(0, 500, allow_nan=False)


@given(st.lists(st.tuples(numbers, numbers, numbers, numbers), min_size=1, max_size=4))
def test_every_mark_stands_where_its_number_says(rows: list[tuple[float, ...]]) -> None:
    made = []
    for promised, *seen in rows:
        low, value, high = sorted(seen)
        made.append(Row("<Række>", promised, Interval(value, low, high), "1"))
    picture = ElementTree.fromstring(pairs("p", WORDS, made, "min"))
    scale = next(one.text for one in picture.iter("text") if (one.text or "").endswith(" min"))
    most = float(re.sub(r" min$", "", scale or ""))
    assert most >= max(max(one.promised, one.seen.high) for one in made)

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value / most

    bars = [float(one.attrib["width"]) for one in picture.iter("rect")][1:]
    diamonds = [float(one.attrib["points"].split(",")[0]) for one in picture.iter("polygon")][1:]
    for one, bar, diamond in zip(made, bars, diamonds, strict=True):
        assert abs(bar - (across(one.promised) - LEFT)) < 0.1
        assert abs(diamond - across(one.seen.value)) < 0.1
    assert "&lt;Række&gt;" in pairs("p", WORDS, made, "min")
    named = picture.attrib["aria-labelledby"].split()
    assert {one.attrib.get("id") for one in picture} >= set(named)

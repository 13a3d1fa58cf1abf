"""The picture of last month's sessions: every mark where its figures say, in a shape of its own."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from booking.overbooking.last_month import OUTCOMES, Asked
from booking.overbooking.session_picture import (
    GROUND,
    LEFT,
    RIGHT,
    SHAPES,
    TALL,
    TOP,
    WIDTH,
    Words,
    draw,
)

WORDS = Words(
    "Nu & da", "Beskrivelse", "hen", "op", "<Grænse>", "én", dict.fromkeys(OUTCOMES, "ok")
)
asked = st.builds(
    Asked,
    st.sampled_from(OUTCOMES),
    st.integers(1, 20),
    st.floats(0, 20),
    st.floats(0, 1),
    st.floats(0, 1),
)


def test_every_outcome_has_a_shape_of_its_own() -> None:
    assert set(SHAPES) == set(OUTCOMES)
    assert len(set(SHAPES.values())) == len(OUTCOMES)


@given(st.lists(asked, max_size=8), st.floats(0, 1))
def test_marks_lie_inside_and_on_the_right_side_of_the_lines(
    sessions: list[Asked], limit: float
) -> None:
    made = draw("p", WORDS, sessions, limit, lambda share: f"{share:.2f}")
    picture = ElementTree.fromstring(made)
    lines = [one.attrib for one in picture.iter("line") if one.attrib["class"] == "plot__limit"]
    upright, level = lines
    shown = []
    for mark in picture.iter("path"):
        where = mark.attrib["transform"].removeprefix("translate(").removesuffix(")")
        across, up = (float(one) for one in where.split())
        shown.append((mark.attrib["d"], across, up))
    kinds = {one.outcome for one in sessions}
    assert len(shown) == len(sessions) + len(kinds)
    in_plot = [(shape, x, y) for shape, x, y in shown if y <= GROUND + 0.1 and x >= LEFT - 0.1]
    assert len(in_plot) == len(sessions)
    for _shape, x, y in in_plot:
        assert TOP - 0.1 <= y <= GROUND + 0.1
        assert x <= WIDTH - RIGHT + 0.1
    ordered = sorted(sessions, key=lambda one: -OUTCOMES.index(one.outcome))
    for one, (shape, x, y) in zip(ordered, in_plot, strict=True):
        assert shape == SHAPES[one.outcome]
        assert (x >= float(upright["x1"]) - 0.1) if one.missing >= 1 else True
        assert (y >= float(level["y1"]) - 0.1) == (one.after <= limit) or abs(
            one.after - limit
        ) * TALL < 1
    assert "&lt;Grænse&gt;" in made
    named = picture.attrib["aria-labelledby"].split()
    assert {one.attrib.get("id") for one in picture} >= set(named)


def test_the_axes_reach_as_far_as_the_sessions() -> None:
    sessions = [Asked("late", 12, 6.4, 0.1, 0.42), Asked("could", 12, 1.2, 0.1, 0.15)]
    made = draw("p", WORDS, sessions, 0.2, lambda share: f"{share:.2f}")
    texts = [one.text for one in ElementTree.fromstring(made).iter("text")]
    assert "0.50" in texts
    assert {"0", "2", "4", "6"} <= set(texts)

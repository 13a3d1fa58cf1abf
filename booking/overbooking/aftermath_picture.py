"""What was promised beside what was seen, as an SVG picture: no script, no inline style, and words
for who cannot see it. Pure.

Drawn for a phone's width, so that its letters keep their size there. A hollow bar is the promise,
a diamond what was seen, the line through it its interval. A table stands beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from markupsafe import Markup

from booking.overbooking.drawing import bar, diamond, line, picture, text
from booking.overbooking.intervals import Interval

WIDTH = 360
LEFT, RIGHT = 10, 10
LEGEND, ROW, BAR, BELOW = 28, 52, 13, 24
HALF = 5  # of the height of an interval's ends


@dataclass(frozen=True)
class Words:
    """What is written: the picture's name and description, and what the two marks are."""

    title: str
    description: str
    promised: str
    seen: str


@dataclass(frozen=True)
class Row:
    """One promise and what was seen; all rows in the same unit. text: the two, as read."""

    label: str
    promised: float
    seen: Interval
    text: str


def pairs(ident: str, words: Words, rows: Sequence[Row], unit: str) -> Markup:
    """The picture. rows: at least one. ident: unique on the page, for its title and description.

    unit: written after the scale's last number.
    """
    most = _round_up(max(max(one.promised, one.seen.high) for one in rows))
    ground = LEGEND + ROW * len(rows)

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value / most

    parts = _legend(words)
    for place, one in enumerate(rows):
        y = LEGEND + ROW * place
        middle = y + 22 + BAR / 2
        low, high = across(one.seen.low), across(one.seen.high)
        parts += [
            text("plot__label", LEFT, y + 14, one.label, "start"),
            text("plot__figure", WIDTH - RIGHT, y + 14, one.text, "end"),
            bar("plot__today", LEFT, y + 22, across(one.promised) - LEFT, BAR),
            line("plot__span", low, middle, high, middle),
            line("plot__span", low, middle - HALF, low, middle + HALF),
            line("plot__span", high, middle - HALF, high, middle + HALF),
            diamond("plot__main", across(one.seen.value), middle, 7),
        ]
    parts += [
        line("plot__line", LEFT, ground, WIDTH - RIGHT, ground),
        text("plot__end", LEFT, ground + 16, "0", "start"),
        text("plot__end", WIDTH - RIGHT, ground + 16, f"{most:g} {unit}", "end"),
    ]
    size = (WIDTH, ground + BELOW)
    return picture(ident, size, (words.title, words.description), parts)


def _legend(words: Words) -> list[Markup]:
    half = WIDTH / 2
    return [
        bar("plot__today", LEFT, 3, 14, BAR),
        text("plot__legend", LEFT + 20, 14, words.promised, "start"),
        line("plot__span", half, 3 + BAR / 2, half + 24, 3 + BAR / 2),
        diamond("plot__main", half + 12, 3 + BAR / 2, 7),
        text("plot__legend", half + 30, 14, words.seen, "start"),
    ]


def _round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10, 20 …, so that the scale's end is read at a glance."""
    if value <= 1:
        return 1
    step = 10.0 ** floor(log10(value))
    return next(step * one for one in (1, 2, 3, 4, 5, 6, 8, 10) if step * one >= value)

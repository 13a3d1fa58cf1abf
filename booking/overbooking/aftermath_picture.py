"""What was promised beside what was seen, as an SVG picture: no script, no inline style, and words
for who cannot see it. Pure.

Drawn for a phone's width, so that its letters keep their size there. A hollow bar is the promise,
a diamond what was seen, the line through it its interval. A table stands beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

from markupsafe import Markup

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
            _text("plot__label", LEFT, y + 14, one.label, "start"),
            _text("plot__figure", WIDTH - RIGHT, y + 14, one.text, "end"),
            _bar(LEFT, y + 22, across(one.promised) - LEFT),
            _line("plot__span", low, middle, high, middle),
            _line("plot__span", low, middle - HALF, low, middle + HALF),
            _line("plot__span", high, middle - HALF, high, middle + HALF),
            _diamond(across(one.seen.value), middle),
        ]
    parts += [
        _line("plot__line", LEFT, ground, WIDTH - RIGHT, ground),
        _text("plot__end", LEFT, ground + 16, "0", "start"),
        _text("plot__end", WIDTH - RIGHT, ground + 16, f"{most:g} {unit}", "end"),
    ]
    head = Markup(
        '<svg class="plot" viewBox="0 0 {0} {1}" role="img" '
        'aria-labelledby="{2}-title {2}-desc"><title id="{2}-title">{3}</title>'
        '<desc id="{2}-desc">{4}</desc>'
    ).format(WIDTH, ground + BELOW, ident, words.title, words.description)
    return Markup("").join([head, *parts, Markup("</svg>")])


def _legend(words: Words) -> list[Markup]:
    half = WIDTH / 2
    return [
        _bar(LEFT, 3, 14),
        _text("plot__legend", LEFT + 20, 14, words.promised, "start"),
        _line("plot__span", half, 3 + BAR / 2, half + 24, 3 + BAR / 2),
        _diamond(half + 12, 3 + BAR / 2),
        _text("plot__legend", half + 30, 14, words.seen, "start"),
    ]


def _round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10, 20 …, so that the scale's end is read at a glance."""
    if value <= 1:
        return 1
    step = 10.0 ** floor(log10(value))
    return next(step * one for one in (1, 2, 3, 4, 5, 6, 8, 10) if step * one >= value)


def _bar(x: float, y: float, wide: float) -> Markup:
    drawn = Markup('<rect class="plot__today" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"/>')
    return drawn.format(x, y, max(0.0, wide), BAR)


def _diamond(x: float, y: float) -> Markup:
    points = " ".join(
        f"{x + right:.1f},{y + down:.1f}" for right, down in ((0, -7), (7, 0), (0, 7), (-7, 0))
    )
    return Markup('<polygon class="plot__main" points="{}"/>').format(points)


def _line(css: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    drawn = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
    return drawn.format(css, x1, y1, x2, y2)


def _text(css: str, x: float, y: float, text: str, anchor: str) -> Markup:
    drawn = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return drawn.format(css, x, y, anchor, text)

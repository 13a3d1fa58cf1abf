"""Differences with their intervals as an SVG picture: no script, no inline style, and words for
who cannot see it. Pure.

Drawn for a phone's width, so that its letters keep their size there. A line at nothing stands in
each row; an interval that does not touch it is a difference. A table stands beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

WIDTH = 360
LEFT, RIGHT = 10, 10
TOP, ROW, BELOW = 8, 44, 40
HALF = 5  # of a mark's height


@dataclass(frozen=True)
class Words:
    """What is written: the picture's name and description, and which way each side is."""

    title: str
    description: str
    fewer: str
    more: str


@dataclass(frozen=True)
class Row:
    """A difference. value, low, high: in hundredths; text: as read; main: the one that decides."""

    label: str
    value: float
    low: float
    high: float
    text: str
    main: bool = False


def intervals(ident: str, words: Words, rows: Sequence[Row]) -> Markup:
    """The picture. rows: at least one. ident: unique on the page, for its title and description."""
    reach = _round_up(max(max(abs(one.low), abs(one.high)) for one in rows))
    ground = TOP + ROW * len(rows)

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value + reach) / (2 * reach)

    parts = [
        _line("plot__line", LEFT, ground, WIDTH - RIGHT, ground),
    ]
    for place, one in enumerate(rows):
        y = TOP + ROW * place
        middle = y + 30
        low, high = across(one.low), across(one.high)
        parts += [
            _text("plot__label", LEFT, y + 14, one.label, "start"),
            _text("plot__figure", WIDTH - RIGHT, y + 14, one.text, "end"),
            _line("plot__nothing", across(0), y + 18, across(0), y + ROW - 2),
            _line("plot__span", low, middle, high, middle),
            _line("plot__span", low, middle - HALF, low, middle + HALF),
            _line("plot__span", high, middle - HALF, high, middle + HALF),
            _mark(across(one.value), middle, main=one.main),
        ]
    parts += [
        _text("plot__end", LEFT, ground + 15, f"−{_plain(reach)}", "start"),
        _text("plot__end", across(0), ground + 15, "0", "middle"),
        _text("plot__end", WIDTH - RIGHT, ground + 15, f"+{_plain(reach)}", "end"),
        _text("plot__legend", LEFT, ground + 32, words.fewer, "start"),
        _text("plot__legend", WIDTH - RIGHT, ground + 32, words.more, "end"),
    ]
    head = Markup(
        '<svg class="plot" viewBox="0 0 {0} {1}" role="img" '
        'aria-labelledby="{2}-title {2}-desc"><title id="{2}-title">{3}</title>'
        '<desc id="{2}-desc">{4}</desc>'
    ).format(WIDTH, ground + BELOW, ident, words.title, words.description)
    return Markup("").join([head, *parts, Markup("</svg>")])


def _round_up(value: float) -> float:
    """The next of 1, 2, 3, 4, 5, 6, 8, 10, 20 …, so that the scale's ends are read at a glance."""
    if value <= 0:
        return 1
    step = 10.0 ** floor(log10(value))
    return next(step * one for one in (1, 2, 3, 4, 5, 6, 8, 10) if step * one >= value)


def _plain(value: float) -> str:
    return f"{ceil(value)}" if value >= 1 else f"{value:.1f}".replace(".", ",")


def _mark(x: float, y: float, *, main: bool) -> Markup:
    if main:
        diamond = " ".join(
            f"{x + right:.1f},{y + down:.1f}" for right, down in ((0, -7), (7, 0), (0, 7), (-7, 0))
        )
        return Markup('<polygon class="plot__main" points="{}"/>').format(diamond)
    return Markup('<circle class="plot__other" cx="{:.1f}" cy="{:.1f}" r="4.5"/>').format(x, y)


def _line(css: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    drawn = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
    return drawn.format(css, x1, y1, x2, y2)


def _text(css: str, x: float, y: float, text: str, anchor: str) -> Markup:
    drawn = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return drawn.format(css, x, y, anchor, text)

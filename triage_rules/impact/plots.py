"""Bars as SVG pictures, today's beside the draft's: no script, no inline style, and words for
who cannot see them. Pure.

Drawn for a phone's width, so that its letters keep their size there. Today's bars are hollow and
the draft's are filled, so that colour alone tells nothing. A table stands beside each picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 360
LEFT, RIGHT = 30, 6
LEGEND, TALL, BELOW = 26, 140, 24
ROW, BAR, NUMBER = 50, 11, 44


@dataclass(frozen=True)
class Words:
    """What is written: the picture's name and description, and what the two kinds of bar are."""

    title: str
    description: str
    today: str
    draft: str


@dataclass(frozen=True)
class Bars:
    """Two numbers that stand together, and what they are numbers of."""

    label: str
    today: int
    draft: int


def columns(ident: str, words: Words, bars: Sequence[Bars]) -> Markup:
    """Upright bars in pairs, as for weeks: the first and the last, and one between, are named.

    ident: unique on the page, for the picture's title and description.
    """
    most = max([1, *(max(one.today, one.draft) for one in bars)])
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(bars))
    ground = LEGEND + TALL
    parts = [*_legend(words), *_scale(most, ground)]
    for place, one in enumerate(bars):
        x = LEFT + wide * place
        for kind, value, shift in (("today", one.today, 0.08), ("draft", one.draft, 0.5)):
            tall = TALL * value / most
            parts.append(_bar(kind, x + wide * shift, ground - tall, wide * 0.42, tall))
    for place, anchor in _named(len(bars)):
        x = {"start": LEFT, "middle": LEFT + wide * (place + 0.5), "end": WIDTH - RIGHT}[anchor]
        parts.append(_text("plot__end", x, ground + 17, bars[place].label, anchor))
    return _picture(ident, words, ground + BELOW, parts)


def rows(ident: str, words: Words, bars: Sequence[Bars]) -> Markup:
    """Level bars in pairs, each pair under its name, with its numbers."""
    most = max([1, *(max(one.today, one.draft) for one in bars)])
    parts = _legend(words)
    for place, one in enumerate(bars):
        top = LEGEND + ROW * place
        parts.append(_text("plot__label", 0, top + 14, one.label, "start"))
        for kind, value, down in (("today", one.today, 19), ("draft", one.draft, 32)):
            wide = (WIDTH - NUMBER) * value / most
            parts.append(_bar(kind, 0.5, top + down, wide, BAR))
            parts.append(_text("plot__figure", wide + 6, top + down + 10, str(value), "start"))
    return _picture(ident, words, LEGEND + ROW * len(bars) + 4, parts)


def _picture(ident: str, words: Words, height: float, parts: Sequence[Markup]) -> Markup:
    head = Markup(
        '<svg class="plot" viewBox="0 0 {0} {1:.0f}" role="img" '
        'aria-labelledby="{2}-title {2}-desc"><title id="{2}-title">{3}</title>'
        '<desc id="{2}-desc">{4}</desc>'
    ).format(WIDTH, height, ident, words.title, words.description)
    return Markup("").join([head, *parts, Markup("</svg>")])


def _legend(words: Words) -> list[Markup]:
    half = WIDTH / 2
    return [
        _bar("today", 0.5, 3, 12, 11),
        _text("plot__legend", 18, 13, words.today, "start"),
        _bar("draft", half, 3, 12, 11),
        _text("plot__legend", half + 18, 13, words.draft, "start"),
    ]


def _scale(most: int, ground: float) -> list[Markup]:
    """The ground line, and lines at the top and, where that is a whole number, half-way."""
    heights = [0, most] if most % 2 else [0, most // 2, most]
    parts = []
    for value in heights:
        y = ground - TALL * value / most
        parts.append(
            Markup('<line class="plot__line" x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}"/>').format(
                LEFT, y, WIDTH - RIGHT, y
            )
        )
        parts.append(_text("plot__end", LEFT - 5, y + 4, str(value), "end"))
    return parts


def _named(count: int) -> list[tuple[int, str]]:
    if count == 0:
        return []
    if count == 1:
        return [(0, "middle")]
    ends = [(0, "start"), (count - 1, "end")]
    return ends if count < 5 else [ends[0], (count // 2, "middle"), ends[1]]


def _bar(kind: str, x: float, y: float, wide: float, tall: float) -> Markup:
    if wide <= 0 or tall <= 0:
        return Markup("")
    drawn = Markup('<rect class="plot__{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return drawn.format(kind, x, y, wide, tall)


def _text(css: str, x: float, y: float, text: str, anchor: str) -> Markup:
    drawn = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return drawn.format(css, x, y, anchor, text)

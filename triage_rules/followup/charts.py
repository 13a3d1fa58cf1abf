"""A score over time as an SVG picture: no script, no inline style, and words for who cannot see it.

Drawn for a phone's width, so that its letters keep their size there; wider pages enlarge it a
little. A table stands beside it, so labels may be left out where they would lie on each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import Markup

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 34, 42, 22, 30
APART = 13  # between two labels' middles, in the picture's own units
FIGURES = 9  # more points than this get no figure beside them


@dataclass(frozen=True)
class Point:
    """One value. text: the value as it is read."""

    on: date
    value: Decimal
    text: str


@dataclass(frozen=True)
class Limit:
    """A line across, with its figure at the right edge."""

    value: Decimal
    text: str


@dataclass(frozen=True)
class Words:
    """What is written: the picture's name and description, and the axes' ends."""

    title: str
    description: str
    low: str
    high: str
    first: str
    last: str


def line(
    ident: str,
    words: Words,
    points: Sequence[Point],
    bounds: tuple[Decimal, Decimal],
    limits: Sequence[Limit] = (),
) -> Markup:
    """The picture. points: oldest first, at least one; bounds: what the score can be.

    ident: unique on the page, for the picture's title and description.
    """
    shown = [one.value for one in points] + [one.value for one in limits]
    low, high = _spread(bounds, shown)
    first, last = points[0].on, points[-1].on

    def across(on: date) -> float:
        whole = (last - first).days
        wide = WIDTH - LEFT - RIGHT
        return LEFT + (wide * (on - first).days / whole if whole else wide / 2)

    def up(value: Decimal) -> float:
        tall = HEIGHT - TOP - BOTTOM
        return TOP + tall * float((high - value) / (high - low))

    at = [(across(one.on), up(one.value)) for one in points]
    parts = [
        Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" ').format(WIDTH, HEIGHT),
        Markup('aria-labelledby="{}-title {}-desc">').format(ident, ident),
        Markup('<title id="{}-title">{}</title>').format(ident, words.title),
        Markup('<desc id="{}-desc">{}</desc>').format(ident, words.description),
        _rule("chart__axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM),
        _rule("chart__axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM),
        _text("chart__end", LEFT - 6, TOP + 4, words.high, "end"),
        _text("chart__end", LEFT - 6, HEIGHT - BOTTOM + 4, words.low, "end"),
        *_limits(limits, up),
        _curve(at),
        *_dots(at, points),
        *_days(at, words),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def _spread(bounds: tuple[Decimal, Decimal], values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The axis' ends: what the score can be, and all that is shown."""
    low, high = min(bounds[0], *values), max(bounds[1], *values)
    return (low, high) if low < high else (low, low + 1)


def _limits(limits: Sequence[Limit], up: Callable[[Decimal], float]) -> list[Markup]:
    drawn: list[Markup] = []
    taken: list[float] = []
    for one in sorted(limits, key=lambda limit: limit.value):
        y = up(one.value)
        drawn.append(_rule("chart__limit", LEFT, y, WIDTH - RIGHT, y))
        if all(abs(y - other) >= APART for other in taken):
            drawn.append(_text("chart__limit-text", WIDTH - RIGHT + 4, y + 4, one.text, "start"))
            taken.append(y)
    return drawn


def _curve(at: Sequence[tuple[float, float]]) -> Markup:
    if len(at) < 2:
        return Markup("")
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    return Markup('<polyline class="chart__line" points="{}"/>').format(path)


def _dots(at: Sequence[tuple[float, float]], points: Sequence[Point]) -> list[Markup]:
    dot = Markup('<circle class="chart__dot" cx="{:.1f}" cy="{:.1f}" r="4"/>')
    drawn = [dot.format(x, y) for x, y in at]
    shown = range(len(points)) if len(points) <= FIGURES else (0, len(points) - 1)
    room: float = -APART
    for place in shown:
        x, y = at[place]
        last = place == shown[-1]
        if x - room < APART and not last:
            continue
        room = x
        above = y - 9 if y > TOP + 12 else y + 18
        # The first stands clear of the axis, the last of the limits' figures at the right edge.
        anchor = "middle"
        if len(at) > 1 and (last or not place):
            anchor = "end" if last else "start"
        drawn.append(_text("chart__figure", x, above, points[place].text, anchor))
    return drawn


def _days(at: Sequence[tuple[float, float]], words: Words) -> list[Markup]:
    y = HEIGHT - 10
    if at[0][0] == at[-1][0]:
        return [_text("chart__end", at[0][0], y, words.first, "middle")]
    return [
        _text("chart__end", LEFT, y, words.first, "start"),
        _text("chart__end", WIDTH - RIGHT, y, words.last, "end"),
    ]


def _rule(css: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    drawn = Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>')
    return drawn.format(css, x1, y1, x2, y2)


def _text(css: str, x: float, y: float, text: str, anchor: str) -> Markup:
    drawn = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return drawn.format(css, x, y, anchor, text)

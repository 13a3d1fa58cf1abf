"""Last month's sessions as an SVG picture, one mark each: how many were cautiously expected to
miss, against the risk of overtime with one extra. No script, no inline style. Pure.

Drawn for a phone's width, so that its letters keep their size there. What became of a session is
told by the mark's shape, and by its colour; a table beside the picture says the same in words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from booking.overbooking.drawing import line, picture, text
from booking.overbooking.last_month import OUTCOMES, Asked, Outcome

WIDTH = 360
LEFT, RIGHT, TOP, TALL = 40, 10, 26, 200
BELOW, LEGEND = 46, 20
GROUND = TOP + TALL
# Least ends of the axes, and where the figures stand upwards.
FEWEST, STEP = 2, 0.1
# (element, its attributes round the middle): a shape of its own for each outcome.
SHAPES: Mapping[Outcome, str] = {
    "could": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "free": "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
    "missing": "M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5",
    "late": "M0 -5.5L5.5 4.5L-5.5 4.5z",
    "wait": "M-4.5 -4.5H4.5V4.5H-4.5z",
    "long_wait": "M0 -6L6 0L0 6L-6 0z",
    "cost": "M0 5.5L5.5 -4.5L-5.5 -4.5z",
    "extras": "M-5 0H5M0 -5V5",
    "nowhere": "M-5 0H5",
}


@dataclass(frozen=True)
class Words:
    """What is written: the picture's name and description, the axes, the two lines, the marks."""

    title: str
    description: str
    across: str
    up: str
    limit: str
    one: str
    marks: Mapping[Outcome, str]


def draw(
    ident: str,
    words: Words,
    asked: Sequence[Asked],
    limit: float,
    share: Callable[[float], str],
) -> Markup:
    """The picture. limit: of the risk; share: how a probability is written.

    ident: unique on the page, for the picture's title and description.
    """
    most = max(FEWEST, ceil(max((one.missing for one in asked), default=0.0)))
    highest = max([limit, *(one.after for one in asked)])
    top = min(1.0, STEP * ceil((highest + STEP / 2) / STEP))

    def x(missing: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * missing / most

    def y(late: float) -> float:
        return GROUND - TALL * late / top

    there = [one for one in OUTCOMES if any(session.outcome == one for session in asked)]
    parts = [
        text("plot__end", 0, 12, words.up, "start"),
        *_scale_up(top, y, share),
        *_scale_across(most, x),
        text("plot__end", WIDTH - RIGHT, GROUND + 34, words.across, "end"),
        line("plot__limit", x(1), TOP, x(1), GROUND),
        line("plot__limit", LEFT, y(limit), WIDTH - RIGHT, y(limit)),
        # What could is drawn last, on top of what could not.
        *(_mark(one.outcome, x(one.missing), y(one.after)) for one in _by_rank(asked)),
        text("plot__limit-text", WIDTH - RIGHT, y(limit) - 5, words.limit, "end"),
        text("plot__limit-text", x(1) + 4, TOP + 10, words.one, "start"),
    ]
    for rank, outcome in enumerate(there):
        middle = GROUND + BELOW + LEGEND * rank + 8
        parts += [
            _mark(outcome, 8, middle),
            text("plot__legend", 20, middle + 4, words.marks[outcome], "start"),
        ]
    size = (WIDTH, GROUND + BELOW + LEGEND * len(there))
    return picture(ident, size, (words.title, words.description), parts)


def _by_rank(asked: Sequence[Asked]) -> list[Asked]:
    return sorted(asked, key=lambda one: -OUTCOMES.index(one.outcome))


def _scale_up(
    top: float, y: Callable[[float], float], share: Callable[[float], str]
) -> list[Markup]:
    parts = []
    for value in (0.0, top / 2, top):
        parts.append(line("plot__line", LEFT, y(value), WIDTH - RIGHT, y(value)))
        parts.append(text("plot__end", LEFT - 5, y(value) + 4, share(value), "end"))
    return parts


def _scale_across(most: int, x: Callable[[float], float]) -> list[Markup]:
    step = ceil(most / 6)
    return [
        text("plot__end", x(value), GROUND + 17, str(value), "middle")
        for value in range(0, most + 1, step)
    ]


def _mark(outcome: Outcome, x: float, y: float) -> Markup:
    drawn = Markup(
        '<path class="plot__mark plot__mark--{}" transform="translate({:.1f} {:.1f})" d="{}"/>'
    )
    return drawn.format(outcome, x, y, SHAPES[outcome])

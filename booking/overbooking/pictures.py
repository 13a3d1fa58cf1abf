"""Pictures of how good a missing model is, of a year, and of where an extra is put. Pure.

What is written is passed in; a table or words stand beside each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from booking.overbooking.drawing import bar, course, diamond, line, picture, text
from booking.overbooking.intervals import Interval

SQUARE, LEFT, TOP, BELOW = 260, 56, 26, 44
PANEL, GAP, ROW, NAMES, HEAD, APART = 230, 30, 18, 150, 46, 8
COURSE_WIDE, COURSE_TALL, COURSE_GAP = 200, 160, 50

Figure = Callable[[float], str]


@dataclass(frozen=True)
class Words:
    """A picture's name, its description, and the words on its axes or marks, in order."""

    title: str
    description: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """Visits of like probability: the mean predicted, and the share that was missed."""

    predicted: float
    observed: Interval


@dataclass(frozen=True)
class Promise:
    """What was promised, and what was delivered with its 95 % interval."""

    promised: float
    delivered: Interval


@dataclass(frozen=True)
class YearRow:
    """A strategy where some share is missed: first is written where a new share begins."""

    name: str
    first: bool
    panels: tuple[Promise, ...]


@dataclass(frozen=True)
class Course:
    """A figure against the start of an extra, beside its limit.

    points: (minute, value). without: the figure without any extra.
    """

    name: str
    points: Sequence[tuple[int, float]]
    without: float
    limit: float
    figure: Figure


def calibration(
    ident: str, words: Words, points: Sequence[Point], share: Figure, *, alone: bool = False
) -> Markup:
    """Observed against predicted, with 95 % intervals: a good model's points lie on the diagonal.

    points: at least one. marks: the words of the axis across, upwards, and of the diagonal.
    """
    across, up, same = words.marks
    most = max(max(one.predicted, one.observed.high) for one in points)
    top = 0.1 * max(1, ceil(10 * most - 1e-9))
    ground = TOP + SQUARE

    def x(value: float) -> float:
        return LEFT + SQUARE * value / top

    def y(value: float) -> float:
        return ground - SQUARE * value / top

    parts = [text("plot__end", 0, 14, up)]
    for value in (0.0, top / 2, top):
        parts += [
            line("plot__line", LEFT, y(value), LEFT + SQUARE, y(value)),
            text("plot__end", LEFT - 6, y(value) + 4, share(value), "end"),
            text("plot__end", x(value), ground + 17, share(value), "middle"),
        ]
    parts += [
        text("plot__end", LEFT + SQUARE, ground + 36, across, "end"),
        line("plot__limit", x(0), y(0), x(top), y(top)),
        text("plot__limit-text", x(top * 0.94), y(top), same, "end"),
    ]
    for one in points:
        at, (low, high) = x(one.predicted), (y(one.observed.low), y(one.observed.high))
        parts += [
            line("plot__span", at, low, at, high),
            diamond("plot__main", at, y(one.observed.value), 5),
        ]
    size = (LEFT + SQUARE + 24, ground + BELOW)
    return picture(ident, size, (words.title, words.description), parts, alone=alone)


def year(
    ident: str,
    words: Words,
    rows: Sequence[YearRow],
    figures: Sequence[Figure],
    *,
    alone: bool = False,
) -> Markup:
    """Promised beside delivered, a panel for each figure. rows: at least one.

    marks: the words of what was promised, of what was delivered, and over each panel.
    """
    promised, delivered, *over = words.marks
    parts = [
        bar("plot__today", 2, 5, 16, 9),
        text("plot__legend", 24, 13, promised),
        line("plot__span", NAMES, 9, NAMES + 16, 9),
        diamond("plot__main", NAMES + 8, 9, 4),
        text("plot__legend", NAMES + 22, 13, delivered),
    ]
    heights, below = list[float](), float(HEAD)
    for one in rows:
        below += APART if one.first else 0
        heights.append(below)
        parts.append(text("plot__legend", NAMES - 8, below + 11, one.name, "end"))
        below += ROW
    for rank, (name, figure) in enumerate(zip(over, figures, strict=True)):
        left = NAMES + rank * (PANEL + GAP)
        promises = [one.panels[rank] for one in rows]
        most = max(max(one.promised, one.delivered.high) for one in promises) or 1.0
        parts += [
            text("plot__label", left, 38, name),
            line("plot__line", left, below + 4, left + PANEL, below + 4),
            text("plot__end", left, below + 18, figure(0.0)),
            text("plot__end", left + PANEL, below + 18, figure(most), "end"),
        ]
        for upper, promise in zip(heights, promises, strict=True):
            parts += _promise(promise, left, upper, PANEL / most)
    size = (NAMES + len(over) * (PANEL + GAP), below + 26)
    return picture(ident, size, (words.title, words.description), parts, alone=alone)


def courses(
    ident: str, words: Words, shown: Sequence[Course], hour: Callable[[int], str], *, alone: bool
) -> Markup:
    """Each figure against the start of an extra, its limit a broken line, none at all a thin one.

    marks: the words of the limit, of the session without an extra, and of the axis across. hour:
    how a start is written.
    """
    limit, without, across = words.marks
    ground = HEAD + COURSE_TALL
    parts = []
    for rank, one in enumerate(shown):
        left = LEFT + rank * (COURSE_WIDE + COURSE_GAP)
        right = left + COURSE_WIDE
        first, last = one.points[0][0], one.points[-1][0]
        most = max(one.limit, one.without, *(value for _, value in one.points)) * 1.05
        x, y = COURSE_WIDE / (last - first), COURSE_TALL / most
        # The limit's name stands at the end where the course is farther from it.
        apart = [abs(value - one.limit) for _, value in (one.points[0], one.points[-1])]
        end, anchor = (left, "start") if apart[0] > apart[1] else (right, "end")
        beside = end, ground - y * one.limit - 5
        parts += [
            text("plot__label", left - 30, 20, one.name),
            line("plot__line", left, ground, right, ground),
            text("plot__end", left - 6, ground + 4, one.figure(0.0), "end"),
            text("plot__end", left, ground + 17, hour(first), "middle"),
            text("plot__end", right, ground + 17, hour(last), "middle"),
            text("plot__end", left + COURSE_WIDE / 2, ground + 17, across, "middle"),
            line("plot__line", left, ground - y * one.without, right, ground - y * one.without),
            text("plot__end", right, ground - y * one.without + 13, without, "end"),
            line("plot__limit", left, ground - y * one.limit, right, ground - y * one.limit),
            text("plot__end", left - 6, ground - y * one.limit + 4, one.figure(one.limit), "end"),
            course(
                "plot__course",
                [(left + x * (at - first), ground - y * value) for at, value in one.points],
            ),
            text("plot__limit-text", *beside, limit, anchor),
        ]
    size = (LEFT + len(shown) * (COURSE_WIDE + COURSE_GAP), ground + 26)
    return picture(ident, size, (words.title, words.description), parts, alone=alone)


def _promise(one: Promise, left: float, upper: float, scale: float) -> list[Markup]:
    seen, middle = one.delivered, upper + 7
    return [
        bar("plot__today", left, upper + 2, scale * one.promised, 10),
        line("plot__span", left + scale * seen.low, middle, left + scale * seen.high, middle),
        diamond("plot__main", left + scale * seen.value, middle, 4),
    ]

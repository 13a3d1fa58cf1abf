"""Days as a table: heads, quarter-hours, and what stands in each cell."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking.clinic_web.grid.cell_words import Cell, Words
from booking.clinic_web.grid.layout import QUARTER, Placed, Stretch, gaps, placed
from booking.clinic_web.grid.reading import Column, Shown
from booking.clinic_web.grid.ruler import TICK, Ruler
from booking.clinic_web.grid.taking import Taken
from booking.platform.i18n import clock_time
from booking.platform.localtime import day_bounds

TICKS = QUARTER // TICK
HOUR = 60 // QUARTER
# Shown of days on which nobody works and nothing is booked.
USUAL = (8 * HOUR, 16 * HOUR)


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head. extra: what stands on top of the plan, beside it."""

    resource_id: int
    name: str
    kind: str
    day: date
    extra: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A quarter-hour: how it is written, its wall-clock time (HH:MM), and the cells that begin."""

    label: str
    clock: str
    full_hour: bool
    now: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A grid. booked: whether anything at all stands in it."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    booked: bool


def table_of(shown: Shown, zone: ZoneInfo, now: datetime) -> Table:
    """The grid of a day, or of several side by side, which then share their first and last row.

    now: the present instant, whose row is marked.
    """
    rulers = {
        day: Ruler(day, zone, *day_bounds(day, zone), by_wall=len(shown.days) > 1)
        for day in shown.days
    }
    standing = _standing(shown, rulers)
    first, after = _bounds(shown, standing, rulers)
    words = Words(shown, zone)
    heads: list[Head] = []
    beginning: list[dict[int, Cell]] = []
    for column in shown.columns:
        ruler = rulers[column.day]
        lanes = _lanes(standing[column], first, after)
        is_open = _open_rows(shown.hours.get((column.id, column.day), 0), ruler, first, after)
        for lane in range(max(lanes, default=0) + 1):
            heads.append(Head(column.id, column.name, column.kind, column.day, extra=lane > 0))
            cells = {place.first: words.taken(column, one, place) for one, place in lanes[lane]}
            if lane == 0:
                cells |= _empty(words, column, ruler, cells, is_open, first)
            else:
                spans = [(at, at + cell.rows) for at, cell in cells.items()]
                cells |= {a: Cell("none", b - a) for a, b in gaps(spans, after - first)}
            beginning.append(cells)
    days = [head.day for head in heads]
    rows = tuple(_rows(beginning, days, list(rulers.values()), first, after, now))
    return Table(tuple(heads), rows, any(standing.values()))


def _standing(
    shown: Shown, rulers: dict[date, Ruler]
) -> defaultdict[Column, list[tuple[int, int, Taken]]]:
    """What takes time in each column: from which minute, up to which, and what."""
    columns = defaultdict(list)
    for column in shown.columns:
        columns[column.id].append(column)
    standing = defaultdict(list)
    for one in shown.rows.taken():
        for column in columns[one.resource_id]:
            span = rulers[column.day].span(one.starts_at, one.ends_at)
            if span is not None:
                standing[column].append((*span, one))
    return standing


def _rows(
    beginning: Sequence[dict[int, Cell]],
    days: Sequence[date],
    rulers: Sequence[Ruler],
    first: int,
    after: int,
    now: datetime,
) -> Iterator[Row]:
    today = next((one for one in rulers if one.start <= now < one.end), None)
    here = today.minute(now) // QUARTER if today else -1
    for number in range(first, after):
        at, zone = rulers[0].at(QUARTER * number)
        local = at.astimezone(zone)
        cells = [
            (day, cells[number - first])
            for day, cells in zip(days, beginning, strict=True)
            if number - first in cells
        ]
        yield Row(
            clock_time(at, zone),
            f"{local:%H:%M}",
            local.minute == 0,
            number == here,
            tuple(
                replace(cell, now=True) if today and number == here and day == today.day else cell
                for day, cell in cells
            ),
        )


def _bounds(
    shown: Shown,
    standing: dict[Column, list[tuple[int, int, Taken]]],
    rulers: dict[date, Ruler],
) -> tuple[int, int]:
    """The quarters from and up to, in full hours, that hold all hours and all that is booked."""
    spans = [
        (start // QUARTER, -(-end // QUARTER))
        for those in standing.values()
        for start, end, _one in those
    ]
    for (_resource, day), opened in shown.hours.items():
        ticks = rulers[day].ticks(opened)
        if ticks:
            first = ((ticks & -ticks).bit_length() - 1) // TICKS
            spans.append((first, -(-ticks.bit_length() // TICKS)))
    first = min((one for one, _after in spans), default=USUAL[0])
    after = max((one for _first, one in spans), default=USUAL[1])
    quarters = max(one.minutes for one in rulers.values()) // QUARTER
    return first // HOUR * HOUR, min(quarters, -(-after // HOUR) * HOUR)


def _lanes(
    standing: Sequence[tuple[int, int, Taken]], first: int, after: int
) -> defaultdict[int, list[tuple[Taken, Placed]]]:
    """What stands in each lane of a column, and where."""
    top = first * QUARTER
    stretches = [Stretch(start - top, end - top, one.lane) for start, end, one in standing]
    lanes = defaultdict(list)
    for (_start, _end, one), place in zip(standing, placed(stretches, after - first), strict=True):
        lanes[place.lane].append((one, place))
    return lanes


def _open_rows(opened: int, ruler: Ruler, first: int, after: int) -> list[bool]:
    """Whether anything of each quarter is open."""
    quarter, ticks = (1 << TICKS) - 1, ruler.ticks(opened)
    return [bool(ticks >> number * TICKS & quarter) for number in range(first, after)]


def _empty(
    words: Words,
    column: Column,
    ruler: Ruler,
    cells: dict[int, Cell],
    is_open: Sequence[bool],
    first: int,
) -> dict[int, Cell]:
    """The cells nothing stands in: one for each free quarter, one for each closed stretch."""
    found: dict[int, Cell] = {}
    spans = [(at, at + cell.rows) for at, cell in cells.items()]
    for gap, after in gaps(spans, len(is_open)):
        at = gap
        while at < after:
            if is_open[at]:
                found[at] = words.free(column, ruler, (first + at) * QUARTER)
                at += 1
                continue
            until = at
            while until < after and not is_open[until]:
                until += 1
            span = (first + at) * QUARTER, (first + until) * QUARTER
            found[at] = words.closed(column, ruler, span, until - at)
            at = until
    return found

"""The day as a table: heads, quarter-hours, and cells in words.

A cell says what it is in text, whatever it looks like: the time, the patient, the kind of contact,
its form, how it stands and what the patient needs; or that the time is free, closed and why, held,
another clinic's, or a group's.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from booking.appointments.wording import FORMS, STATUSES
from booking.clinic_web.grid.layout import QUARTER, Placed, Stretch, gaps, placed
from booking.clinic_web.grid.reading import Column, Day, Shut
from booking.clinic_web.grid.taking import Taken
from booking.people.needs import named
from booking.platform.i18n import clock_time, time_span
from booking.platform.localtime import day_bounds

TICKS = QUARTER // 5
HOUR = 60 // QUARTER
# Shown of a day on which nobody works and nothing is booked.
USUAL = (8 * HOUR, 16 * HOUR)


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head. extra: what stands on top of the plan, beside it."""

    resource_id: int
    name: str
    kind: str
    extra: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, and how many rows it covers.

    kind: contact, group, held, elsewhere, closed, free or none (nothing: the empty part of an
    extra column). css: how a contact stands. title and about: its words. ident: its number in the
    page. href: what it opens, relative to the clinic's address. version: of a contact that may be
    moved, else 0.
    """

    kind: str
    rows: int = 1
    title: str = ""
    about: str = ""
    css: str = ""
    ident: str = ""
    href: str = ""
    appointment_id: int = 0
    version: int = 0


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
    """The grid of a day. booked: whether anything at all stands in it."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    booked: bool


def table_of(day: Day, zone: ZoneInfo, now: datetime) -> Table:
    """The grid of a day. now: the present instant, whose row is marked."""
    start, end = day_bounds(day.day, zone)
    quarters = int((end - start).total_seconds()) // 60 // QUARTER
    taken = day.rows.taken()
    first, after = _shown(day, taken, start, quarters)
    top = start + timedelta(minutes=QUARTER * first)
    words = _Words(day, zone)
    heads: list[Head] = []
    beginning: list[dict[int, Cell]] = []
    by_resource = defaultdict(list)
    for one in taken:
        by_resource[one.resource_id].append(one)
    for column in day.columns:
        lanes = _lanes(by_resource[column.id], top, after - first)
        is_open = _open_rows(day.hours.get(column.id, 0), first, after)
        for lane in range(max(lanes, default=0) + 1):
            heads.append(Head(column.id, column.name, column.kind, extra=lane > 0))
            cells = {place.first: words.taken(column, one, place) for one, place in lanes[lane]}
            if lane == 0:
                cells |= _empty(words, column, cells, is_open, top)
            else:
                spans = [(at, at + cell.rows) for at, cell in cells.items()]
                cells |= {a: Cell("none", b - a) for a, b in gaps(spans, after - first)}
            beginning.append(cells)
    rows = tuple(_rows(beginning, top, after - first, zone, now))
    return Table(tuple(heads), rows, bool(taken))


def _rows(
    beginning: Sequence[dict[int, Cell]], top: datetime, rows: int, zone: ZoneInfo, now: datetime
) -> Iterator[Row]:
    for number in range(rows):
        at = top + timedelta(minutes=QUARTER * number)
        local = at.astimezone(zone)
        yield Row(
            clock_time(at, zone),
            f"{local:%H:%M}",
            local.minute == 0,
            at <= now < at + timedelta(minutes=QUARTER),
            tuple(cells[number] for cells in beginning if number in cells),
        )


def _shown(day: Day, taken: Sequence[Taken], start: datetime, quarters: int) -> tuple[int, int]:
    """The quarters from and up to, in full hours, that hold all hours and all that is booked."""
    spans = [
        (_minutes(one.starts_at, start) // QUARTER, -(-_minutes(one.ends_at, start) // QUARTER))
        for one in taken
    ]
    spans += [
        (((ticks & -ticks).bit_length() - 1) // TICKS, -(-ticks.bit_length() // TICKS))
        for ticks in day.hours.values()
        if ticks
    ]
    first = min((one for one, _after in spans), default=USUAL[0])
    after = max((one for _first, one in spans), default=USUAL[1])
    return max(0, first // HOUR * HOUR), min(quarters, -(-after // HOUR) * HOUR)


def _minutes(instant: datetime, since: datetime) -> int:
    return int((instant - since).total_seconds()) // 60


def _lanes(
    taken: Sequence[Taken], top: datetime, rows: int
) -> defaultdict[int, list[tuple[Taken, Placed]]]:
    """What stands in each lane of a column, and where."""
    most = rows * QUARTER
    stretches = [
        Stretch(
            max(0, _minutes(one.starts_at, top)), min(most, _minutes(one.ends_at, top)), one.lane
        )
        for one in taken
    ]
    lanes = defaultdict(list)
    for one, place in zip(taken, placed(stretches, rows), strict=True):
        lanes[place.lane].append((one, place))
    return lanes


def _open_rows(ticks: int, first: int, after: int) -> list[bool]:
    """Whether anything of each quarter is open."""
    quarter = (1 << TICKS) - 1
    return [bool(ticks >> number * TICKS & quarter) for number in range(first, after)]


def _empty(
    words: "_Words",
    column: Column,
    cells: dict[int, Cell],
    is_open: Sequence[bool],
    top: datetime,
) -> dict[int, Cell]:
    """The cells nothing stands in: one for each free quarter, one for each closed stretch."""
    found: dict[int, Cell] = {}
    spans = [(at, at + cell.rows) for at, cell in cells.items()]
    for gap, after in gaps(spans, len(is_open)):
        at = gap
        while at < after:
            if is_open[at]:
                found[at] = words.free
                at += 1
                continue
            until = at
            while until < after and not is_open[until]:
                until += 1
            found[at] = words.closed(column, top, at, until)
            at = until
    return found


class _Words:
    """What the cells of one day say."""

    def __init__(self, day: Day, zone: ZoneInfo) -> None:
        """Everything said more than once is translated once."""
        self._day, self._zone = day, zone
        self._forms = {code: str(text) for code, text in FORMS.items()}
        self._standing = {code: str(text) for code, text in STATUSES.items()}
        self._yes, self._no_answer = _("Bekræftet"), _("Ikke besvaret")
        self._needs = {
            codes: [str(need.name) for need in named(codes)] for codes in set(day.needs.values())
        }
        self._closed, self._held, self._elsewhere = _("Lukket"), _("Holdes"), _("Optaget")
        self._elsewhere_about, self._held_about = (
            _("i en anden klinik"),
            _("af en, der er ved at booke"),
        )
        self.free = Cell("free", title=_("ledig"))

    def taken(self, column: Column, one: Taken, place: Placed) -> Cell:
        """What takes some rows of a column."""
        rows = place.after - place.first
        if one.contact is not None:
            return self._contact(column, one, rows)
        if one.group is not None:
            group = one.group
            return Cell(
                "group",
                rows,
                self._span(group.starts_at, group.ends_at)
                + " "
                + _(
                    "Hold: %(taken)s af %(places)s pladser",
                    taken=group.taken,
                    places=group.capacity,
                ),
                self._day.visit_types.get(group.visit_type_id, ""),
                ident=f"g{group.id}-{column.id}",
                href=f"hold/{group.id}",
            )
        title, about = (
            (self._held, self._held_about) if one.held else (self._elsewhere, self._elsewhere_about)
        )
        span = self._span(one.starts_at, one.ends_at)
        return Cell("held" if one.held else "elsewhere", rows, f"{span} {title}", about)

    def closed(self, column: Column, top: datetime, first: int, after: int) -> Cell:
        """Closed rows: from when to when, and why where the calendar says so."""
        start = top + timedelta(minutes=QUARTER * first)
        end = top + timedelta(minutes=QUARTER * after)
        reasons = [
            one.reason
            for one in self._day.shut
            if one.reason and one.starts_at < end and one.ends_at > start and _is_for(one, column)
        ]
        span = self._span(start, end)
        title = f"{self._closed} {span}"
        return Cell("closed", after - first, title, ", ".join(dict.fromkeys(reasons)))

    def _contact(self, column: Column, one: Taken, rows: int) -> Cell:
        contact = one.contact
        assert contact is not None
        css, standing = contact.status, self._standing[contact.status]
        if contact.status == "booked":
            answered = contact.participant != "needs-action"
            css = "kept" if answered else "asked"
            standing = self._yes if answered else self._no_answer
        about = [
            self._day.visit_types.get(contact.visit_type_id, ""),
            self._forms[contact.form],
            standing,
            *self._needs.get(self._day.needs.get(contact.patient_id, ()), ()),
        ]
        own = column.id == contact.clinician_id
        return Cell(
            "contact",
            rows,
            f"{self._span(contact.starts_at, contact.ends_at)} {contact.patient}",
            ", ".join(about),
            css,
            f"a{contact.id}" if own else f"a{contact.id}-{column.id}",
            f"tider/{contact.id}",
            contact.id,
            contact.version if contact.status == "booked" else 0,
        )

    def _span(self, start: datetime, end: datetime) -> str:
        return time_span(start, end, self._zone)


def _is_for(shut: Shut, column: Column) -> bool:
    """True for a closure of the resource itself or of more than one."""
    return shut.resource_id in (None, column.id)

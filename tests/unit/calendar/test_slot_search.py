"""The whole search, from templates and bookings to starts, against a reader of calendars that
tries every five minutes of the period in turn, with datetimes and no arithmetic of bits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from booking.calendar.openings import WeekTemplate, opening_spans
from booking.calendar.slots import (
    Requirement,
    ResourceTime,
    Search,
    Timeline,
    VisitShape,
    find_starts,
    starts,
)
from tests.unit.calendar.soak import examples

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TICK = timedelta(minutes=5)
Span = tuple[datetime, datetime]
Weeks = Literal["any", "odd", "even"]
Shift = tuple[time, time, Weeks, int, int | None, int]

# The days a calendar most easily gets wrong: the clock changes, and the turn of a 53-week year.
HARD_DAYS = [
    date(2026, 10, 25),
    date(2027, 3, 28),
    date(2026, 12, 31),
    date(2027, 1, 3),
    date(2027, 1, 4),
]


FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """A clinician, room or nurse: when they work, and when they are away or taken."""

    templates: list[WeekTemplate]
    closures: list[Span]
    bookings: list[Span]
    buffers_in_opening: bool = True


@dataclass(frozen=True)
class Case:
    first: date
    last: date
    clinician: Person
    needs: Sequence[tuple[list[Person], int]]
    patient: list[Span]
    window: Span
    minutes: int
    before: int
    after: int
    grid: int


# ── The reference ────────────────────────────────────────────────────────────────────────────────


@cache
def wall(day: date, at: time, *, second: bool) -> datetime:
    """The instant at which the clock in Copenhagen shows this, or first shows more."""
    minute = datetime.combine(day, time(0), UTC) - timedelta(hours=2)
    seen = []
    for _ in range(26 * 60):
        shown = minute.astimezone(COPENHAGEN)
        if shown.date() == day and shown.time() == at:
            seen.append(minute)
        if shown.date() == day and shown.time() > at and not seen:
            return minute
        minute += timedelta(minutes=1)
    hour_begins = (seen[0] - timedelta(minutes=1)).astimezone(COPENHAGEN).hour < at.hour
    doubled_before = second and not (hour_begins and at.minute == 0)
    return seen[-1] if doubled_before else seen[0]


def hours(person: Person, case: Case, site: int | None) -> list[Span]:
    found = []
    day = case.first
    while day <= case.last:
        for shift in person.templates:
            odd = day.isocalendar()[1] in range(1, 54, 2)
            if (
                shift.weekday == day.weekday()
                and shift.site_id == site
                and shift.valid_from <= day <= (shift.valid_to or date.max)
                and {"any": True, "odd": odd, "even": not odd}[shift.weeks]
            ):
                opens = wall(day, shift.start, second=False)
                closes = wall(day, shift.end, second=True)
                found.append((opens, closes))
        day += timedelta(days=1)
    return found


def ticks_of(start: datetime, minutes: int) -> list[datetime]:
    return [start + TICK * n for n in range(minutes // 5)]


def covered(tick: datetime, spans: list[Span]) -> bool:
    return any(start <= tick and tick + TICK <= end for start, end in spans)


def touched(tick: datetime, spans: list[Span]) -> bool:
    return any(start < tick + TICK and tick < end for start, end in spans if start < end)


def naive_can(person: Person, case: Case, site: int | None) -> Callable[[datetime], bool]:
    opening = hours(person, case, site)
    taken = person.closures + person.bookings
    known: dict[tuple[datetime, bool], bool] = {}

    def good(tick: datetime, must_be_open: bool) -> bool:
        if (tick, must_be_open) not in known:
            open_enough = covered(tick, opening) if must_be_open else True
            known[tick, must_be_open] = open_enough and not touched(tick, taken)
        return known[tick, must_be_open]

    def can(start: datetime) -> bool:
        inside = person.buffers_in_opening
        return (
            all(good(tick, True) for tick in ticks_of(start, case.minutes))
            and all(
                good(tick, inside)
                for tick in ticks_of(start - timedelta(minutes=case.before), case.before)
            )
            and all(
                good(tick, inside)
                for tick in ticks_of(start + timedelta(minutes=case.minutes), case.after)
            )
        )

    return can


def naive_search(case: Case, site: int | None) -> list[datetime]:
    clinician = naive_can(case.clinician, case, site)
    needs = [([naive_can(one, case, site) for one in some], count) for some, count in case.needs]
    found = []
    start = datetime.combine(case.first, time(0), UTC) - timedelta(days=1)
    while start.date() <= case.last + timedelta(days=1):
        if (
            start.astimezone(COPENHAGEN).minute % case.grid == 0
            and case.window[0] <= start
            and start + TICK <= case.window[1]
            and clinician(start)
            and not any(touched(tick, case.patient) for tick in ticks_of(start, case.minutes))
            and all(sum(can(start) for can in cans) >= count for cans, count in needs)
        ):
            found.append(start)
        start += TICK
    return found


# ── The engine, driven as the rooms above it drive it ────────────────────────────────────────────


def engine_search(case: Case, site: int | None) -> list[datetime]:
    origin = datetime.combine(case.first, time(0), UTC) - timedelta(days=1)
    line = Timeline(origin, ((case.last - case.first).days + 3) * 288)
    shape = VisitShape(case.minutes // 5, case.before // 5, case.after // 5)

    def resource(person: Person) -> ResourceTime:
        spans = opening_spans(person.templates, COPENHAGEN, case.first, case.last)
        return ResourceTime(
            line.open_bits((span.start, span.end) for span in spans if span.site_id == site),
            line.taken_bits(person.closures) | line.taken_bits(person.bookings),
            person.buffers_in_opening,
        )

    search = Search(
        shape,
        line.open_bits([case.window]),
        line.grid_mask(case.grid),
        line.taken_bits(case.patient),
        [
            Requirement([resource(one).starts(shape, line) for one in some], count)
            for some, count in case.needs
        ],
    )
    return line.instants(starts(find_starts(search, line, resource(case.clinician))))


# ── Calendars ────────────────────────────────────────────────────────────────────────────────────


# What a shift may be: hours on the wall, weeks, the days from the case's first on which it begins
# and ceases to be valid, and site. Nights are there for the clock changes; hours off the five
# minutes for the rounding. Those that stand more than once are drawn more often.
LONG_DAY: Shift = (time(8), time(16), "any", -30, None, 1)
LONG_NIGHT: Shift = (time(0), time(6), "any", -30, None, 1)
DAYS: list[Shift] = [
    *[LONG_DAY] * 6,
    (time(7, 15), time(18), "any", -30, None, 1),
    (time(8), time(12), "any", -30, None, 1),
    (time(12), time(16), "any", -30, None, 1),
    (time(8, 7), time(15, 58), "any", -30, None, 1),
    (time(8), time(16), "odd", -30, None, 1),
    (time(8), time(16), "even", -30, None, 1),
    (time(9), time(15), "any", 1, 1, 1),
    (time(9), time(15), "any", -30, 0, 1),
    (time(12), time(16), "any", -30, None, 2),
]
NIGHTS: list[Shift] = [
    *[LONG_NIGHT] * 5,
    (time(0), time(2, 30), "any", -30, None, 1),
    (time(1, 30), time(2, 40), "any", -30, None, 1),
    (time(2, 30), time(5), "any", -30, None, 1),
    (time(2, 12), time(2, 48), "any", -30, None, 1),
    (time(3), time(6), "odd", -30, None, 1),
    (time(0), time(4), "even", -30, None, 1),
    (time(0), time(4), "any", -30, None, 2),
]


def spans(first: date, longest: int, step: int) -> st.SearchStrategy[Span]:
    """Stretches of up to `longest` minutes in the three days from the evening before `first`."""
    evening = datetime.combine(first, time(0), UTC) - timedelta(hours=2)
    places, lengths = 74 * 60 // step, longest // step + 1

    def stretch(number: int) -> Span:
        place, length = divmod(number, lengths)
        start = evening + timedelta(minutes=place * step)
        return start, start + timedelta(minutes=length * step)

    return st.integers(0, places * lengths - 1).map(stretch)


@st.composite
def people(draw: st.DrawFn, first: date, kinds: list[Shift], *, room: bool = False) -> Person:
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=3, max_size=4))
    return Person(
        [
            WeekTemplate(
                (first.weekday() + place % 3) % 7,
                weeks,
                start,
                end,
                first + timedelta(days=begins),
                None if ends is None else first + timedelta(days=ends),
                site,
            )
            for place, (start, end, weeks, begins, ends, site) in enumerate(chosen)
        ],
        draw(st.lists(spans(first, 300, 30), max_size=1)),
        draw(st.lists(spans(first, 60, 5) | spans(first, 40, 1), max_size=8)),
        buffers_in_opening=not (room and draw(st.booleans())),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    first = draw(st.sampled_from(HARD_DAYS)) - timedelta(days=draw(st.integers(0, 2)))
    kinds = draw(st.sampled_from([DAYS, NIGHTS]))
    one, room = people(first, kinds), people(first, kinds, room=True)
    always = st.just((datetime.min.replace(tzinfo=UTC), FAR))
    return Case(
        first,
        first + timedelta(days=draw(st.sampled_from([2, 2, 1, 0]))),
        draw(one),
        draw(
            st.sampled_from([0, 1, 2, 3]).flatmap(
                lambda asked: st.tuples(
                    *[st.tuples(st.lists(room, min_size=1, max_size=3), st.just(1))] * (asked % 2),
                    *[st.tuples(st.lists(one, min_size=2, max_size=4), st.just(2))] * (asked // 2),
                )
            )
        ),
        draw(st.lists(spans(first, 90, 5), max_size=2)),
        draw(always | spans(first, 70 * 60, 1)),
        draw(st.sampled_from([5, 15, 20, 30, 30, 45, 90])),
        draw(st.sampled_from([0, 0, 5, 15])),
        draw(st.sampled_from([0, 0, 10, 30])),
        draw(st.sampled_from([5, 10, 15, 15, 30, 60])),
    )


@settings(max_examples=examples(1000), deadline=None)
@given(cases())
def test_the_search_finds_what_trying_every_start_finds(case: Case) -> None:
    assert engine_search(case, site=1) == naive_search(case, site=1)


@settings(max_examples=examples(300), deadline=None)
@given(cases(), st.data())
def test_a_mover_is_offered_all_that_their_own_time_alone_was_in_the_way_of(
    case: Case, data: st.DataObject
) -> None:
    own = data.draw(spans(case.first, 60, 5), label="the appointment that moves")
    clinician = replace(case.clinician, bookings=[*case.clinician.bookings, own])
    with_own = replace(case, clinician=clinician, patient=[*case.patient, own])

    stays, moves = engine_search(with_own, site=1), engine_search(case, site=1)
    assert stays == naive_search(with_own, site=1)
    assert set(stays) <= set(moves)
    for start in set(moves) - set(stays):
        assert start - timedelta(minutes=case.before) < own[1]
        assert start + timedelta(minutes=case.minutes + case.after) > own[0]

"""The slot engine alone: 28 days, one clinician, bookings in memory.

Both sides hold the same calendar: Monday to Friday 8.00 to 16.00, 190 bookings of 15 to 60 minutes,
and are asked for every start of a 30-minute visit on the quarters. The two answers are held against
each other first, as ours is reached by both ways below. Nothing is kept between runs.

- `slot_search_core` is the engine alone: from openings and bookings in memory as the engine counts
  time, in spans of ticks, to the list of starts as instants.
- `slot_search_core_from_datetimes` begins further out: from week templates and bookings as
  datetimes. Reading the clock for 20 openings and 380 ends of bookings costs more than the search.

The peer (`peers/django_appointment_driver.py`) is timed once, with its in-memory database.

The calendar is one that both read alike. The peer offers a start when the visit ends no later than
the day does, as ours does, and so the last is 15.30. It knows one stretch of work a weekday, no
buffers on one side only, and naive local time: hence no lunch, no buffers, and hours that no clock
change touches. It refuses bookings in the past and hides starts before now: hence a period that
begins on a Monday to come.
"""

import random
import statistics
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.measure import Measure, median_seconds
from benchmarks.peers import django_appointment
from benchmarks.peers.django_appointment import Calendar
from booking.calendar.openings import WeekTemplate, opening_spans
from booking.calendar.slots import (
    TICK_MINUTES,
    ResourceTime,
    Search,
    Timeline,
    VisitShape,
    bits,
    find_starts,
    starts,
)

ZONE = ZoneInfo("Europe/Copenhagen")
DAYS = 28
WEEKDAYS = [0, 1, 2, 3, 4]
OPENS, CLOSES = time(8), time(16)
BOOKINGS = 190

Booking = tuple[datetime, datetime]
Span = tuple[int, int]


def next_monday(today: date) -> date:
    """The first Monday that is at least two days ahead."""
    return today + timedelta(days=2 + (5 - today.weekday()) % 7)


def bookings_from(first: date) -> list[Booking]:
    """`BOOKINGS` stretches in local time that do not overlap, the same at every run."""
    chance = random.Random(12)
    working = [first + timedelta(days=n) for n in range(DAYS)]
    working = [day for day in working if day.weekday() in WEEKDAYS]
    taken: set[datetime] = set()
    bookings: list[Booking] = []
    quarter = timedelta(minutes=15)
    while len(bookings) < BOOKINGS:
        quarters = chance.choice([1, 2, 2, 2, 3, 4])
        start = datetime.combine(chance.choice(working), OPENS, ZONE)
        start += quarter * chance.randrange(32 - quarters + 1)
        stretch = {start + quarter * n for n in range(quarters)}
        if not stretch & taken:
            taken |= stretch
            bookings.append((start, start + quarter * quarters))
    return sorted(bookings)


def period(first: date) -> Timeline:
    """The timeline of the search, with a day to spare at either end."""
    origin = datetime.combine(first, time(0), UTC) - timedelta(days=1)
    return Timeline(origin, (DAYS + 2) * 1440 // TICK_MINUTES)


def search(first: date, openings: Iterable[Span], bookings: Iterable[Span]) -> list[datetime]:
    """The starts of a 30-minute visit on the quarters, from spans of ticks."""
    timeline = period(first)
    clinician = ResourceTime(opening=bits(openings), taken=bits(bookings))
    asked = Search(
        VisitShape(30 // TICK_MINUTES), window=timeline.whole, grid=timeline.grid_mask(15)
    )
    return timeline.instants(starts(find_starts(asked, timeline, clinician)))


def opened(first: date, templates: list[WeekTemplate]) -> Iterator[Span]:
    """The spans of ticks that the week templates open."""
    openings = opening_spans(templates, ZONE, first, first + timedelta(days=DAYS - 1))
    return period(first).spans(((span.start, span.end) for span in openings), "inwards")


def search_from_datetimes(
    first: date, templates: list[WeekTemplate], bookings: list[Booking]
) -> list[datetime]:
    """The same from week templates and bookings as datetimes."""
    taken = period(first).spans(bookings, "outwards")
    return search(first, opened(first, templates), taken)


def calendar(first: date, bookings: list[Booking]) -> Calendar:
    """The calendar as the peer is given it."""
    return Calendar(
        zone=ZONE.key,
        first=first.isoformat(),
        days=DAYS,
        weekdays=WEEKDAYS,
        opens=OPENS.isoformat(),
        closes=CLOSES.isoformat(),
        step_minutes=15,
        visit_minutes=30,
        bookings=[
            (start.date().isoformat(), start.time().isoformat(), end.time().isoformat())
            for start, end in bookings
        ],
        runs=7,
    )


def measures() -> list[Measure]:
    """Have both sides search, hold their answers against each other, then compare their times."""
    first = next_monday(datetime.now(ZONE).date())
    bookings = bookings_from(first)
    peer = django_appointment.search(calendar(first, bookings))
    templates = [
        WeekTemplate(weekday, "any", OPENS, CLOSES, first, None, None) for weekday in WEEKDAYS
    ]
    in_memory = [(start.astimezone(UTC), end.astimezone(UTC)) for start, end in bookings]
    openings = list(opened(first, templates))
    taken = list(period(first).spans(in_memory, "outwards"))

    def inner() -> list[datetime]:
        return search(first, openings, taken)

    def outer() -> list[datetime]:
        return search_from_datetimes(first, templates, in_memory)

    for found in (inner(), outer()):
        local = [start.astimezone(ZONE).replace(tzinfo=None) for start in found]
        if not found or local != peer.slots:
            raise AssertionError(f"the two sides differ: {set(local) ^ set(peer.slots)}")

    # Rounds of both in turn, over about as long as the peer took: a machine shared with others has
    # slow moments longer than thousands of these searches.
    rounds = [(median_seconds(inner, runs=301), median_seconds(outer, runs=301)) for _ in range(15)]
    core, from_datetimes = (statistics.median(seconds) for seconds in zip(*rounds, strict=True))
    return [
        Measure(name, ours, peer.seconds, peer.seconds / ours, "s")
        for name, ours in (
            ("slot_search_core", core),
            ("slot_search_core_from_datetimes", from_datetimes),
        )
    ]


if __name__ == "__main__":
    for measure in measures():
        print(measure.line())

"""Search from the database against a naive reference that asks, minute mark by minute mark,
whether everything needed is open and free. The reference knows nothing of bitmaps or ticks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.appointments.models import Allocation, Appointment
from booking.appointments.search import Wish, find
from booking.calendar.models import Closure, Resource, WeekTemplate
from booking.platform.database import Session
from tests import factories as make
from tests.conftest import SOAK

ZONE = ZoneInfo("Europe/Copenhagen")
# Around both clock changes, and a New Year with a week 53.
FIRST_DAYS = [date(2026, 10, 22), date(2027, 3, 25), date(2026, 12, 28), date(2027, 1, 4)]
DAYS = 8
HOLIDAYS = {
    date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1), date(2027, 3, 25),
    date(2027, 3, 26), date(2027, 3, 28), date(2027, 3, 29),
}  # fmt: skip
PEOPLE = ("doctor", "nurse", "room a", "room b", "room c")
SITE_OF = {"room a": 0, "room b": 0, "room c": 1}


@dataclass(frozen=True)
class Template:
    who: str
    site: int
    weekday: int
    weeks: str
    start: int  # minutes of the day
    end: int
    valid_to: date | None


@dataclass(frozen=True)
class Stretch:
    """Time taken or closed: a resource's, a site's ('site 0'), the clinic's, or the patient's."""

    who: str
    day: int
    start: int
    minutes: int


@dataclass(frozen=True)
class Case:
    first: date
    templates: list[Template]
    taken: list[Stretch]
    closed: list[Stretch]
    away: list[Stretch]
    minutes: int
    before: int
    after: int
    grid: int
    needs_room: bool
    not_before: int


# Nothing begins or ends within the hour that a clock change doubles or skips: what is meant
# there is a rule of its own, held by the tests of `openings`.
quarters = st.integers(0, 95).map(lambda n: n * 15).filter(lambda m: not 120 < m < 180)
fives = st.integers(0, 287).map(lambda n: n * 5)


@st.composite
def templates(draw: st.DrawFn, first: date) -> Template:
    who = draw(st.sampled_from(PEOPLE))
    start = draw(quarters.filter(lambda m: m < 1290))
    return Template(
        who,
        SITE_OF.get(who, draw(st.integers(0, 1))),
        draw(st.integers(0, 6)),
        draw(st.sampled_from(["any", "odd", "even"])),
        start,
        draw(quarters.filter(lambda m: start < m <= start + 600)),
        draw(st.none() | st.integers(0, DAYS).map(lambda n: first + timedelta(days=n))),
    )


def stretches(*who: str) -> st.SearchStrategy[Stretch]:
    return st.builds(
        Stretch,
        st.sampled_from(who),
        st.integers(0, DAYS - 1),
        fives,
        st.integers(1, 40).map(lambda n: n * 5),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    first = draw(st.sampled_from(FIRST_DAYS))
    open_all_day = [
        Template(who, SITE_OF.get(who, 0), day, "any", 60, 1320, None)
        for who in draw(st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True))
        for day in range(7)
    ]
    return Case(
        first,
        open_all_day + draw(st.lists(templates(first), max_size=8)),
        apart(first, draw(st.lists(stretches(*PEOPLE), max_size=8))),
        draw(st.lists(stretches(*PEOPLE, "site 0", "site 1", "clinic"), max_size=3)),
        apart(first, draw(st.lists(stretches("patient"), max_size=2))),
        draw(st.sampled_from([10, 15, 20, 30, 45, 75])),
        draw(st.sampled_from([0, 0, 5, 10])),
        draw(st.sampled_from([0, 0, 5, 15])),
        draw(st.sampled_from([5, 15, 20, 30, 60])),
        draw(st.booleans()),
        draw(st.integers(0, 3 * 1440)),
    )


def apart(first: date, drawn: list[Stretch]) -> list[Stretch]:
    """Those that do not overlap an earlier one of the same resource."""
    kept: list[Stretch] = []
    for one in drawn:
        start, end = instant(first, one)
        others = [instant(first, other) for other in kept if other.who == one.who]
        if all(end <= other_start or start >= other_end for other_start, other_end in others):
            kept.append(one)
    return kept


def instant(first: date, stretch: Stretch) -> tuple[datetime, datetime]:
    """A stretch counted in real minutes from the local midnight of its day."""
    midnight = datetime.combine(first + timedelta(days=stretch.day), time(), ZONE)
    start = midnight.astimezone(UTC) + timedelta(minutes=stretch.start)
    return start, start + timedelta(minutes=stretch.minutes)


@settings(
    max_examples=40 * SOAK,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases())
def test_search_finds_exactly_what_a_naive_look_finds(session: Session, case: Case) -> None:
    found = set(searched(session, case))
    assert found == set(looked_for(case))
    session.rollback()


def searched(session: Session, case: Case) -> Iterator[tuple[datetime, str, int]]:
    clinic = make.clinic(session)
    sites = [make.site(session, clinic), make.site(session, clinic)]
    rows: dict[str, Resource] = {}
    for who in PEOPLE:
        rows[who] = (
            make.room(session, sites[SITE_OF[who]])
            if who in SITE_OF
            else make.clinician(session, clinic)
        )
    for one in case.templates:
        session.add(
            WeekTemplate(
                resource=rows[one.who],
                clinic_id=clinic.id,
                site=sites[one.site],
                weekday=one.weekday,
                weeks=one.weeks,
                start_time=time(one.start // 60, one.start % 60),
                end_time=time(one.end // 60, one.end % 60),
                valid_from=date(2020, 1, 1),
                valid_to=one.valid_to,
            )
        )
    for closure in case.closed:
        start, end = instant(case.first, closure)
        site = int(closure.who[-1]) if closure.who.startswith("site") else None
        session.add(
            Closure(
                clinic=clinic,
                site=sites[site] if site is not None else None,
                resource=rows.get(closure.who),
                starts_at=start,
                ends_at=end,
            )
        )
    rooms = [rows[who] for who in SITE_OF] if case.needs_room else []
    visit_type = make.visit_type(
        session,
        clinic,
        rooms=rooms,
        base_minutes=case.minutes,
        cap_minutes=240,
        buffer_before=case.before,
        buffer_after=case.after,
        grid_minutes=case.grid,
    )
    patient = make.patient(session, clinic)
    for stretch in (*case.taken, *case.away):
        start, end = instant(case.first, stretch)
        theirs = patient if stretch.who == "patient" else make.patient(session, clinic)
        resource = rows.get(stretch.who, rows["doctor"])
        booked = Appointment(
            clinic=clinic,
            site=sites[0],
            patient=theirs,
            visit_type=visit_type,
            clinician=resource,
            form="in_person",
            starts_at=start,
            ends_at=end,
            booked_at=start,
        )
        make.add(session, booked)
        if stretch.who != "patient":
            row = Allocation(resource=resource, appointment=booked, starts_at=start, ends_at=end)
            make.add(session, row)
    wish = Wish(
        visit_type,
        "in_person",
        case.minutes,
        case.first,
        case.first + timedelta(days=DAYS - 1),
        patient.id,
        earliest(case),
    )
    names = {row.id: who for who, row in rows.items()}
    for slot in find(session, wish).slots():
        yield (
            slot.start,
            names[slot.clinician_id],
            sites.index(next(site for site in sites if site.id == slot.site_id)),
        )


def earliest(case: Case) -> datetime:
    return datetime.combine(case.first, time(), ZONE).astimezone(UTC) + timedelta(
        minutes=case.not_before
    )


def looked_for(case: Case) -> Iterator[tuple[datetime, str, int]]:
    """Every (start, clinician, site) at which a person going through the books would say yes."""
    start = datetime.combine(case.first, time(), ZONE).astimezone(UTC)
    until = datetime.combine(case.first + timedelta(days=DAYS), time(), ZONE).astimezone(UTC)
    length = timedelta(minutes=case.minutes)
    while start < until:
        end = start + length
        on_grid = start.minute % case.grid == 0
        if on_grid and start >= earliest(case) and not clash(case, "patient", start, end):
            for who in ("doctor", "nurse"):
                for site in (0, 1):
                    if works(case, who, site, start, end) and room_free(case, site, start, end):
                        yield start, who, site
        start += timedelta(minutes=5)


def works(case: Case, who: str, site: int, start: datetime, end: datetime) -> bool:
    """A clinician works through the buffers too, and nothing may be in the way of any of it."""
    start, end = start - timedelta(minutes=case.before), end + timedelta(minutes=case.after)
    return open_through(case, who, site, start, end) and not clash(case, who, start, end)


def room_free(case: Case, site: int, start: datetime, end: datetime) -> bool:
    """Some room of the site is open for the visit, and untaken through its buffers."""
    if not case.needs_room:
        return True
    before, after = timedelta(minutes=case.before), timedelta(minutes=case.after)
    return any(
        open_through(case, room, site, start, end)
        and not clash(case, room, start - before, end + after)
        for room, at in SITE_OF.items()
        if at == site
    )


def open_through(case: Case, who: str, site: int, start: datetime, end: datetime) -> bool:
    """Every minute lies in a template, on no holiday, and in no closure of clinic or site."""
    closed = [c for c in case.closed if c.who in (who, f"site {site}", "clinic")]
    closures = [instant(case.first, one) for one in closed]
    minute = start
    while minute < end:
        local = minute.astimezone(ZONE)
        if local.date() in HOLIDAYS or not (0 <= (local.date() - case.first).days < DAYS):
            return False
        if any(begin <= minute < finish for begin, finish in closures):
            return False
        if not any(covers(one, who, site, local) for one in case.templates):
            return False
        minute += timedelta(minutes=5)
    return True


def covers(one: Template, who: str, site: int, local: datetime) -> bool:
    week = local.isocalendar().week
    right_week = one.weeks == "any" or one.weeks == ("odd" if week % 2 else "even")
    return (
        (one.who, one.site, one.weekday) == (who, site, local.weekday())
        and right_week
        and (one.valid_to is None or local.date() <= one.valid_to)
        and one.start <= local.hour * 60 + local.minute < one.end
    )


def clash(case: Case, who: str, start: datetime, end: datetime) -> bool:
    """Something of theirs, booked or closed, lies in the way."""
    stretches = [s for s in (*case.taken, *case.closed, *case.away) if s.who == who]
    times = [instant(case.first, one) for one in stretches]
    return any(begin < end and finish > start for begin, finish in times)

"""Filling the demo's calendar: which contacts stand where, decided in memory.

The openings are read once, and everything placed is kept as bitmaps, so that thousands of
contacts take seconds. The database's guard still looks at each row when it is written.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from booking.appointments.length import Length, by_need
from booking.appointments.models import Allocation, Appointment
from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.models import Clinic, Resource
from booking.calendar.slots import TICK_MINUTES, bits
from booking.demo.clinics import VisitPlan
from booking.demo.founding import Demo
from booking.platform.database import Session
from booking.platform.localtime import day_bounds, local_date

GRID = 15 // TICK_MINUTES
PATIENTS_TRIED = 8


@dataclass(frozen=True)
class Placed:
    """One contact where it fits. takes: (resource id, role, from, to), buffers included."""

    patient_id: int
    visit_type: VisitType
    form: str
    length: Length
    start: datetime
    end: datetime
    clinician_id: int
    site_id: int
    takes: tuple[tuple[int, str, datetime, datetime], ...]


@dataclass(frozen=True)
class Deck:
    """A clinic's patients, by the responsible clinician (0: everyone), taken in turn."""

    patients: Mapping[int, deque[int]]

    def draw(self, clinician_id: int) -> Iterator[int]:
        """Patients to try, the clinician's own where there are any; each goes to the back."""
        cards = self.patients.get(clinician_id) or self.patients[0]
        for _try in range(min(PATIENTS_TRIED, len(cards))):
            cards.rotate(-1)
            yield cards[-1]


class Calendar:
    """The days first to last, both included, at every clinic of the demo."""

    def __init__(
        self,
        session: Session,
        demo: Demo,
        rng: Random,
        days: tuple[date, date],
        needs: Mapping[int, Iterable[str]],
    ) -> None:
        """needs: patient id -> need codes. Reads what is open and what is already taken."""
        self._demo, self._rng, self._needs = demo, rng, needs
        self._first, self._last = days
        self._clinicians: dict[str, list[Resource]] = defaultdict(list)
        self._open: dict[str, availability.Availability] = {}
        for key, clinic in demo.clinics.items():
            everyone = [r for r in demo.clinicians.values() if clinic in r.clinics]
            rooms = [r for (owner, _), found in demo.rooms.items() if owner == key for r in found]
            self._clinicians[key] = everyone
            ids = [resource.id for resource in (*everyone, *rooms)]
            self._open[key] = availability.read(session, clinic, ids, *days)
        self._timeline = next(iter(self._open.values())).timeline
        self._taken: dict[int, int] = defaultdict(int)
        self._busy: set[tuple[int, date]] = set()
        self._read_taken(session)

    def fill(
        self, decks: Mapping[str, Deck], density: Mapping[date, float]
    ) -> Iterator[list[Placed]]:
        """Place contacts day by day, yielding a day's at a time; density: 0 to 1."""
        day = self._first
        while day <= self._last:
            placed: list[Placed] = []
            for key, clinic in self._demo.clinics.items():
                window = self._day(clinic, day)
                for clinician in self._clinicians[key]:
                    placed += self._fill_day(
                        key, clinician, day, window, decks[key], density.get(day, 0.0)
                    )
            yield placed
            day += timedelta(days=1)

    def keep_free(self, patients: Iterable[int], since: date) -> None:
        """Give these patients no contact from a day on."""
        ahead = (self._last - since).days + 1
        days = [since + timedelta(days=n) for n in range(ahead)]
        self._busy |= {(patient, day) for patient in patients for day in days}

    def _read_taken(self, session: Session) -> None:
        rows = session.execute(
            select(Allocation.resource_id, Allocation.starts_at, Allocation.ends_at).where(
                Allocation.active
            )
        )
        for resource, start, end in rows:
            self._taken[resource] |= self._timeline.taken_bits([(start, end)])
        booked = session.execute(select(Appointment.patient_id, Appointment.starts_at))
        zone = next(iter(self._demo.clinics.values())).zone
        self._busy |= {(patient, local_date(start, zone)) for patient, start in booked}

    def _day(self, clinic: Clinic, day: date) -> tuple[int, int]:
        return self._timeline.span(*day_bounds(day, clinic.zone), "inwards")

    def _fill_day(
        self,
        key: str,
        clinician: Resource,
        day: date,
        window: tuple[int, int],
        deck: Deck,
        density: float,
    ) -> Iterator[Placed]:
        """One clinician's day: forward through the opening, a contact or a gap at a time."""
        choices = [
            (visit_type, plan)
            for visit_type, plan in self._visits(key)
            if plan.profession == clinician.profession and plan.share > 0
        ]
        if not choices:
            return
        open_time = self._open[key]
        for site in open_time.sites(clinician.id):
            free = open_time.at(clinician.id, site) & ~self._taken[clinician.id]
            todays = (free & bits([window])) >> window[0]
            tick, end = window[0], window[0] + todays.bit_length()
            while tick < end:
                if not free >> tick & 1:
                    tick += GRID
                elif self._rng.random() > density:
                    tick += self._rng.choice((GRID, 2 * GRID, 2 * GRID))
                else:
                    placed = self._place(key, clinician, site, tick, free, day, choices, deck)
                    if placed is None:
                        tick += GRID
                        continue
                    yield placed
                    after = self._timeline.tick(placed.takes[0][3], "up")
                    tick += -(-(after - tick) // GRID) * GRID

    def _visits(self, key: str) -> list[tuple[VisitType, VisitPlan]]:
        found = [(v, self._demo.plans[v.id]) for v in self._demo.visits.values()]
        return [(visit_type, plan) for visit_type, plan in found if plan.clinic == key]

    def _place(
        self,
        key: str,
        clinician: Resource,
        site: int,
        tick: int,
        free: int,
        day: date,
        choices: list[tuple[VisitType, VisitPlan]],
        deck: Deck,
    ) -> Placed | None:
        weights = [plan.share for _, plan in choices]
        visit_type, plan = self._rng.choices(choices, weights)[0]
        forms = plan.forms.split(",")
        form = self._rng.choices(forms, [6, 2, 1][: len(forms)])[0]
        patient = next(
            (one for one in deck.draw(clinician.id) if (one, day) not in self._busy), None
        )
        if patient is None:
            return None
        length = by_need(plan.minutes, plan.cap, plan.adds, self._needs.get(patient, ()))
        ticks = -(-length.minutes // TICK_MINUTES)
        stretch = bits([(tick, tick + ticks + -(-plan.buffer_after // TICK_MINUTES))])
        if stretch & ~free:
            return None
        needed = plan.uses if form == "in_person" else ()
        resources = [(clinician.id, "clinician")]
        for label, use in needed:
            found = self._room(key, site, use, bits([(tick, tick + ticks)]), stretch)
            if found is None:
                return None
            resources.append((found, label))
        for resource, _role in resources:
            self._taken[resource] |= stretch
        self._busy.add((patient, day))
        start = self._timeline.instant(tick)
        end = start + timedelta(minutes=length.minutes)
        until = end + timedelta(minutes=plan.buffer_after)
        takes = tuple((resource, role, start, until) for resource, role in resources)
        return Placed(patient, visit_type, form, length, start, end, clinician.id, site, takes)

    def _room(self, key: str, site: int, use: str, visit: int, stretch: int) -> int | None:
        for room in self._demo.rooms[key, use]:
            opened = self._open[key].at(room.id, site)
            if room.site_id == site and not (visit & ~opened or stretch & self._taken[room.id]):
                return room.id
        return None

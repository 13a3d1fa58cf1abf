"""Freed time finding its next patient: a year of cancellations, played through twice.

`refill`: the share of the minutes freed by cancellations that a waiting patient gets, ours against
a secretary who phones the list first come, first served. Both meet the same cancellations and the
same people, whose willingness to take a given time is drawn once for the two of them.

What is assumed. A clinic of six; about four cancellations a working day, two in five of them for
the same or the next day; three new wishes a working day, one in ten without any time and with a
deadline, the others with a time three to thirteen weeks off. Half of those who are asked would
take the time. Ours: asked three at once; three in four of those asked ever look, after a quarter
of an hour at the median. By phone: on weekdays from 8 to 15, five minutes a call, three quarters
of an hour a day for this, everyone tried once, half of them reached; she knows everyone's wishes
and calls nobody in vain. A time left by whoever took another is offered on in both, and counted in
neither.

The waiting ratio is the mean time from the wish to the visit of a group's members over everyone
else's. The groups are drawn with no bearing on wishes or answers, so that 1 is fair. Reported: of
three groups the one that fares worst, and the 95 % interval of its mean over the seeds.
"""

import heapq
import math
import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.measure import Measure
from booking.waitlist.matching import Gap, Rules, Waiting, match, unfit
from booking.waitlist.time_limits import at_night, expires_at

ZONE = ZoneInfo("Europe/Copenhagen")
FIRST = date(2027, 1, 4)
SECRET = b"fixed"
SEEDS, DAYS, CLINICIANS = 12, 365, 6
LENGTHS = (20, 20, 30, 30, 30, 45, 60)
GROUPS = {"old": 0.25, "other_language": 0.1, "deprived": 0.2}
WILLING, LOOKS, MEDIAN_MINUTES = 0.5, 0.75, 15
REACHED, CALL, CALLS_A_DAY = 0.5, timedelta(minutes=5), 9
LOOK_AGAIN = timedelta(minutes=5)

# 97.5 % points of Student's distribution by degrees of freedom, for the seeds in use.
STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 5: 2.571, 7: 2.365, 11: 2.201, 19: 2.093}


@dataclass(frozen=True)
class Person:
    """Someone who waits, and the groups they belong to, which nobody asks about."""

    entry: Waiting
    groups: frozenset[str]


@dataclass(frozen=True)
class Year:
    """What happens, whoever fills the holes: (when, gap) and (when, person), in order."""

    gaps: list[tuple[datetime, Gap]]
    people: list[tuple[datetime, Person]]
    ends_at: datetime


@dataclass
class Outcome:
    """Freed and reused minutes of the cancellations, and each person's days from wish to visit."""

    freed: int = 0
    reused: int = 0
    waited: dict[int, float] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Of the freed minutes, those a waiting patient got."""
        return self.reused / self.freed


def at(day: date, hour: float) -> datetime:
    """An instant by the clinic's clock."""
    moment = datetime.combine(day, time(), ZONE) + timedelta(hours=hour)
    return moment.astimezone(UTC)


def make_year(seed: int, days: int = DAYS) -> Year:
    """A year of cancellations and wishes."""
    chance = random.Random(seed)
    gaps: list[tuple[datetime, Gap]] = []
    people: list[tuple[datetime, Person]] = []
    for day in (FIRST + timedelta(days=n) for n in range(days)):
        if day.weekday() > 4:
            continue
        for _ in range(chance.choice((2, 3, 4, 5, 6))):
            gaps.append(_cancellation(chance, day, len(gaps) + 1))
        for _ in range(chance.choice((2, 3, 4))):
            people.append(_wish(chance, day, len(people) + 1))
    gaps = [one for one in gaps if one[1].starts_at > one[0]]
    return Year(
        sorted(gaps, key=lambda one: one[0]),
        sorted(people, key=lambda one: one[0]),
        at(FIRST + timedelta(days=days), 0),
    )


def _cancellation(chance: random.Random, day: date, key: int) -> tuple[datetime, Gap]:
    away = chance.choices((0, 1, chance.randint(2, 6), chance.randint(7, 30)), (15, 25, 30, 30))[0]
    told = at(day, chance.uniform(7, 21 if away else 13))
    on = day + timedelta(days=away)
    while on.weekday() > 4:
        on += timedelta(days=1)
    start = at(on, 8 + chance.randrange(28) / 4)
    end = start + timedelta(minutes=chance.choice(LENGTHS))
    return told, Gap(key, start, end, chance.randint(1, CLINICIANS), 1, ZONE)


def _wish(chance: random.Random, day: date, key: int) -> tuple[datetime, Person]:
    since = at(day, chance.uniform(7, 20))
    without_time = chance.random() < 0.1
    own = day + timedelta(days=chance.randint(21, 91))
    entry = Waiting(
        key,
        key,
        chance.choice(LENGTHS),
        ("in_person",),
        frozenset(("in_person",)),
        frozenset(range(1, CLINICIANS + 1)),
        day,
        since,
        clinician_id=chance.randint(1, CLINICIANS) if chance.random() < 0.35 else None,
        weekdays=frozenset(chance.sample(range(5), 3 if chance.random() < 0.3 else 5)),
        parts=frozenset(chance.choices((("am", "pm"), ("am",), ("pm",)), (70, 15, 15))[0]),
        notice=timedelta(hours=chance.choice((2, 12, 24, 24, 48))),
        deadline_on=own if without_time else None,
        own_start=None if without_time else at(own, 8 + chance.randrange(28) / 4),
    )
    groups = frozenset(name for name, share in GROUPS.items() if chance.random() < share)
    return since, Person(entry, groups)


class Clinic:
    """The list as it stands, and how a freed time is taken: what both ways have in common."""

    def __init__(self, year: Year, seed: int) -> None:
        """Nobody waits yet; what is to come stands in order of time."""
        self.year, self.seed = year, seed
        self.waiting: dict[int, Waiting] = {}
        self.outcome = Outcome()
        self.original = {gap.key for _, gap in year.gaps}
        self._next_key = max(self.original, default=0) + 1
        self._order = 0
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        for when, gap in year.gaps:
            self.later(when, lambda now, gap=gap: self.freed(now, gap))  # type: ignore[misc]
        for when, person in year.people:
            self.later(when, lambda now, one=person.entry: self.wishes(now, one))  # type: ignore[misc]

    def later(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Let something happen at an instant."""
        self._order += 1
        heapq.heappush(self._events, (when, self._order, what))

    def run(self) -> Outcome:
        """Play the year through; those who still wait then have waited until then."""
        while self._events and self._events[0][0] < self.year.ends_at:
            when, _, what = heapq.heappop(self._events)
            what(when)
        for entry in list(self.waiting.values()):
            self._came(entry, min(entry.own_start or self.year.ends_at, self.year.ends_at))
        return self.outcome

    def wishes(self, now: datetime, entry: Waiting) -> None:
        """Somebody joins the list, until their own time if no other comes."""
        self.waiting[entry.key] = entry
        if entry.own_start is not None:
            self.later(entry.own_start, lambda _now: self._came(entry, entry.own_start or _now))

    def _came(self, entry: Waiting, when: datetime) -> None:
        if self.waiting.pop(entry.key, None) is not None:
            self.outcome.waited[entry.key] = (when - entry.since) / timedelta(days=1)

    def freed(self, now: datetime, gap: Gap) -> None:
        """A time came free."""
        if gap.key in self.original:
            self.outcome.freed += gap.minutes
        self.offer(now, gap)

    def offer(self, now: datetime, gap: Gap) -> None:
        """Find somebody for it."""
        raise NotImplementedError

    def takes(self, now: datetime, gap: Gap, key: int) -> None:
        """Somebody has it: their own old time and what is left of this one come free."""
        entry = self.waiting[key]
        if gap.key in self.original:
            self.outcome.reused += entry.minutes
        self._came(entry, gap.starts_at)
        rest = gap.starts_at + timedelta(minutes=entry.minutes)
        if (gap.ends_at - rest) >= timedelta(minutes=min(LENGTHS)):
            left = self._new(replace(gap, starts_at=rest))
            if gap.key in self.original:
                self.original.add(left.key)
            self.offer(now, left)
        if entry.own_start is not None and entry.own_start > now:
            end = entry.own_start + timedelta(minutes=entry.minutes)
            clinician = entry.clinician_id or 1 + entry.key % CLINICIANS
            left_time = replace(
                gap,
                starts_at=entry.own_start,
                ends_at=end,
                clinician_id=clinician,
                left_by=entry.patient_id,
            )
            self.offer(now, self._new(left_time))

    def _new(self, gap: Gap) -> Gap:
        self._next_key += 1
        return replace(gap, key=self._next_key)

    def draw(self, what: str, gap: Gap, key: int) -> random.Random:
        """Chance that is the same for the same person and time, whoever asks."""
        moment = int(gap.starts_at.timestamp())
        return random.Random(f"{self.seed}:{what}:{gap.clinician_id}:{moment}:{key}")

    def willing(self, gap: Gap, key: int) -> bool:
        """Whether someone would take a time."""
        return self.draw("willing", gap, key).random() < WILLING


class Rettid(Clinic):
    """A few at once, in a fair order, by the clock of `time_limits`."""

    def __init__(self, year: Year, seed: int) -> None:
        """Nobody has been asked."""
        super().__init__(year, seed)
        self.asked: dict[int, set[int]] = {}
        self.open: set[int] = set()
        self.refused: dict[int, tuple[datetime, ...]] = {}

    def offer(self, now: datetime, gap: Gap) -> None:
        """Ask the next few; at night wait for the morning."""
        if at_night(now, ZONE):
            self.later(now + timedelta(minutes=30), lambda then: self.offer(then, gap))
            return
        ends = expires_at(now, gap.starts_at, ZONE)
        if ends is None:
            return
        asked = self.asked.setdefault(gap.key, set())
        entries = [
            replace(
                one,
                has_offer=one.key in self.open,
                asked=one.key in asked,
                refused_at=self.refused.get(one.key, ()),
            )
            for one in self.waiting.values()
        ]
        found = match(gap, entries, now, SECRET, lambda one, form: (gap.starts_at,), Rules())
        if not found.offers:
            if "has_offer" in found.verdicts.values():
                self.later(now + timedelta(hours=1), lambda then: self.offer(then, gap))
            return
        keys = [put.entry for put in found.offers]
        asked.update(keys)
        self.open.update(keys)
        answers = sorted((self._answers_at(now, gap, key), key) for key in keys)
        self.later(ends, lambda then: self._closed(then, gap, keys))
        for when, key in answers:
            if when < ends:
                self.later(when, lambda then, key=key: self._answer(then, gap, key, keys))  # type: ignore[misc]

    def _answers_at(self, now: datetime, gap: Gap, key: int) -> datetime:
        chance = self.draw("looks", gap, key)
        if chance.random() > LOOKS:
            return gap.ends_at
        minutes = chance.lognormvariate(math.log(MEDIAN_MINUTES), 1.2)
        return now + timedelta(minutes=minutes)

    def _answer(self, now: datetime, gap: Gap, key: int, keys: list[int]) -> None:
        if key not in keys:
            return
        if self.willing(gap, key) and key in self.waiting:
            self.open.difference_update(keys)
            keys.clear()
            self.takes(now, gap, key)
            return
        keys.remove(key)
        self._refused(now, key)
        if not keys:
            keys.append(0)  # the last of them: the round is over before its time
            self._closed(now, gap, keys)

    def _closed(self, now: datetime, gap: Gap, keys: list[int]) -> None:
        if not keys:
            return
        for key in keys:
            self._refused(now, key)
        keys.clear()
        self.offer(now, gap)

    def _refused(self, now: datetime, key: int) -> None:
        self.open.discard(key)
        self.refused[key] = (*self.refused.get(key, ()), now)


class ByPhone(Clinic):
    """A secretary who calls down the list, first come, first served."""

    def __init__(self, year: Year, seed: int) -> None:
        """Her time is her own."""
        super().__init__(year, seed)
        self.free_at = year.gaps[0][0]
        self.calls: dict[date, int] = {}

    def offer(self, now: datetime, gap: Gap) -> None:
        """Begin at the top of the list as soon as she has time."""
        self._call(now, gap, set())

    def _call(self, now: datetime, gap: Gap, tried: set[int]) -> None:
        now = self._at_work(max(now, self.free_at))
        if now + timedelta(minutes=30) > gap.starts_at:
            return
        rules = Rules()
        fit = [
            one
            for one in self.waiting.values()
            if one.key not in tried and not unfit(gap, one, now, rules)
        ]
        if not fit:
            return
        first = min(fit, key=lambda one: (one.since, one.key))
        tried.add(first.key)
        self.calls[now.date()] = self.calls.get(now.date(), 0) + 1
        self.free_at = ended = now + CALL
        reached = self.draw("reached", gap, first.key).random() < REACHED

        def hung_up(then: datetime) -> None:
            if reached and first.key in self.waiting and self.willing(gap, first.key):
                self.takes(then, gap, first.key)
            else:
                self._call(then, gap, tried)

        self.later(ended, hung_up)

    def _at_work(self, now: datetime) -> datetime:
        local = now.astimezone(ZONE)
        while True:
            day = local.date()
            spent = self.calls.get(day, 0) >= CALLS_A_DAY
            if day.weekday() > 4 or local.hour >= 15 or spent:
                local = datetime.combine(day + timedelta(days=1), time(8), ZONE)
            elif local.hour < 8:
                local = datetime.combine(day, time(8), ZONE)
            else:
                return local.astimezone(UTC)


def waiting_ratio(year: Year, outcome: Outcome, group: str) -> float:
    """The mean days from wish to visit of a group's members over everyone else's."""
    theirs: dict[bool, list[float]] = {True: [], False: []}
    for _, person in year.people:
        if person.entry.key in outcome.waited:
            theirs[group in person.groups].append(outcome.waited[person.entry.key])
    return statistics.fmean(theirs[True]) / statistics.fmean(theirs[False])


def interval(values: list[float]) -> tuple[float, float, float]:
    """The mean over the seeds, and the ends of its 95 % interval."""
    mean, away = statistics.fmean(values), len(values) - 1
    half = STUDENT[away] * statistics.stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


def measures(seeds: int = SEEDS, days: int = DAYS) -> list[Measure]:
    """The shares over all the seeds, and the waiting ratio of the group that fares worst."""
    ours, phone = [], []
    ratios: dict[str, list[float]] = {name: [] for name in GROUPS}
    for seed in range(1, seeds + 1):
        year = make_year(seed, days)
        played = Rettid(year, seed).run()
        ours.append(played.share)
        phone.append(ByPhone(year, seed).run().share)
        for name, values in ratios.items():
            values.append(waiting_ratio(year, played, name))
    worst = max(ratios, key=lambda name: statistics.fmean(ratios[name]))
    mean, low, high = interval(ratios[worst])
    mine, theirs = statistics.fmean(ours), statistics.fmean(phone)
    more = {"waiting_ratio": mean, "waiting_low": low, "waiting_high": high}
    unit = f"share of freed minutes ({seeds} years)"
    return [Measure("refill", mine, theirs, mine / theirs, unit, more)]

"""Who is asked first about a time that came free, and why each of the others is not. Pure.

The order is fair and the same for everyone: those whose deadline presses, the nearest first; then
whoever has waited longest, counted in local days. Among those who wished on the same day the
shortest waste goes first, and what is still alike is drawn by a keyed hash of the freed time and
the entry. Since waste only parts those of one day, a long visit is ahead of everyone who came
later, and waits for no more than those who came before it.

Nothing else is known here: not whether someone is likely to come, nor age, language or address.
"""

import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from booking.platform.localtime import local_date

Starts = Callable[["Waiting", str], Sequence[datetime]]
NOON = 12
# What the verdict on whoever cannot be told begins with; after a colon, why not.
NOT_REACHABLE = "not_reachable"


@dataclass(frozen=True)
class Gap:
    """A clinician's time that came free at one site, instants in UTC.

    left_by: the patient who left it. around: the whole free stretch it lies in, on the same day,
    where that is longer: a visit may reach out of the gap as long as it uses some of it.
    """

    key: int
    starts_at: datetime
    ends_at: datetime
    clinician_id: int
    site_id: int
    zone: ZoneInfo
    left_by: int | None = None
    around: tuple[datetime, datetime] | None = None

    @property
    def minutes(self) -> int:
        """Its own length."""
        return _minutes(self.starts_at, self.ends_at)

    @property
    def stretch(self) -> tuple[datetime, datetime]:
        """From when until when a visit may last that uses some of it."""
        return self.around or (self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Waiting:
    """One entry on the list.

    minutes: the length of the visit. forms: those the patient would take, and `possible` those the
    visit type has. able: the clinicians who can serve it; clinician_id, site_id: only there.
    earliest_on, latest_on: local days, both included. own_start: the time they have now. busy:
    the patient's other contacts. together: their time belongs with others of its day.
    has_offer: the patient has an open one. asked: about this very time, already. refused_at: when
    earlier offers were declined or ran out. unreachable: the code of why no message can tell them
    of the gap in time, '' where one can.
    """

    key: int
    patient_id: int
    minutes: int
    forms: tuple[str, ...]
    possible: frozenset[str]
    able: frozenset[int]
    earliest_on: date
    since: datetime
    latest_on: date | None = None
    clinician_id: int | None = None
    site_id: int | None = None
    weekdays: frozenset[int] = frozenset(range(7))
    parts: frozenset[str] = frozenset(("am", "pm"))
    notice: timedelta = timedelta(hours=24)
    deadline_on: date | None = None
    own_start: datetime | None = None
    busy: tuple[tuple[datetime, datetime], ...] = ()
    together: bool = False
    has_offer: bool = False
    asked: bool = False
    refused_at: tuple[datetime, ...] = field(default=())
    unreachable: str = ""


@dataclass(frozen=True)
class Rules:
    """A clinic's constants.

    at_once: how many are asked at the same time. pressing: how near a deadline comes first.
    Whoever has refused, or not answered, `refusals` offers within `lately` is left in peace.
    """

    at_once: int = 3
    pressing: timedelta = timedelta(days=14)
    refusals: int = 3
    lately: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Put:
    """A start and form put to one entry; rank counts from 1."""

    entry: int
    form: str
    starts_at: datetime
    ends_at: datetime
    rank: int


@dataclass(frozen=True)
class Matched:
    """Whom to ask, and a verdict for every entry: 'offered', or the first reason why not."""

    offers: tuple[Put, ...]
    verdicts: dict[int, str]


def match(
    gap: Gap,
    entries: Iterable[Waiting],
    now: datetime,
    secret: bytes,
    starts: Starts,
    rules: Rules = Rules(),
) -> Matched:
    """Whom to ask about a gap.

    starts(entry, form): the starts at which the visit fits in the gap as rooms and equipment
    stand. It is asked in order and only until enough are found: the rest are 'later_in_order'.
    """
    verdicts: dict[int, str] = {}
    able = []
    for entry in entries:
        verdicts[entry.key] = unfit(gap, entry, now, rules)
        if not verdicts[entry.key]:
            able.append(entry)
    offers: list[Put] = []
    asked: set[int] = set()
    for entry in sorted(able, key=lambda one: order(gap, one, now, secret, rules)):
        if entry.patient_id in asked:
            verdicts[entry.key] = "has_offer"
            continue
        if len(offers) == rules.at_once:
            verdicts[entry.key] = "later_in_order"
            continue
        put = _place(gap, entry, now, starts, len(offers) + 1)
        if put is None:
            verdicts[entry.key] = "patient_busy" if _busy(gap, entry) else "no_room"
            continue
        verdicts[entry.key] = "offered"
        asked.add(entry.patient_id)
        offers.append(put)
    return Matched(tuple(offers), verdicts)


def unfit(gap: Gap, entry: Waiting, now: datetime, rules: Rules) -> str:
    """The first reason why the gap is nothing for this entry, whatever rooms there are; or ''."""
    day = local_date(gap.starts_at, gap.zone)
    first, last = _reach(gap, entry)
    own = entry.own_start
    checks = (
        ("together", entry.together),
        ("asked_before", entry.asked),
        ("left_it", gap.left_by == entry.patient_id),
        ("not_earlier_than_own", own is not None and day >= local_date(own, gap.zone)),
        ("form", not entry.possible & set(entry.forms)),
        ("cannot_serve", gap.clinician_id not in entry.able),
        ("other_clinician", entry.clinician_id not in (None, gap.clinician_id)),
        ("other_site", entry.site_id not in (None, gap.site_id)),
        ("too_short", entry.minutes > _minutes(*gap.stretch)),
        ("before_earliest", day < entry.earliest_on),
        ("after_latest", entry.latest_on is not None and day > entry.latest_on),
        ("weekday", day.weekday() not in entry.weekdays),
        ("part_of_day", not entry.parts & {_part(first, gap), _part(last, gap)}),
        ("too_short_notice", last < now + entry.notice),
        ("has_offer", entry.has_offer),
        ("declined_lately", left_in_peace(entry, now, rules)),
        (f"{NOT_REACHABLE}:{entry.unreachable}", bool(entry.unreachable)),
    )
    return next((code for code, holds in checks if holds), "")


def left_in_peace(entry: Waiting, now: datetime, rules: Rules) -> bool:
    """Whether they have refused so often of late that nobody asks them for a while."""
    lately = [at for at in entry.refused_at if at > now - rules.lately]
    return len(lately) >= rules.refusals


def order(
    gap: Gap, entry: Waiting, now: datetime, secret: bytes, rules: Rules
) -> tuple[bool, date, date, int, bytes]:
    """What entries are sorted by: deadline, waiting, waste, and then a draw nobody can steer."""
    today = local_date(now, gap.zone)
    deadline = entry.deadline_on
    pressing = deadline is not None and deadline - today <= rules.pressing
    draw = hmac.digest(secret, f"{gap.key}:{entry.key}".encode(), "sha256")
    return (
        not pressing,
        deadline if pressing and deadline is not None else date.max,
        local_date(entry.since, gap.zone),
        max(gap.minutes - entry.minutes, 0),
        draw,
    )


def suits(gap: Gap, entry: Waiting, start: datetime, now: datetime) -> bool:
    """Whether one start keeps to the gap and to the wishes that depend on the clock."""
    end = start + timedelta(minutes=entry.minutes)
    first, last = _reach(gap, entry)
    inside = first <= start <= last and start < gap.ends_at and gap.starts_at < end
    return inside and _part(start, gap) in entry.parts and start >= now + entry.notice


def _place(gap: Gap, entry: Waiting, now: datetime, starts: Starts, rank: int) -> Put | None:
    """The first form the patient named that fits, at the start that leaves the rest in one piece.

    At either end of the gap before in its middle; where it reaches out of the gap, with as much
    inside as can be; the earliest of those.
    """
    length = timedelta(minutes=entry.minutes)
    for form in (one for one in entry.forms if one in entry.possible):
        found = [one for one in starts(entry, form) if suits(gap, entry, one, now)]
        if found:
            edges = [one for one in found if one == gap.starts_at or one + length == gap.ends_at]
            start = min(edges or found, key=lambda one: (-_used(gap, one, one + length), one))
            return Put(entry.key, form, start, start + length, rank)
    return None


def _used(gap: Gap, start: datetime, end: datetime) -> int:
    return _minutes(max(start, gap.starts_at), min(end, gap.ends_at))


def _reach(gap: Gap, entry: Waiting) -> tuple[datetime, datetime]:
    """Between which starts a visit lies in the gap, or reaches out of it where it must."""
    length, (first, after) = timedelta(minutes=entry.minutes), gap.stretch
    if entry.minutes <= gap.minutes:
        return gap.starts_at, gap.ends_at - length
    return max(first, gap.starts_at - length), min(after - length, gap.ends_at)  # out of it


def _minutes(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds() // 60)


def _part(start: datetime, gap: Gap) -> str:
    return "am" if start.astimezone(gap.zone).hour < NOON else "pm"


def _busy(gap: Gap, entry: Waiting) -> bool:
    return any(start < gap.ends_at and end > gap.starts_at for start, end in entry.busy)

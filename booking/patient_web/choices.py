"""The times a patient may choose from, ready for the page: which week, and a list a day.

A search goes forward to the first week that has something free, so that nobody meets an empty
today. Where several clinicians are free at one time, one of them stands for it (the preferred
one if she is among them), which keeps the list calm.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from operator import itemgetter

from babel.dates import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from booking.appointments import listing
from booking.appointments.groups import with_room
from booking.appointments.listing import DAY, WEEK, monday_of
from booking.appointments.models import Allocation
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot, find
from booking.appointments.serving import serving
from booking.appointments.wording import FORMS, clinician_name
from booking.calendar.models import Resource
from booking.platform.database import Session
from booking.platform.i18n import language_code
from booking.platform.localtime import local_date, to_local

ANYONE = "alle"
NEAREST = 8
BRIEF = 18  # characters beside a radio in half a phone's width


@dataclass(frozen=True)
class Filters:
    """What the patient narrowed the list to.

    part: 'morning', 'afternoon' or ''. clinician: a resource's number, ANYONE, or '' for the
    preferred one if she has any times and else anyone.
    """

    from_day: date | None = None
    part: str = ""
    site_id: int | None = None
    clinician: str = ""


@dataclass(frozen=True)
class Fitting:
    """Slots that fit within some days; `takes` tells which resources a slot would take."""

    slots: list[Slot]
    takes: Callable[[Slot], list[int]]

    def __bool__(self) -> bool:
        return bool(self.slots)


@dataclass(frozen=True)
class Listed:
    """Times ready for the page. days: as the `day_times` macro has them. common: what is the
    same for all of them and need be said only once ('Hovedhuset, speciallæge Anna Holm').
    brief: what is left is so short that tiles can stand side by side on a phone.
    """

    days: list[dict[str, object]]
    common: str
    brief: bool = False


@dataclass(frozen=True)
class Week:
    """One week's choices; none for an empty week.

    clinician: whose times they are, as `Filters` has it. previous, next: Mondays to page to.
    elsewhere: the Monday of a week that has times, where this one has none.
    """

    monday: date
    listed: Listed
    clinician: str
    previous: date | None = None
    next: date | None = None
    elsewhere: date | None = None


def week_of(session: Session, occasion: Occasion, filters: Filters) -> Week | None:
    """The week asked for, or the first with free times; None if there are none at all."""
    if occasion.first > occasion.last:
        return None
    asked = [filters.clinician or ANYONE]
    if not filters.clinician and occasion.preferred_id is not None:
        asked.insert(0, str(occasion.preferred_id))
    if len(asked) > 1 and _only_others_are_in_time(session, occasion):
        asked.reverse()
    for clinician in asked:
        narrowed = Filters(filters.from_day, filters.part, filters.site_id, clinician)
        if filters.from_day is not None:
            return _week_from(session, occasion, narrowed, filters.from_day)
        found = _first_week(session, occasion, narrowed, occasion.first)
        if found is not None:
            monday, fitting = found
            return Week(
                monday,
                days(session, occasion, fitting, fitting.slots),
                clinician,
                next=_monday_after(occasion, monday),
            )
    return None


def _only_others_are_in_time(session: Session, occasion: Occasion) -> bool:
    """True if the deadline can be met, and only by somebody else than the preferred clinician."""
    deadline = occasion.deadline_on
    if deadline is None or deadline < occasion.first:
        return False
    if find(session, occasion.wish(last=deadline, clinician_id=occasion.preferred_id)):
        return False
    return bool(find(session, occasion.wish(last=deadline)))


def nearest(session: Session, occasion: Occasion, start: datetime) -> Listed:
    """The free times nearest to one that was lost; else those of the first week with any."""
    day = local_date(start, occasion.visit_type.clinic.zone)
    around = _fitting(session, occasion, Filters(clinician=ANYONE), day - WEEK, day + WEEK)
    closest = listing.nearest(
        listing.once_each(around.slots, occasion.preferred_id), start, NEAREST
    )
    if closest:
        return days(session, occasion, around, closest)
    week = week_of(session, occasion, Filters())
    return week.listed if week else Listed([], "")


def clinicians(session: Session, occasion: Occasion) -> list[Resource]:
    """Those who may have this contact, by name; the preferred one first."""
    ids = serving(session, occasion.visit_type, occasion.form).clinicians
    rows = session.scalars(select(Resource).where(Resource.id.in_(ids)))
    return sorted(rows, key=lambda r: (r.id != occasion.preferred_id, r.name, r.id))


def days(session: Session, occasion: Occasion, fitting: Fitting, slots: Iterable[Slot]) -> Listed:
    """The slots as the `day_times` macro wants them: a day, its halves, each time in full."""
    zone = occasion.visit_type.clinic.zone
    chosen = listing.once_each(slots, occasion.preferred_id)
    abouts = _abouts(session, occasion, fitting, chosen)
    common = [part for part in next(iter(abouts.values()), []) if _everywhere(part, abouts)]
    # As the filter `clock_time` writes it, without its cost for each of a hundred times.
    point = ":" if language_code() == "en" else "."
    late = _("Efter fristen")
    rows = []
    for slot in chosen:
        local = to_local(slot.start, zone)
        own = [part for part in abouts[slot] if part not in common]
        time = {
            "value": listing.value_of(slot, occasion.form),
            "clock": f"{local.hour}{point}{local.minute:02}",
            "about": ", ".join(own),
            "rest": ", ".join(common),
            "mark": late if _past(occasion.deadline_on, local.date()) else "",
        }
        rows.append((local.date(), local.hour >= 12, time))
    headings = {False: _("Formiddag"), True: _("Eftermiddag")}
    made: list[dict[str, object]] = [
        {
            "id": f"dag-{day:%Y-%m-%d}",
            "legend": day_name(day),
            "short": format_date(day, "EEE d/M", locale=_babel_locale()),
            "parts": [
                {"heading": headings[late], "times": [row[2] for row in of_half]}
                for late, of_half in groupby(of_day, key=itemgetter(1))
            ],
        }
        for day, of_day in groupby(rows, key=itemgetter(0))
    ]
    brief = all(len(row[2]["about"]) <= BRIEF for row in rows)
    return Listed(made, ", ".join(common), brief)


def day_name(day: date) -> str:
    """'tirsdag 24. november' or 'Tuesday 24 November'."""
    pattern = "EEEE d MMMM" if language_code() == "en" else "EEEE d. MMMM"
    return format_date(day, pattern, locale=_babel_locale())


def week_name(monday: date) -> str:
    """'Uge 48, 23.–29. november' or 'Week 48, 23–29 November'."""
    sunday = monday + WEEK - DAY
    dot = "" if language_code() == "en" else "."
    same = monday.month == sunday.month
    first = f"d{dot}" if same else f"d{dot} MMMM"
    span = (
        f"{format_date(monday, first, locale=_babel_locale())}{'–' if same else ' – '}"
        f"{format_date(sunday, f'd{dot} MMMM', locale=_babel_locale())}"
    )
    return _("Uge %(number)s, %(span)s", number=monday.isocalendar().week, span=span)


def _week_from(session: Session, occasion: Occasion, filters: Filters, day: date) -> Week:
    monday = monday_of(min(max(day, occasion.first), occasion.last))
    fitting = _fitting(session, occasion, filters, monday, monday + WEEK - DAY)
    elsewhere = None
    if not fitting.slots:
        found = _first_week(session, occasion, filters, monday + WEEK) or _first_week(
            session, occasion, filters, occasion.first
        )
        elsewhere = found[0] if found else None
    return Week(
        monday,
        days(session, occasion, fitting, fitting.slots),
        filters.clinician,
        previous=monday - WEEK if monday > occasion.first else None,
        next=_monday_after(occasion, monday),
        elsewhere=elsewhere,
    )


def _first_week(
    session: Session, occasion: Occasion, filters: Filters, first: date
) -> tuple[date, Fitting] | None:
    """The first week from `first` on that has times: its Monday, and what fits in it."""
    look = partial(_fitting, session, occasion, filters)
    fitting = listing.first_days(first, occasion.last, look)
    if fitting is None:
        return None
    zone = occasion.visit_type.clinic.zone
    monday = monday_of(local_date(min(fitting.slots).start, zone))
    inside = [s for s in fitting.slots if local_date(s.start, zone) < monday + WEEK]
    return monday, Fitting(inside, fitting.takes)


def _fitting(
    session: Session, occasion: Occasion, filters: Filters, first: date, last: date
) -> Fitting:
    clinician = int(filters.clinician) if filters.clinician.isdecimal() else None
    if occasion.visit_type.group_capacity > 1:
        fitting = _groups(session, occasion, first, last)
        slots = [
            slot
            for slot in fitting.slots
            if clinician in (None, slot.clinician_id) and filters.site_id in (None, slot.site_id)
        ]
        return Fitting([s for s in slots if _wanted(occasion, filters, s)], fitting.takes)
    wish = occasion.wish(first, last, clinician_id=clinician, site_id=filters.site_id)
    found = find(session, wish)
    return Fitting(
        [slot for slot in found.slots() if _wanted(occasion, filters, slot)],
        lambda slot: [resource for resource, _role in found.resources(slot)],
    )


def _groups(session: Session, occasion: Occasion, first: date, last: date) -> Fitting:
    slots = with_room(session, occasion, first, last)
    taken: dict[int | None, list[int]] = {slot.group_session_id: [] for slot in slots}
    rows = session.execute(
        select(Allocation.group_session_id, Allocation.resource_id)
        .where(Allocation.group_session_id.in_(taken))
        .order_by(Allocation.id)
    )
    for group, resource in rows:
        taken[group].append(resource)
    return Fitting(slots, lambda slot: taken[slot.group_session_id])


def _wanted(occasion: Occasion, filters: Filters, slot: Slot) -> bool:
    """In the wanted half of the day, and not the very time that is being moved."""
    moving = occasion.moving
    if (
        moving is not None
        and (slot.start, slot.end) == (moving.starts_at, moving.ends_at)
        and (slot.clinician_id, slot.site_id) == (moving.clinician_id, moving.site_id)
        and occasion.form == moving.form
    ):
        return False
    if not filters.part:
        return True
    morning = listing.is_morning(slot, occasion.visit_type.clinic.zone)
    return morning is (filters.part == "morning")


def _abouts(
    session: Session, occasion: Occasion, fitting: Fitting, slots: Iterable[Slot]
) -> dict[Slot, list[str]]:
    """What is told of each slot: where, which room, whom one meets."""
    taken = {slot: fitting.takes(slot) for slot in slots}
    ids = {number for numbers in taken.values() for number in numbers}
    rooms, people = {}, {}
    for resource in session.scalars(select(Resource).where(Resource.id.in_(ids))):
        if resource.kind == "clinician":
            people[resource.id] = _whom(occasion, resource)
        elif resource.kind == "room":
            rooms[resource.id] = resource.name
    sites = {site.id: [site.name] for site in occasion.visit_type.clinic.sites}
    if occasion.form != "in_person":
        rooms, sites = {}, {site: [str(FORMS[occasion.form])] for site in sites}
    elif len(sites) == 1:
        sites = {site: [] for site in sites}
    return {
        slot: [
            *sites[slot.site_id],
            *(rooms[number] for number in numbers if number in rooms),
            *(people[number] for number in numbers if number in people),
        ]
        for slot, numbers in taken.items()
    }


def _whom(occasion: Occasion, clinician: Resource) -> str:
    name = clinician_name(clinician)
    if clinician.id != occasion.preferred_id:
        return name
    return _("%(clinician)s (din ansvarlige)", clinician=name)


def _everywhere(part: str, abouts: dict[Slot, list[str]]) -> bool:
    return all(part in about for about in abouts.values())


def _past(deadline: date | None, day: date) -> bool:
    return deadline is not None and day > deadline


def _monday_after(occasion: Occasion, monday: date) -> date | None:
    return monday + WEEK if monday + WEEK <= occasion.last else None


def _babel_locale() -> str:
    return "en_GB" if language_code() == "en" else "da"

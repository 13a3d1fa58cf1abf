"""Free times for staff to choose among: the same engine as the patient's, more of it on a page.

The page opens on the first week with free times. Staff see beyond an invitation's window and
after a deadline; such times are marked. Where no clinician is chosen, each start is shown once,
with the preferred clinician if free then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from booking.appointments import listing
from booking.appointments.groups import with_room
from booking.appointments.listing import WEEK
from booking.appointments.occasions import Occasion, stands_there
from booking.appointments.search import Slot, Wish, find
from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import FORMS
from booking.calendar.models import Resource
from booking.calendar.queries import resources_of, sites_of
from booking.platform.database import Session
from booking.platform.forms import Choice, Day, Form, Id, Text
from booking.platform.i18n import clock_time, long_day, short_day
from booking.platform.localtime import local_date

ALL = "alle"
NEAREST = 6


class FilterForm(Form):
    """Which week, and only some of its times."""

    uge = Day()
    form = Choice(FORMS)
    hos = Text(longest=12)
    sted = Id()
    dagdel = Choice(["am", "pm"])


@dataclass(frozen=True)
class Seeking:
    """What is looked for, between two local days, and where the page opens.

    slots: (first, last, clinician id, site id) -> what is free. window: outside it a time is
    marked. minutes: None where the slots are places in group sessions.
    """

    visit_type: VisitType
    form: str
    first: date
    last: date
    opens: date
    slots: Callable[[date, date, int | None, int | None], Iterable[Slot]]
    minutes: int | None
    window: tuple[date, date] | None = None
    deadline_on: date | None = None
    preferred_id: int | None = None


def of_occasion(session: Session, occasion: Occasion) -> Seeking:
    """Times for one patient."""
    visit_type, invitation = occasion.visit_type, occasion.invitation
    in_groups = visit_type.group_capacity > 1

    def slots(first: date, last: date, clinician: int | None, site: int | None) -> Iterable[Slot]:
        if in_groups:
            return (
                slot
                for slot in with_room(session, occasion, first, last)
                if clinician in (None, slot.clinician_id) and site in (None, slot.site_id)
            )
        wish = occasion.wish(first, last, clinician_id=clinician, site_id=site)
        free = find(session, wish).slots()
        # Where it stands already is nowhere to move to.
        return (slot for slot in free if not stands_there(occasion.moving, slot, occasion.form))

    window = (invitation.window_from, invitation.window_to) if invitation else None
    opens = max(occasion.first, window[0]) if window else occasion.first
    return Seeking(
        visit_type,
        occasion.form,
        occasion.first,
        occasion.last,
        min(opens, occasion.last),
        slots,
        None if in_groups else occasion.length.minutes,
        window,
        occasion.deadline_on,
        occasion.preferred_id,
    )


def of_group(session: Session, wish: Wish) -> Seeking:
    """Times for a group session, which is nobody's yet."""

    def slots(first: date, last: date, clinician: int | None, site: int | None) -> Iterable[Slot]:
        narrowed = replace(
            wish,
            first=max(first, wish.first),
            last=min(last, wish.last),
            clinician_id=clinician,
            site_id=site,
        )
        return find(session, narrowed).slots()

    return Seeking(
        wish.visit_type, wish.form, wish.first, wish.last, wish.first, slots, wish.minutes
    )


def chosen_slot(session: Session, seeking: Seeking, typed: str) -> Slot:
    """The slot a radio button stands for; whether it is free is for the booking to find out."""
    slot, _form = listing.parsed(session, typed)
    length = timedelta(minutes=seeking.minutes or 0)
    return slot if slot.group_session_id else replace(slot, end=slot.start + length)


def page_of(
    session: Session, seeking: Seeking, filters: dict[str, object], refused: Slot | None = None
) -> dict[str, object]:
    """Context of the times page: the filters, one week's days, and the weeks around it.

    refused: the slot that could not be had; the nearest others are shown first.
    """
    clinic = seeking.visit_type.clinic
    able = set(serving(session, seeking.visit_type).clinicians)
    clinicians = [one for one in resources_of(session, clinic.id, "clinician") if one.id in able]
    sites = sites_of(session, clinic.id)
    shown = _Shown(
        session,
        seeking,
        {one.id: one for one in clinicians},
        {one.id: one.name for one in sites} if len(sites) > 1 else {},
        filters,
    )
    monday = shown.monday()
    last_day, asked = monday + timedelta(days=6), filters.get("uge")
    return {
        "days": shown.days(monday, last_day),
        "nearest": shown.nearest(refused) if refused else None,
        "here": _(
            "Uge %(week)s, %(first)s – %(last)s",
            week=monday.isocalendar().week,
            first=short_day(monday),
            last=short_day(last_day),
        ),
        "previous_week": monday - WEEK if monday > seeking.first else None,
        "next_week": monday + WEEK if last_day < seeking.last else None,
        "seeking": seeking,
        "reaches_past_deadline": seeking.deadline_on is not None and last_day > seeking.deadline_on,
        "filter_values": {
            "uge": asked.isoformat() if isinstance(asked, date) else "",
            "form": seeking.form,
            "hos": str(shown.clinician or ALL),
            "sted": filters.get("sted", ""),
            "dagdel": filters.get("dagdel", ""),
        },
        "form_options": [(code, FORMS[code]) for code in seeking.visit_type.form_list],
        "clinician_options": [
            (ALL, _("Alle")),
            *((str(one.id), shown.name_of(one.id)) for one in clinicians),
        ],
        "site_options": [(one.id, one.name) for one in sites],
    }


def pager(endpoint: str, page: dict[str, object], **arguments: object) -> dict[str, str]:
    """The addresses of the weeks before and after, the filters kept."""
    values = page["filter_values"]
    assert isinstance(values, dict)
    kept = {name: value for name, value in values.items() if value and name != "uge"}
    found = {}
    for name in ("previous_week", "next_week"):
        week = page[name]
        if isinstance(week, date):
            found[name] = url_for(endpoint, **{**arguments, **kept, "uge": week.isoformat()})
    return found


@dataclass
class _Shown:
    """One page of times being put together."""

    session: Session
    seeking: Seeking
    clinicians: dict[int, Resource]
    sites: dict[int, str]
    filters: dict[str, object]
    clinician: int | None = None

    @property
    def _zone(self) -> ZoneInfo:
        return self.seeking.visit_type.clinic.zone

    def __post_init__(self) -> None:
        asked = self.filters.get("hos")
        by_text = {str(number): number for number in self.clinicians}
        self.clinician = by_text.get(str(asked))
        preferred = self.seeking.preferred_id
        if asked is None and preferred in self.clinicians:
            self.clinician = preferred
            if self._first_free() is None:
                self.clinician = None

    def monday(self) -> date:
        """The Monday of the week asked for, else of the first week with free times."""
        asked = self.filters.get("uge")
        day = asked if isinstance(asked, date) else self._first_free() or self.seeking.opens
        day = min(max(day, self.seeking.first), self.seeking.last)
        return listing.monday_of(day)

    def days(self, first: date, last: date) -> list[dict[str, object]]:
        """The days with free times, as `day_times` of macros/times.html wants them."""
        zone = self._zone
        by_day: dict[date, list[Slot]] = {}
        for slot in self._once_each(self._slots(first, last)):
            by_day.setdefault(local_date(slot.start, zone), []).append(slot)
        return [
            {
                "id": f"day-{day.isoformat()}",
                "legend": long_day(day) + self._mark_of_day(day),
                "parts": [
                    {"heading": _("Formiddag"), "times": self._tiles(slots, morning=True)},
                    {"heading": _("Eftermiddag"), "times": self._tiles(slots, morning=False)},
                ],
            }
            for day, slots in sorted(by_day.items())
        ]

    def nearest(self, refused: Slot) -> dict[str, object] | None:
        """The free times nearest to one that could not be had, as one more group of radios."""
        zone = self._zone
        day = local_date(refused.start, zone)
        around = self._once_each(self._slots(day - WEEK, day + WEEK))
        found = listing.nearest(around, refused.start, NEAREST)
        if not found:
            return None
        tiles = [self._tile(slot, with_day=True) for slot in found]
        return {
            "id": "nearest",
            "legend": _("De nærmeste ledige tider"),
            "parts": [{"heading": "", "times": tiles}],
        }

    def name_of(self, clinician_id: int) -> str:
        """A clinician's name, the preferred one marked."""
        name = self.clinicians[clinician_id].name
        if clinician_id == self.seeking.preferred_id:
            return _("%(name)s (foretrukken)", name=name)
        return name

    def _first_free(self) -> date | None:
        """The first day with a free time from where the page opens."""
        found = listing.first_days(self.seeking.opens, self.seeking.last, self._slots)
        return local_date(min(found).start, self._zone) if found else None

    def _once_each(self, slots: Iterable[Slot]) -> list[Slot]:
        return listing.once_each(slots, self.seeking.preferred_id)

    def _slots(self, first: date, last: date) -> list[Slot]:
        site = self.filters.get("sted")
        found = self.seeking.slots(
            first, last, self.clinician, site if isinstance(site, int) else None
        )
        part = self.filters.get("dagdel")
        return [
            slot
            for slot in found
            if part is None or listing.is_morning(slot, self._zone) == (part == "am")
        ]

    def _tiles(self, slots: list[Slot], *, morning: bool) -> list[dict[str, str]]:
        return [
            self._tile(slot) for slot in slots if listing.is_morning(slot, self._zone) == morning
        ]

    def _tile(self, slot: Slot, *, with_day: bool = False) -> dict[str, str]:
        zone = self._zone
        clock = clock_time(slot.start, zone)
        day = local_date(slot.start, zone)
        about = [self.clinicians[slot.clinician_id].name] if self.clinician is None else []
        if slot.site_id in self.sites:
            about.append(self.sites[slot.site_id])
        if with_day:
            about.insert(0, short_day(day))
        return {
            "value": listing.value_of(slot, self.seeking.form),
            "clock": clock,
            "about": ", ".join(about),
        }

    def _mark_of_day(self, day: date) -> str:
        window, deadline = self.seeking.window, self.seeking.deadline_on
        if deadline is not None and day > deadline:
            return " – " + _("efter fristen")
        if window is not None and not window[0] <= day <= window[1]:
            return " – " + _("uden for perioden")
        return ""

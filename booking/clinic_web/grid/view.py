"""What a grid on someone's screen shows: a day of many, or the week of one; and all it is drawn of.

The page, the part of it that is asked for again and again, and the answer to a move are all made
here, so that they look the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for

from booking.calendar import opening_days
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import resource_of_staff, resources_of
from booking.clinic_web.grid.cells import table_of
from booking.clinic_web.grid.looks import not_seen_lately
from booking.clinic_web.grid.moved import Moved, last_move
from booking.clinic_web.grid.reading import Shown, read_days, without_weekend
from booking.clinic_web.grid.stamp import stamp
from booking.platform.i18n import language_code
from booking.platform.pages import db, looked_at, me

PLACES = ("staff_grid.day", "staff_grid.part", "staff_week.week", "staff_week.part")
# The grid of a week, in addresses and forms.
WEEK = "uge"
ALL_DAYS = 7


@dataclass(frozen=True)
class View:
    """The clinic's day and the chosen columns of all there are; or, as `week`, one's days of it."""

    clinic: Clinic
    day: date
    everyone: Sequence[Resource]
    chosen: Sequence[Resource]
    narrowed: bool
    week: bool = False

    @property
    def monday(self) -> date:
        """The first day of its week."""
        return self.day - timedelta(days=self.day.weekday())

    def page(self, day: date | None = None) -> str:
        """The address of this page on the same day or another."""
        return self._address("staff_week.week" if self.week else "staff_grid.day", day)

    def part(self) -> str:
        """The address of what of it may change."""
        return self._address("staff_week.part" if self.week else "staff_grid.part", None)

    def _address(self, endpoint: str, day: date | None) -> str:
        arguments: dict[str, Any] = {"dato": (day or self.day).isoformat()}
        if self.week:
            arguments["hos"] = self.chosen[0].id if self.chosen else None
        elif self.narrowed:
            arguments["vis"] = [one.id for one in self.chosen]
        return url_for(endpoint, clinic_id=self.clinic.id, **arguments)


@dataclass(frozen=True)
class Closed:
    """Days without hours: why, where the calendar says so, and the way to the next with any."""

    why: str
    next_day: date | None
    next_href: str


def day_view(clinic: Clinic, day: date, vis: Sequence[int]) -> View:
    """A day's view: the chosen of the clinic's resources, or all its clinicians."""
    everyone = resources_of(db(), clinic.id)
    chosen = [one for one in everyone if one.id in vis]
    if chosen:
        return View(clinic, day, everyone, chosen, narrowed=True)
    clinicians = [one for one in everyone if one.kind == "clinician"]
    return View(clinic, day, everyone, clinicians, narrowed=False)


def week_view(clinic: Clinic, day: date, hos: int | None) -> View:
    """The week of one resource around a day: the chosen, the asker's own, or the first there is."""
    everyone = sorted(resources_of(db(), clinic.id), key=lambda one: one.kind != "clinician")
    own = resource_of_staff(db(), me().id)
    wanted = [hos, own.id if own else None]
    first = [one for number in wanted for one in everyone if one.id == number]
    return View(clinic, day, everyone, [*first, *everyone][:1], narrowed=True, week=True)


@dataclass(frozen=True)
class Screen:
    """A view as it stands in the database now.

    moved: the asker's last move, which one press takes back. stamp: changes with all of it.
    """

    view: View
    shown: Shown
    closed: Closed | None
    moved: Moved | None
    stamp: str

    def context(self) -> dict[str, Any]:
        """Context of the part of the page that may change."""
        clinic = self.view.clinic
        return {
            "clinic": clinic,
            "day": self.view.day,
            "view": self.view,
            "table": table_of(self.shown, clinic.zone, db().now()),
            "closed": self.closed,
            "stamp": self.stamp,
            "moved": self.moved,
        }


def read_view(view: View) -> Screen:
    """What the view shows, noted in the log for those who have not been shown lately."""
    clinic, days = view.clinic, [view.day]
    if view.week:
        days = [view.monday + timedelta(days=number) for number in range(ALL_DAYS)]
    shown = read_days(db(), clinic, days, view.chosen, language_code())
    if view.week:
        shown = without_weekend(shown, clinic.zone)
    new = not_seen_lately(db(), me(), PLACES, clinic.id, shown.patients)
    if new:
        looked_at(*new, clinic_id=clinic.id)
    moved, closed = last_move(db(), me(), clinic), _closed(view, shown)
    # Each who looks has their own undo, and their own language.
    more = (view.narrowed, closed, moved, language_code(), clinic.zone_name)
    return Screen(view, shown, closed, moved, stamp(shown, *more))


def _closed(view: View, shown: Shown) -> Closed | None:
    """None for days on which anyone shown has hours."""
    if any(shown.hours.values()):
        return None
    ids = [one.id for one in view.chosen]
    last = shown.days[-1]
    following = opening_days.next_open_day(db(), view.clinic, ids, last)
    reasons = [one.reason for one in shown.shut if one.resource_id is None or one.at_site]
    return Closed(
        ", ".join(dict.fromkeys(one for one in reasons if one)),
        following,
        view.page(following) if following else "",
    )

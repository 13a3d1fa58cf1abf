"""The day grid's page, and the part of it that is asked for again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import queries
from booking.calendar import opening_days
from booking.calendar.models import Clinic, Resource
from booking.calendar.public_holidays import closed_days
from booking.calendar.queries import resources_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.grid.cells import table_of
from booking.clinic_web.grid.looks import not_seen_lately
from booking.clinic_web.grid.moved import last_move
from booking.clinic_web.grid.reading import Day, read_day
from booking.clinic_web.grid.stamp import stamp
from booking.platform.errors import InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Day as DayField
from booking.platform.forms import Form, Ids, read
from booking.platform.i18n import language_code
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_grid", __name__, url_prefix="/klinik/<int:clinic_id>/kalender")
MENU_ENTRIES = (MenuEntry("staff_grid.day", _l("Kalender")),)

PLACES = ("staff_grid.day", "staff_grid.part")


class DayForm(Form):
    """Which day, and whose columns; none chosen means every clinician."""

    dato = DayField()
    vis = Ids()


@dataclass(frozen=True)
class View:
    """What a grid shows: the clinic's day, and the chosen columns of all there are."""

    clinic: Clinic
    day: date
    everyone: Sequence[Resource]
    chosen: Sequence[Resource]
    narrowed: bool

    def address(self, endpoint: str, day: date | None = None) -> str:
        """A page about the same columns, on the same day or another."""
        arguments: dict[str, Any] = {"dato": (day or self.day).isoformat()}
        if self.narrowed:
            arguments["vis"] = [one.id for one in self.chosen]
        return url_for(endpoint, clinic_id=self.clinic.id, **arguments)


@pages.get("", access=Access.STAFF)
def day(clinic_id: int) -> ResponseReturnValue:
    """The grid of a day, today where none is asked for."""
    clinic = clinic_here(clinic_id)
    view, errors = _asked(clinic)
    shown = _read(view)
    today = queries.today(db(), clinic)
    page = render_template(
        "clinic/grid/day.html",
        **content(view, shown),
        today=today,
        now=db().now(),
        previous=view.address(".day", view.day - timedelta(days=1)),
        following=view.address(".day", view.day + timedelta(days=1)),
        to_today=view.address(".day", today),
        part=view.address(".part"),
        options=[
            (legend, [one for one in view.everyone if (one.kind == "clinician") == clinicians])
            for legend, clinicians in ((_("Behandlere"), True), (_("Rum og udstyr"), False))
        ],
        chosen={one.id for one in view.chosen},
        values={"dato": view.day.isoformat()},
        errors=errors,
    )
    return page, 422 if errors else 200


@pages.get("/udsnit", access=Access.STAFF)
def part(clinic_id: int) -> ResponseReturnValue:
    """What of the grid may change, by itself; 304 while it has not."""
    clinic = clinic_here(clinic_id)
    # A screen that asks by itself is nobody at work: the sign-in ends as if it had not asked.
    sent = current_app.session_interface.open_session(current_app, request)
    if sent is not None:
        cookie["sign_in"] = sent["sign_in"]
    view, _errors = _asked(clinic)
    shown = _read(view)
    tag = stamp_of(view, shown)
    if tag in request.if_none_match:
        return "", 304
    answer = make_response(render_template("clinic/grid/content.html", **content(view, shown)))
    answer.set_etag(tag)
    return answer


def stamp_of(view: View, shown: Day) -> str:
    """The grid's entity tag: the day, the language, and who looks (each has their own undo)."""
    return stamp(shown, language_code(), view.narrowed, last_move(db(), me(), view.clinic))


def content(view: View, shown: Day) -> dict[str, Any]:
    """Context of the part of the page that may change."""
    return {
        "clinic": view.clinic,
        "day": view.day,
        "view": view,
        "table": table_of(shown, view.clinic.zone, db().now()),
        "closed": _closed(view, shown),
        "stamp": stamp_of(view, shown),
        "moved": last_move(db(), me(), view.clinic),
    }


def view_of(clinic: Clinic, day: date, vis: Sequence[int]) -> View:
    """A day's view: the chosen of the clinic's resources, or all its clinicians."""
    everyone = resources_of(db(), clinic.id)
    chosen = [one for one in everyone if one.id in vis]
    if chosen:
        return View(clinic, day, everyone, chosen, narrowed=True)
    clinicians = [one for one in everyone if one.kind == "clinician"]
    return View(clinic, day, everyone, clinicians, narrowed=False)


def read_view(view: View) -> Day:
    """What the view shows, noted in the log for those who have not been shown lately."""
    return _read(view)


def _asked(clinic: Clinic) -> tuple[View, dict[str, Any]]:
    today = queries.today(db(), clinic)
    try:
        typed, errors = read(DayForm(), "query"), {}
    except InvalidInput as error:
        typed, errors = {}, error.fields
    return view_of(clinic, typed.get("dato", today), typed.get("vis", [])), errors


def _read(view: View) -> Day:
    shown = read_day(db(), view.clinic, view.day, view.chosen, language_code())
    new = not_seen_lately(db(), me(), PLACES, view.clinic.id, shown.patients)
    if new:
        looked_at(*new, clinic_id=view.clinic.id)
    return shown


@dataclass(frozen=True)
class Closed:
    """A day without hours: why, where the calendar says so, and the way to the next with any."""

    why: str
    next_day: date | None
    next_href: str


def _closed(view: View, shown: Day) -> Closed | None:
    """None for a day on which anyone shown has hours."""
    if any(shown.hours.values()):
        return None
    ids = [one.id for one in view.chosen]
    following = opening_days.next_open_day(db(), view.clinic, ids, view.day)
    reasons = [one.reason for one in shown.shut if one.reason and one.resource_id is None]
    holiday = closed_days(view.clinic, view.day, view.day, language_code()).get(view.day, "")
    return Closed(
        ", ".join(dict.fromkeys(one for one in (holiday, *reasons) if one)),
        following,
        view.address("staff_grid.day", following) if following else "",
    )

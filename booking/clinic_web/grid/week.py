"""A clinician's or a room's whole week: its days across, quarter-hours down."""

from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from booking.appointments import queries
from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here, stand_under
from booking.clinic_web.grid.page import part_of, ways
from booking.clinic_web.grid.view import ALL_DAYS, View, read_view, week_view
from booking.platform.errors import InvalidInput
from booking.platform.forms import Day as DayField
from booking.platform.forms import Form, Id, read
from booking.platform.pages import Access, Pages, db

pages = Pages("staff_week", __name__, url_prefix="/klinik/<int:clinic_id>/kalender/uge")


class WeekForm(Form):
    """A day of the week that is meant, and whose week."""

    dato = DayField()
    hos = Id()


@pages.get("", access=Access.STAFF)
def week(clinic_id: int) -> ResponseReturnValue:
    """The week of one resource: this week and the asker's own where nothing is asked for."""
    clinic = clinic_here(clinic_id)
    stand_under("staff_grid.day")
    view, errors = _asked(clinic)
    today = queries.today(db(), clinic)
    screen = read_view(view)
    before, after = _beside(view)
    one = timedelta(days=ALL_DAYS)
    page = render_template(
        "clinic/grid/week.html",
        **screen.context(),
        whose=view.chosen[0] if view.chosen else None,
        monday=view.monday,
        last=screen.shown.days[-1],
        number=view.monday.isocalendar().week,
        today=today,
        this_week=view.monday <= today < view.monday + one,
        now=db().now(),
        previous=view.page(view.monday - one),
        following=view.page(view.monday + one),
        to_today=view.page(today),
        before=before,
        after=after,
        ways=ways(clinic, view, None),
        options=[(one.id, one.name) for one in view.everyone],
        values={"dato": view.day.isoformat(), "hos": view.chosen[0].id if view.chosen else ""},
        errors=errors,
    )
    return page, 422 if errors else 200


@pages.get("/udsnit", access=Access.STAFF)
def part(clinic_id: int) -> ResponseReturnValue:
    """What of the week may change, by itself; 304 while it has not."""
    return part_of(_asked(clinic_here(clinic_id))[0])


def _beside(view: View) -> list[tuple[str, str]]:
    """The week of the resource before and of the one after, round and round: name, address."""
    if len(view.everyone) < 2 or not view.chosen:
        return [("", ""), ("", "")]
    here = [one.id for one in view.everyone].index(view.chosen[0].id)
    beside = (view.everyone[(here + by) % len(view.everyone)] for by in (-1, 1))
    where: dict[str, Any] = {"clinic_id": view.clinic.id, "dato": view.day.isoformat()}
    return [(one.name, url_for("staff_week.week", **where, hos=one.id)) for one in beside]


def _asked(clinic: Clinic) -> tuple[View, dict[str, Any]]:
    today = queries.today(db(), clinic)
    try:
        typed, errors = read(WeekForm(), "query"), {}
    except InvalidInput as error:
        typed, errors = {}, error.fields
    return week_view(clinic, typed.get("dato", today), typed.get("hos")), errors

"""The day grid's page, and the part of it that is asked for again and again."""

from datetime import timedelta
from typing import Any

from flask import current_app, make_response, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import queries
from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.grid.view import View, day_view, read_view
from booking.platform.errors import InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Day as DayField
from booking.platform.forms import Form, Ids, read
from booking.platform.pages import Access, Pages, db

pages = Pages("staff_grid", __name__, url_prefix="/klinik/<int:clinic_id>/kalender")
MENU_ENTRIES = (MenuEntry("staff_grid.day", _l("Kalender")),)


class DayForm(Form):
    """Which day, and whose columns; none chosen means every clinician."""

    dato = DayField()
    vis = Ids()


@pages.get("", access=Access.STAFF)
def day(clinic_id: int) -> ResponseReturnValue:
    """The grid of a day, today where none is asked for."""
    clinic = clinic_here(clinic_id)
    view, errors = _asked(clinic)
    today = queries.today(db(), clinic)
    chosen = {one.id for one in view.chosen}
    only = view.chosen[0].id if view.narrowed and len(view.chosen) == 1 else None
    page = render_template(
        "clinic/grid/day.html",
        **read_view(view).context(),
        today=today,
        now=db().now(),
        previous=view.page(view.day - timedelta(days=1)),
        following=view.page(view.day + timedelta(days=1)),
        to_today=view.page(today),
        ways=ways(clinic, view, only),
        options=[
            (legend, [one for one in view.everyone if (one.kind == "clinician") == clinicians])
            for legend, clinicians in ((_("Behandlere"), True), (_("Rum og udstyr"), False))
        ],
        chosen=chosen,
        values={"dato": view.day.isoformat()},
        errors=errors,
    )
    return page, 422 if errors else 200


@pages.get("/udsnit", access=Access.STAFF)
def part(clinic_id: int) -> ResponseReturnValue:
    """What of the grid may change, by itself; 304 while it has not."""
    return part_of(_asked(clinic_here(clinic_id))[0])


def part_of(view: View) -> ResponseReturnValue:
    """The part of a view's page that may change, unless the asker has it as it is."""
    # A screen that asks by itself is nobody at work: the sign-in ends as if it had not asked.
    sent = current_app.session_interface.open_session(current_app, request)
    if sent is not None:
        cookie["sign_in"] = sent["sign_in"]
    screen = read_view(view)
    if screen.stamp in request.if_none_match:
        return "", 304
    answer = make_response(render_template("clinic/grid/content.html", **screen.context()))
    answer.set_etag(screen.stamp)
    return answer


def ways(clinic: Clinic, view: View, hos: int | None) -> list[dict[str, Any]]:
    """The way between the day of many and the week of one, on the same day."""
    where: dict[str, Any] = {"clinic_id": clinic.id, "dato": view.day.isoformat()}
    return [
        {"text": _("Dag"), "href": url_for("staff_grid.day", **where), "current": not view.week},
        {
            "text": _("Uge"),
            "href": url_for("staff_week.week", **where, hos=hos),
            "current": view.week,
        },
    ]


def _asked(clinic: Clinic) -> tuple[View, dict[str, Any]]:
    today = queries.today(db(), clinic)
    try:
        typed, errors = read(DayForm(), "query"), {}
    except InvalidInput as error:
        typed, errors = {}, error.fields
    return day_view(clinic, typed.get("dato", today), typed.get("vis", [])), errors

"""Arrivals: who is expected soon, who is here and how long, and who has not come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import segno
from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from booking.appointments import queries
from booking.appointments.models import Appointment
from booking.appointments.waiting import Running, running_of
from booking.calendar.queries import resources_of
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.waits import waited_text, who_runs_late
from booking.platform.pages import Access, Pages, db, looked_at
from booking.platform.web import rettid

pages = Pages("staff_arrivals", __name__, url_prefix="/klinik/<int:clinic_id>/ankomster")

SOON = timedelta(hours=1)
LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Awaited:
    """One patient on the page. expected: when they will be called in, where that is later.

    late: minutes since the time began, for whoever has not come. oneself: told us by themselves.
    """

    appointment: Appointment
    wait: str = ""
    expected: datetime | None = None
    late: int = 0
    oneself: bool = False


@dataclass(frozen=True)
class Lists:
    """The page's three lists."""

    missing: list[Awaited]
    here: list[Awaited]
    soon: list[Awaited]


@pages.get("", access=Access.STAFF)
def arrivals(clinic_id: int) -> ResponseReturnValue:
    """The three lists as they stand now; the page asks for them anew by itself."""
    clinic = clinic_here(clinic_id)
    today = queries.day_list(db(), clinic, queries.today(db(), clinic))
    running = running_of(today, db().now())
    lists = lists_of(today, running, queries.arrived_by_themselves(db(), [one.id for one in today]))
    shown = (*lists.missing, *lists.here, *lists.soon)
    looked_at(*{one.appointment.patient_id for one in shown}, clinic_id=clinic_id)
    return render_template(
        "clinic/day/arrivals.html",
        clinic=clinic,
        now=running.now,
        lists=lists,
        late=who_runs_late(running, resources_of(db(), clinic_id, "clinician")),
        address=_check_in_address(clinic_id),
    )


@pages.get("/plakat", access=Access.STAFF)
def poster(clinic_id: int) -> ResponseReturnValue:
    """A sheet for the waiting room: the address where patients say that they are here, as a code
    for a telephone's camera and in letters."""
    clinic = clinic_here(clinic_id)
    address = _check_in_address(clinic_id)
    code = segno.make(address, error="m", micro=False)
    return render_template(
        "clinic/day/poster.html",
        clinic=clinic,
        address=address,
        code=Markup(code.svg_inline(omitsize=True, svgclass="poster__code", lineclass=None)),  # noqa: S704  (drawn from the address alone)
    )


def _check_in_address(clinic_id: int) -> str:
    own = url_for("patient_check_in.form", clinic_id=clinic_id)
    return rettid().config.public_url + own


def lists_of(today: Sequence[Appointment], running: Running, oneself: set[int]) -> Lists:
    """Sort a day's appointments; whoever is here for one contact is not missing from the next.

    oneself: the appointments whose patients told us by themselves that they are here.
    """
    now = running.now
    present = {one.patient_id for one in today if one.status in ("arrived", "checked-in")}
    met = [one for one in today if one.form == "in_person"]
    missing, soon = [], []
    for one in met:
        if one.status != "booked":
            continue
        late = max(0, int((now - one.starts_at) / timedelta(minutes=1)))
        if one.starts_at + LATE_AFTER <= now:
            if one.patient_id not in present:
                missing.append(Awaited(one, late=late))
        elif one.starts_at <= now + SOON:
            soon.append(Awaited(one, expected=_later(one, running), late=late))
    here = [
        Awaited(
            one, waited_text(one, running, today), _later(one, running), oneself=one.id in oneself
        )
        for one in met
        if one.status == "arrived"
    ]
    return Lists(missing, here, soon)


def _later(appointment: Appointment, running: Running) -> datetime | None:
    """When it will begin, where that is noticeably later than planned."""
    expected = running.starts.get(appointment.id)
    if expected is None or expected < appointment.starts_at + LATE_AFTER:
        return None
    return expected

"""The day list: who comes, when and why; and what happens to each, as it happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import attendance, queries
from booking.appointments.models import Appointment
from booking.appointments.waiting import Running, running_of
from booking.appointments.wording import FORMS
from booking.calendar import opening_days
from booking.calendar.models import Clinic, Resource
from booking.calendar.public_holidays import closed_days
from booking.calendar.queries import resource_of_staff, resources_of
from booking.clinic_web import words
from booking.clinic_web.day_rows import rows_of
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.waits import Late, waited_text, who_runs_late
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Day, Form, Text, read
from booking.platform.i18n import language_code
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_day", __name__, url_prefix="/klinik/<int:clinic_id>")
MENU_ENTRIES = (MenuEntry("staff_day.day", _l("Dagen")),)

ACTIONS = {
    "arrive": attendance.arrive,
    "call_in": attendance.call_in,
    "done": attendance.done,
    "did_not_come": attendance.did_not_come,
    "undo": attendance.undo,
}
TEXTS = {
    "arrive": _l("Ankommet"),
    "call_in": _l("Kald ind"),
    "done": _l("Færdig"),
    "did_not_come": _l("Udeblevet"),
    "undo": _l("Fortryd"),
}
EVERYONE = "alle"


class DayForm(Form):
    """Which day, and whose."""

    dato = Day()
    hos = Text(longest=12)


class ActionForm(Form):
    """What happened to one appointment, and the page to come back to."""

    do = Choice(ACTIONS, required=True)
    hos = Text(longest=12)
    fra = Choice(["tid", "ankomst"])


@pages.get("/dag", access=Access.STAFF)
def day(clinic_id: int) -> ResponseReturnValue:
    """The day list; a clinician who signs in sees their own day first."""
    clinic = clinic_here(clinic_id)
    today = queries.today(db(), clinic)
    try:
        typed, errors, status = read(DayForm(), "query"), {}, 200
    except InvalidInput as error:
        typed, errors, status = {}, error.fields, 422
    clinicians = resources_of(db(), clinic_id, "clinician")
    chosen = _whose(clinicians, typed.get("hos"))
    shown: date = typed.get("dato", today)
    own = chosen is not None and chosen.staff_id == me().id
    rows = rows_of(db(), clinic, shown, chosen, [one.id for one in clinicians], own=own)
    coming = [row.appointment for row in rows if row.appointment]
    looked_at(*{one.patient_id for one in coming}, clinic_id=clinic_id)
    page = render_template(
        "clinic/day/day.html",
        clinic=clinic,
        day=shown,
        today=today,
        previous=_link(clinic, shown - timedelta(days=1), chosen),
        following=_link(clinic, shown + timedelta(days=1), chosen),
        to_today=_link(clinic, today, chosen),
        whose_options=[(EVERYONE, _("Alle")), *((str(one.id), one.name) for one in clinicians)],
        chosen=chosen,
        whose=str(chosen.id) if chosen else EVERYONE,
        rows=rows,
        closed=None if rows else _closed(clinic, clinicians, chosen, shown),
        counts=_counts(coming),
        **_as_it_goes(coming, clinicians, chosen, is_today=shown == today),
        forms=FORMS,
        texts=TEXTS,
        may_replan=shown >= today and bool(me().roles[clinic.id] & OFFICE),
        values={"dato": shown.isoformat(), "hos": str(chosen.id) if chosen else EVERYONE},
        errors=errors,
    )
    return page, status


@pages.post("/tider/<int:appointment_id>/dagen", access=Access.STAFF)
def act(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """Arrived, called in, done, did not come, or undo; back to the same row."""
    clinic = clinic_here(clinic_id)
    appointment = queries.at_clinic(db(), clinic_id, appointment_id)
    shown, whose, back = local_date(appointment.starts_at, clinic.zone), "", ""
    try:
        typed = read(ActionForm())
        whose, back = typed.get("hos", ""), typed.get("fra", "")
        with refusals():
            ACTIONS[typed["do"]](db(), me(), appointment)
    except DomainError as error:
        db().rollback()
        flash(_refused(error, appointment), "warning")
    if back == "ankomst":
        # Whoever has been called in is no longer on that page.
        anchor = f"a{appointment_id}" if appointment.status in ("booked", "arrived") else "arrivals"
        return redirect(
            url_for("staff_arrivals.arrivals", clinic_id=clinic_id, _anchor=anchor), 303
        )
    if back:
        return redirect(
            url_for("staff_appointments.show", clinic_id=clinic_id, appointment_id=appointment_id),
            303,
        )
    where: dict[str, Any] = {"dato": shown.isoformat(), "_anchor": f"a{appointment_id}"}
    if whose:
        where["hos"] = whose
    return redirect(url_for(".day", clinic_id=clinic_id, **where), 303)


def _as_it_goes(
    coming: Sequence[Appointment],
    clinicians: Sequence[Resource],
    chosen: Resource | None,
    *,
    is_today: bool,
) -> dict[str, object]:
    """How long those who are here have waited, and who runs late; nothing on other days."""
    late: list[Late] = []
    running: Running | None = None
    if is_today:
        running = running_of(coming, db().now())
        late = who_runs_late(running, [chosen] if chosen else clinicians)
    waits = {one.id: waited_text(one, running, coming) for one in coming} if running else {}
    return {"late": late, "waits": waits}


def _refused(error: DomainError, appointment: Appointment) -> str:
    if error.code == "wrong_state":
        return _(
            "Intet er ændret: tiden står nu som %(status)s.",
            status=words.standing(appointment).text,
        )
    return in_words(error)


def _whose(clinicians: Sequence[Resource], asked: str | None) -> Resource | None:
    """The clinician asked for; the signed-in one's own day where none is; None for everyone."""
    if asked == EVERYONE:
        return None
    if asked is None:
        own = resource_of_staff(db(), me().id)
        return own if own in clinicians else None
    for one in clinicians:
        if str(one.id) == asked:
            return one
    raise NotFound


def _link(clinic: Clinic, to: date, chosen: Resource | None) -> str:
    whose = str(chosen.id) if chosen else EVERYONE
    return url_for(".day", clinic_id=clinic.id, dato=to.isoformat(), hos=whose)


@dataclass(frozen=True)
class Closed:
    """A day without hours: why, where the calendar says so, and the way to the next with any."""

    why: str
    next_day: date | None
    next_href: str


def _closed(
    clinic: Clinic, clinicians: Sequence[Resource], chosen: Resource | None, day: date
) -> Closed | None:
    """None for a day with hours on which nobody happens to be booked."""
    ids = [chosen.id] if chosen else [one.id for one in clinicians]
    if opening_days.is_open(db(), clinic, ids, day):
        return None
    following = opening_days.next_open_day(db(), clinic, ids, day)
    return Closed(
        closed_days(clinic, day, day, language_code()).get(day, ""),
        following,
        _link(clinic, following, chosen) if following else "",
    )


def _counts(appointments: Sequence[Appointment]) -> dict[str, int]:
    return {
        "all": len(appointments),
        "unanswered": sum(
            one.status == "booked" and one.participant == "needs-action" for one in appointments
        ),
        "here": sum(one.status in ("arrived", "checked-in") for one in appointments),
        "done": sum(one.status == "fulfilled" for one in appointments),
        "noshow": sum(one.status == "noshow" for one in appointments),
    }

"""Moving what stands in the grid: what stands in the way is shown first, all of it at once.

The same address serves the keyboard, the pointer and a plain form: the script asks for a part of
a page, everyone else for a page.
"""

from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import queries
from booking.appointments.conflicts import Conflict
from booking.appointments.errors import CannotUndo
from booking.appointments.models import Appointment
from booking.appointments.undo import last_act
from booking.appointments.undo import undo as take_back
from booking.calendar.models import Clinic
from booking.calendar.queries import resource_of, resources_of
from booking.clinic_web import conflict_words
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.grid import moved
from booking.clinic_web.grid.obstacles import Obstacle, carry_out, obstacles, obstacles_of
from booking.clinic_web.grid.target import Target, places_on
from booking.clinic_web.grid.view import ALL_DAYS, WEEK, View, day_view, read_view, week_view
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.words import LATE_REASONS
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput
from booking.platform.forms import Choice, Day, Form, Id, Ids, Number, Text, WallClock, read
from booking.platform.i18n import moment
from booking.platform.localtime import local_date, to_local, to_utc
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_grid_moves", __name__, url_prefix="/klinik/<int:clinic_id>/kalender")

FRAGMENT = "Rettid-Fragment"


class GridForm(Form):
    """The grid one stands at: a day's, and whose columns; or the week of the one in `vis`."""

    vis = Ids()
    visning = Choice([WEEK])
    dato = Day()


class WhichForm(GridForm):
    """Which appointment, and the days to look at: one, or up to a week `til` another."""

    tid = Id(required=True)
    til = Day()


class MoveForm(WhichForm):
    """Where to, from which version, and what has been said yes to."""

    dag = Day(required=True)
    kl = WallClock(required=True)
    hos = Id(required=True)
    version = Number(0, 2_147_483_647, required=True)
    ja = Text(longest=64)
    grund = Choice(LATE_REASONS)


@pages.get("/pladser", access=Access.STAFF)
def places(clinic_id: int) -> ResponseReturnValue:
    """Where an appointment fits: day -> clinician -> wall-clock starts (HH:MM); and on which
    minutes of the hour it may begin, with the words for where it may not."""
    clinic = clinic_here(clinic_id)
    typed = read(WhichForm(), "query")
    appointment = queries.at_clinic(db(), clinic_id, typed["tid"])
    first = typed.get("dato", local_date(appointment.starts_at, clinic.zone))
    last = min(max(first, typed.get("til", first)), first + timedelta(days=ALL_DAYS - 1))
    found: dict[str, dict[str, list[str]]] = {}
    for clinician, starts in places_on(db(), me(), appointment, first, last).items():
        for start in starts:
            local = to_local(start, clinic.zone)
            of_day = found.setdefault(local.date().isoformat(), {})
            of_day.setdefault(str(clinician), []).append(f"{local:%H:%M}")
    every = appointment.visit_type.grid_minutes
    off_grid = Conflict("off_grid", data={"minutes": every})
    return {
        "places": found,
        "every": every,
        "off_grid": conflict_words.in_words(off_grid, clinic.zone),
    }


@pages.get("/flyt", access=Access.STAFF)
def form(clinic_id: int) -> ResponseReturnValue:
    """Move to …: a day, a time and a clinician."""
    clinic = clinic_here(clinic_id)
    typed = read(WhichForm(), "query")
    appointment = _appointment(clinic, typed["tid"])
    start = to_local(appointment.starts_at, clinic.zone)
    values = {
        "dag": start.date().isoformat(),
        "kl": f"{start:%H:%M}",
        "hos": appointment.clinician_id,
        "version": appointment.version,
    }
    return _step(clinic, appointment, values, {}, [])


@pages.post("/flyt", access=Access.STAFF)
def move(clinic_id: int) -> ResponseReturnValue:
    """Move, if nothing stands in the way or it has been said yes to; else show what does."""
    clinic = clinic_here(clinic_id)
    appointment = _appointment(clinic, read(WhichForm())["tid"])
    values = request.form.to_dict()
    try:
        typed = read(MoveForm())
        start = to_utc(datetime.combine(typed["dag"], typed["kl"]), clinic.zone)
        target = Target(start, resource_of(db(), clinic_id, typed["hos"]))
    except DomainError as error:
        fields = error.fields if isinstance(error, InvalidInput) else {"kl": in_words(error)}
        return _step(clinic, appointment, values, fields, [], 422)
    if typed["version"] != appointment.version:
        values["version"] = str(appointment.version)
        changed = Obstacle(in_words(ChangedMeanwhile()), stops=False)
        in_the_way = [changed, *obstacles(db(), me(), appointment, target)]
        return _step(clinic, appointment, values, {}, in_the_way, 409, target)
    in_the_way = obstacles(db(), me(), appointment, target)
    reason = typed.get("grund")
    if any(one.stops for one in in_the_way) or (
        in_the_way and typed.get("ja") != _fingerprint(target, in_the_way)
    ):
        return _step(clinic, appointment, values, {}, in_the_way, 409, target)
    if reason is None and any(one.late for one in in_the_way):
        missing = {"grund": _("Vælg, hvorfor tiden ligger efter fristen.")}
        return _step(clinic, appointment, values, missing, in_the_way, 422, target)
    try:
        with refusals():
            carry_out(db(), me(), appointment, target, reason)
    except DomainError as error:
        db().rollback()
        return _step(clinic, appointment, values, {}, obstacles_of(error, clinic.zone), 409, target)
    moved.remember(me(), appointment)
    said = _(
        "%(name)s er flyttet til %(when)s hos %(who)s.",
        name=appointment.patient.name,
        when=moment(appointment.starts_at, clinic.zone),
        who=target.clinician.name,
    )
    return _back(clinic, appointment, typed, said)


@pages.post("/fortryd", access=Access.STAFF)
def undo(clinic_id: int) -> ResponseReturnValue:
    """Take the last move back, as a move of its own."""
    clinic = clinic_here(clinic_id)
    last, shown = moved.last_move(db(), me(), clinic), read(GridForm())
    if last is None:
        nothing = _("Der er ikke noget at fortryde. En anden kan have ændret tiden siden.")
        return _back(clinic, None, shown, nothing, "warning")
    appointment = _appointment(clinic, last.appointment_id)
    moved.forget()
    try:
        with refusals():
            change = last_act(db(), me(), appointment)
            if change is None:
                raise CannotUndo
            take_back(db(), me(), change)
    except DomainError as error:
        db().rollback()
        why = " ".join(one.text for one in obstacles_of(error, clinic.zone))
        refused = _("Flytningen kan ikke fortrydes. %(why)s", why=why)
        return _back(clinic, appointment, shown, refused, "warning")
    said = _(
        "Fortrudt: %(name)s har igen tiden %(when)s.",
        name=appointment.patient.name,
        when=moment(appointment.starts_at, clinic.zone),
    )
    return _back(clinic, appointment, shown, said)


def _appointment(clinic: Clinic, appointment_id: int) -> Appointment:
    appointment = queries.at_clinic(db(), clinic.id, appointment_id)
    looked_at(appointment.patient_id, clinic_id=clinic.id)
    return appointment


def _step(
    clinic: Clinic,
    appointment: Appointment,
    values: dict[str, Any],
    errors: dict[str, str],
    in_the_way: list[Obstacle],
    status: int = 200,
    target: Target | None = None,
) -> ResponseReturnValue:
    """The form, what was typed kept, and what stands in the way: a page, or the script's part."""
    template = "step" if FRAGMENT in request.headers else "move"
    page = render_template(
        f"clinic/grid/{template}.html",
        clinic=clinic,
        appointment=appointment,
        values=values,
        errors=errors,
        obstacles=in_the_way,
        said=_fingerprint(target, in_the_way) if target else "",
        stopped=any(one.stops for one in in_the_way),
        late=any(one.late for one in in_the_way),
        late_options=list(LATE_REASONS.items()),
        clinicians=[(one.id, one.name) for one in resources_of(db(), clinic.id, "clinician")],
        at={key: request.values.getlist(key) for key in GridForm().fields},
        back=_page_of(clinic, appointment),
    )
    return page, status


def _back(
    clinic: Clinic,
    appointment: Appointment | None,
    at: dict[str, Any],
    said: str,
    category: str = "success",
) -> ResponseReturnValue:
    """The part the script asked for of the grid one stands at; or the page of where it is now."""
    stands = appointment.starts_at if appointment else db().now()
    now_on, focus = local_date(stands, clinic.zone), f"a{appointment.id}" if appointment else ""
    if FRAGMENT not in request.headers:
        flash(said, category)
        day = now_on if appointment else at.get("dato", now_on)
        return redirect(f"{_view(clinic, at, day).page()}{f'#{focus}' if focus else ''}", 303)
    screen = read_view(_view(clinic, at, at.get("dato", now_on)))
    return render_template("clinic/grid/content.html", **screen.context(), said=said, focus=focus)


def _view(clinic: Clinic, at: dict[str, Any], day: date) -> View:
    if at.get("visning") == WEEK:
        return week_view(clinic, day, next(iter(at["vis"]), None))
    return day_view(clinic, day, at["vis"])


def _page_of(clinic: Clinic, appointment: Appointment) -> str:
    """The page one came from, as far as that can be read, at the appointment."""
    try:
        at = read(GridForm(), "query" if request.method == "GET" else "form")
    except InvalidInput:
        at = {"vis": []}
    now_on = local_date(appointment.starts_at, clinic.zone)
    return f"{_view(clinic, at, at.get('dato', now_on)).page()}#a{appointment.id}"


def _fingerprint(target: Target, in_the_way: list[Obstacle]) -> str:
    """Names a place and what stands in the way there: a yes to it is a yes to nothing else."""
    seen = (target.start.isoformat(), target.clinician.id, [one.text for one in in_the_way])
    return blake2b(repr(seen).encode(), digest_size=16).hexdigest()

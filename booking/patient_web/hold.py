"""A held time: confirm it, hold it longer, or give it up. It says the truth when it is over."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import holds, queries, service
from booking.appointments.errors import HoldExpired, PastDeadline
from booking.appointments.models import Appointment, Hold
from booking.appointments.search import Slot
from booking.calendar.models import Resource
from booking.patient_web.frame import (
    acts_for,
    domain_words,
    for_whom,
    my_appointment,
    my_ids,
    refused,
)
from booking.patient_web.schemas import ConfirmForm
from booking.patient_web.times import (
    JUST_LOST,
    MAY_NOT,
    Target,
    just_lost,
    of_free,
    of_invitation,
    of_move,
    to_whole_day,
)
from booking.platform.error_table import shown
from booking.platform.errors import InvalidInput, NotFound
from booking.platform.forms import read, rejected
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, me
from booking.sequences.errors import OutOfOrder
from booking.sequences.whole_day import check_order

pages = Pages("patient_hold", __name__, url_prefix="/tider/<token>")

PAGE = "patient/confirm.html"


@pages.get("", access=Access.PATIENT)
def confirm(token: str) -> ResponseReturnValue:
    """What is about to be booked, for how long it is held, and the button that books it."""
    try:
        hold = _mine(token)
    except HoldExpired:
        return _over(token)
    return render_template(PAGE, **_about(hold), values={}, errors={})


@pages.post("", access=Access.PATIENT)
def confirm_post(token: str) -> ResponseReturnValue:
    """Book it, or move the old time to it."""
    try:
        hold = _mine(token)
    except HoldExpired:
        return _over(token)
    slot = Slot(
        hold.starts_at, hold.ends_at, hold.clinician_id, hold.site_id, hold.group_session_id
    )
    target_of, form = _targeting(hold), hold.form
    try:
        typed = read(ConfirmForm())
        with domain_words():
            check_order(db(), me(), hold.moving, slot)
            booked = service.confirm(db(), me(), hold, late_ok=typed["late_ok"])
    except InvalidInput as error:
        return rejected(PAGE, error, **_about(hold))
    except PastDeadline:
        needed = InvalidInput({"late_ok": _("Sæt kryds, hvis du selv ønsker den senere tid.")})
        return rejected(PAGE, needed, **_about(hold))
    except OutOfOrder:
        return to_whole_day(target_of())
    except MAY_NOT as barred:
        target = target_of()
        return refused(barred, target.clinic, target.moving)
    except HoldExpired:  # two presses at the same moment
        return _over(token)
    except JUST_LOST as error:
        return just_lost(target_of(), error, slot, form)
    return _to_receipt(booked)


@pages.post("/forlaeng", access=Access.PATIENT)
def extend(token: str) -> ResponseReturnValue:
    """Ten minutes more, twice at most."""
    try:
        hold = _mine(token)
    except HoldExpired:
        return _over(token)
    if hold.extended >= holds.EXTENSIONS:
        flash(_("Tiden kan ikke holdes længere. Bekræft den nu, eller vælg en anden."), "warning")
    else:
        holds.extend(db(), hold)
        flash(_("Vi holder tiden i ti minutter mere."), "success")
    return redirect(url_for("patient_hold.confirm", token=token), 303)


@pages.post("/slip", access=Access.PATIENT)
def give_up(token: str) -> ResponseReturnValue:
    """Free the time and go back to the others (or, for a move, to the time one has)."""
    try:
        hold = _mine(token)
    except HoldExpired:
        return _over(token)
    target, again = _target(hold), _again(hold)
    holds.release(db(), hold.owner)
    onwards = target.back if request.form.get("til") == "behold" else again
    return redirect(onwards, 303)


def _mine(token: str) -> Hold:
    """The live hold, if it is for someone one acts for; raises HoldExpired otherwise."""
    if not token.isprintable():
        raise HoldExpired
    hold = holds.by_token(db(), token)
    if not acts_for(hold.patient_id):
        raise HoldExpired
    return hold


def _target(hold: Hold) -> Target:
    return _targeting(hold)()


def _targeting(hold: Hold) -> Callable[[], Target]:
    """What finds out where the hold's times are looked for; works when the hold is gone, too."""
    if hold.moving_id is not None:
        return partial(of_move, hold.moving_id)
    if hold.invitation_id is not None:
        return partial(of_invitation, hold.invitation_id)
    return partial(of_free, hold.course_id or 0, hold.visit_type_id)


def _about(hold: Hold) -> dict[str, object]:
    taken = [db().get_one(Resource, number) for number, _role in hold.resources]
    invitation, zone = hold.invitation, hold.clinic.zone
    deadline = invitation.deadline_on if invitation else None
    return {
        "hold": hold,
        "clinic": hold.clinic,
        "name": for_whom(hold.patient),
        "rooms": [one for one in taken if one.kind == "room"],
        "others": [one for one in taken if one.kind == "clinician" and one.id != hold.clinician_id],
        "moving": hold.moving,
        "deadline": deadline,
        "late": deadline is not None and local_date(hold.starts_at, zone) > deadline,
        "may_extend": hold.extended < holds.EXTENSIONS,
        "minutes": int((hold.ends_at - hold.starts_at).total_seconds() // 60),
        "now": db().now(),
    }


def _again(hold: Hold) -> str:
    """The list the time was chosen from, with its filters if the cookie still knows them."""
    held = _held(hold.token)
    return str(held["again"]) if held else _target(hold).here


def _over(token: str) -> ResponseReturnValue:
    """The hold is gone: say whether it was booked (a second press) or ran out.

    Only the browser that chose the time knows which one a hold was of. Another browser of the
    same patient is told the latest time confirmed on these pages.
    """
    db().rollback()
    booked = _booked_from(token)
    if booked is not None:
        return _to_receipt(booked)
    held = _held(token)
    moving = None
    if held.get("moving"):
        try:
            moving = my_appointment(held["moving"])
        except NotFound:
            moving = None
    text = shown(HoldExpired.code)
    latest = None if held else queries.latest_confirmed(db(), my_ids())
    page = render_template(
        "patient/hold_over.html",
        latest=latest,
        name=for_whom(latest.appointment.patient) if latest else "",
        moving=moving if moving is not None and moving.status == "booked" else None,
        clinic=moving.clinic if moving is not None else None,
        again=held.get("again") or url_for("patient_home.home"),
    )
    return page, text.status


def _to_receipt(booked: Appointment) -> ResponseReturnValue:
    return redirect(url_for("patient_visit.receipt", appointment_id=booked.id), 303)


def _held(token: str) -> dict[str, Any]:
    """What the cookie knows of this hold (see `times`); empty for another."""
    held: dict[str, Any] = cookie.get("held", {})
    return held if held.get("token") == token else {}


def _booked_from(token: str) -> Appointment | None:
    """The time this hold became, if it did."""
    held = _held(token)
    if not held or not acts_for(held["patient"]):
        return None
    start = datetime.fromisoformat(str(held["start"]))
    return queries.accepted_at(db(), held["patient"], held["visit_type"], start)

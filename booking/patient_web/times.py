"""Finding a time: on an invitation, to move a booked one, or freely; choosing it; or none fits."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments import holds, listing, occasions, queries, service
from booking.appointments.errors import (
    DoesNotFit,
    GroupFull,
    HasOneAlready,
    InClosingPeriod,
    ModeNotAllowed,
    MoveLimitReached,
    PatientBusy,
    TimeTaken,
    TooLate,
    WrongState,
)
from booking.appointments.invitations.models import Course
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import Appointment, Hold
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import WISHES
from booking.calendar.models import Clinic
from booking.patient_web import choices, time_filters
from booking.patient_web.frame import (
    acts_for,
    domain_words,
    for_whom,
    my_appointment,
    my_invitation,
    my_people,
    refused,
)
from booking.patient_web.schemas import ChooseForm, NoTimeFitsForm
from booking.platform.error_table import shown
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput, NotFound
from booking.platform.forms import read, rejected
from booking.platform.pages import Access, Pages, db, me
from booking.sequences.errors import OutOfOrder
from booking.sequences.whole_day import check_order, day_of

pages = Pages("patient_times", __name__)

LIST = "patient/times.html"
NO_TIME = "patient/no_time_fits.html"
JUST_LOST = (TimeTaken, DoesNotFit, PatientBusy, GroupFull, ChangedMeanwhile)
MAY_NOT = (HasOneAlready, InClosingPeriod, ModeNotAllowed, MoveLimitReached, TooLate, WrongState)


@dataclass(frozen=True)
class Target:
    """What a time is looked for, and where its pages are.

    occasion: for a form of contact (None: the one that was meant); raises when not permitted.
    here: the page of times. back: where to go for whoever gives up looking.
    """

    clinic: Clinic
    occasion: Callable[[str | None], Occasion]
    here: str
    no_time: str
    back: str
    moving: Appointment | None = None


@pages.route(
    "/indkaldelse/<int:invitation_id>/tider", methods=["GET", "POST"], access=Access.PATIENT
)
def for_invitation(invitation_id: int) -> ResponseReturnValue:
    """Times for an invitation; one that has a time is moved instead."""
    moved = _booked_on(invitation_id)
    if moved is not None:
        return redirect(url_for("patient_times.for_move", appointment_id=moved.id), 303)
    return _find(of_invitation(invitation_id))


@pages.route("/tid/<int:appointment_id>/flyt", methods=["GET", "POST"], access=Access.PATIENT)
def for_move(appointment_id: int) -> ResponseReturnValue:
    """Times to move an appointment to; it stands until the new one is confirmed."""
    return _find(of_move(appointment_id))


@pages.route(
    "/ny-tid/<int:course_id>/<int:visit_type_id>", methods=["GET", "POST"], access=Access.PATIENT
)
def for_free(course_id: int, visit_type_id: int) -> ResponseReturnValue:
    """Times of a kind of visit that may be booked without an invitation."""
    return _find(of_free(course_id, visit_type_id))


@pages.get("/ny-tid", access=Access.PATIENT)
def bookable() -> ResponseReturnValue:
    """What may be booked without an invitation, by person; and the invitations without a time."""
    found = [
        (
            for_whom(person),
            queries.freely_bookable(db(), person.id),
            [i for i in queries.without_a_time(db(), person.id) if i.status == "open"],
        )
        for person in my_people()
    ]
    return render_template("patient/bookable.html", people=found)


@pages.route(
    "/indkaldelse/<int:invitation_id>/ingen-passer",
    methods=["GET", "POST"],
    access=Access.PATIENT,
)
def none_for_invitation(invitation_id: int) -> ResponseReturnValue:
    """None of an invitation's times suit."""
    return _none_fits(of_invitation(invitation_id))


@pages.route(
    "/tid/<int:appointment_id>/ingen-passer", methods=["GET", "POST"], access=Access.PATIENT
)
def none_for_move(appointment_id: int) -> ResponseReturnValue:
    """None of the times to move to suit."""
    return _none_fits(of_move(appointment_id))


@pages.route(
    "/ny-tid/<int:course_id>/<int:visit_type_id>/ingen-passer",
    methods=["GET", "POST"],
    access=Access.PATIENT,
)
def none_for_free(course_id: int, visit_type_id: int) -> ResponseReturnValue:
    """None of the freely bookable times suit."""
    return _none_fits(of_free(course_id, visit_type_id))


def of_invitation(invitation_id: int) -> Target:
    """Booking on one's own invitation; raises NotFound for anyone else's."""
    invitation = my_invitation(invitation_id)
    return Target(
        clinic=invitation.clinic,
        occasion=lambda form: occasions.for_invitation(db(), me(), invitation, form),
        here=url_for("patient_times.for_invitation", invitation_id=invitation_id),
        no_time=url_for("patient_times.none_for_invitation", invitation_id=invitation_id),
        back=url_for("patient_home.home"),
    )


def of_move(appointment_id: int) -> Target:
    """Moving one's own appointment; raises NotFound for anyone else's."""
    appointment = my_appointment(appointment_id)
    return Target(
        clinic=appointment.clinic,
        occasion=lambda form: occasions.for_move(db(), me(), appointment, form),
        here=url_for("patient_times.for_move", appointment_id=appointment_id),
        no_time=url_for("patient_times.none_for_move", appointment_id=appointment_id),
        back=url_for("patient_visit.visit", appointment_id=appointment_id),
        moving=appointment,
    )


def of_free(course_id: int, visit_type_id: int) -> Target:
    """Booking freely within an open course; raises NotFound where that is not to be had."""
    course, visit_type = _freely(course_id, visit_type_id)
    return Target(
        clinic=course.clinic,
        occasion=lambda form: occasions.free(db(), me(), course, visit_type, form),
        here=url_for("patient_times.for_free", course_id=course_id, visit_type_id=visit_type_id),
        no_time=url_for(
            "patient_times.none_for_free", course_id=course_id, visit_type_id=visit_type_id
        ),
        back=url_for("patient_times.bookable"),
    )


def just_lost(target: Target, error: DomainError, slot: Slot, form: str) -> ResponseReturnValue:
    """The time was taken a moment ago: the nearest others, to choose from right there."""
    db().rollback()
    try:
        occasion = target.occasion(form)
    except MAY_NOT as barred:
        return refused(barred, target.clinic, target.moving)
    text = shown(error.code)
    page = render_template(
        "patient/just_lost.html",
        **_about(target, occasion),
        heading=text.heading,
        text=text.text,
        listed=choices.nearest(db(), occasion, slot.start),
        errors={},
    )
    return page, text.status


def to_whole_day(target: Target) -> ResponseReturnValue:
    """The time would come out of order with the others of that day: nothing is moved."""
    db().rollback()
    flash(
        _("Tiden er ikke flyttet: den passer ikke med dine andre tider den dag. Flyt dem samlet."),
        "warning",
    )
    moving = target.moving
    assert moving is not None
    return redirect(url_for("patient_whole_day.show", appointment_id=moving.id), 303)


def _find(target: Target) -> ResponseReturnValue:
    if request.method == "POST":
        return _choose(target)
    return _show(target, {})


def _show(target: Target, errors: dict[str, str]) -> ResponseReturnValue:
    filters, form, unread = time_filters.asked_for()
    try:
        occasion = target.occasion(form)
    except MAY_NOT as error:
        return refused(error, target.clinic, target.moving)
    week = choices.week_of(db(), occasion, filters)
    page = render_template(
        LIST,
        **_about(target, occasion),
        week=week,
        **time_filters.pager(target.here, occasion, filters, week),
        fields=time_filters.fields(occasion, filters, week),
        unread=unread,
        values=request.form,
        errors=errors,
    )
    return page, 422 if errors else 200


def _choose(target: Target) -> ResponseReturnValue:
    try:
        slot, form = listing.parsed(db(), read(ChooseForm())["start"])
    except InvalidInput as error:
        return _show(target, error.fields)
    try:
        occasion = target.occasion(form)
    except MAY_NOT as barred:
        return refused(barred, target.clinic, target.moving)
    try:
        if occasion.form != form:
            raise DoesNotFit
        check_order(db(), me(), occasion.moving, occasion.fitted(slot))
        hold = _place(occasion, slot)
    except OutOfOrder:
        return to_whole_day(target)
    except JUST_LOST as error:
        return just_lost(target, error, slot, form)
    # Known when the hold is gone, so that a late or second press can be told what is true.
    cookie["held"] = {
        "token": hold.token,
        "patient": hold.patient_id,
        "visit_type": hold.visit_type_id,
        "start": hold.starts_at.isoformat(),
        "again": request.full_path.rstrip("?"),
        "moving": hold.moving_id,
    }
    return redirect(url_for("patient_hold.confirm", token=hold.token), 303)


def _place(occasion: Occasion, slot: Slot) -> Hold:
    """Hold the slot; of two presses at the same moment the later one has it."""
    try:
        with domain_words():
            return holds.place(db(), occasion, slot)
    except ChangedMeanwhile:
        with domain_words():
            return holds.place(db(), occasion, slot)


def _none_fits(target: Target) -> ResponseReturnValue:
    try:
        occasion = target.occasion(None)
    except MAY_NOT as error:
        return refused(error, target.clinic, target.moving)
    context = {**_about(target, occasion), "wishes": list(WISHES.items())}
    if request.method == "GET":
        return render_template(NO_TIME, **context, values={}, errors={})
    try:
        typed = read(NoTimeFitsForm())
    except InvalidInput as error:
        return rejected(NO_TIME, error, **context)
    service.no_time_fits(db(), me(), occasion, typed["words"], typed["wishes"])
    if target.moving is None:
        flash(_("Klinikken har fået dit ønske og kontakter dig om en tid."), "success")
        return redirect(url_for("patient_home.home"), 303)
    flash(_("Klinikken har fået dit ønske og kontakter dig. Din tid gælder indtil da."), "success")
    return redirect(target.back, 303)


def _freely(course_id: int, visit_type_id: int) -> tuple[Course, VisitType]:
    found = queries.freely(db(), course_id, visit_type_id)
    if found is None or not acts_for(found[0].patient_id):
        raise NotFound
    return found


def _booked_on(invitation_id: int) -> Appointment | None:
    invitation = my_invitation(invitation_id)
    booked = live_appointment(db(), invitation)
    return booked if booked is not None and booked.status == "booked" else None


def _about(target: Target, occasion: Occasion) -> dict[str, object]:
    moving = occasion.moving
    return {
        "target": target,
        "occasion": occasion,
        "clinic": target.clinic,
        "moving": moving,
        "name": for_whom(occasion.patient),
        "moves_left": occasion.visit_type.move_limit - moving.moves if moving else None,
        "together": moving is not None and day_of(db(), moving) is not None,
    }

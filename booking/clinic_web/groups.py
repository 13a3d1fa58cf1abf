"""Group sessions: those to come, a new one, who takes part, and calling one off."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from booking.appointments import calling_off, groups, queries
from booking.appointments.models import ACTIVE, Appointment, GroupSession
from booking.appointments.occasions import STAFF_SEES
from booking.appointments.search import Wish
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_type_of, visit_types_of
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.clinic_web import times, words
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import Form, Text, read, rejected
from booking.platform.pages import Access, Pages, db, looked_at, me

pages = Pages("staff_groups", __name__, url_prefix="/klinik/<int:clinic_id>/hold")
MENU_ENTRIES = (MenuEntry("staff_groups.coming", _l("Hold"), seldom=True),)


class PlanForm(Form):
    """The chosen time of a new session."""

    start = Text(longest=60, required=True, error_messages={"required": _l("Vælg en tid.")})


class CallOffForm(Form):
    """Why a session is called off."""

    words = FreeText(
        longest=300,
        required=True,
        error_messages={"required": _l("Skriv, hvorfor holdet aflyses.")},
    )


@pages.get("", access=Access.STAFF)
def coming(clinic_id: int) -> ResponseReturnValue:
    """The sessions to come, and the group contacts one may plan."""
    clinic = clinic_here(clinic_id)
    return render_template(
        "clinic/groups/coming.html",
        clinic=clinic,
        sessions=_coming(clinic),
        visit_types=[one for one in visit_types_of(db(), clinic_id) if one.group_capacity > 1],
        forms=FORMS,
    )


@pages.route("/ny/<int:visit_type_id>", methods=["GET", "POST"], access=Access.SECRETARY)
def plan(clinic_id: int, visit_type_id: int) -> ResponseReturnValue:
    """Free times for a session of a group contact; one press plans it."""
    clinic = clinic_here(clinic_id, *OFFICE)
    visit_type = visit_type_of(db(), clinic_id, visit_type_id)
    if visit_type.group_capacity < 2 or not visit_type.active:
        raise NotFound
    filters = read(times.FilterForm(), "query")
    wish = _wish(clinic, visit_type, filters.get("form"))
    seeking = times.of_group(db(), wish)
    errors, slot, status = {}, None, 200
    if request.method == "POST":
        try:
            slot = times.chosen_slot(db(), seeking, read(PlanForm())["start"])
            with refusals():
                made = groups.create(db(), me(), wish, slot)
            flash(_("Holdet er oprettet. Patienter kan nu få en plads på det."), "success")
            return redirect(url_for(".show", clinic_id=clinic_id, group_id=made.id), 303)
        except InvalidInput as error:
            db().rollback()
            errors, status = error.fields, 422
        except DomainError as error:
            db().rollback()
            errors, status = {"_form": in_words(error)}, 409
    page = times.page_of(db(), seeking, filters, slot)
    links = times.pager(".plan", page, clinic_id=clinic_id, visit_type_id=visit_type_id)
    shown = render_template(
        "clinic/groups/plan.html",
        clinic=clinic,
        visit_type=visit_type,
        links=links,
        values=request.form,
        errors=errors,
        **page,
    )
    return shown, status


@pages.get("/<int:group_id>", access=Access.STAFF)
def show(clinic_id: int, group_id: int) -> ResponseReturnValue:
    """One session: when, with whom, and who takes part."""
    clinic = clinic_here(clinic_id)
    group = _group(clinic_id, group_id)
    return render_template(
        "clinic/groups/show.html", values={}, errors={}, **_page_of(clinic, group)
    )


@pages.post("/<int:group_id>/aflys", access=Access.SECRETARY)
def call_off(clinic_id: int, group_id: int) -> ResponseReturnValue:
    """Call a session off; every participant comes on the worklist."""
    clinic = clinic_here(clinic_id, *OFFICE)
    group = _group(clinic_id, group_id)
    try:
        typed = read(CallOffForm())
        with refusals():
            number = calling_off.call_off(db(), me(), group, typed["words"])
        flash(
            _("Holdet er aflyst. Deltagere på arbejdslisten: %(number)s.", number=number),
            "success",
        )
    except InvalidInput as error:
        return rejected("clinic/groups/show.html", error, **_page_of(clinic, group))
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    return redirect(url_for(".show", clinic_id=clinic_id, group_id=group_id), 303)


def _group(clinic_id: int, group_id: int) -> GroupSession:
    group = db().get(GroupSession, group_id)
    if group is None or group.clinic_id != clinic_id:
        raise NotFound
    return group


def _page_of(clinic: Clinic, group: GroupSession) -> dict[str, Any]:
    participants = calling_off.participants(db(), group)
    looked_at(*(one.patient_id for one in participants), clinic_id=clinic.id)
    return {
        "clinic": clinic,
        "group": group,
        "participants": participants,
        "forms": FORMS,
        "standing": words.standing,
        "may_call_off": group.cancelled_at is None
        and group.starts_at > db().now()
        and bool(me().roles[clinic.id] & OFFICE),
    }


def _coming(clinic: Clinic) -> list[tuple[GroupSession, int]]:
    """Coming sessions with how many places are taken, the nearest first."""
    taken = (
        select(func.count())
        .select_from(Appointment)
        .where(Appointment.group_session_id == GroupSession.id, Appointment.status.in_(ACTIVE))
    ).scalar_subquery()
    rows = db().execute(
        select(GroupSession, taken)
        .where(
            GroupSession.clinic_id == clinic.id,
            GroupSession.cancelled_at.is_(None),
            GroupSession.ends_at > db().now(),
        )
        .order_by(GroupSession.starts_at, GroupSession.id)
    )
    return [(group, number) for group, number in rows]


def _wish(clinic: Clinic, visit_type: VisitType, form: str | None) -> Wish:
    today = queries.today(db(), clinic)
    return Wish(
        visit_type,
        form if form in visit_type.form_list else visit_type.form_list[0],
        visit_type.base_minutes,
        today,
        today + timedelta(days=STAFF_SEES.days),
        0,
        db().now(),
    )

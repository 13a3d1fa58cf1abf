"""One plan: who goes where, changing it, and carrying it out in two steps."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.errors import DoesNotFit, PatientBusy, TimeTaken
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.calendar.queries import sites_of
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.rescheduling.choosing import office
from booking.clinic_web.rescheduling.summary import days_moved, said_of, summary
from booking.platform.errors import ChangedMeanwhile, DomainError, NotFound
from booking.platform.forms import read
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.phone import readable
from booking.rescheduling import queries, service
from booking.rescheduling.models import Rescheduling, ReschedulingLine
from booking.rescheduling.planning import is_over
from booking.rescheduling.schemas import LeaveOutForm, VersionForm
from booking.rescheduling.wording import OUTCOMES, REASONS, STATUSES, WHY
from booking.sequences.whole_day import day_of

pages = Pages(
    "staff_replanning", __name__, url_prefix="/klinik/<int:clinic_id>/omlaegning/<int:plan_id>"
)

# What a plan meets where somebody else was there first.
CHANGED = (ChangedMeanwhile, DoesNotFit, PatientBusy, TimeTaken)
# Why no place can be chosen for a line here.
NOT_BY_HAND = {"group", "several_clinicians", "arrived"}


@pages.get("", access=Access.SECRETARY)
def show(clinic_id: int, plan_id: int) -> ResponseReturnValue:
    """The plan, those without a place first; afterwards, what became of everyone."""
    clinic = office(clinic_id)
    plan = service.plan_of(db(), clinic_id, plan_id)
    return render_template("clinic/rescheduling/plan.html", **_context(clinic, plan))


@pages.post("/linjer/<int:line_id>/bliv", access=Access.SECRETARY)
def leave_out(clinic_id: int, plan_id: int, line_id: int) -> ResponseReturnValue:
    """Let one stay where it is, or take it in again."""
    office(clinic_id)
    line = line_of(service.plan_of(db(), clinic_id, plan_id), line_id)
    typed = read(LeaveOutForm())

    def act() -> str:
        again = service.leave_out(db(), me(), line, typed["version"], left_out=typed["out"])
        if again:
            return _(
                "Tiden bliver stående. Planen havde givet den til en anden og er derfor lavet "
                "igen: se den igennem."
            )
        return _("Tiden bliver stående.") if typed["out"] else _("Tiden er taget med igen.")

    return changed(line.rescheduling, act, line)


@pages.post("/igen", access=Access.SECRETARY)
def again(clinic_id: int, plan_id: int) -> ResponseReturnValue:
    """Propose anew around what was chosen by hand."""
    office(clinic_id)
    plan = service.plan_of(db(), clinic_id, plan_id)
    version = read(VersionForm())["version"]

    def act() -> str:
        service.propose_again(db(), me(), plan, version)
        return _("Planen er lavet igen.")

    return changed(plan, act)


@pages.post("/kasser", access=Access.SECRETARY)
def discard(clinic_id: int, plan_id: int) -> ResponseReturnValue:
    """Throw the plan away."""
    office(clinic_id)
    plan = service.plan_of(db(), clinic_id, plan_id)
    version = read(VersionForm())["version"]
    try:
        with refusals():
            service.discard(db(), me(), plan, version)
    except DomainError as error:
        return _refused(plan_id, clinic_id, error)
    flash(_("Planen er kasseret. Intet er flyttet."), "success")
    return redirect(url_for("staff_rescheduling.overview", clinic_id=clinic_id), 303)


@pages.get("/gennemfoer", access=Access.SECRETARY)
def confirm(clinic_id: int, plan_id: int) -> ResponseReturnValue:
    """What will happen, before it does."""
    clinic = office(clinic_id)
    plan = service.plan_of(db(), clinic_id, plan_id)
    if plan.status != "draft" or is_over(db(), plan):
        return redirect(url_for("staff_replanning.show", clinic_id=clinic_id, plan_id=plan_id), 303)
    return render_template("clinic/rescheduling/confirm.html", **_context(clinic, plan))


@pages.post("/gennemfoer", access=Access.SECRETARY)
def carry_out(clinic_id: int, plan_id: int) -> ResponseReturnValue:
    """Close what is out and move everyone; all of it, or nothing."""
    office(clinic_id)
    plan = service.plan_of(db(), clinic_id, plan_id)
    version = read(VersionForm())["version"]
    try:
        with refusals():
            service.carry_out(db(), me(), plan, version)
    except DomainError as error:
        return _refused(plan_id, clinic_id, error)
    flash(_("Omlægningen er gennemført."), "success")
    return redirect(url_for("staff_replanning.show", clinic_id=clinic_id, plan_id=plan_id), 303)


def line_of(plan: Rescheduling, line_id: int) -> ReschedulingLine:
    """One line of a plan; raises NotFound."""
    found = next((one for one in plan.lines if one.id == line_id), None)
    if found is None:
        raise NotFound
    return found


def changed(
    plan: Rescheduling,
    act: Callable[[], str],
    line: ReschedulingLine | None = None,
) -> ResponseReturnValue:
    """Do it and go back to the plan, at the line, with what the act says; or with a refusal."""
    plan_id, clinic_id = plan.id, plan.clinic_id
    number = None if line is None else line.id
    try:
        with refusals():
            said = act()
    except DomainError as error:
        return _refused(plan_id, clinic_id, error)
    flash(said, "success")
    return back_to(clinic_id, plan_id, number)


def back_to(clinic_id: int, plan_id: int, line_id: int | None = None) -> ResponseReturnValue:
    """To the plan, at one of its lines."""
    anchor = None if line_id is None else f"linje-{line_id}"
    return redirect(
        url_for("staff_replanning.show", clinic_id=clinic_id, plan_id=plan_id, _anchor=anchor), 303
    )


def _refused(plan_id: int, clinic_id: int, error: DomainError) -> ResponseReturnValue:
    db().rollback()
    plan = service.plan_of(db(), clinic_id, plan_id)
    if plan.status == "done":
        flash(_("Omlægningen er gennemført, og planen kan ikke ændres mere."), "warning")
    elif plan.status == "discarded":
        flash(_("Planen er kasseret, og den kan ikke ændres mere."), "warning")
    elif isinstance(error, CHANGED):
        flash(
            _(
                "Noget er ændret, siden planen blev lavet, og intet er flyttet. Lav planen igen, "
                "og se den igennem."
            ),
            "warning",
        )
    else:
        flash(in_words(error) + " " + _("Intet er flyttet."), "warning")
    return redirect(url_for("staff_replanning.show", clinic_id=clinic_id, plan_id=plan_id), 303)


def _context(clinic: Clinic, plan: Rescheduling) -> dict[str, Any]:
    lines = queries.lines_of(db(), plan)
    looked_at(*{one.appointment.patient_id for one in lines}, clinic_id=clinic.id)
    over = plan.status == "draft" and is_over(db(), plan)
    draft = plan.status == "draft" and not over
    return {
        "clinic": clinic,
        "plan": plan,
        "over": over,
        "draft": draft,
        "said": said_of(db(), plan),
        "unplaced": [one for one in lines if one.starts_at is None and not one.left_out],
        "placed": [one for one in lines if one.starts_at is not None and not one.left_out],
        "left": [one for one in lines if one.left_out],
        "stale": draft and any(_is_stale(one, db().now()) for one in lines),
        "summary": summary(lines, clinic.zone),
        "days_moved": lambda line: days_moved(line, clinic.zone),
        "to_call": _to_call(plan, lines, clinic),
        "readable": readable,
        "deadline_of": _deadline_of,
        "may_choose": lambda line: not NOT_BY_HAND.intersection(line.why),
        "whole_day_of": lambda line: day_of(db(), line.appointment),
        "forms": FORMS,
        "sites": {one.id: one.name for one in sites_of(db(), clinic.id, active=None)},
        "why": WHY,
        "outcomes": OUTCOMES,
        "reasons": REASONS,
        "statuses": STATUSES,
    }


def _to_call(
    plan: Rescheduling, lines: Sequence[ReschedulingLine], clinic: Clinic
) -> list[ReschedulingLine]:
    """Whoever was to come on the day it was carried out, or is to come on that day now, soonest
    first: no message is that fast. Nobody on a later day, and none who has arrived or cancelled.
    """
    day = local_date(db().now(), clinic.zone)
    if plan.done_at is None or local_date(plan.done_at, clinic.zone) != day:
        return []

    def concerns_today(line: ReschedulingLine) -> bool:
        starts = [line.from_start]
        if line.outcome == "moved":
            starts.append(line.appointment.starts_at)
        return day in [local_date(start, clinic.zone) for start in starts]

    return sorted(
        (one for one in lines if one.appointment.status == "booked" and concerns_today(one)),
        key=lambda one: (one.from_start, one.id),
    )


def _is_stale(line: ReschedulingLine, now: datetime) -> bool:
    """Whether it has changed since, or the place it was to have has gone by."""
    if line.starts_at is None and line.appointment.starts_at <= now:
        return False  # what became of that one does not keep the plan from being carried out
    changed = line.appointment.version != line.appointment_version
    return changed or (line.starts_at is not None and line.starts_at <= now)


def _deadline_of(line: ReschedulingLine) -> date | None:
    invitation = line.appointment.invitation
    return None if invitation is None else invitation.deadline_on

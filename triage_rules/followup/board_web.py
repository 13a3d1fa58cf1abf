"""The clinicians' board: who waits for a person, and how everyone followed stands."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from booking.appointments.worklist import queries as worklist
from booking.appointments.worklist import service as marking
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.worklist import KINDS, OTHER
from booking.platform.errors import NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages, db, looked_at, me
from triage_rules.authoring.words import Names
from triage_rules.followup import board, showing
from triage_rules.followup.board import Case

pages = Pages(
    "staff_follow_up_board",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/opfoelgning",
    template_folder="templates",
)
MENU_ENTRY = MenuEntry("staff_follow_up_board.show", _l("Opfølgning"))
WAITING, GREEN, EVERYONE = "venter", "groenne", "alle"
MINE, CLINIC = "mine", "klinikken"


class ViewForm(Form):
    """Which tab, and whose."""

    vis = Choice((WAITING, GREEN, EVERYONE), load_default=WAITING)
    hvis = Choice((MINE, CLINIC), load_default=CLINIC)


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """What waits, the most urgent first; on other tabs those who are green, or everyone."""
    clinic = clinic_here(clinic_id)
    view = read(ViewForm(), "query")
    mine = me().id if view["hvis"] == MINE else None
    without = []
    if view["vis"] == WAITING:
        cases = board.waiting(db(), clinic_id, mine)
    elif view["vis"] == GREEN:
        cases = board.standing(db(), clinic_id, "green", mine)
    else:
        cases = board.standing(db(), clinic_id, None, mine)
        without = list(board.without_decision(db(), clinic_id, mine))
    _looked(cases, [plan.patient_id for plan in without], clinic_id)
    return render_template(
        "followup/staff/board.html",
        clinic=clinic,
        view=view,
        cases=cases,
        without=without,
        counts=board.counts(db(), clinic_id, mine),
        most=board.MOST,
        today=today(db(), clinic),
        colours=showing.COLOURS,
        actions=showing.ACTIONS,
        kinds=KINDS,
        other=OTHER,
        why=showing.why,
        names=_names(cases, clinic_id),
    )


@pages.post("/opgave/<int:item_id>", access=Access.STAFF)
def open_item(clinic_id: int, item_id: int) -> ResponseReturnValue:
    """Open an item: from now on it is read, and by whom; on to the patient."""
    clinic_here(clinic_id)
    item = worklist.item_of(db(), clinic_id, item_id)
    if item.patient_id is None:
        raise NotFound
    looked_at(item.patient_id, clinic_id=clinic_id)
    marking.mark_read(db(), me(), item)
    patient_id = item.patient_id
    there = url_for("staff_follow_up.of_one", clinic_id=clinic_id, patient_id=patient_id)
    return redirect(there, 303)


def _names(cases: Sequence[Case], clinic_id: int) -> Names:
    """What the choices are called in the rules of these cases; a few versions at most."""
    versions = {
        case.decision.version_id: case.decision.rule_version.rules
        for case in cases
        if case.decision is not None
    }
    return showing.names_for(db(), clinic_id, list(versions.values())) if versions else {}


def _looked(cases: Sequence[Case], more: Sequence[int], clinic_id: int) -> None:
    seen = {case.patient.id for case in cases} | set(more)
    if seen:
        looked_at(*seen, clinic_id=clinic_id)

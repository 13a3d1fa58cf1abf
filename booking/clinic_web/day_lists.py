"""The day on paper: a list for each clinician, each on a sheet of its own, with room for notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from booking.appointments import queries
from booking.appointments.wording import FORMS
from booking.calendar.models import Resource
from booking.calendar.queries import resources_of
from booking.clinic_web.day_rows import DayRow, rows_of
from booking.clinic_web.frame import clinic_here
from booking.platform.errors import InvalidInput
from booking.platform.forms import Day, Form, read
from booking.platform.pages import Access, Pages, db, looked_at

pages = Pages("staff_day_lists", __name__, url_prefix="/klinik/<int:clinic_id>")


class DayForm(Form):
    """Which day."""

    dato = Day()


@dataclass(frozen=True)
class Sheet:
    """A clinician's list: those still to come or here; how many are left out as over."""

    clinician: Resource
    rows: Sequence[DayRow]
    done: int
    noshow: int


@pages.get("/dag/lister", access=Access.STAFF)
def lists(clinic_id: int) -> ResponseReturnValue:
    """Every clinician who has somebody that day; today where no day can be read.

    Those whose contacts are all over have no sheet, and are named.
    """
    clinic = clinic_here(clinic_id)
    try:
        typed = read(DayForm(), "query")
    except InvalidInput:
        typed = {}
    day = typed.get("dato", queries.today(db(), clinic))
    clinicians = resources_of(db(), clinic_id, "clinician")
    everyone = [one.id for one in clinicians]
    all_of = [_sheet(one, rows_of(db(), clinic, day, one, everyone)) for one in clinicians]
    sheets = [sheet for sheet in all_of if sheet.rows]
    seen = {row.appointment.patient_id for one in sheets for row in one.rows if row.appointment}
    looked_at(*seen, clinic_id=clinic_id)
    return render_template(
        "clinic/day/lists.html",
        clinic=clinic,
        day=day,
        sheets=sheets,
        over=[one for one in all_of if not one.rows and (one.done or one.noshow)],
        forms=FORMS,
    )


def _sheet(clinician: Resource, rows: Sequence[DayRow]) -> Sheet:
    coming = [row for row in rows if not row.appointment or row.appointment.active]
    over = [row.appointment.status for row in rows if row.appointment and row not in coming]
    return Sheet(clinician, coming, over.count("fulfilled"), over.count("noshow"))

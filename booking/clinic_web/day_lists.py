"""The day on paper: a list for each clinician, each on a sheet of its own, with room for notes."""

from flask import render_template
from flask.typing import ResponseReturnValue

from booking.appointments import queries
from booking.appointments.wording import FORMS
from booking.calendar.queries import resources_of
from booking.clinic_web.day_rows import rows_of
from booking.clinic_web.frame import clinic_here
from booking.platform.errors import InvalidInput
from booking.platform.forms import Day, Form, read
from booking.platform.pages import Access, Pages, db, looked_at

pages = Pages("staff_day_lists", __name__, url_prefix="/klinik/<int:clinic_id>")


class DayForm(Form):
    """Which day."""

    dato = Day()


@pages.get("/dag/lister", access=Access.STAFF)
def lists(clinic_id: int) -> ResponseReturnValue:
    """Every clinician who has somebody that day; today where no day can be read."""
    clinic = clinic_here(clinic_id)
    try:
        typed = read(DayForm(), "query")
    except InvalidInput:
        typed = {}
    day = typed.get("dato", queries.today(db(), clinic))
    clinicians = resources_of(db(), clinic_id, "clinician")
    everyone = [one.id for one in clinicians]
    sheets = []
    for clinician in clinicians:
        rows = rows_of(db(), clinic, day, clinician, everyone)
        coming = [row for row in rows if not row.appointment or row.appointment.active]
        if coming:
            sheets.append((clinician, coming))
    seen = {row.appointment.patient_id for _, rows in sheets for row in rows if row.appointment}
    looked_at(*seen, clinic_id=clinic_id)
    return render_template(
        "clinic/day/lists.html", clinic=clinic, day=day, sheets=sheets, forms=FORMS
    )

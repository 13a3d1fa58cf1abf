"""Which appointments the opening hours no longer hold: shown after a change that hits some."""

from collections.abc import Sequence
from datetime import date

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from booking.appointments import consequences
from booking.calendar import queries
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.setup.clinics import SETUP, office
from booking.platform.forms import Day, Form, Id, read
from booking.platform.pages import Access, Pages, db, looked_at

pages = Pages("staff_hits", __name__, url_prefix=SETUP)


class HitsForm(Form):
    """The local days, and whose hours; all to come and everyone's where nothing is said."""

    fra = Day(load_default=None)
    til = Day(load_default=None)
    ressource = Id(load_default=None)


@pages.get("/ramte", access=Access.SECRETARY)
def show(clinic_id: int) -> ResponseReturnValue:
    """Booked times that lie outside the opening hours."""
    clinic = office(clinic_id)
    asked = read(HitsForm(), "query")
    resource = (
        queries.resource_of(db(), clinic_id, asked["ressource"]) if asked["ressource"] else None
    )
    first = asked["fra"] or today(db(), clinic)
    hits = consequences.hit(db(), clinic, first, asked["til"], [resource.id] if resource else None)
    looked_at(*{one.patient_id for one in hits}, clinic_id=clinic_id)
    return render_template(
        "clinic/setup/hits.html", clinic=clinic, hits=hits, resource=resource, asked=asked
    )


def onwards(
    clinic: Clinic, first: date, last: date | None, resource_ids: Sequence[int] | None, back: str
) -> ResponseReturnValue:
    """After a change: to the appointments it hits, or straight back where it hits none."""
    if not consequences.hit(db(), clinic, first, last, resource_ids):
        return redirect(back, 303)
    one = resource_ids[0] if resource_ids and len(resource_ids) == 1 else None
    here = url_for("staff_hits.show", clinic_id=clinic.id, fra=first, til=last, ressource=one)
    return redirect(here, 303)

"""The clinic's referrals, the nearest deadline first."""

from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from booking.clinic_web.frame import clinic_here
from booking.clinic_web.referrals.words import countdown, in_office, look
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages, db, looked_at
from booking.platform.web import rettid
from booking.referrals import queries
from booking.referrals.wording import CLOCKS, STATUSES

pages = Pages("staff_referrals", __name__, url_prefix="/klinik/<int:clinic_id>/henvisninger")
MENU_ENTRIES = (MenuEntry("staff_referrals.overview", _l("Henvisninger")),)


ENDED = ("returned", "closed")
MOST = 200


class FilterForm(Form):
    """Which state; those still open where nothing is said."""

    vis = Choice(["", *STATUSES], load_default="")


@pages.get("", access=Access.STAFF)
def overview(clinic_id: int) -> ResponseReturnValue:
    """Referrals by their nearest open deadline."""
    clinic = clinic_here(clinic_id)
    shown = read(FilterForm(), "query")["vis"]
    statuses = (shown,) if shown else queries.OPEN
    latest = MOST if shown in ENDED else None
    found = queries.of_clinic(db(), clinic_id, statuses, latest=latest)
    clocks = queries.clocks_of(db(), found, rettid().config.instance / "rights.toml")
    rows = [(one, next((c for c in clocks[one.id] if c.open), None)) for one in found]
    if latest is None:
        rows.sort(key=lambda row: (row[1].due_on if row[1] else date.max, row[0].id))
    if found:
        looked_at(*{one.patient_id for one in found}, clinic_id=clinic_id)
    return render_template(
        "clinic/referrals/overview.html",
        clinic=clinic,
        rows=rows,
        shown=shown,
        most=latest,
        in_office=in_office(clinic_id),
        statuses=STATUSES,
        clocks=CLOCKS,
        countdown=countdown,
        look=look,
    )

"""How often the clinic met its clocks, and why it did not."""

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages, db
from booking.platform.web import rettid
from booking.referrals import queries
from booking.referrals.compliance import compliance
from booking.referrals.wording import CLOCKS, DELAYS

pages = Pages(
    "staff_referral_shares",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/henvisninger/overholdelse",
)
DAYS_BACK = {"3": 91, "12": 365}


class PeriodForm(Form):
    """The last 3 or 12 months."""

    mdr = Choice(DAYS_BACK, load_default="3")


@pages.get("", access=Access.STAFF)
def shares(clinic_id: int) -> ResponseReturnValue:
    """One row a clock, over the referrals received in the period; names nobody."""
    clinic = clinic_here(clinic_id)
    months = read(PeriodForm(), "query")["mdr"]
    since = today(db(), clinic) - timedelta(days=DAYS_BACK[months])
    found = queries.received_since(db(), clinic, since)
    clocks = queries.clocks_of(db(), found, rettid().config.instance / "rights.toml")
    told = [(clocks[one.id], {delay.clock: delay.reason for delay in one.delays}) for one in found]
    return render_template(
        "clinic/referrals/shares.html",
        clinic=clinic,
        months=months,
        since=since,
        referrals=len(found),
        shares=compliance(told),
        clocks=CLOCKS,
        reasons=DELAYS,
    )

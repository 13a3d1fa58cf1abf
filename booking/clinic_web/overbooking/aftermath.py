"""Afterwards: what was expected of sessions against what came of them, and who waited longest."""

from datetime import timedelta

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.overbooking import aftermath_words as words
from booking.clinic_web.overbooking.tabs import tabs
from booking.clinic_web.referrals.measured import DAYS_BACK, PeriodForm
from booking.overbooking import groups, predicting, settings
from booking.overbooking.aftermath import aftermath
from booking.overbooking.waiting_ratio import LEAST_PATIENTS, LEAST_WAITS, MOST, ratios
from booking.platform.forms import read
from booking.platform.identity import Role
from booking.platform.localtime import day_start
from booking.platform.pages import Access, Pages, db, me

pages = Pages(
    "staff_overbooking_aftermath",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/overbooking/opfoelgning",
)


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """Whether the promise held in the period, and a leader's stop; names nobody."""
    clinic = clinic_here(clinic_id)
    months = read(PeriodForm(), "query")["mdr"]
    since = today(db(), clinic) - timedelta(days=DAYS_BACK[months])
    kept = predicting.kept_since(db(), clinic, day_start(since, clinic.zone))
    found = aftermath(kept)
    over = [one for one in kept if one.observed_at is not None]
    extras = {one.id for one in over if one.extras}
    waits = groups.waits(db(), clinic, over)
    everywhere = ratios(waits, groups.CODES)
    with_extras = ratios([one for one in waits if one.session in extras], groups.CODES)
    policy = settings.policy_of(db(), clinic)
    return render_template(
        "clinic/overbooking/aftermath.html",
        clinic=clinic,
        tabs=tabs(clinic, "aftermath"),
        months=months,
        since=since,
        found=found,
        verdict=words.verdict(found),
        counted=words.counted(found),
        parts=(words.measures(found.with_extras), words.measures(found.without)),
        pictures=words.pictures(found.with_extras),
        bands=words.bands(found),
        groups=words.groups(with_extras, everywhere),
        too_small=words.too_small(everywhere),
        flagged=words.flagged(with_extras),
        deprivation=any(one.code == "deprivation" and one.known for one in everywhere),
        least_patients=LEAST_PATIENTS,
        least_waits=LEAST_WAITS,
        most=format_decimal(MOST, "0.00"),
        policy=policy,
        may_stop=Role.LEADER in me().roles[clinic.id]
        and "staff_overbooking_limits.stop" in current_app.view_functions,
    )

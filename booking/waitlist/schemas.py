"""What a wish for an earlier time looks like when it is sent, and shown again."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from booking.appointments.models import Appointment
from booking.appointments.wording import FORMS
from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Choices, Day, Form, Yes
from booking.waitlist.models import WaitlistEntry
from booking.waitlist.service import Wishes
from booking.waitlist.wording import NOTICES, PARTS, WEEKDAYS

WEEKEND = (5, 6)


class WishForm(Form):
    """When, with whom and how an earlier time would suit; nothing ticked is anything."""

    parts = Choices(PARTS)
    weekdays = Choices(WEEKDAYS)
    forms = Choices(FORMS)
    notice = Choice(NOTICES, load_default="24")
    earliest_on = Day(load_default=None)
    same_clinician = Yes()
    same_site = Yes()


def wishes(typed: dict[str, Any], own: Appointment | None, today: date) -> Wishes:
    """What was sent, as the service takes it."""
    earliest = typed["earliest_on"]
    if earliest is not None and earliest < today:
        raise InvalidInput({"earliest_on": _("Datoen er passeret. Skriv en senere dato.")})
    days = tuple(int(day) for day in typed["weekdays"])
    return Wishes(
        forms=tuple(typed["forms"]),
        clinician_id=own.clinician_id if own and typed["same_clinician"] else None,
        site_id=own.site_id if own and typed["same_site"] else None,
        earliest_on=earliest,
        weekdays=(*days, *WEEKEND) if len(days) == len(WEEKDAYS) else days,
        parts=tuple(typed["parts"]),
        notice_hours=int(typed["notice"]),
    )


def shown(entry: WaitlistEntry | None, form: str, today: date) -> dict[str, object]:
    """The form's values: the wishes there are, or anything, for whoever has none yet."""
    if entry is None:
        return {"parts": list(PARTS), "weekdays": list(WEEKDAYS), "forms": [form], "notice": "24"}
    return {
        "parts": entry.parts.split(","),
        "weekdays": [day for day in entry.weekdays.split(",") if day in WEEKDAYS],
        "forms": entry.forms.split(","),
        "notice": str(entry.notice_hours) if str(entry.notice_hours) in NOTICES else "24",
        "earliest_on": entry.earliest_on.isoformat() if entry.earliest_on > today else "",
        "same_clinician": entry.clinician_id is not None,
        "same_site": entry.site_id is not None,
    }

"""What the forms for moving a day may send."""

from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from marshmallow import ValidationError, validates_schema

from booking.appointments.visit_types.forms import FORMS
from booking.calendar.closures import LocalPeriod
from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Day, Form, Id, Ids, Number, Text, WallClock, Yes
from booking.rescheduling.gathering import Outage
from booking.rescheduling.wording import REASONS


def _(message: str) -> str:
    """A text in the language of whoever reads it; marshmallow wants it to pass for a str."""
    return cast(str, lazy_gettext(message))


class Version(Number):
    """The version of the plan that a button was pressed on; none sent is one nobody has."""

    def __init__(self) -> None:
        """Any number the database can hold."""
        super().__init__(0, 2_147_483_647, load_default=0)


class OutageForm(Form):
    """What is out, from a day to a day: whole days unless clock times are given."""

    resources = Ids()
    everything = Yes()
    first = Day(required=True, error_messages={"required": _("Vælg den første dag.")})
    last = Day(load_default=None)
    start = WallClock(load_default=None)
    end = WallClock(load_default=None)
    reason = Choice(REASONS, required=True, error_messages={"required": _("Vælg hvorfor.")})
    words = Text(longest=200, load_default="")

    @validates_schema
    def something_is_out(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Somebody, something, or everything."""
        if not data.get("everything") and not data.get("resources"):
            raise ValidationError(_("Vælg hvem eller hvad der er ude."), "resources")


class FromForm(Form):
    """What a link to the form has filled in: a resource, and the days."""

    ressource = Ids()
    dag = Day(load_default=None)
    til = Day(load_default=None)


class VersionForm(Form):
    """Which version of the plan a button was pressed on."""

    version = Version()


class LeaveOutForm(VersionForm):
    """Whether a line stays where it is."""

    out = Yes()


class PlaceForm(VersionForm):
    """Where a line goes: one of the radio buttons (see appointments.listing)."""

    start = Text(longest=60, required=True, error_messages={"required": _("Vælg en tid.")})


class LookForm(Form):
    """Which places to show for a line."""

    fra = Day(load_default=None)
    hos = Id(load_default=None)
    form = Choice(FORMS, load_default=None)


def outages(typed: dict[str, Any], zone: ZoneInfo, now: datetime) -> list[Outage]:
    """A loaded OutageForm as the service takes it: what has gone by is no longer out.

    Raises InvalidInput where nothing is left of it, or it ends before it begins.
    """
    period = LocalPeriod(
        typed["first"], typed["last"] or typed["first"], typed["start"], typed["end"]
    )
    start, end = period.instants(zone)
    if end <= now:
        raise InvalidInput({"first": str(_("Det er allerede forbi."))})
    chosen = [None] if typed["everything"] else list(dict.fromkeys(typed["resources"]))
    return [Outage(one, max(start, now), end) for one in chosen]

"""What the forms for clinics, resources, hours and closures may send."""

from datetime import date
from typing import Any, cast

from flask_babel import lazy_gettext
from marshmallow import fields, validate

from booking.calendar.closures import LocalPeriod, Place
from booking.calendar.professions import PROFESSIONS
from booking.calendar.queries import KINDS
from booking.calendar.service import ClinicDetails
from booking.calendar.wording import OWN_CLOSED_DAYS, WEEKS
from booking.platform.forms import (
    MISSING,
    Choice,
    Choices,
    Day,
    Form,
    Id,
    Ids,
    Number,
    Phone,
    Text,
    WallClock,
    Yes,
)

LONG_TEXT = 2000


def _(message: str) -> str:
    """A text in the language of whoever reads it; marshmallow wants it to pass for a str."""
    return cast(str, lazy_gettext(message))


def needed(message: str) -> dict[str, Any]:
    """Arguments of a field that must be filled in, with what is said when it is not."""
    return {"required": True, "error_messages": {"required": message}}


class Version(Number):
    """The version of the row that a form was filled in on; none sent is one nobody has."""

    def __init__(self) -> None:
        """Any number the database can hold."""
        super().__init__(0, 2_147_483_647, load_default=0)


class MonthDays(Text):
    """Days of the year as typed, day first ('23-12, 27/12'), loaded as '12-23,12-27'."""

    default_error_messages = {  # noqa: RUF012  (marshmallow declares messages so)
        **MISSING,
        "invalid": _("Skriv dag og måned med komma imellem, for eksempel 23-12, 27-12."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return ",".join(self._month_day(part) for part in text.split(",") if part.strip())

    def _month_day(self, text: str) -> str:
        day, _hyphen, month = text.strip().replace("/", "-").replace(".", "-").partition("-")
        try:
            leap_day = date(2000, int(month.strip(" -")), int(day))
        except ValueError:
            raise self.make_error("invalid") from None
        return f"{leap_day:%m-%d}"


class PlaceField(fields.Field[Place]):
    """What a closure closes: 'clinic', 'site-3' or 'resource-7'."""

    default_error_messages = {  # noqa: RUF012  (marshmallow declares messages so)
        **MISSING,
        "invalid": _("Vælg en af mulighederne."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> Place:
        what, _hyphen, number = str(value).partition("-")
        if what == "clinic" and not number:
            return Place()
        if what not in ("site", "resource"):
            raise self.make_error("invalid")
        row_id = Id().deserialize(number)
        return Place(site_id=row_id) if what == "site" else Place(resource_id=row_id)


class ClinicForm(Form):
    """A clinic's name, phone and how it works."""

    version = Version()
    name = Text(**needed(_("Skriv navnet.")))
    specialty = Text(longest=100, load_default="")
    phone = Phone(**needed(_("Skriv klinikkens telefonnummer.")))
    phone_hours = Text(longest=100, load_default="")
    phone_hours_en = Text(longest=100, load_default="")
    zone_name = Text(longest=60, load_default="")
    horizon_weeks = Number(1, 104, **needed(_("Skriv, hvor mange uger frem der reserveres.")))
    closures = Choices(OWN_CLOSED_DAYS)
    other_closures = MonthDays(longest=400, load_default="")


class SiteForm(Form):
    """An address and the way there."""

    version = Version()
    name = Text(**needed(_("Skriv navnet.")))
    address = Text(longest=300, **needed(_("Skriv adressen.")))
    directions = Text(longest=LONG_TEXT, load_default="")
    directions_en = Text(longest=LONG_TEXT, load_default="")
    active = Yes()


class ResourceForm(Form):
    """A clinician, room or piece of equipment."""

    version = Version()
    name = Text(**needed(_("Skriv navnet.")))
    profession = Choice(PROFESSIONS, load_default="")
    title = Text(longest=100, load_default="")
    title_en = Text(longest=100, load_default="")
    site_id = Id(load_default=None)
    staff_id = Id(load_default=None)
    video_url = Text(
        longest=300,
        load_default="",
        validate=validate.URL(
            schemes={"https"}, error=_("Skriv hele adressen, som begynder med https://.")
        ),
    )
    clinic_ids = Ids()
    active = Yes()


class _HoursForm(Form):
    version = Version()
    site_id = Id(**needed(_("Vælg et sted.")))
    weeks = Choice(WEEKS, load_default="any")
    start = WallClock(**needed(_("Skriv, hvornår det begynder.")))
    end = WallClock(**needed(_("Skriv, hvornår det slutter.")))
    valid_from = Day(**needed(_("Vælg den første dag.")))
    valid_to = Day(load_default=None)


class NewHoursForm(_HoursForm):
    """The same hours on several weekdays."""

    weekdays = fields.List(
        Number(0, 6),
        validate=validate.Length(min=1, error=_("Vælg mindst én ugedag.")),
        **needed(_("Vælg mindst én ugedag.")),
    )


class HoursForm(_HoursForm):
    """The hours of one weekday."""

    weekday = Number(0, 6, **needed(_("Vælg en ugedag.")))


class CopyForm(Form):
    """Whose hours are copied, and from which day they hold."""

    source = Id(**needed(_("Vælg, hvis timer der skal kopieres.")))
    valid_from = Day(**needed(_("Vælg den første dag.")))


class EndForm(Form):
    """The last day of a week template."""

    version = Version()
    valid_to = Day(**needed(_("Vælg den sidste dag.")))


class PeriodForm(Form):
    """From a day to a day, whole days unless clock times are given."""

    version = Version()
    first = Day(**needed(_("Vælg den første dag.")))
    last = Day(load_default=None)
    start = WallClock(load_default=None)
    end = WallClock(load_default=None)
    reason = Text(load_default="")


class ClosureForm(PeriodForm):
    """A period, and what it closes."""

    place = PlaceField(**needed(_("Vælg, hvad der skal lukkes.")))


class DecisionForm(Form):
    """Yes or no to a wish for time off."""

    decision = Choice(("approve", "decline"), required=True)


class WhenForm(Form):
    """Whether to show what is closed from now on, or what was."""

    vis = Choice(("kommende", "tidligere"), load_default="kommende")


class KindForm(Form):
    """Which kind of resource to show."""

    vis = Choice(KINDS, load_default="clinician")


def clinic_details(typed: dict[str, Any]) -> ClinicDetails:
    """A loaded ClinicForm as the service takes it."""
    own = [*typed["closures"], *filter(None, typed["other_closures"].split(","))]
    return ClinicDetails(
        name=typed["name"],
        phone=typed["phone"],
        specialty=typed["specialty"],
        phone_hours=typed["phone_hours"],
        phone_hours_en=typed["phone_hours_en"],
        zone_name=typed["zone_name"],
        horizon_weeks=typed["horizon_weeks"],
        optional_closures=",".join(sorted(set(own))),
    )


def period(typed: dict[str, Any]) -> LocalPeriod:
    """A loaded PeriodForm as the service takes it; no last day means the first."""
    last = typed["last"] or typed["first"]
    return LocalPeriod(typed["first"], last, typed["start"], typed["end"])

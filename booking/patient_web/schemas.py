"""What patients send: forms and filters."""

from marshmallow import validates_schema
from marshmallow.exceptions import ValidationError

from booking.appointments.wording import CANCEL_REASONS, FORMS, WISHES
from booking.people.needs import CODES
from booking.people.schemas import FreeText
from booking.platform.forms import Choice, Choices, Day, Form, Id, Text, Yes, _

PARTS_OF_DAY = ("morning", "afternoon")


class SignInForm(Form):
    """The code from a letter; the birth date comes as three numbers (see `sign_in`)."""

    code = Text(
        longest=40,
        required=True,
        error_messages={"required": _("Skriv koden fra dit brev.")},
    )


class TimesFilter(Form):
    """Which of the times that fit are shown. from_day: any day of the week to show."""

    from_day = Day(data_key="fra")
    part = Choice(PARTS_OF_DAY, data_key="tid")
    form = Choice(FORMS)
    site_id = Id(data_key="sted")
    clinician = Text(longest=12, data_key="behandler")


class ChooseForm(Form):
    """The time chosen: 'start|clinician|site|form|group' (see `choices`)."""

    start = Text(
        longest=80,
        required=True,
        error_messages={
            "required": _("Vælg en af tiderne, før du går videre."),
            "invalid": _("Vælg en af tiderne på listen."),
        },
    )


class ConfirmForm(Form):
    """late_ok: the patient wants a time after the deadline."""

    late_ok = Yes()


class NoTimeFitsForm(Form):
    """What the patient wished for instead: words, ticked wishes, or both."""

    words = FreeText(longest=1000, load_default="")
    wishes = Choices(WISHES)

    @validates_schema
    def something(self, data: dict[str, object], **_kwargs: object) -> None:
        """An empty wish helps nobody."""
        if not data["words"] and not data["wishes"]:
            raise ValidationError(
                str(_("Sæt kryds ved mindst ét ønske, eller skriv det.")), "wishes"
            )


class CancelForm(Form):
    """Whether a new time is wanted, and why this one cannot be used."""

    new_time = Choice(
        ("yes", "no"),
        required=True,
        error_messages={"required": _("Vælg, om du vil have en ny tid.")},
    )
    reason = Choice(CANCEL_REASONS, load_default="")


class NeedsForm(Form):
    """The needs that were ticked."""

    needs = Choices(CODES)

"""What crosses the border about people: forms as staff send them."""

from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError, fields, post_load, validates_schema

from booking.people import cpr, needs
from booking.people.reasons import CPR_LOOKUP
from booking.people.service import Details
from booking.platform.forms import (
    MISSING,
    Choice,
    Choices,
    Day,
    Email,
    Form,
    Number,
    Phone,
    Text,
    Yes,
    _,
)
from booking.platform.i18n import LANGUAGES
from booking.platform.identity import Role
from booking.platform.pages import db


def _missing(message: str) -> dict[str, Any]:
    """What to say of a field not filled in: the summary above the form must name the field."""
    return {"required": message}


class FreeText(Text):
    """What somebody writes in their own words; a CPR number is not kept where it lies open."""

    default_error_messages = {  # noqa: RUF012 (marshmallow declares messages so)
        "cpr": _("Skriv det uden CPR-nummer."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if cpr.in_text(text):
            raise self.make_error("cpr")
        return text


class Cpr(fields.String):
    """A CPR number, with or without hyphen, loaded as ten characters."""

    default_error_messages = {  # noqa: RUF012 (marshmallow declares messages so)
        **MISSING,
        "invalid": _("Skriv et CPR-nummer som 010203-1234, med en dato der findes."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return cpr.normalise(text)
        except cpr.InvalidCpr:
            raise self.make_error("invalid") from None


class DetailsForm(Form):
    """A person's facts; loads as `Details`."""

    given_name = Text(longest=100, required=True, error_messages=_missing(_("Skriv fornavnet.")))
    family_name = Text(longest=100, required=True, error_messages=_missing(_("Skriv efternavnet.")))
    cpr = Cpr()
    birth_date = Day()
    phone = Phone()
    email = Email()
    address = Text(longest=300)
    language = Choice(LANGUAGES, load_default="da")
    digital_exempt = Yes()

    @validates_schema(skip_on_field_errors=True)
    def check_birth_date(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """It must agree with the CPR number and not lie ahead."""
        typed, number = data.get("birth_date"), data.get("cpr")
        born = cpr.birth_date(number) if number else None
        if typed and born and typed != born:
            wrong = gettext("Fødselsdatoen passer ikke med CPR-nummeret.")
            raise ValidationError(wrong, "birth_date")
        today = db().now().date()
        if typed and typed > today:
            raise ValidationError(gettext("Datoen ligger ude i fremtiden."), "birth_date")
        if born and born > today:
            raise ValidationError(gettext("Datoen ligger ude i fremtiden."), "cpr")

    @post_load
    def as_details(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        """The loaded fields as the service wants them."""
        return self.complete(data)

    def complete(self, data: dict[str, Any]) -> Any:
        """What the form loads as."""
        return {"details": Details(**data)}


class EditForm(DetailsForm):
    """As DetailsForm, with the version of the patient that the form showed."""

    version = Number(0, 2_147_483_647, required=True)

    def complete(self, data: dict[str, Any]) -> Any:
        """What the form loads as."""
        version = data.pop("version")
        return {"version": version, "details": Details(**data)}


class SearchForm(Form):
    """Whatever the secretary knows: a name, a CPR number, a phone number, a birth date."""

    text = Text(longest=100, required=True, error_messages=_missing(_("Skriv, hvem du søger.")))


class CprLookupForm(Form):
    """The whole CPR number and why."""

    cpr = Cpr(required=True, error_messages=_missing(_("Skriv CPR-nummeret.")))
    reason = Choice(CPR_LOOKUP, required=True, error_messages=_missing(_("Vælg en grund.")))


class NeedsForm(Form):
    """The patient's needs, all of them."""

    needs = Choices(needs.CODES)


class NoteForm(Form):
    """A note; it cannot be changed afterwards."""

    text = FreeText(longest=4000, required=True, error_messages=_missing(_("Skriv notatet.")))


class ProxyForm(Form):
    """Who may act for the patient; the name is used where nobody has the CPR number yet."""

    cpr = Cpr(required=True, error_messages=_missing(_("Skriv personens CPR-nummer.")))
    reason = Choice(CPR_LOOKUP, required=True, error_messages=_missing(_("Vælg en grund.")))
    given_name = Text(longest=100)
    family_name = Text(longest=100)
    phone = Phone()
    kind = Choice(
        ("parent", "power_of_attorney"),
        required=True,
        error_messages=_missing(_("Vælg, hvem det er.")),
    )
    valid_from = Day()
    valid_to = Day()

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """A power of attorney has an end, and nothing ends before it begins."""
        first, last = data.get("valid_from"), data.get("valid_to")
        if data["kind"] == "power_of_attorney" and last is None:
            raise ValidationError(gettext("Skriv, hvornår fuldmagten slutter."), "valid_to")
        if last and last < (first or db().now().date()):
            raise ValidationError(gettext("Slutdatoen ligger før startdatoen."), "valid_to")


class StaffForm(Form):
    """A new account."""

    username = Text(longest=60, required=True, error_messages=_missing(_("Skriv et brugernavn.")))
    name = Text(longest=200, required=True, error_messages=_missing(_("Skriv navnet.")))
    title = Text(longest=100, load_default="")
    password = Text(longest=200, required=True, error_messages=_missing(_("Skriv en adgangskode.")))
    roles = Choices([role.value for role in Role])

    @validates_schema(skip_on_field_errors=True)
    def check_roles(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """An account without a role could see nothing."""
        if not data["roles"]:
            raise ValidationError(gettext("Vælg mindst én rolle."), "roles")


class PasswordForm(Form):
    """A new password for a colleague."""

    password = Text(longest=200, required=True, error_messages=_missing(_("Skriv en adgangskode.")))


class RoleForm(Form):
    """One role of a colleague."""

    role = Choice(
        [role.value for role in Role], required=True, error_messages=_missing(_("Vælg en rolle."))
    )


class ColleagueForm(Form):
    """Someone with an account at another clinic, who gets a role here."""

    username = Text(longest=60, required=True, error_messages=_missing(_("Skriv brugernavnet.")))
    role = Choice(
        [role.value for role in Role], required=True, error_messages=_missing(_("Vælg en rolle."))
    )


class LogForm(Form):
    """Which days of the log: none later than this local day."""

    until = Day(data_key="til")

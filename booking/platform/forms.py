"""Reading a posted form or a query: marshmallow schemas with messages in the user's language.

    class WindowForm(Form):
        first = Day(required=True)
        last = Day(required=True)

    typed = read(WindowForm())            # raises InvalidInput(fields)

A view that shows the form again does so with `rejected`, which undoes what the transaction
had begun and keeps what was typed.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, Literal, Protocol, cast, runtime_checkable

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate
from webargs.flaskparser import FlaskParser

from booking.platform.error_table import shown
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput
from booking.platform.pages import db
from booking.platform.phone import e164


def _(message: str) -> str:
    """A text in the language of whoever reads it; marshmallow wants it to pass for a str."""
    return cast(str, lazy_gettext(message))


MISSING: Mapping[str, Any] = {
    "required": _("Udfyld feltet."),
    "null": _("Udfyld feltet."),
    "validator_failed": _("Det kan ikke bruges."),
}


class Form(Schema):
    """A form: unknown fields are left out, text is trimmed, an empty field is one not filled in."""

    class Meta:
        """Leave out what the form does not know (the CSRF token, say)."""

        unknown = EXCLUDE

    @pre_load
    def trim(self, data: Any, **_kwargs: Any) -> dict[str, Any]:
        """Trim text and drop what is empty, so that `required` and defaults mean what they say."""
        read: dict[str, Any] = {}
        for name in data:
            value = data[name]
            if isinstance(value, str):
                value = value.strip()
            if value not in ("", None, []):
                read[name] = value
        return read


class Text(fields.String):
    """A line or more of text, at most `longest` characters."""

    default_error_messages = {**MISSING, "invalid": _("Skriv tekst.")}

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        """longest: in characters."""
        at_most = validate.Length(max=longest, error=_("Højst {max} tegn."))
        super().__init__(validate=[at_most, *_listed(kwargs.pop("validate", None))], **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "\x00" in text:
            raise self.make_error("invalid")
        return text


class Number(fields.Integer):
    """A whole number between two bounds, both allowed."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Skriv et helt tal."),
        "too_large": _("Tallet er for stort."),
    }

    def __init__(self, low: int = 0, high: int = 1_000_000, **kwargs: Any) -> None:
        """low, high: both included."""
        within = validate.Range(low, high, error=_("Skriv et tal fra {min} til {max}."))
        super().__init__(validate=within, **kwargs)


class Day(fields.Date):
    """A date, as a date picker sends it (2026-11-24) or as typed (24.11.2026, 24-11-2026)."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Skriv en dato som 24-11-2026."),
        "format": _("Skriv en dato som 24-11-2026."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        text = str(value).replace(".", "-").replace("/", "-").replace(" ", "")
        parts = text.split("-")
        if len(parts) == 3 and len(parts[2]) == 4:
            text = f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
        day: date = super()._deserialize(text, attr, data, **kwargs)
        if not 1900 <= day.year <= 2200:
            raise self.make_error("invalid", input=value, obj_type="date")
        return day


class WallClock(fields.Time):
    """A time of day: 09:15, 9.15 or 9:15."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Skriv et klokkeslæt som 9.15."),
        "format": _("Skriv et klokkeslæt som 9.15."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        text = str(value).replace(".", ":")
        hour, _colon, rest = text.partition(":")
        clock: time = super()._deserialize(f"{hour:0>2}:{rest or '00'}", attr, data, **kwargs)
        return clock.replace(tzinfo=None)


class Choice(fields.String):
    """One of some codes."""

    default_error_messages = {**MISSING, "invalid": _("Vælg en af mulighederne.")}

    def __init__(self, codes: Any, **kwargs: Any) -> None:
        """codes: the values that may be chosen."""
        known = validate.OneOf(list(codes), error=_("Vælg en af mulighederne."))
        super().__init__(validate=known, **kwargs)


class Choices(fields.List[str]):
    """Any number of some codes (checkboxes)."""

    default_error_messages = {**MISSING, "invalid": _("Vælg blandt mulighederne.")}

    def __init__(self, codes: Any, **kwargs: Any) -> None:
        """codes: the values that may be chosen; none chosen is the empty list."""
        kwargs.setdefault("load_default", list)
        super().__init__(Choice(codes), **kwargs)


class Id(fields.Integer):
    """The number of a row, to be looked up (and refused if it is not the asker's)."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Vælg en af mulighederne."),
        "too_large": _("Vælg en af mulighederne."),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Numbers a database key can hold."""
        fits = validate.Range(1, 2_147_483_647, error=_("Vælg en af mulighederne."))
        super().__init__(validate=fits, **kwargs)


class Ids(fields.List[int]):
    """Several numbers of rows."""

    default_error_messages = {**MISSING, "invalid": _("Vælg blandt mulighederne.")}

    def __init__(self, **kwargs: Any) -> None:
        """None chosen is the empty list."""
        kwargs.setdefault("load_default", list)
        super().__init__(Id(), **kwargs)


class Yes(fields.Boolean):
    """A ticked box; one that is not ticked is not sent at all."""

    default_error_messages = {**MISSING, "invalid": _("Sæt kryds, eller lad være.")}

    def __init__(self, **kwargs: Any) -> None:
        """Not ticked is False."""
        kwargs.setdefault("load_default", False)
        super().__init__(**kwargs)


class Phone(fields.String):
    """A phone number, Danish unless it begins with +, loaded as E.164 ('+4520301020')."""

    default_error_messages = {
        **MISSING,
        "invalid": _("Skriv et telefonnummer, for eksempel 20 30 10 20."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        number = e164(text)
        if number is None:
            raise self.make_error("invalid")
        return number


class Email(fields.String):
    """An e-mail address."""

    default_error_messages = {**MISSING, "invalid": _("Skriv tekst.")}

    def __init__(self, **kwargs: Any) -> None:
        """Checked for its shape only."""
        wrong = _("Skriv en e-mailadresse som navn@eksempel.dk.")
        super().__init__(validate=validate.Email(error=wrong), **kwargs)


class _Parser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION = {}

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> Any:
        """Raise the domain's own error, its messages made text in the user's language."""
        by_place = error.messages_dict
        found: dict[str, Any] = next(iter(by_place.values()), {})
        raise InvalidInput({name: _first(text) for name, text in found.items()}) from error


_parser = _Parser()


def read(schema: Form, location: Literal["form", "query"] = "form") -> dict[str, Any]:
    """What was sent, loaded by the schema; raises InvalidInput with a message a field."""
    loaded: dict[str, Any] = _parser.parse(schema, request, location=location)
    return loaded


@runtime_checkable
class Versioned(Protocol):
    """A row that counts how often it was saved."""

    version: int


def rejected(
    template: str, error: DomainError, *, row: object = None, **context: Any
) -> ResponseReturnValue:
    """The form again, with what was typed (`values`) and what is wrong (`errors`).

    Undoes whatever the transaction had begun. A domain error that is about no one field is
    shown above the form, and answers with its own status. `row` is what the form edits: where
    someone else saved it in between, the form goes on from the version that is there now, so
    that sending it again is to choose one's own.
    """
    db().rollback()
    if isinstance(row, Versioned) and isinstance(error, ChangedMeanwhile):
        values = request.form.copy()
        values["version"] = str(row.version)
        errors = {
            "_form": gettext(
                "En anden har ændret det samme imens. Det, du har skrevet, er bevaret; "
                "send igen for at gemme det i stedet."
            )
        }
        status = shown(error.code).status
        return render_template(template, values=values, errors=errors, **context), status
    if isinstance(error, InvalidInput):
        return render_template(template, values=request.form, errors=error.fields, **context), 422
    text = shown(error.code)
    errors = {"_form": f"{text.heading}. {text.text}"}
    return render_template(template, values=request.form, errors=errors, **context), text.status


def _first(messages: Any) -> str:
    if isinstance(messages, dict):
        return _first(next(iter(messages.values())))
    if isinstance(messages, list):
        return _first(messages[0])
    return str(messages)


def _listed(validators: Any) -> list[Any]:
    if validators is None:
        return []
    return list(validators) if isinstance(validators, list | tuple) else [validators]

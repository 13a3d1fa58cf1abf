"""The grid's widgets: from a posted form to a cell, an answer or an input, and back again.

Every widget is typed; what it posts is either just what its column allows, or refused with a
message at the field (InvalidInput).
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields

from booking.calendar.professions import PROFESSIONS
from booking.platform.errors import InvalidInput
from booking.platform.forms import MISSING, Choice, Choices, Day, Form, Number, Text, Yes, read
from triage_rules.authoring import words
from triage_rules.authoring.editing import Details
from triage_rules.authoring.words import Names, number
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    Input,
    Interval,
    Is,
    Missing,
    OneOf,
    Output,
    Row,
    Value,
)

Typed = dict[str, Any]
HOW = {
    "any": _l("uanset"),
    "at_least": _l("mindst"),
    "at_most": _l("højst"),
    "above": _l("over"),
    "below": _l("under"),
    "equal": _l("præcis"),
    "between": _l("fra et tal til et andet"),
    "known": _l("ethvert tal, men kendt"),
    "missing": _l("mangler"),
}
MOST = Decimal(10) ** 9


class Figure(fields.Decimal):
    """A number with decimals: '7,5' or '7.5'."""

    def __init__(self, **kwargs: Any) -> None:
        """As marshmallow's, with messages of its own."""
        invalid = cast(str, _l("Skriv et tal som 7 eller 7,5."))
        super().__init__(error_messages={**MISSING, "invalid": invalid}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        try:
            found = Decimal(str(value).replace(",", "."))
        except InvalidOperation:
            raise self.make_error("invalid") from None
        exponent = found.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -6 or abs(found) >= MOST:
            raise self.make_error("invalid")
        return found


class NumberCell(Form):
    """What a number must be."""

    how = Choice(tuple(HOW), required=True)
    low = Figure()
    high = Figure()
    low_closed = Yes()
    high_closed = Yes()


class ChoiceCell(Form):
    """Whether *missing* is meant; the choices are read beside it."""

    missing = Yes()


class DetailsForm(Form):
    """What a row says besides its cells and answers."""

    told = Text(longest=500, load_default="")
    told_en = Text(longest=500, load_default="")
    evidence = Text(longest=500, load_default="")
    owner = Text(longest=100, load_default="")
    review_by = Day(load_default=None)


def hows(asked: Input) -> list[tuple[str, str]]:
    """The ways a number may be asked for."""
    return [
        (code, str(text)) for code, text in HOW.items() if code != "missing" or asked.can_be_missing
    ]


def read_cell(asked: Input) -> Cell:
    """The posted cell of an input; raises InvalidInput."""
    if asked.kind == "number":
        return _read_number(asked)
    if asked.kind == "boolean":
        allowed = ("any", "yes", "no", *(("missing",) if asked.can_be_missing else ()))
        how = _read(how=Choice(allowed, required=True))["how"]
        if how in ("any", "missing"):
            return AnyValue() if how == "any" else Missing()
        return Is(how == "yes")
    chosen = _read(chosen=Choices(asked.choices))["chosen"]
    if read(ChoiceCell())["missing"] and asked.can_be_missing:
        if chosen:
            raise InvalidInput({"chosen": _("Vælg enten »mangler« eller svar, ikke begge dele.")})
        return Missing()
    return OneOf(frozenset(chosen)) if chosen else AnyValue()


def _read(**wanted: fields.Field[Any]) -> Typed:
    """What was posted in fields that depend on the column."""
    return read(cast(Form, Form.from_dict(dict(wanted))()))


def _read_number(asked: Input) -> Cell:
    typed = read(NumberCell())
    how = typed["how"]
    if how == "any":
        return AnyValue()
    if how == "missing" and asked.can_be_missing:
        return Missing()
    if how in ("known", "missing"):
        return Interval()
    low = _on_scale(asked, "low", typed.get("low"))
    if how == "equal":
        return Interval(low, low)
    if how in ("at_least", "above"):
        return Interval(low, None, low_closed=how == "at_least")
    if how in ("at_most", "below"):
        return Interval(None, low, high_closed=how == "at_most")
    high = _on_scale(asked, "high", typed.get("high"))
    closed = (typed["low_closed"], typed["high_closed"])
    if low > high or (low == high and closed != (True, True)):
        raise InvalidInput({"high": _("Skriv et tal, der er større end det første.")})
    return Interval(low, high, *closed)


def _on_scale(asked: Input, field: str, value: Decimal | None) -> Decimal:
    """A typed number that the input can have; raises InvalidInput."""
    if value is None:
        raise InvalidInput({field: _("Skriv et tal.")})
    if (asked.low is not None and value < asked.low) or (
        asked.high is not None and value > asked.high
    ):
        raise InvalidInput(
            {field: _("%(input)s går %(range)s.", input=asked.label, range=scale(asked))}
        )
    if (value - (asked.low or 0)) % asked.step:
        step = number(asked.step)
        raise InvalidInput(
            {field: _("%(input)s går i trin på %(step)s.", input=asked.label, step=step)}
        )
    return value


def scale(asked: Input) -> str:
    """'fra 5 til 25'; '' for a number without bounds."""
    if asked.low is None and asked.high is None:
        return ""
    return words.cell(asked, Interval(asked.low, asked.high))


def cell_values(asked: Input, cell: Cell) -> Typed:
    """A cell as its form shows it."""
    if asked.kind == "choice":
        return {
            "chosen": [
                code for code in asked.choices if isinstance(cell, OneOf) and code in cell.choices
            ],
            "missing": isinstance(cell, Missing),
        }
    values: Typed = {"how": "any", "low_closed": True, "high_closed": True}
    if isinstance(cell, Missing):
        values["how"] = "missing"
    elif isinstance(cell, Is):
        values["how"] = "yes" if cell.value else "no"
    elif isinstance(cell, Interval):
        values |= _interval_values(cell)
    return values


def _interval_values(cell: Interval) -> Typed:
    low, high = (None if one is None else number(one) for one in (cell.low, cell.high))
    if low is None and high is None:
        return {"how": "known"}
    if cell.low == cell.high:
        return {"how": "equal", "low": low}
    if high is None:
        return {"how": "at_least" if cell.low_closed else "above", "low": low}
    if low is None:
        return {"how": "at_most" if cell.high_closed else "below", "low": high}
    return {
        "how": "between",
        "low": low,
        "high": high,
        "low_closed": cell.low_closed,
        "high_closed": cell.high_closed,
    }


def output_options(output: Output, given: Value, names: Names) -> list[tuple[str, str]]:
    """What an answer may be chosen from; empty for what is typed."""
    if output.kind == "choice":
        return [(code, words.value(output, code)) for code in output.choices]
    if output.name == "profession":
        codes = ["any", *PROFESSIONS]
        return [(code, words.value(output, "" if code == "any" else code)) for code in codes]
    if output.name == "obligation":
        known = {code: text for (name, code), text in names.items() if name == "obligation"}
        if given and str(given) not in known:
            known[str(given)] = str(given)
        return list(known.items())
    return []


def output_values(table_outputs: tuple[Output, ...], row: Row) -> Typed:
    """A row's answers as their form shows them, and as they were (`was_…`) when it was shown."""
    values: Typed = {}
    for output, given in zip(table_outputs, row.outputs, strict=True):
        shown = number(given) if isinstance(given, Decimal) else str(given)
        if output.name == "profession" and not given:
            shown = "any"
        values[output.name] = values[f"was_{output.name}"] = shown
    return values


def read_outputs(outputs: tuple[Output, ...], row: Row, names: Names) -> dict[str, Value]:
    """The answers that were changed on the form, by name; raises InvalidInput.

    An answer may be left open: the table is not sound before it is given.
    """
    wanted: dict[str, Any] = {}
    for output, given in zip(outputs, row.outputs, strict=True):
        options = output_options(output, given, names)
        if output.kind == "number":
            low, high = int(output.low or 0), int(output.high or 0)
            wanted[output.name] = Number(low, high)
        elif options:
            wanted[output.name] = Choice([code for code, _text in options])
        else:
            wanted[output.name] = Text(longest=200)
        wanted[f"was_{output.name}"] = Text(longest=200)
    typed = _read(**wanted)
    changed: dict[str, Value] = {}
    for output in outputs:
        value = typed.get(output.name, "")
        if str(value) == typed.get(f"was_{output.name}", ""):
            continue
        if output.name == "profession" and value == "any":
            value = ""
        changed[output.name] = Decimal(value) if isinstance(value, int) else value
    return changed


def details_values(row: Row) -> Typed:
    """A row's details as their form shows them, and as they were when it was shown."""
    found = details_of(row)
    shown = {**vars(found), "review_by": found.review_by.isoformat() if found.review_by else ""}
    return {**shown, **{f"was_{name}": value for name, value in shown.items()}}


def read_details(row: Row, was: Mapping[str, str]) -> Details:
    """The row's details with what was changed on the form; raises InvalidInput."""
    typed = read(DetailsForm())
    changed = {}
    for name, value in typed.items():
        if isinstance(value, str):
            value = value.replace("\r\n", "\n")
        before = was.get(f"was_{name}", "").replace("\r\n", "\n")
        if before != (str(value) if value else ""):
            changed[name] = value
    return replace(details_of(row), **changed)


def details_of(row: Row) -> Details:
    """What a row says besides its cells and answers."""
    return Details(row.told, row.told_en, row.evidence, row.owner, row.review_by)

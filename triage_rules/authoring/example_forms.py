"""An example patient's form: a widget for each thing the tables ask, and what is expected."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from flask_babel import gettext as _
from marshmallow import fields

from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Form, Number, Text, read
from triage_rules.authoring.grid_forms import Figure, Typed
from triage_rules.authoring.input_forms import OLDEST_DAYS
from triage_rules.authoring.words import number
from triage_rules.tables.examples import Example
from triage_rules.tables.model import Input, Value
from triage_rules.tables.rule_set import ACTIONS, COLOURS, FORMS, WEEKS, WHOM_TO_CALL

NOBODY = "nobody"


class ExpectedForm(Form):
    """The example's name, and what the rules should decide."""

    name = Text(required=True)
    colour = Choice(COLOURS, required=True)
    action = Choice(ACTIONS, required=True)
    form = Choice(FORMS, load_default=None)
    latest_weeks = Number(0, int(WEEKS), load_default=None)
    calls = Choice((NOBODY, *WHOM_TO_CALL), load_default=None)


def example_values(asked: Sequence[Input], example: Example) -> Typed:
    """An example as its form shows it."""
    values: Typed = {
        "name": example.name,
        "colour": example.colour,
        "action": example.action,
        "form": example.form or "",
        "latest_weeks": "" if example.latest_weeks is None else example.latest_weeks,
        "calls": "" if example.calls is None else (*example.calls, NOBODY)[0],
    }
    for place, one in enumerate(asked):
        value = example.facts.get(one.name)
        if value is not None:
            values[f"fact{place}"] = _shown(value)
        values[f"age{place}"] = example.days_old.get(one.name, "")
    return values


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else number(value)


def read_example(asked: Sequence[Input], before: Example | None) -> Example:
    """The posted example; raises InvalidInput. before: what it was, whose expected obligations
    stay."""
    wanted: dict[str, fields.Field[Any]] = {}
    for place, one in enumerate(asked):
        if one.kind == "number":
            wanted[f"fact{place}"] = Figure()
        else:
            codes = one.choices if one.kind == "choice" else ("yes", "no")
            wanted[f"fact{place}"] = Choice(codes)
        wanted[f"age{place}"] = Number(0, OLDEST_DAYS)
    wrong: dict[str, str] = {}
    facts = _read(cast(Form, Form.from_dict(dict(wanted))()), wrong)
    expected = _read(ExpectedForm(), wrong)
    if wrong:
        raise InvalidInput(wrong)
    calls = expected["calls"]
    told: tuple[str, ...] | None = None
    if calls is not None:
        told = () if calls == NOBODY else (calls,)
    if before and before.calls and calls == before.calls[0]:
        told = before.calls  # several are kept; the form shows the first
    return Example(
        name=expected["name"],
        facts={one.name: _value(one, facts.get(f"fact{place}")) for place, one in enumerate(asked)},
        colour=expected["colour"],
        action=expected["action"],
        form=expected["form"],
        latest_weeks=expected["latest_weeks"],
        calls=told,
        obligations=before.obligations if before else None,
        days_old={
            one.name: facts[f"age{place}"]
            for place, one in enumerate(asked)
            if facts.get(f"age{place}")
        },
    )


def _read(form: Form, wrong: dict[str, str]) -> Typed:
    """What was posted; what is wrong with it is put among the rest."""
    try:
        return read(form)
    except InvalidInput as error:
        wrong.update(error.fields)
        return {}


def _value(asked: Input, typed: Any) -> Value | None:
    if typed is None or asked.kind != "boolean":
        return cast(Decimal | str | None, typed)
    return bool(typed == "yes")


def taken(name: str) -> InvalidInput:
    """That another example is called so."""
    return InvalidInput({"name": _("Et andet eksempel hedder det samme: %(name)s", name=name)})

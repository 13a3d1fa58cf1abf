"""A column's own form: what is asked, its unit, range, step and greatest age, and its source."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from booking.platform.errors import InvalidInput
from booking.platform.forms import Form, Number, Text, read
from triage_rules.authoring.grid_forms import Figure, Typed
from triage_rules.authoring.sources import LONGEST_LABEL, Source
from triage_rules.authoring.words import number
from triage_rules.tables.model import Input

OLDEST_DAYS = 3650


class InputForm(Form):
    """How an input is described; what is about numbers is left out for other kinds."""

    label = Text(required=True, longest=LONGEST_LABEL)
    source = Text(load_default="")
    unit = Text(longest=30, load_default="")
    low = Figure(load_default=None)
    high = Figure(load_default=None)
    step = Figure(load_default=None)
    greatest_age_days = Number(1, OLDEST_DAYS, load_default=None)


def input_values(asked: Input) -> Typed:
    """An input as its form shows it."""
    figures = {
        name: "" if value is None else number(value)
        for name, value in (("low", asked.low), ("high", asked.high), ("step", asked.step))
    }
    age = asked.greatest_age_days
    return {
        "label": asked.label,
        "source": asked.source,
        "unit": asked.unit,
        "greatest_age_days": "" if age is None else age,
        **figures,
    }


def source_options(found: Sequence[Source], asked: Input) -> list[tuple[str, str]]:
    """Where an input's fact may come from: what is of its kind."""
    options = [
        (one.input.source, f"{one.group}: {one.input.label}")
        for one in found
        if one.input.kind == asked.kind and not one.input.source.startswith("table:")
    ]
    if asked.source not in [code for code, _text in options]:
        text = _("Ingen kilde, klinikken har: regnes altid som ukendt")
        text = f"{text} ({asked.source})" if asked.source else text
        options.insert(0, (asked.source, text))
    return options


def read_input(asked: Input, found: Sequence[Source]) -> Input:
    """The input as it was described; raises InvalidInput.

    A choice that comes from somewhere else has the choices there are there.
    """
    typed = read(InputForm())
    described = replace(asked, label=typed["label"], greatest_age_days=typed["greatest_age_days"])
    allowed = [code for code, _text in source_options(found, asked)]
    source = typed["source"] or asked.source
    if source not in allowed:
        raise InvalidInput({"source": _("Vælg en af mulighederne.")})
    if source != asked.source:
        other = next(one.input for one in found if one.input.source == source)
        described = replace(described, source=source, choices=other.choices)
    if asked.kind != "number":
        return described
    low, high, step = typed["low"], typed["high"], typed["step"]
    if step is None or step <= 0:
        raise InvalidInput({"step": _("Skriv et tal over 0.")})
    if low is not None and high is not None and low >= high:
        raise InvalidInput({"high": _("Skriv et tal, der er større end det mindste.")})
    return replace(described, unit=typed["unit"], low=low, high=high, step=step)

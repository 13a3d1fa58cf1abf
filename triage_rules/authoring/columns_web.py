"""The columns of a draft's tables: choosing what to ask, describing it, moving and removing it."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Form, read
from booking.platform.pages import Access, Pages
from triage_rules.authoring import editing, input_forms, words
from triage_rules.authoring.drafting import Here, input_of, on_draft, step
from triage_rules.authoring.editing import NotThere
from triage_rules.authoring.grid_view import column_id
from triage_rules.authoring.saving import Edit, carry_out, of_rules
from triage_rules.authoring.sources import Source, available
from triage_rules.tables.decide import ANSWERED
from triage_rules.tables.model import Input
from triage_rules.tables.rule_set import RuleSet

pages = Pages(
    "rule_columns",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/kladde",
    template_folder="templates",
)
ACTS = ("left", "right", "remove")


class ActForm(Form):
    """What to do with a column."""

    act = Choice(ACTS, required=True)


@pages.get("/oplysninger", access=Access.CLINICIAN)
@on_draft
def pick(here: Here) -> ResponseReturnValue:
    """What a table may ask, group by group."""
    return _pick(here)


@pages.get("/oplysninger/ny", access=Access.CLINICIAN, endpoint="new")
@on_draft
def new_form(here: Here) -> ResponseReturnValue:
    """What was chosen, to be described."""
    stage = here.table(_stage()).name
    if not request.args.get("kilde"):
        return _pick(here, {"kilde": _("Vælg, hvad der skal spørges om.")})
    return _describe(here, stage, _picked(here, stage), new=True)


@pages.post("/oplysninger/ny", access=Access.CLINICIAN)
@on_draft
def add(here: Here) -> ResponseReturnValue:
    """A new column."""
    stage = here.table(_stage()).name
    picked = _picked(here, stage)
    try:
        asked = _read(here, picked)
    except InvalidInput as error:
        return _describe(here, stage, picked, new=True, error=error)

    def change(rules: RuleSet) -> RuleSet:
        wider = editing.add_input(rules, stage, asked)
        known = wider.table(stage)
        if known is None or asked in known.inputs:
            return wider
        return editing.change_input(wider, asked)

    said = _("I %(table)s: spørge om %(input)s", table=words.stage(stage), input=words.label(asked))
    return carry_out(
        here,
        Edit(said, stage, of_rules(change), lambda rules: column_id(rules, stage, asked.name)),
    )


@pages.get("/oplysning", access=Access.CLINICIAN, endpoint="column")
@on_draft
def column_form(here: Here) -> ResponseReturnValue:
    """What is asked, and how; move, remove."""
    table = here.table(_stage())
    asked = input_of(table, request.values.get("oplysning", ""))
    return _describe(here, table.name, Source("", asked))


@pages.post("/oplysning", access=Access.CLINICIAN)
@on_draft
def describe(here: Here) -> ResponseReturnValue:
    """Describe an input anew, in every table that asks for it."""
    table = here.table(_stage())
    before = input_of(table, request.values.get("oplysning", ""))
    try:
        asked = _read(here, Source("", before))
    except InvalidInput as error:
        return _describe(here, table.name, Source("", before), error=error)
    said = _("beskrive %(input)s på ny", input=words.label(asked))
    return carry_out(
        here,
        Edit(
            said,
            table.name,
            of_rules(lambda rules: editing.change_input(rules, asked)),
            lambda rules: column_id(rules, table.name, asked.name),
        ),
    )


@pages.post("/oplysning/goer", access=Access.CLINICIAN)
@on_draft
def act_on_column(here: Here) -> ResponseReturnValue:
    """Move a column or remove it; an example's fact goes with the last column that asks for it."""
    table = here.table(_stage())
    stage, asked = table.name, input_of(table, request.values.get("oplysning", ""))
    act = read(ActForm())["act"]
    if act == "remove":
        said = _("I %(table)s: ikke spørge om %(input)s")
        edit = Edit(
            said % {"table": words.stage(stage), "input": words.label(asked)},
            stage,
            lambda rules, examples: editing.without_input(rules, examples, stage, asked.name),
            lambda _rules: "new-column",
        )
        return carry_out(here, edit)
    by = -1 if act == "left" else 1
    return carry_out(
        here,
        Edit(
            _("I %(table)s: flytte %(input)s", table=words.stage(stage), input=words.label(asked)),
            stage,
            of_rules(lambda rules: editing.move_input(rules, stage, asked.name, by)),
            lambda rules: column_id(rules, stage, asked.name),
        ),
    )


def _stage() -> str:
    return request.values.get("tabel", "")


def _picked(here: Here, stage: str) -> Source:
    """The source that was chosen; raises NotThere for one the table cannot ask."""
    wanted = request.values.get("kilde", "")
    for one in available(here.found, here.rules, stage):
        if (one.input.source or one.input.name) == wanted:
            return one
    raise NotThere


def _read(here: Here, picked: Source) -> Input:
    if picked.input.name in ANSWERED:
        return picked.input
    return input_forms.read_input(picked.input, here.found)


def _pick(here: Here, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    table = here.table(_stage())
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in available(here.found, here.rules, table.name):
        asked = one.input
        choice = (asked.source or asked.name, words.input_name(asked))
        groups.setdefault(one.group, []).append(choice)
    return step(
        here,
        "pick",
        422 if errors else 200,
        heading=_("Hvad skal tabellen spørge om?"),
        tab=table.name,
        table=table,
        groups=groups,
        errors=errors or {},
    )


def _describe(
    here: Here,
    stage: str,
    picked: Source,
    *,
    new: bool = False,
    error: InvalidInput | None = None,
) -> ResponseReturnValue:
    asked = picked.input
    table = here.table(stage)
    names = [one.name for one in table.inputs]
    shared = [
        words.stage(one.name)
        for one in here.rules.tables
        if one.name != stage and asked.name in [each.name for each in one.inputs]
    ]
    return step(
        here,
        "input",
        422 if error else 200,
        heading=_("Spørg om %(input)s", input=words.label(asked)) if new else words.label(asked),
        tab=stage,
        table=table,
        asked=asked,
        new=new,
        fixed=asked.name in ANSWERED,
        shared=words.listed(shared),
        sources=input_forms.source_options(here.found, asked),
        choices=words.listed(
            [picked.names.get(c) or words.choice(asked, c, here.names) for c in asked.choices]
        ),
        first=not new and names.index(asked.name) == 0,
        last=not new and names.index(asked.name) == len(names) - 1,
        values=request.form if error else input_forms.input_values(asked),
        errors=error.fields if error else {},
    )

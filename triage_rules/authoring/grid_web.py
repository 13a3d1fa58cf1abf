"""The grid of a draft: its cells, answers and rows, each edited by a small form.

Every form is a page of its own, so that it works without scripts; with them it opens over the
grid, and what was saved comes back as the grid's part of the page.
"""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Form, Number, Text, read
from booking.platform.pages import Access, Pages
from triage_rules.authoring import editing, grid_forms, words
from triage_rules.authoring.drafting import Here, input_of, on_draft, row_of, shown, step
from triage_rules.authoring.editing import NotThere
from triage_rules.authoring.grid_view import (
    DETAILS,
    cell_after,
    cell_id,
    content,
    fillable,
    first_cell,
    is_gap,
)
from triage_rules.authoring.saving import Edit, carry_out, of_rules
from triage_rules.tables.model import Cell, Row, Table
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.verify import flaws

pages = Pages(
    "rule_grid",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/kladde",
    template_folder="templates",
)
ACTS = ("copy", "up", "down", "remove")


class NewRowForm(Form):
    """Where a new row goes. gap: the number of the gap it is to fill, from 0."""

    raekke = Text(load_default="")
    gap = Number(0, 10_000, load_default=None)


class ActForm(Form):
    """What to do with a row."""

    act = Choice(ACTS, required=True)


class MergeForm(Form):
    """Two rows that one can stand for."""

    first = Text(required=True)
    second = Text(required=True)


@pages.get("", access=Access.CLINICIAN)
@on_draft
def show(here: Here) -> ResponseReturnValue:
    """One table of the draft, or its examples, or what is about all of it."""
    return content(here, request.args.get("tabel", "activity"))


@pages.get("/celle", access=Access.CLINICIAN, endpoint="cell")
@on_draft
def cell_form(here: Here) -> ResponseReturnValue:
    """The widget of one cell."""
    table, row = _row_here(here)
    return _cell(here, table, row)


@pages.post("/celle", access=Access.CLINICIAN)
@on_draft
def save_cell(here: Here) -> ResponseReturnValue:
    """What a row asks of an input."""
    table, row = _row_here(here)
    asked = input_of(table, request.values.get("oplysning", ""))
    try:
        cell = grid_forms.read_cell(asked)
    except InvalidInput as error:
        return _cell(here, table, row, error)
    said = _(
        "I %(table)s, række %(number)s: sætte %(condition)s",
        table=words.stage(table.name),
        number=words.row_number(table, row.id),
        condition=words.condition(asked, cell, here.names),
    )

    def change(rules: RuleSet) -> RuleSet:
        return editing.set_cell(rules, table.name, row.id, asked.name, cell)

    return _then_next(here, said, table, row, asked.name, change)


@pages.get("/svar", access=Access.CLINICIAN, endpoint="answer")
@on_draft
def answer_form(here: Here) -> ResponseReturnValue:
    """A row's answers, opened at one of them."""
    table, row = _row_here(here)
    return _answer(here, table, row)


@pages.post("/svar", access=Access.CLINICIAN)
@on_draft
def save_answer(here: Here) -> ResponseReturnValue:
    """What a row answers; what was not changed on the form is left as it is."""
    table, row = _row_here(here)
    try:
        changed = grid_forms.read_outputs(table.outputs, row, here.names)
    except InvalidInput as error:
        return _answer(here, table, row, error)
    answers = [
        f"{words.output_name(one)} {words.value(one, changed[one.name], here.names)}"
        for one in table.outputs
        if one.name in changed
    ]
    said = _(
        "I %(table)s, række %(number)s: svare %(answers)s",
        table=words.stage(table.name),
        number=words.row_number(table, row.id),
        answers=words.listed(answers),
    )

    def change(rules: RuleSet) -> RuleSet:
        for name, value in changed.items():
            rules = editing.set_output(rules, table.name, row.id, name, value)
        return rules

    return _then_next(here, said, table, row, table.outputs[-1].name, change)


@pages.get("/raekke", access=Access.CLINICIAN, endpoint="row")
@on_draft
def row_form(here: Here) -> ResponseReturnValue:
    """What a row tells the patient and why anyone should trust it; copy, move, remove."""
    table, row = _row_here(here)
    return _details(here, table, row)


@pages.post("/raekke", access=Access.CLINICIAN)
@on_draft
def save_row(here: Here) -> ResponseReturnValue:
    """Keep a row's details."""
    table, row = _row_here(here)
    try:
        details = grid_forms.read_details(row, request.form)
    except InvalidInput as error:
        return _details(here, table, row, error)
    return carry_out(
        here,
        Edit(
            _(
                "I %(table)s, række %(number)s: ændre, hvad patienten får at vide, og begrundelsen",
                table=words.stage(table.name),
                number=words.row_number(table, row.id),
            ),
            table.name,
            of_rules(lambda rules: editing.set_details(rules, table.name, row.id, details)),
            lambda rules: cell_id(rules, table.name, row.id, DETAILS),
        ),
    )


@pages.post("/raekker", access=Access.CLINICIAN)
@on_draft
def new_row(here: Here) -> ResponseReturnValue:
    """A new row after another, or last, or for the patients of a gap."""
    table = here.table(_stage())
    typed = read(NewRowForm())
    new_id = editing.new_row_id()
    gap = typed["gap"]

    def change(rules: RuleSet) -> RuleSet:
        cells = () if gap is None else _gap(rules, table.name, gap)
        return editing.add_row(rules, table.name, new_id, typed["raekke"], cells)

    said = _("I %(table)s: tilføje en række", table=words.stage(table.name))
    return carry_out(
        here,
        Edit(
            said,
            table.name,
            of_rules(change),
            lambda rules: first_cell(rules, table.name, new_id),
            again=gap is None,
        ),
    )


@pages.post("/raekke/goer", access=Access.CLINICIAN)
@on_draft
def act_on_row(here: Here) -> ResponseReturnValue:
    """Copy, move or remove a row."""
    table, row = _row_here(here)
    stage, act = table.name, read(ActForm())["act"]
    new_id = editing.new_row_id()
    number = words.row_number(table, row.id)

    def change(rules: RuleSet) -> RuleSet:
        if act == "copy":
            return editing.copy_row(rules, stage, row.id, new_id)
        if act == "remove":
            return editing.remove_row(rules, stage, row.id)
        return editing.move_row(rules, stage, row.id, -1 if act == "up" else 1)

    def focus(rules: RuleSet) -> str:
        if act == "remove":
            left = len(here.table(stage).rows) - 1
            return f"c{min(number, left)}-0" if left else "new-row"
        return first_cell(rules, stage, new_id if act == "copy" else row.id)

    said = {
        "copy": _("I %(table)s: kopiere række %(number)s"),
        "up": _("I %(table)s: flytte række %(number)s op"),
        "down": _("I %(table)s: flytte række %(number)s ned"),
        "remove": _("I %(table)s: slette række %(number)s"),
    }[act]
    edit = Edit(
        said % {"table": words.stage(stage), "number": number}, stage, of_rules(change), focus
    )
    return carry_out(here, edit)


@pages.post("/saml", access=Access.CLINICIAN)
@on_draft
def merge(here: Here) -> ResponseReturnValue:
    """Let one row stand for two."""
    stage = here.table(_stage()).name
    rows = read(MergeForm())
    return carry_out(
        here,
        Edit(
            _("I %(table)s: gøre to rækker til én", table=words.stage(stage)),
            stage,
            of_rules(lambda rules: editing.merge_rows(rules, stage, rows["first"], rows["second"])),
            lambda rules: first_cell(rules, stage, rows["first"]),
        ),
    )


def _stage() -> str:
    return request.values.get("tabel", "")


def _row_here(here: Here) -> tuple[Table, Row]:
    """The table and row that were sent; raises NotThere."""
    table = here.table(_stage())
    return table, row_of(table, request.values.get("raekke", ""))


def _then_next(
    here: Here,
    said: str,
    table: Table,
    row: Row,
    column: str,
    change: Callable[[RuleSet], RuleSet],
) -> ResponseReturnValue:
    """Change a row at a column, and go on to the next cell of the row."""

    def following(rules: RuleSet) -> str:
        return cell_after(rules, table.name, row.id, column)

    return carry_out(here, Edit(said, table.name, of_rules(change), following))


def _gap(rules: RuleSet, stage: str, number: int) -> tuple[Cell, ...]:
    """The cells of a row for a gap; raises NotThere."""
    table = rules.table(stage)
    gaps = [one for one in flaws(table) if is_gap((stage, one))] if table else []
    if number >= len(gaps) or not fillable((stage, gaps[number])):
        raise NotThere
    return tuple(cells[0] for cells in gaps[number].cells)


def _cell(
    here: Here, table: Table, row: Row, error: InvalidInput | None = None
) -> ResponseReturnValue:
    asked = input_of(table, request.values.get("oplysning", ""))
    place = [one.name for one in table.inputs].index(asked.name)
    values = grid_forms.cell_values(asked, row.cells[place])
    if "how" in request.args:  # opened by a sign typed on the cell
        values |= {name: request.args[name] for name in ("how", "low") if name in request.args}
    number = words.row_number(table, row.id)
    return step(
        here,
        "cell",
        heading=_("%(input)s i række %(number)s", input=words.label(asked), number=number),
        tab=table.name,
        table=table,
        row=row,
        asked=asked,
        hows=grid_forms.hows(asked),
        scale=grid_forms.scale(asked),
        options=[(code, words.choice(asked, code, here.names)) for code in asked.choices],
        **shown(error, values),
    )


def _answer(
    here: Here, table: Table, row: Row, error: InvalidInput | None = None
) -> ResponseReturnValue:
    number = words.row_number(table, row.id)
    return step(
        here,
        "answer",
        heading=_("Svar i række %(number)s", number=number),
        tab=table.name,
        table=table,
        row=row,
        summary=words.row_conditions(table, row, here.names),
        opened=request.values.get("svar", ""),
        options={
            one.name: grid_forms.output_options(one, given, here.names)
            for one, given in zip(table.outputs, row.outputs, strict=True)
        },
        **shown(error, grid_forms.output_values(table.outputs, row)),
    )


def _details(
    here: Here, table: Table, row: Row, error: InvalidInput | None = None
) -> ResponseReturnValue:
    number = words.row_number(table, row.id)
    return step(
        here,
        "row",
        heading=_("Række %(number)s", number=number),
        tab=table.name,
        table=table,
        row=row,
        summary=words.row_summary(table, row, here.names),
        first=number == 1,
        last=number == len(table.rows),
        **shown(error, grid_forms.details_values(row)),
    )

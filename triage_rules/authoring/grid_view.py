"""What the grid shows: one table at a time, and beside it what is wrong and what could be less."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from booking.platform.pages import db, me
from triage_rules.authoring import findings, queries, words
from triage_rules.authoring.drafting import Here, address, as_fragment
from triage_rules.authoring.examples_view import examples_shown
from triage_rules.authoring.findings import Found
from triage_rules.tables.model import AnyValue, Input, Row, Table, allows
from triage_rules.tables.rule_set import STAGES, RuleSet
from triage_rules.tables.soundness import unsound
from triage_rules.tables.verify import merges

EXAMPLES, WHOLE = "eksempler", "regelsaet"
DETAILS = "details"
NEVER_EMPTY = frozenset({"flag", "obligation"})
MOST_SHOWN = 20  # findings of one table
SHORT = 40  # characters of a row's evidence that the grid shows


@dataclass(frozen=True)
class CellView:
    """A cell of the grid. id: of its link. text: what it says; open: still to be answered.

    kind: of what a condition asks; '' for other cells.
    """

    id: str
    text: str
    href: str
    open: bool = False
    quiet: bool = False
    kind: str = ""


@dataclass(frozen=True)
class RowView:
    """A row of the grid, numbered from 1. wrong: something is the matter with it."""

    id: str
    number: int
    head: CellView
    cells: tuple[CellView, ...]
    outputs: tuple[CellView, ...]
    details: CellView
    wrong: bool


@dataclass(frozen=True)
class ColumnView:
    """A column's heading: what is asked, and how."""

    name: str
    head: CellView
    about: str


@dataclass(frozen=True)
class FindingView:
    """Something wrong: in words, the cells to go to, and for a gap its number, to be filled."""

    text: str
    links: tuple[tuple[str, str], ...]
    gap: int | None = None


def cell_id(rules: RuleSet, stage: str, row_id: str, name: str) -> str:
    """The id of a cell's link: by its row's and its column's place; '' for one not there."""
    table = rules.table(stage)
    if table is None or row_id not in [row.id for row in table.rows]:
        return ""
    columns = _columns(table)
    column = columns.index(name) if name in columns else len(columns)
    return f"c{words.row_number(table, row_id)}-{column}"


def _columns(table: Table) -> list[str]:
    return [one.name for one in table.inputs] + [one.name for one in table.outputs]


def cell_after(rules: RuleSet, stage: str, row_id: str, name: str) -> str:
    """The cell to go on to from one: the next in its row."""
    table = rules.table(stage)
    assert table is not None
    columns = _columns(table)
    place = columns.index(name) + 1
    return cell_id(rules, stage, row_id, columns[place] if place < len(columns) else DETAILS)


def first_cell(rules: RuleSet, stage: str, row_id: str) -> str:
    """Where a row begins."""
    table = rules.table(stage)
    assert table is not None
    first = table.inputs[0].name if table.inputs else table.outputs[0].name
    return cell_id(rules, stage, row_id, first)


def column_id(rules: RuleSet, stage: str, name: str) -> str:
    """The id of a column's heading; '' for one not there."""
    table = rules.table(stage)
    names = [one.name for one in table.inputs] if table else []
    return f"c0-{names.index(name)}" if name in names else ""


def content(
    here: Here, tab: str, *, focus: str = "", before: Here | None = None
) -> ResponseReturnValue:
    """The page on one of its tabs; only the part that changes where the page is there already.

    before: the draft as it was, where an edit has just been made.
    """
    found = unsound(here.rules)
    tab = tab if tab in (EXAMPLES, WHOLE) or here.rules.table(tab) else "activity"
    context: dict[str, object] = {
        "here": here,
        "clinic": here.clinic,
        "edition": here.draft.edition,
        "tab": tab,
        "tabs": _tabs(here, tab, found),
        "focus": focus,
        "said": _said(found, tab) if before else "",
        "undo": here.editable and queries.step_to_undo(db(), here.draft, me().id) is not None,
        "address": partial(address, here),
        "words": words,
    }
    if tab == EXAMPLES:
        context |= examples_shown(here, found)
    elif tab != WHOLE:
        context |= _table(here, tab, found)
    template = "authoring/grid/content.html" if as_fragment() else "authoring/grid.html"
    return render_template(template, **context)


def _tabs(here: Here, tab: str, found: list[Found]) -> list[dict[str, object]]:
    """The tables, each with how many things are wrong in it, the examples, and the whole."""
    tabs: list[tuple[str, str]] = []
    for stage in STAGES:
        if here.rules.table(stage.name) is not None:
            wrong = len(_in_table(found, stage.name))
            text = words.stage(stage.name)
            tabs.append((stage.name, f"{text} ({_problems(wrong)})" if wrong else text))
    number = len(here.examples)
    tabs.append((EXAMPLES, _("Eksempelpatienter (%(number)s)", number=number)))
    tabs.append((WHOLE, _("Hele regelsættet")))
    return [
        {"text": text, "href": address(here, "rule_grid.show", tabel=name), "current": name == tab}
        for name, text in tabs
    ]


def _problems(number: int) -> str:
    return str(ngettext("%(num)d problem", "%(num)d problemer", number))


def _said(found: list[Found], tab: str) -> str:
    """What is read aloud after an edit."""
    wrong = len(_in_table(found, tab))
    if not wrong:
        return _("Gemt.")
    return _("Gemt. %(problems)s i tabellen.", problems=_problems(wrong))


def _in_table(found: list[Found], stage: str) -> list[Found]:
    return [one for one in found if findings.place(one).table == stage]


def _table(here: Here, stage: str, found: list[Found]) -> dict[str, object]:
    table = here.table(stage)
    mine = _in_table(found, stage)
    return {
        "table": table,
        "columns": [_column(here, table, one) for one in table.inputs],
        "rows": [_row(here, table, row, mine) for row in table.rows],
        "wrong": list(islice(_findings(here, table, mine), MOST_SHOWN)),
        "more": max(0, len(mine) - MOST_SHOWN),
        "elsewhere": len(found) - len(mine),
        "merges": [
            (one, findings.merge(table, one, here.names))
            for one in (merges(table) if not any(_rows(one) for one in mine) else [])
        ],
    }


def _rows(found: Found) -> bool:
    """True for what is wrong with rows themselves, which goes before making them fewer."""
    return bool(findings.place(found).rows)


def _findings(here: Here, table: Table, mine: list[Found]) -> Iterator[FindingView]:
    gaps = 0
    for one in mine:
        place = findings.place(one)
        links = [
            (_("Gå til række %(number)s", number=number), f"c{number}-0")
            for number in (words.row_number(table, row_id) for row_id in place.rows)
        ]
        heading = column_id(here.rules, table.name, place.input)
        if heading:
            links.append((_("Gå til kolonnen"), heading))
        gap = None
        if is_gap(one):
            gap, gaps = (gaps if fillable(one) else None), gaps + 1
        yield FindingView(findings.finding(here.rules, one, here.names), tuple(links), gap)


def is_gap(found: Found) -> bool:
    """True for patients whom no row is for."""
    return isinstance(found, tuple) and found[1].flaw == "gap"


def fillable(found: Found) -> bool:
    """True for a gap that one new row would cover."""
    return isinstance(found, tuple) and all(len(cells) == 1 for cells in found[1].cells)


def _column(here: Here, table: Table, asked: Input) -> ColumnView:
    head = CellView(
        column_id(here.rules, table.name, asked.name),
        words.input_name(asked),
        address(here, "rule_columns.column", tabel=table.name, oplysning=asked.name),
    )
    age = asked.greatest_age_days
    about = _("højst %(time)s gammel", time=words.days(age)) if age else ""
    if asked.source not in {one.input.source for one in here.found}:
        about = _("har ingen kilde: altid ukendt")
    return ColumnView(asked.name, head, about)


def _row(here: Here, table: Table, row: Row, mine: list[Found]) -> RowView:
    rules, stage = here.rules, table.name
    number = words.row_number(table, row.id)
    where = {"tabel": stage, "raekke": row.id}
    cells = tuple(
        CellView(
            cell_id(rules, stage, row.id, asked.name),
            words.cell(asked, cell, here.names),
            address(here, "rule_grid.cell", oplysning=asked.name, **where),
            quiet=isinstance(cell, AnyValue),
            kind=asked.kind,
        )
        for asked, cell in zip(table.inputs, row.cells, strict=True)
    )
    outputs = tuple(
        CellView(
            cell_id(rules, stage, row.id, output.name),
            words.value(output, given, here.names) or _("vælg"),
            address(here, "rule_grid.answer", svar=output.name, **where),
            open=not allows(output, given) or (given == "" and output.name in NEVER_EMPTY),
        )
        for output, given in zip(table.outputs, row.outputs, strict=True)
    )
    details = address(here, "rule_grid.row", **where)
    text, lacks = _details(row)
    return RowView(
        row.id,
        number,
        CellView(f"r{number}", str(number), details),
        cells,
        outputs,
        CellView(cell_id(rules, stage, row.id, DETAILS), text, details, open=lacks),
        any(row.id in findings.place(one).rows for one in mine),
    )


def _details(row: Row) -> tuple[str, bool]:
    """What a row tells the patient, its evidence, owner and date in short; or what is lacking."""
    lacking = [
        text
        for text, there in (
            (_("begrundelse"), row.evidence.strip()),
            (_("ansvarlig"), row.owner.strip()),
            (_("dato"), row.review_by),
        )
        if not there
    ]
    if lacking:
        return _("mangler %(what)s", what=words.listed(lacking)), True
    told = f"»{_short(row.told)}« · " if row.told else ""
    return f"{told}{_short(row.evidence)} · {row.owner} · {row.review_by:%d-%m-%Y}", False


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"

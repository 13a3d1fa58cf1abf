"""A clinicians' rule set as a DMN model, which other tools open, with nothing of it lost.

Each table is a decision of its own. Between them stand two small decisions that say what the chain
makes of the first tables: `red_flag` (any flag at all) and `colour` (red for a flag, else what
the activity table answers), which the later tables require. What DMN has no place for (units,
steps, greatest ages, sources, evidence, what the patient is told) is in extension elements
beside the input, output, row or table it belongs to.

DMN leaves open what a table that lists its rows answers where none holds, so such a table gets a
last row of nulls, which always holds; it is marked, and `from_dmn` takes it out again.
"""

import re
from collections.abc import Iterable
from itertools import count

from triage_rules.dmn import model as dmn
from triage_rules.dmn.feel import nodes, parse
from triage_rules.dmn.feel.functions import BUILTINS
from triage_rules.dmn.refused import Refused
from triage_rules.tables.decide import ANSWERED
from triage_rules.tables.feel_cells import cell_text, list_text, range_text, value_text
from triage_rules.tables.model import Input, Interval, Output, Row, Table
from triage_rules.tables.rule_set import RuleSet

NAMESPACE = "urn:rettid:rules"
TYPES = {"number": "number", "choice": "string", "boolean": "boolean", "text": "string"}
# The decisions between the tables: what they require, their type, and how they are worked out.
BETWEEN = {
    "red_flag": (
        ("red_flags",),
        "boolean",
        "some found in red_flags satisfies found.call != null",
    ),
    "colour": (("red_flag", "activity"), "string", 'if red_flag then "red" else activity'),
}
# The tables that may ask for what those decisions say.
LATER = frozenset({"contact", "obligations"})
_XML_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ONE_WORD = re.compile(r"[^\W\d]\w*")


def to_dmn(rules: RuleSet) -> dmn.Definitions:
    """The rule set as a model; raises Refused for a name or text that DMN cannot carry."""
    second_looks = (
        dmn.Extra(
            "secondLook",
            _given(input=look.input, limit=value_text(look.limit), within=value_text(look.within)),
        )
        for look in rules.second_looks
    )
    head = dmn.Extra(
        "ruleSet",
        _given(
            name=rules.name,
            label=None if rules.label else "",
            latestWeeks=str(rules.latest_weeks),
        ),
    )
    decisions = _decisions(rules.tables, chained=True)
    return _model(rules.label or rules.name, decisions, (head, *second_looks))


def table_to_dmn(table: Table) -> dmn.Definitions:
    """One table as a model of its own; raises Refused like `to_dmn`."""
    return _model(table.label or table.name, _decisions((table,), chained=False), ())


def _input_data(asked: Iterable[Input]) -> dict[str, dmn.InputData]:
    """By the inputs' names, one each; where a name is no word, expressions use a number."""
    kinds: dict[str, set[str]] = {}
    for one in asked:
        kinds.setdefault(one.name, set()).add(TYPES[one.kind])
    spare = (name for name in map("input_{}".format, count(1)) if name not in kinds)
    return {
        name: dmn.InputData(
            f"input_{place}",
            name,
            name if _is_word(name) else next(spare),
            types.pop() if len(types) == 1 else None,
        )
        for place, (name, types) in enumerate(kinds.items(), 1)
    }


def _is_word(name: str) -> bool:
    """True for a name that every reader of FEEL takes as one."""
    if not _ONE_WORD.fullmatch(name) or name in BUILTINS:
        return False
    try:
        return parse.expression(name, {name}) == nodes.Name(name)
    except Refused:  # a keyword
        return False


def _decisions(tables: tuple[Table, ...], *, chained: bool) -> list[dmn.InputData | dmn.Decision]:
    """Input data first, then the decisions in the chain's order."""
    own = {
        table.name: tuple(one for one in table.inputs if not (chained and _is_answered(table, one)))
        for table in tables
    }
    inputs = _input_data(one for table in tables for one in own[table.name])
    made: list[dmn.InputData | dmn.Decision] = list(inputs.values())
    for table in tables:
        known = {one.name: inputs[one.name] for one in own[table.name]}
        between = [one.name for one in table.inputs if one not in own[table.name]]
        made.append(_decision(table, known, between))
        if chained and table.name in ("red_flags", "activity"):
            made.append(_between("red_flag" if table.name == "red_flags" else "colour"))
    return made


def _is_answered(table: Table, asked: Input) -> bool:
    return table.name in LATER and asked.name in ANSWERED


def _between(name: str) -> dmn.Decision:
    requires, type_ref, text = BETWEEN[name]
    logic = dmn.LiteralExpression(text, type_ref, f"decision {name!r}")
    return dmn.Decision(name, name, name, type_ref, requires, logic)


def _decision(table: Table, known: dict[str, dmn.InputData], between: list[str]) -> dmn.Decision:
    where = f"decision {table.name!r}"
    identity = table.name if _XML_ID.fullmatch(table.name) else "table"
    logic = dmn.DecisionTable(
        hit_policy=table.hit_policy,
        aggregation=table.aggregation,
        inputs=tuple(
            _input(one, known[one.name].name if one.name in known else one.name, where)
            for one in table.inputs
        ),
        outputs=tuple(_output(one, where) for one in table.outputs),
        rules=(
            *(
                _rule(row, table, f"{identity}.{_row_id(row, place)}", where)
                for place, row in enumerate(table.rows, 1)
            ),
            *([_no_row(table, identity, where)] if _lists_rows(table) else []),
        ),
        type_ref=None,
        where=where,
    )
    requires = (*(part.id for part in known.values()), *between)
    extra = dmn.Extra("table", _given(label=table.label))
    return dmn.Decision(identity, table.name, table.name, None, requires, logic, (extra,))


def _input(asked: Input, variable: str, where: str) -> dmn.InputClause:
    allowed = None
    if asked.kind == "number" and (asked.low is not None or asked.high is not None):
        allowed = dmn.Cell(range_text(Interval(asked.low, asked.high)), where)
    if asked.kind == "choice" and asked.choices:
        allowed = dmn.Cell(list_text(asked.choices), where)
    age = asked.greatest_age_days
    extra = dmn.Extra(
        "input",
        _given(
            label=None if asked.label else "",
            unit=asked.unit or None,
            step=None if asked.step == 1 else value_text(asked.step),
            greatestAgeDays=None if age is None else str(age),
            source=asked.source or None,
            canBeMissing=None if asked.can_be_missing else "false",
        ),
    )
    expression = dmn.LiteralExpression(variable, TYPES[asked.kind], where)
    return dmn.InputClause(expression, asked.label or asked.name, allowed, (extra,))


def _output(output: Output, where: str) -> dmn.OutputClause:
    allowed = None
    if output.kind == "number" and (output.low is not None or output.high is not None):
        allowed = dmn.Cell(range_text(Interval(output.low, output.high)), where)
    if output.kind == "choice" and output.choices:
        allowed = dmn.Cell(list_text(output.choices), where)
    extra = dmn.Extra(
        "output",
        _given(
            label=output.label,
            unit=output.unit or None,
            kind="text" if output.kind == "text" else None,
        ),
    )
    return dmn.OutputClause(output.name, TYPES[output.kind], allowed, None, (extra,))


def _rule(row: Row, table: Table, identity: str, where: str) -> dmn.Rule:
    extra = dmn.Extra(
        "row",
        _given(
            id=row.id,
            told=row.told or None,
            toldEn=row.told_en or None,
            evidence=row.evidence or None,
            owner=row.owner or None,
            reviewBy=None if row.review_by is None else row.review_by.isoformat(),
        ),
    )
    cells = (
        dmn.Cell(cell_text(cell, asked.choices), where)
        for asked, cell in zip(table.inputs, row.cells, strict=True)
    )
    values = (dmn.Cell(value_text(value), where) for value in row.outputs)
    return dmn.Rule(identity, tuple(cells), tuple(values), (extra,))


def _lists_rows(table: Table) -> bool:
    """True where a row of nulls may stand: nothing is summed, and nothing put in order."""
    return table.hit_policy in ("COLLECT", "RULE ORDER") and table.aggregation is None


def _no_row(table: Table, identity: str, where: str) -> dmn.Rule:
    """The row of nulls that keeps a list from being empty."""
    return dmn.Rule(
        f"{identity}.none.",
        tuple(dmn.Cell("-", where) for _ in table.inputs),
        tuple(dmn.Cell("null", where) for _ in table.outputs),
        (dmn.Extra("none"),),
    )


def _row_id(row: Row, place: int) -> str:
    return row.id if _XML_ID.fullmatch(row.id) else f".{place}"


def _given(**values: str | None) -> tuple[tuple[str, str], ...]:
    """An extension's values: those there are, by name."""
    return tuple(sorted((name, value) for name, value in values.items() if value is not None))


def _model(
    name: str, parts: list[dmn.InputData | dmn.Decision], extras: tuple[dmn.Extra, ...]
) -> dmn.Definitions:
    outputs = (
        clause.name
        for part in parts
        if isinstance(part, dmn.Decision) and isinstance(part.logic, dmn.DecisionTable)
        for clause in part.logic.outputs
    )
    return dmn.Definitions(
        name=name,
        namespace=NAMESPACE,
        types={},
        parts={part.id: part for part in parts},
        members=frozenset(name for name in outputs if name),
        extras=extras,
    )

"""A decision table of a DMN model as a clinicians' table, or a refusal that names the cell.

What Rettid wrote itself is read with its extension elements, and comes back as it was. Of a table
from elsewhere the types, allowed values and cells say what the inputs are. DMN's numbers have no
smallest step; such an input gets one finer than any number its column mentions, and never coarser
than a hundredth, so that what lies between two rows is found and not stepped over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from triage_rules.dmn import model as dmn
from triage_rules.dmn.evaluate import types_of
from triage_rules.dmn.feel import nodes, parse
from triage_rules.dmn.refused import Refused, at
from triage_rules.tables.dmn_types import (
    check_both,
    choices_in,
    declared,
    fine_step,
    kinds_of,
    limits_in,
    one_kind,
)
from triage_rules.tables.feel_cells import cell_of, constants, result_of, seen_choices
from triage_rules.tables.model import LISTING, Input, Output, Row, Table, Value, allows

# More than any clinician could look over; what is checked of a table grows faster than it does.
MOST_ROWS, MOST_COLUMNS = 300, 30


def table_of(
    definitions: dmn.Definitions,
    decision: dmn.Decision,
    stand_ins: Mapping[str, Input] | None = None,
) -> Table:
    """The decision's table; raises Refused, naming table, row and cell, for what does not fit.

    stand_ins: what a column is that asks for the part of this id, and says nothing of its own.
    """
    return _Reading(definitions, decision, stand_ins or {}).table()


def logic_of(decision: dmn.Decision) -> dmn.DecisionTable:
    """The decision's table; refused where it is decided in another way."""
    logic = decision.logic
    if isinstance(logic, dmn.Outside):
        raise Refused(logic.where, logic.why)
    if not isinstance(logic, dmn.DecisionTable):
        where = f"decision {decision.label!r}"
        raise Refused(where, "it is no decision table, and clinicians' rules are tables only")
    return logic


def asked_by(
    definitions: dmn.Definitions, decision: dmn.Decision, clause: dmn.InputClause
) -> dmn.InputData | dmn.Decision:
    """The input or decision that a column asks for by its name; refused for anything else."""
    where = clause.expression.where
    required = [p for one in decision.requires if (p := definitions.parts.get(one)) is not None]
    text = clause.expression.text
    with at(where, text):
        found = parse.expression(text, {part.name for part in required})
    parts = [p for p in required if isinstance(found, nodes.Name) and p.name == found.name]
    if len(parts) != 1 or isinstance(parts[0], dmn.Knowledge):
        why = "a column asks for one input by its name, not for an expression"
        raise Refused(where, why, text)
    return parts[0]


def rules_of(decision: dmn.Decision) -> list[tuple[int, dmn.Rule]]:
    """The rules that are rows of the clinicians' table, each with its number in the file."""
    logic = logic_of(decision)
    return [
        (place, rule)
        for place, rule in enumerate(logic.rules, 1)
        if not _keeps_from_empty(logic, place, rule)
    ]


def _keeps_from_empty(logic: dmn.DecisionTable, place: int, rule: dmn.Rule) -> bool:
    """True for the row of nulls that an export adds; refused where it is another by now."""
    if given(rule.extras, "none") is None:
        return False
    tests = {cell.text or "-" for cell in rule.inputs}
    results = {cell.text for cell in rule.outputs}
    if logic.hit_policy in LISTING and tests <= {"-"} and results == {"null"}:
        return True
    why = "the row of nulls that keeps the list from being empty has been changed"
    raise Refused(f"{logic.where}, row {place}", why)


def given(extras: tuple[dmn.Extra, ...], name: str) -> dict[str, str] | None:
    """The values of Rettid's extension element of that name; None where there is none."""
    return next((dict(extra.values) for extra in extras if extra.name == name), None)


def number_of(text: str, where: str) -> Decimal:
    """A number in an extension element."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Refused(where, f"{text[:40]!r} is no number")
    return number


def whole_of(text: str, where: str) -> int:
    """A whole number in an extension element."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused(where, f"{text[:40]!r} is no whole number")
    return int(text)


class _Reading:
    """One decision's table while it is read."""

    def __init__(
        self,
        definitions: dmn.Definitions,
        decision: dmn.Decision,
        stand_ins: Mapping[str, Input],
    ) -> None:
        self.definitions, self.decision, self.stand_ins = definitions, decision, stand_ins
        self.logic = logic_of(decision)
        self.where = self.logic.where

    def table(self) -> Table:
        """The whole of it."""
        logic = self.logic
        if len(logic.rules) > MOST_ROWS or len(logic.inputs) + len(logic.outputs) > MOST_COLUMNS:
            why = f"it has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
            raise Refused(self.where, why)
        for clause in logic.outputs:
            if clause.default is not None:
                raise Refused(clause.default.where, "a default is not held: write it as a last row")
        rules = [rule for _, rule in rules_of(self.decision)]
        inputs = tuple(
            self._input(clause, [rule.inputs[n] for rule in rules])
            for n, clause in enumerate(logic.inputs)
        )
        if len({one.name for one in inputs}) < len(inputs):
            raise Refused(self.where, "one input stands in two columns")
        values = [tuple(_value(cell) for cell in rule.outputs) for rule in rules]
        outputs = tuple(
            self._output(clause, [row[n] for row in values])
            for n, clause in enumerate(logic.outputs)
        )
        if any(given(clause.extras, "output") is None for clause in logic.outputs):
            self._check_outputs(rules, outputs, values)
        own = given(self.decision.extras, "table") or {}
        return Table(
            name=self.decision.label,
            label=own.get("label", self.decision.label),
            # The reader knows no other policies and aggregations than these.
            hit_policy=logic.hit_policy,  # type: ignore[arg-type]
            inputs=inputs,
            outputs=outputs,
            rows=tuple(self._rows(rules, inputs, values)),
            aggregation=logic.aggregation,  # type: ignore[arg-type]
        )

    def _input(self, clause: dmn.InputClause, cells: list[dmn.Cell]) -> Input:
        where = clause.expression.where
        part = asked_by(self.definitions, self.decision, clause)
        own = given(clause.extras, "input")
        if own is None and part.id in self.stand_ins:
            return self.stand_ins[part.id]
        refs = [clause.expression.type_ref, part.type_ref]
        listed = [] if clause.allowed is None else [clause.allowed]
        if own is None and isinstance(part, dmn.Decision):
            output = _only_output(part, where)
            refs.append(output.type_ref)
            listed += [] if output.allowed is None else [output.allowed]
            cells = [*cells, *(rule.outputs[0] for rule in logic_of(part).rules)]
        kinds, more = declared(self.definitions, refs, where)
        listed = [cell for cell in [*listed, *more] if cell.text]
        mentioned = [value for cell in cells for value in constants(cell)]
        allowed = [value for cell in listed for value in constants(cell)]
        kind = one_kind(kinds or kinds_of([*mentioned, *allowed]), where)
        label = part.label if clause.label == part.name else clause.label
        asked = Input(part.label, label, kind)
        step = None
        if kind == "number":
            low, high, step = limits_in(listed, where)
            asked = replace(asked, low=low, high=high, step=step or asked.step)
        elif kind == "choice":
            asked = replace(asked, choices=choices_in(listed, where))
        else:
            check_both(listed)
        if own is not None:
            return _with_own(asked, own, where)
        if kind == "number" and step is None:
            asked = replace(asked, step=fine_step(asked, mentioned))
        if kind == "choice" and not asked.choices:
            asked = replace(asked, choices=seen_choices(cells))
        if isinstance(part, dmn.Decision):
            asked = replace(asked, source=f"table:{part.label}", can_be_missing=False)
        return asked

    def _output(self, clause: dmn.OutputClause, values: list[Value]) -> Output:
        name = clause.name or self.decision.label
        where = f"{self.where}, output {name!r}"
        refs = [clause.type_ref]
        if len(self.logic.outputs) == 1 and self.logic.hit_policy not in LISTING:
            refs += [self.logic.type_ref, self.decision.type_ref]
        kinds, listed = declared(self.definitions, refs, where)
        listed += [clause.allowed] if clause.allowed is not None and clause.allowed.text else []
        kind = one_kind(kinds or kinds_of(values), where)
        own = given(clause.extras, "output")
        output = Output(name, name, kind)
        if kind == "number":
            low, high, _ = limits_in(listed, where)
            output = replace(output, low=low, high=high)
        elif kind == "choice":
            choices = choices_in(listed, where)
            is_text = own.get("kind") == "text" if own is not None else not choices
            output = replace(output, kind="text" if is_text else "choice", choices=choices)
        if own is None:
            return output
        return replace(output, label=own.get("label", name), unit=own.get("unit", ""))

    def _check_outputs(
        self, rules: list[dmn.Rule], outputs: tuple[Output, ...], values: list[tuple[Value, ...]]
    ) -> None:
        """Refuse outputs that are not of the types the model says, as evaluating it would."""
        types, logic = types_of(self.definitions), self.logic
        if logic.aggregation and {logic.type_ref, self.decision.type_ref} - {None, "Any", "number"}:
            raise Refused(self.where, "an aggregate of a type of the model's own is not read")
        for rule, row in zip(rules, values, strict=True):
            for cell, clause, output, value in zip(
                rule.outputs, logic.outputs, outputs, row, strict=True
            ):
                if not allows(output, value):
                    why = "the output is not among the values allowed"
                    raise Refused(cell.where, why, cell.text)
                for ref in (cell.type_ref, clause.type_ref):
                    types.fit(value, ref, cell.where)
            if logic.aggregation:
                continue
            names = [output.name for output in outputs]
            whole: object = row[0] if len(row) == 1 else dict(zip(names, row, strict=True))
            listed = (whole,) if logic.hit_policy in LISTING else whole
            for ref in (logic.type_ref, self.decision.type_ref):
                if types.fit(listed, ref, rule.outputs[0].where) != listed:
                    raise Refused(self.where, "its type makes another value of what it answers")

    def _rows(
        self, rules: list[dmn.Rule], inputs: tuple[Input, ...], values: list[tuple[Value, ...]]
    ) -> Iterator[Row]:
        taken: set[str] = set()
        for place, (rule, outputs) in enumerate(zip(rules, values, strict=True), 1):
            own = given(rule.extras, "row") or {}
            name = own.get("id", "")
            if not name or name in taken:  # an editor's copy of a row has its id as well
                name = rule.id or f"row-{place}"
            taken.add(name)
            yield Row(
                id=name,
                cells=tuple(cell_of(c, one) for c, one in zip(rule.inputs, inputs, strict=True)),
                outputs=outputs,
                told=own.get("told", ""),
                told_en=own.get("toldEn", ""),
                evidence=own.get("evidence", ""),
                owner=own.get("owner", ""),
                review_by=_day(own.get("reviewBy"), f"{self.where}, row {place}"),
            )


def _with_own(asked: Input, own: dict[str, str], where: str) -> Input:
    """The input with what Rettid's extension element says of it."""
    step = number_of(own["step"], where) if "step" in own else Decimal(1)
    if step <= 0:
        raise Refused(where, "the step must be above 0")
    age = own.get("greatestAgeDays")
    return replace(
        asked,
        label=own.get("label", asked.label),
        unit=own.get("unit", ""),
        step=step,
        greatest_age_days=None if age is None else whole_of(age, where),
        source=own.get("source", ""),
        can_be_missing=own.get("canBeMissing") != "false",
    )


def _only_output(decision: dmn.Decision, where: str) -> dmn.OutputClause:
    """The one value that a table answers another with."""
    logic = logic_of(decision)
    if logic.hit_policy in LISTING and not logic.aggregation:
        raise Refused(where, f"{decision.label!r} answers with a list, and a cell tests one value")
    if len(logic.outputs) > 1:
        raise Refused(where, f"{decision.label!r} has several outputs, and a cell tests one value")
    return logic.outputs[0]


def _value(cell: dmn.Cell) -> Value:
    found = result_of(cell)
    if found is None:
        raise Refused(cell.where, "an output without a value is not held")
    return found


def _day(text: str | None, where: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Refused(where, f"{text!r} is no date") from None

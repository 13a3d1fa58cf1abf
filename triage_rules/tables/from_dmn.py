"""A clinicians' rule set from a DMN model: Rettid's own as it was, or a draft from elsewhere.

A model from elsewhere has decision tables called after the stages of the chain. What has no place
in a rule set is refused by name, since leaving a decision out would change what the others mean.
Stages that are not there become empty tables, which the author fills in before publishing.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from triage_rules.dmn import model as dmn
from triage_rules.dmn.refused import Refused
from triage_rules.tables.from_decision import given, number_of, table_of, whole_of
from triage_rules.tables.model import Input, Table
from triage_rules.tables.rule_set import (
    ANSWERS,
    LATEST_WEEKS,
    STAGES,
    Malformed,
    RuleSet,
    SecondLook,
    Stage,
    check,
)
from triage_rules.tables.to_dmn import BETWEEN, LATER

# What a decision may be called, beside the stage's own name.
CALLED = {
    "red_flags": ("røde_flag",),
    "activity": ("disease_activity", "colour", "aktivitet", "sygdomsaktivitet", "farve"),
    "contact": ("kontakt",),
    "obligations": ("forpligtelser",),
}
_NOT_A_WORD = re.compile(r"\W+")


def is_ours(definitions: dmn.Definitions) -> bool:
    """True for a model that Rettid wrote."""
    return given(definitions.extras, "ruleSet") is not None


def is_whole(definitions: dmn.Definitions) -> bool:
    """True where Rettid wrote the model, or every stage that a rule set needs has its table."""
    needed = {stage.name for stage in STAGES if stage.needed}
    return is_ours(definitions) or needed <= set(stages_of(definitions).values())


def from_dmn(definitions: dmn.Definitions) -> RuleSet:
    """The rule set; raises Refused, naming table, row and cell, for what does not fit.

    A draft from elsewhere is called after the model, and has a safety net of a year.
    """
    stages = stages_of(definitions)
    for part in definitions.parts.values():
        if not (isinstance(part, dmn.InputData) or part.id in stages or is_between(part)):
            called = ", ".join(stage.name for stage in STAGES)
            why = f"a rule set has no place for it; its tables are called {called}"
            if part.name in BETWEEN:
                why = "what the chain makes of its first tables is not the model's to say"
            raise Refused(f"decision {part.label!r}", why)
    if not stages:
        raise Refused("the model", "none of its decisions is called after a table of a rule set")
    found = {stage: _stage_table(definitions, stages, one) for one, stage in stages.items()}
    tables = tuple(
        found[stage.name] if stage.name in found else _empty(stage)
        for stage in STAGES
        if stage.needed or stage.name in found
    )
    rules = _rule_set(definitions, tables)
    try:
        check(rules)
    except Malformed as error:
        raise Refused(error.where, error.why) from None
    return rules


def stages_of(definitions: dmn.Definitions) -> dict[str, str]:
    """The ids of the decisions that are called after a stage, each with the stage."""
    found: dict[str, str] = {}
    for part in definitions.parts.values():
        if not isinstance(part, dmn.Decision) or isinstance(part.logic, dmn.LiteralExpression):
            continue
        for name in (part.label, part.name, part.id):
            stage = _stage_called(name)
            if stage is not None:
                if stage in found.values():
                    raise Refused(f"decision {part.label!r}", f"a second table for {stage}")
                found[part.id] = stage
                break
    return found


def stand_ins(definitions: dmn.Definitions, stage: str) -> dict[str, Input]:
    """What a table at this stage asks for in an earlier table's answer, by the part's id."""
    if stage not in LATER:
        return {}
    found = {
        one: ANSWERS["colour"] for one, name in stages_of(definitions).items() if name == "activity"
    }
    for part in definitions.parts.values():
        if part.name in ANSWERS:
            found[part.id] = ANSWERS[part.name]
    return found


def _stage_called(name: str) -> str | None:
    word = _NOT_A_WORD.sub("_", name.strip().lower())
    return next((s.name for s in STAGES if word == s.name or word in CALLED[s.name]), None)


def is_between(part: dmn.InputData | dmn.Decision | dmn.Knowledge) -> bool:
    """True for a decision that an export puts between the tables, as it was put there."""
    if not isinstance(part, dmn.Decision) or not isinstance(part.logic, dmn.LiteralExpression):
        return False
    return part.name in BETWEEN and part.logic.text == BETWEEN[part.name][2]


def _stage_table(definitions: dmn.Definitions, stages: Mapping[str, str], identity: str) -> Table:
    """The table as its stage has it: the stage's outputs in their order."""
    decision = definitions.parts[identity]
    assert isinstance(decision, dmn.Decision)
    stage = next(one for one in STAGES if one.name == stages[identity])
    table = table_of(definitions, decision, stand_ins(definitions, stage.name))
    where = f"decision {decision.label!r}"
    if table.hit_policy not in stage.policies:
        raise Refused(where, f"its hit policy must be {' or '.join(stage.policies)}")
    names = [output.name for output in table.outputs]
    if len(stage.outputs) == 1 and len(names) == 1:
        names = [stage.outputs[0].name]  # a single output need have no name
    wanted = [output.name for output in stage.outputs]
    if sorted(names) != sorted(wanted):
        raise Refused(where, f"its outputs must be {', '.join(wanted)}")
    places = [names.index(name) for name in wanted]
    if table.hit_policy == "PRIORITY":
        _check_order(table, stage, where)
    return replace(
        table,
        name=stage.name,
        outputs=stage.outputs,
        rows=tuple(
            replace(row, outputs=tuple(row.outputs[n] for n in places)) for row in table.rows
        ),
    )


def _check_order(table: Table, stage: Stage, where: str) -> None:
    """The most important colour first: another order would decide otherwise."""
    for output, own in zip(table.outputs, stage.outputs, strict=True):
        if list(output.choices) != [one for one in own.choices if one in output.choices]:
            raise Refused(where, f"its values must stand in the order {', '.join(own.choices)}")


def _empty(stage: Stage) -> Table:
    return Table(stage.name, stage.name, stage.policies[0], (), stage.outputs, ())


def _rule_set(definitions: dmn.Definitions, tables: tuple[Table, ...]) -> RuleSet:
    own = given(definitions.extras, "ruleSet")
    if own is None:
        name = definitions.name or "draft"
        return RuleSet(name, name, tables, LATEST_WEEKS)
    where = "the rule set"
    looks = []
    for extra in definitions.extras:
        if extra.name == "secondLook":
            said = dict(extra.values)
            looks.append(
                SecondLook(
                    said.get("input", ""),
                    number_of(said.get("limit", ""), where),
                    number_of(said.get("within", ""), where),
                )
            )
    return RuleSet(
        name=own.get("name", definitions.name),
        label=own.get("label", definitions.name),
        tables=tables,
        latest_weeks=whole_of(own.get("latestWeeks", ""), where),
        second_looks=tuple(looks),
    )

"""A rule set: a short chain of tables, and what each of them may answer.

The chain is red flags, disease activity, contact, obligations; a later table may ask for what an
earlier one answered.
"""

from dataclasses import dataclass
from decimal import Decimal

from triage_rules.tables.model import (
    AnyValue,
    HitPolicy,
    Input,
    Interval,
    Is,
    Missing,
    OneOf,
    Output,
    Table,
)

COLOURS = ("red", "yellow", "green")
ACTIONS = ("contact", "look", "questionnaire")
FORMS = ("in_person", "video", "phone", "none")
URGENCIES = ("acute", "soon", "routine")
WHOM_TO_CALL = ("112", "1813", "clinic")
WEEKS = Decimal(260)
LATEST_WEEKS = 52  # the safety net of a rule set that has none yet: a year
# What an earlier table answered, as a later one asks for it.
ANSWERS = {
    "colour": Input(
        "colour",
        "Farve",
        "choice",
        choices=COLOURS,
        source="table:activity",
        can_be_missing=False,
    ),
    "red_flag": Input(
        "red_flag", "Rødt flag", "boolean", source="table:red_flags", can_be_missing=False
    ),
}


@dataclass(frozen=True)
class Stage:
    """A place in the chain: how its table decides, and what it answers."""

    name: str
    policies: tuple[HitPolicy, ...]
    outputs: tuple[Output, ...]
    needed: bool = True


STAGES = (
    Stage(
        "red_flags",
        ("RULE ORDER",),
        (
            Output("flag", "Flag", "text"),
            Output("call", "Ring til", "choice", choices=WHOM_TO_CALL),
        ),
    ),
    Stage(
        "activity",
        ("UNIQUE", "FIRST", "ANY", "PRIORITY"),
        (Output("colour", "Farve", "choice", choices=COLOURS),),
    ),
    Stage(
        "contact",
        ("UNIQUE", "FIRST", "ANY"),
        (
            Output("action", "Hvad der skal ske", "choice", choices=ACTIONS),
            Output("form", "Form", "choice", choices=FORMS),
            Output("from_weeks", "Tidligst", "number", "uger", Decimal(0), WEEKS),
            Output("target_weeks", "Helst", "number", "uger", Decimal(0), WEEKS),
            Output("latest_weeks", "Senest", "number", "uger", Decimal(0), WEEKS),
            Output("minutes", "Længde", "number", "minutter", Decimal(0), Decimal(240)),
            Output("profession", "Faggruppe", "text"),
            Output("urgency", "Hast", "choice", choices=URGENCIES),
        ),
    ),
    Stage(
        "obligations",
        ("RULE ORDER",),
        (Output("obligation", "Forpligtelse", "text"),),
        needed=False,
    ),
)


@dataclass(frozen=True)
class SecondLook:
    """Near a limit a green answer is looked at by a clinician: scores wobble (FACTS: weighted
    kappa .67 on retest). within: how near counts, in the input's own unit."""

    input: str
    limit: Decimal
    within: Decimal


@dataclass(frozen=True)
class RuleSet:
    """What a clinic follows its patients by. latest_weeks: the safety net nobody may exceed."""

    name: str
    label: str
    tables: tuple[Table, ...]
    latest_weeks: int
    second_looks: tuple[SecondLook, ...] = ()

    def table(self, stage: str) -> Table | None:
        """The table at a stage; None where the chain has none."""
        return next((table for table in self.tables if table.name == stage), None)


class Malformed(ValueError):
    """A written rule set that is none. `where` names the place, as 'activity/r2/act'."""

    def __init__(self, where: str, why: str) -> None:
        """Carry both; the text is for developers."""
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


def check(rules: RuleSet) -> None:
    """Raise Malformed unless the chain is whole and every row fits its columns."""
    stages = {stage.name: stage for stage in STAGES}
    names = [table.name for table in rules.tables]
    if names != [name for name in stages if name in names]:
        raise Malformed("tables", "each stage once, in order")
    for stage in STAGES:
        table = rules.table(stage.name)
        if table is None:
            if stage.needed:
                raise Malformed(stage.name, "missing")
            continue
        if table.hit_policy not in stage.policies:
            raise Malformed(stage.name, f"hit policy must be one of {', '.join(stage.policies)}")
        if table.outputs != stage.outputs:
            raise Malformed(stage.name, "outputs must be those of the stage")
        _check_rows(table)
    if not 1 <= rules.latest_weeks <= WEEKS:
        raise Malformed("latest_weeks", f"1 to {WEEKS} weeks")


def _check_rows(table: Table) -> None:
    if len({one.name for one in table.inputs}) != len(table.inputs):
        raise Malformed(table.name, "an input twice")
    if len({row.id for row in table.rows}) != len(table.rows):
        raise Malformed(table.name, "a row id twice")
    for row in table.rows:
        if len(row.cells) != len(table.inputs) or len(row.outputs) != len(table.outputs):
            raise Malformed(
                f"{table.name}/{row.id}", "a cell for each input, a value for each output"
            )
        for asked, cell in zip(table.inputs, row.cells, strict=True):
            fits = isinstance(cell, AnyValue | Missing) or (
                {"number": Interval, "choice": OneOf, "boolean": Is}[asked.kind] is type(cell)
            )
            if not fits:
                raise Malformed(f"{table.name}/{row.id}/{asked.name}", "not a cell for this input")

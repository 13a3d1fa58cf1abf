"""What bars a whole rule set from being published: its tables' flaws, and those of the chain."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from triage_rules.tables.decide import ANSWERED
from triage_rules.tables.model import Input, Missing, Row, Table
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.verify import Finding, TooTangled, decides_for, flaws

ChainFlaw = Literal[
    "window_order",
    "no_form",
    "green_when_missing",
    "flag_overruled",
    "second_look_of_nothing",
    "two_meanings",
    "nothing_said",
    "never_stale",
]
# Where facts come from that age: what was answered, and what was measured.
AGEING = ("score:", "item:", "measurement:")
# Tables whose first answer is a name in the author's words: a flag, an obligation.
NAMING = frozenset({"red_flags", "obligations"})


@dataclass(frozen=True)
class Unsound:
    """Something wrong at a place. row: '' where it is the whole table; input: '' likewise."""

    table: str
    flaw: ChainFlaw
    row: str = ""
    input: str = ""


def unsound(rules: RuleSet) -> list[tuple[str, Finding] | Unsound]:
    """Everything that bars publishing, table by table; empty for a sound rule set."""
    found: list[tuple[str, Finding] | Unsound] = []
    for table in rules.tables:
        found += [(table.name, flaw) for flaw in flaws(table)]
        found += [
            Unsound(table.name, "green_when_missing", row.id)
            for row in table.rows
            if _green(table, row)
        ]
        found += [
            Unsound(table.name, "nothing_said", row.id)
            for row in table.rows
            if table.name in NAMING and not str(row.outputs[0]).strip()
        ]
        found += [
            Unsound(table.name, "never_stale", input=one.name)
            for one in table.inputs
            if one.source.startswith(AGEING) and one.greatest_age_days is None
        ]
    contact = rules.table("contact")
    if contact is not None:
        found += [
            Unsound("contact", "window_order", r.id) for r in contact.rows if not _in_order(r)
        ]
        found += [Unsound("contact", "no_form", r.id) for r in contact.rows if _formless(r)]
        found += [
            Unsound("contact", "flag_overruled", r.id)
            for r in contact.rows
            if _overrules(contact, r)
        ]
    activity = rules.table("activity")
    known = {one.name for one in activity.inputs if one.kind == "number"} if activity else set()
    found += [
        Unsound("activity", "second_look_of_nothing", input=look.input)
        for look in rules.second_looks
        if look.input not in known
    ]
    return found + _two_meanings(rules)


def _green(table: Table, row: Row) -> bool:
    """A row that answers for a missing input, and lets the patient go: never (invariant 7)."""
    lets_go = {"activity": "green", "contact": "questionnaire"}.get(table.name)
    claims = any(isinstance(cell, Missing) for cell in row.cells)
    return claims and row.outputs[0] == lets_go


def _in_order(row: Row) -> bool:
    """from ≤ target ≤ latest. A week that is none is told of as an output."""
    weeks = [week for week in row.outputs[2:5] if isinstance(week, Decimal)]
    return len(weeks) < 3 or weeks == sorted(weeks)


def _formless(row: Row) -> bool:
    """A contact in no form: nothing could be ordered."""
    return row.outputs[:2] == ("contact", "none")


def _overrules(table: Table, row: Row) -> bool:
    """A row that can decide for red and answers with a questionnaire only; so too one that
    nobody could check."""
    if row.outputs[0] != "questionnaire":
        return False
    try:
        return decides_for(table, row, "colour", "red")
    except TooTangled:
        return True


def _two_meanings(rules: RuleSet) -> list[tuple[str, Finding] | Unsound]:
    """An input that two tables read differently: a patient has one of each fact."""
    seen: dict[str, Input] = {}
    found: list[tuple[str, Finding] | Unsound] = []
    for table in rules.tables:
        for asked in table.inputs:
            first = seen.setdefault(asked.name, asked)
            if asked != first and asked.name not in ANSWERED:
                found.append(Unsound(table.name, "two_meanings", input=asked.name))
    return found

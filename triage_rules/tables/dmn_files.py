"""A clinicians' rule set as a `.dmn` file, and back."""

from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.write import write
from triage_rules.tables.from_dmn import from_dmn
from triage_rules.tables.model import Table
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.to_dmn import to_dmn


def written_as_dmn(rules: RuleSet) -> bytes:
    """The rule set as DMN 1.3, read once more before it is handed out.

    Raises Refused, naming what it is, where a file could not carry the rules just as they are.
    """
    file = write(to_dmn(rules))
    again = from_dmn(read(file))
    if again != rules:
        pairs = zip(rules.tables, again.tables, strict=True)
        where = next(
            (_difference(a, b) for a, b in pairs if a != b), "the rule set's name or label"
        )
        raise Refused(where, "DMN cannot carry it as it is: it holds odd spaces, signs or numbers")
    return file


def read_rules(file: bytes) -> RuleSet:
    """The rule set in a file, or the draft made of a model from elsewhere; raises Refused."""
    return from_dmn(read(file))


def _difference(one: Table, other: Table) -> str:
    """Where two tables that should be equal are not."""
    where = f"decision {one.name!r}"
    for number, (asked, found) in enumerate(zip(one.inputs, other.inputs, strict=True), 1):
        if asked != found:
            return f"{where}, input {number} ({asked.name})"
    for number, (row, same) in enumerate(zip(one.rows, other.rows, strict=True), 1):
        if row != same:
            return f"{where}, row {number}"
    return where

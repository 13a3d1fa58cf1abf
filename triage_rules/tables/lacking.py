"""What a decision was made without. Pure."""

from triage_rules.tables.decide import ANSWERED, Decision
from triage_rules.tables.model import Missing


def lacking(decision: Decision) -> tuple[str, ...]:
    """The inputs whose absence decided something: those a table was unsure of, and those a row
    that fired says *missing* of."""
    unsure = [one.input for one in decision.reasons if one.why == "missing"]
    answered_for = [
        asked.name
        for answer in decision.answers
        for row in answer.rows
        for asked, cell in zip(answer.table.inputs, row.cells, strict=True)
        if isinstance(cell, Missing)
    ]
    names = dict.fromkeys([*unsure, *answered_for])
    return tuple(name for name in names if name and name not in ANSWERED)

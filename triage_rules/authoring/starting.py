"""What a rule set begins as, and the code it is known by."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count

from triage_rules.tables.model import Input, Table
from triage_rules.tables.rule_set import COLOURS, STAGES, RuleSet

LONGEST_CODE = 60
A_YEAR = 52
LABELS = {"red_flags": "Røde flag", "activity": "Sygdomsaktivitet", "contact": "Kontakt"}
# The contact table asks for what the one before it answered.
COLOUR = Input(
    "colour", "Farve", "choice", choices=COLOURS, source="table:activity", can_be_missing=False
)
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def blank(code: str, label: str) -> RuleSet:
    """The chain with no rows in it, and a year as its safety net."""
    tables = (
        Table(
            stage.name,
            LABELS[stage.name],
            stage.policies[0] if stage.name != "contact" else "FIRST",
            (COLOUR,) if stage.name == "contact" else (),
            stage.outputs,
            (),
        )
        for stage in STAGES
        if stage.needed
    )
    return RuleSet(code, label, tuple(tables), A_YEAR)


def code_for(label: str, taken: Collection[str]) -> str:
    """A code made of a name, and none of those taken: 'Gigt, årlig' is 'gigt-aarlig'."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(LETTERS))
    plain = plain.encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_CODE - 5] or "regler"
    candidates = (stem if n == 1 else f"{stem}-{n}" for n in count(1))
    return next(code for code in candidates if code not in taken)

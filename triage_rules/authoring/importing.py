"""A rule set from a file: DMN, or the JSON Rettid writes itself."""

import json
from dataclasses import dataclass

from triage_rules.dmn.refused import Refused
from triage_rules.tables import examples as trying
from triage_rules.tables import written
from triage_rules.tables.dmn_files import read_rules
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import Malformed, RuleSet

MOST_BYTES = 1_000_000
MOST_ROWS = 300


@dataclass(frozen=True)
class Imported:
    """What a file held."""

    rules: RuleSet
    examples: tuple[Example, ...] = ()


def read_file(document: bytes) -> Imported:
    """The rule set in a file; raises Refused, naming table, row and cell, for what does not fit.

    A JSON file is a rule set's written form, or an object of `rules` and `examples`.
    """
    if len(document) > MOST_BYTES:
        raise Refused("the file", f"it is larger than {MOST_BYTES} bytes")
    if document.lstrip()[:1] in (b"{", b"["):
        found = _from_json(document)
    else:
        found = Imported(read_rules(document))
    for table in found.rules.tables:
        if len(table.rows) > MOST_ROWS:
            raise Refused(table.name, f"it has more than {MOST_ROWS} rows")
    return found


def _from_json(document: bytes) -> Imported:
    try:
        plain = json.loads(document)
        if not isinstance(plain, dict) or "tables" in plain:
            return Imported(written.read(json.dumps(plain)))
        return Imported(
            written.read(json.dumps(plain.get("rules"))),
            trying.read(json.dumps(plain.get("examples", []))),
        )
    except Malformed as error:
        raise Refused(error.where or "the file", error.why) from None
    except (ValueError, RecursionError):
        raise Refused("the file", "it is not JSON") from None

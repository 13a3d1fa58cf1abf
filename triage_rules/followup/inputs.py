"""A decision's inputs as they are kept: JSON of each fact and its time, exact. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from triage_rules.tables.evaluate import Fact

KIND = "follow_up_inputs"  # what the keyed hash of the text is a hash of


@dataclass(frozen=True)
class Inputs:
    """What a decision was made from. wish: the patient asked to be contacted, which wins."""

    facts: Mapping[str, Fact]
    wish: bool


def written(inputs: Inputs) -> str:
    """The same text for the same inputs: numbers as text, so that none is rounded."""
    facts = {
        name: {"value": _plain(fact.value), "at": fact.at and fact.at.astimezone(UTC).isoformat()}
        for name, fact in inputs.facts.items()
    }
    return json.dumps({"facts": facts, "wish": inputs.wish}, sort_keys=True, ensure_ascii=False)


def read(text: str) -> Inputs:
    """The inputs as they were."""
    plain = json.loads(text)
    facts = {
        name: Fact(_value(one["value"]), one["at"] and datetime.fromisoformat(one["at"]))
        for name, one in plain["facts"].items()
    }
    return Inputs(facts, plain["wish"])


def _plain(value: object) -> object:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal | int):
        return {"number": format(Decimal(value), "f")}
    return None


def _value(plain: object) -> object:
    return Decimal(plain["number"]) if isinstance(plain, dict) else plain

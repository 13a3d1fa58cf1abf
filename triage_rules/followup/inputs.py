"""A decision's inputs: how they decide, and how they are kept as JSON, exactly. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from triage_rules.tables.decide import Chain, Decision, alarmed, wants_contact
from triage_rules.tables.evaluate import Fact

KIND = "follow_up_inputs"  # what the keyed hash of the text is a hash of


@dataclass(frozen=True)
class Alarm:
    """An answer that alone calls for a person today. questionnaire: its code; at: when given."""

    questionnaire: str
    at: datetime


@dataclass(frozen=True)
class Inputs:
    """What a decision was made from. wish: the patient asked to be contacted, which wins.

    alarm: what makes it red whatever the rules say. invited: the patient had been invited
    before, which the words to the patient allow for. Decisions from before these were kept
    have neither.
    """

    facts: Mapping[str, Fact]
    wish: bool
    alarm: Alarm | None = None
    invited: bool = False


def decide(chain: Chain, known: Inputs, now: datetime) -> Decision:
    """What a chain says of these inputs. Who asks to be contacted always is, and an alarm is
    never less than red."""
    made = chain(known.facts, now)
    if known.wish:
        made = wants_contact(made)
    return alarmed(made) if known.alarm is not None else made


def written(inputs: Inputs) -> str:
    """The same text for the same inputs: numbers as text, so that none is rounded."""
    facts = {
        name: {"value": _plain(fact.value), "at": fact.at and _instant(fact.at)}
        for name, fact in inputs.facts.items()
    }
    alarm = inputs.alarm
    plain = {
        "facts": facts,
        "wish": inputs.wish,
        "alarm": alarm and {"questionnaire": alarm.questionnaire, "at": _instant(alarm.at)},
        "invited": inputs.invited,
    }
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def read(text: str) -> Inputs:
    """The inputs as they were."""
    plain = json.loads(text)
    facts = {
        name: Fact(_value(one["value"]), one["at"] and datetime.fromisoformat(one["at"]))
        for name, one in plain["facts"].items()
    }
    alarm = plain.get("alarm")
    return Inputs(
        facts,
        plain["wish"],
        alarm and Alarm(alarm["questionnaire"], datetime.fromisoformat(alarm["at"])),
        plain.get("invited", False),
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _plain(value: object) -> object:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal | int):
        return {"number": format(Decimal(value), "f")}
    return None


def _value(plain: object) -> object:
    return Decimal(plain["number"]) if isinstance(plain, dict) else plain

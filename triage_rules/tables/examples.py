"""Example patients: what an author expects of the rules, run against what they say.

An example holds where the whole chain decides as expected. Suggestions are examples for rows
that none yet touches, with the outcome they would have, for the author to confirm.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args

from triage_rules.tables.decide import ANSWERED, Action, Chain, Colour, Decision
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.model import Value
from triage_rules.tables.reach import SOME_INSTANT, Facts, Reach, facts_of
from triage_rules.tables.rule_set import Malformed, RuleSet
from triage_rules.tables.verify import TooTangled

What = Literal["colour", "action", "form", "latest_weeks", "calls", "obligations", "unknown_fact"]
Expected = str | int | tuple[str, ...] | None


@dataclass(frozen=True)
class Example:
    """A patient and what the rules should decide. None for what is not expected anything of.

    facts: by the input's name, None for what is missing. days_old: how old a fact is, 0 where
    it is not said. latest_weeks: by when, at the latest, as Contact has it.
    """

    name: str
    facts: Mapping[str, Value | None]
    colour: Colour
    action: Action
    form: str | None = None
    latest_weeks: int | None = None
    calls: tuple[str, ...] | None = None
    obligations: tuple[str, ...] | None = None
    days_old: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """Where the rules say something else. unknown_fact: `got` is a fact no table asks for."""

    what: What
    expected: Expected
    got: Expected


@dataclass(frozen=True)
class Outcome:
    """An example that was run, and what the rules decided."""

    example: Example
    decision: Decision
    differences: tuple[Difference, ...]

    @property
    def held(self) -> bool:
        """True if the rules say what the author expects."""
        return not self.differences


@dataclass(frozen=True)
class Suggestion:
    """An example for a row that none touches; or why there is none.

    rows: (table, row id) of all it touches that nothing did before, first the row it is made
    for. why_not: 'unreachable' where no patient makes the row fire, 'not_found' where the
    search was given up.
    """

    rows: tuple[tuple[str, str], ...]
    example: Example | None
    decision: Decision | None
    why_not: Literal["", "unreachable", "not_found"] = ""


def run(rules: RuleSet, example: Example, now: datetime) -> Outcome:
    """Decide for an example patient, and compare."""
    return _run(Chain(rules), example, now)


def run_all(rules: RuleSet, examples: Iterable[Example], now: datetime) -> tuple[Outcome, ...]:
    """Every example, in order."""
    chain = Chain(rules)
    return tuple(_run(chain, example, now) for example in examples)


def touched(rules: RuleSet, examples: Iterable[Example]) -> frozenset[tuple[str, str]]:
    """(table, row id) of every row that some example makes fire."""
    outcomes = run_all(rules, examples, SOME_INSTANT)
    return frozenset(one for outcome in outcomes for one in _fired(outcome.decision))


def suggest(rules: RuleSet, examples: Iterable[Example] = ()) -> tuple[Suggestion, ...]:
    """Examples that together touch every row none of the examples does.

    Red flags come last: a patient with one says little of the other tables.
    """
    reach = Reach(rules)
    done = set(touched(rules, examples))
    found = []
    for table in (*rules.tables[1:], *rules.tables[:1]):
        for row in table.rows:
            place = (table.name, row.id)
            if place in done:
                continue
            done.add(place)
            try:
                facts = reach(table.name, row)
            except TooTangled:
                found.append(Suggestion((place,), None, None, "not_found"))
                continue
            if facts is None:
                found.append(Suggestion((place,), None, None, "unreachable"))
                continue
            decision = reach.chain(facts_of(facts), SOME_INSTANT)
            more = tuple(one for one in _fired(decision) if one not in done)
            done.update(more)
            found.append(
                Suggestion((place, *more), as_decided("/".join(place), facts, decision), decision)
            )
    return tuple(found)


def as_decided(name: str, facts: Facts, decision: Decision) -> Example:
    """An example that expects just what was decided."""
    contact = decision.contact
    return Example(
        name=name,
        facts=facts,
        colour=decision.colour,
        action=decision.action,
        form=contact.form if contact else None,
        latest_weeks=contact.latest_weeks if contact else None,
        calls=decision.calls,
        obligations=decision.obligations,
    )


def _fired(decision: Decision) -> tuple[tuple[str, str], ...]:
    return tuple((table, row.id) for table, row in decision.fired)


def _run(chain: Chain, example: Example, now: datetime) -> Outcome:
    facts = {
        name: Fact(value, now - timedelta(days=example.days_old.get(name, 0)))
        for name, value in example.facts.items()
        if value is not None
    }
    decision = chain(facts, now)
    return Outcome(example, decision, tuple(_differences(chain.rules, example, decision)))


def _differences(rules: RuleSet, example: Example, decision: Decision) -> list[Difference]:
    contact = decision.contact
    pairs: tuple[tuple[What, Expected, Expected], ...] = (
        ("colour", example.colour, decision.colour),
        ("action", example.action, decision.action),
        ("form", example.form, contact.form if contact else None),
        ("latest_weeks", example.latest_weeks, contact.latest_weeks if contact else None),
        ("calls", example.calls, decision.calls),
        ("obligations", example.obligations, decision.obligations),
    )
    found = [
        Difference(what, expected, got)
        for what, expected, got in pairs
        if expected is not None and expected != got
    ]
    asked = {one.name for table in rules.tables for one in table.inputs} - ANSWERED
    # A fact under a name that nothing asks for would go unread, and the example prove nothing.
    strangers = [name for name in {**example.facts, **example.days_old} if name not in asked]
    return found + [Difference("unknown_fact", None, name) for name in strangers]


def written(examples: Iterable[Example]) -> str:
    """Examples as JSON text, the same for the same examples; numbers are text."""
    return json.dumps(
        [_plain(one) for one in examples],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read(text: str) -> tuple[Example, ...]:
    """Examples from their written form; raises Malformed for anything else."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("examples", str(error)) from error
    if not isinstance(plain, list):
        raise Malformed("examples", "must be a list")
    return tuple(_example(one, f"examples/{n}") for n, one in enumerate(plain))


def _plain(example: Example) -> dict[str, Any]:
    facts = {
        name: {"number": format(value.normalize(), "f")} if isinstance(value, Decimal) else value
        for name, value in example.facts.items()
    }
    given = {one.name: getattr(example, one.name) for one in fields(example)}
    return {**given, "facts": facts, "days_old": dict(example.days_old)}


def _example(plain: Any, where: str) -> Example:
    names = {one.name for one in fields(Example)}
    if not isinstance(plain, dict) or set(plain) != names:
        raise Malformed(where, f"needs just {', '.join(sorted(names))}")
    name, facts, days_old = plain["name"], plain["facts"], plain["days_old"]
    if not isinstance(name, str) or not isinstance(facts, dict) or not isinstance(days_old, dict):
        raise Malformed(where, "needs a name, facts and days_old")
    for what, allowed in (("colour", get_args(Colour)), ("action", get_args(Action))):
        if plain[what] not in allowed:
            raise Malformed(f"{where}/{what}", f"must be one of {', '.join(allowed)}")
    if not isinstance(plain["form"], str | None):
        raise Malformed(f"{where}/form", "must be a text or null")
    weeks = plain["latest_weeks"]
    if weeks is not None and not _whole(weeks):
        raise Malformed(f"{where}/latest_weeks", "must be a whole number or null")
    if not all(_whole(days) for days in days_old.values()):
        raise Malformed(f"{where}/days_old", "must be whole numbers of days")
    return Example(
        name=name,
        facts={one: _value(value, f"{where}/{one}") for one, value in facts.items()},
        colour=plain["colour"],
        action=plain["action"],
        form=plain["form"],
        latest_weeks=weeks,
        calls=_texts(plain["calls"], f"{where}/calls"),
        obligations=_texts(plain["obligations"], f"{where}/obligations"),
        days_old=days_old,
    )


def _value(plain: Any, where: str) -> Value | None:
    if plain is None or isinstance(plain, str | bool):
        return plain
    try:
        if set(plain) != {"number"} or not isinstance(plain["number"], str):
            raise Malformed(where, "must be a number, a text, true, false or null")
        number = Decimal(plain["number"])
    except (TypeError, InvalidOperation) as error:
        raise Malformed(where, "must be a number, a text, true, false or null") from error
    if not number.is_finite():
        raise Malformed(where, "must be a finite number")
    return number


def _whole(plain: Any) -> bool:
    return isinstance(plain, int) and not isinstance(plain, bool) and plain >= 0


def _texts(plain: Any, where: str) -> tuple[str, ...] | None:
    if plain is None:
        return None
    if not isinstance(plain, list) or not all(isinstance(one, str) for one in plain):
        raise Malformed(where, "must be texts or null")
    return tuple(plain)

"""`strict` mode for the tables of a DMN model: an answer, or the inputs a clinician must look at.

The decisions are read as clinicians' tables and evaluated as those are, each earlier table's answer
being a fact for the later. What an earlier table could not answer is missing for the later one,
and is told of by the inputs that were missing to begin with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from triage_rules.dmn import model as dmn
from triage_rules.dmn.logic import Fired
from triage_rules.dmn.refused import Refused
from triage_rules.tables.decide import Chain
from triage_rules.tables.evaluate import BROKEN, Answer, Compiled, Fact
from triage_rules.tables.from_decision import asked_by, logic_of, rules_of, table_of
from triage_rules.tables.from_dmn import from_dmn, is_between, is_ours
from triage_rules.tables.model import LISTING, Input, Missing, Row, Table, allows
from triage_rules.tables.rule_set import ANSWERS, RuleSet
from triage_rules.tables.to_dmn import BETWEEN

DEEPEST = 50


@dataclass(frozen=True)
class Need:
    """Why a clinician must look: what is wrong with an input, or with the table.

    state: an input's 'absent', 'stale', 'out_of_range' or 'mistyped'; a table's 'no_row' or
    'conflict', with None for the input.
    """

    table: str
    input: str | None
    state: str


@dataclass(frozen=True)
class Outcome:
    """A decision's value and the rows that fired on the way, the deepest first.

    value: one output's value, several by name, or a list of them; None where there are needs.
    fired: where there are needs only the rows that hold whatever is missing.
    """

    decision: str
    value: object
    fired: tuple[Fired, ...]
    needs: tuple[Need, ...] = ()


class StrictModel:
    """A model's tables, read as they are needed; a rule set of Rettid's own must be whole."""

    def __init__(self, definitions: dmn.Definitions) -> None:
        """Take the model; raises Refused."""
        self.definitions = definitions
        self._compiled: dict[str, Compiled] = {}
        self._between = between_inputs(definitions)
        self._rules = from_dmn(definitions) if is_ours(definitions) else None

    def __call__(self, decision: str, facts: Mapping[str, Fact], now: datetime) -> Outcome:
        """The decision of that name for one patient; raises Refused.

        By the name of Rettid's own rule set: the whole of what it says, safety net and all.
        """
        named = {part.name for part in self.definitions.parts.values()}
        if self._rules is not None and decision == self._rules.name and decision not in named:
            return self._whole(self._rules, self._by_label(facts), now)
        wanted = self.definitions.decision(decision)
        return _Run(self, self._by_label(facts), now).outcome(wanted)

    def _whole(self, rules: RuleSet, facts: Mapping[str, Fact], now: datetime) -> Outcome:
        """What a follow-up decision holds; where something is missing that is 'look', and why."""
        made = Chain(rules)(facts, now)
        fired: list[Fired] = []
        for answer in made.answers:
            fired += _fired(self.definitions.decision(answer.table.name), answer.table, answer.rows)
        value = {
            "colour": made.colour,
            "action": made.action,
            "contact": None if made.contact is None else asdict(made.contact),
            "calls": made.calls,
            "reasons": tuple(asdict(reason) for reason in made.reasons),
            "obligations": made.obligations,
        }
        return Outcome(rules.name, value, tuple(fired))

    def _by_label(self, facts: Mapping[str, Fact]) -> dict[str, Fact]:
        """The facts by the inputs' own names; refused for one that is no input, or is two."""
        inputs = [p for p in self.definitions.parts.values() if isinstance(p, dmn.InputData)]
        found: dict[str, Fact] = {}
        for name, fact in facts.items():
            meant = [one.label for one in inputs if name == one.label]
            meant = meant or [one.label for one in inputs if name == one.name]
            if len(meant) != 1 or meant[0] in found:
                there = ", ".join(repr(one.label) for one in inputs) or "none"
                why = f"it is not one input of the model; there: {there}"
                raise Refused(f"fact {name!r}", why)
            found[meant[0]] = fact
        return found

    def compiled(self, decision: dmn.Decision) -> Compiled:
        """The decision's table, read once; raises Refused."""
        if decision.id not in self._compiled:
            table = table_of(self.definitions, decision, self._between)
            _check_outputs(table, decision)
            self._compiled[decision.id] = Compiled(table)
        return self._compiled[decision.id]


def between_inputs(definitions: dmn.Definitions) -> dict[str, Input]:
    """What a column is that asks for what the chain makes of its first tables, by the part's id."""
    between = (part for part in definitions.parts.values() if is_between(part))
    return {part.id: ANSWERS[part.name] for part in between}


def _check_outputs(table: Table, decision: dmn.Decision) -> None:
    for (place, _), row in zip(rules_of(decision), table.rows, strict=True):
        if not all(map(allows, table.outputs, row.outputs)):
            where = f"{logic_of(decision).where}, row {place}"
            raise Refused(where, "an output is not among the values allowed")


class _Run:
    """One patient's way through the model: every decision is computed at most once."""

    def __init__(self, model: StrictModel, facts: Mapping[str, Fact], now: datetime) -> None:
        self.model, self.facts, self.now = model, facts, now
        self.known: dict[str, Outcome] = {}
        self.open: list[str] = []

    def outcome(self, decision: dmn.Decision) -> Outcome:
        if decision.id in self.known:
            return self.known[decision.id]
        if decision.id in self.open or len(self.open) > DEEPEST:
            raise Refused(f"decision {decision.label!r}", "it requires itself, or too much")
        self.open.append(decision.id)
        how = self._between if is_between(decision) else self._table
        found = how(decision)
        self.open.pop()
        self.known[decision.id] = found
        return found

    def _between(self, decision: dmn.Decision) -> Outcome:
        """What the chain makes of its first tables, when it can."""
        parts = self.model.definitions.parts
        needed = {p.name: p for one in decision.requires if (p := parts.get(one)) is not None}
        if set(needed) != set(BETWEEN[decision.name][0]):
            raise Refused(
                f"decision {decision.label!r}", "it requires other decisions than it says"
            )
        earlier = {
            name: self.outcome(part)
            for name, part in needed.items()
            if isinstance(part, dmn.Decision)
        }
        if "red_flags" in earlier:
            return self._any_flag(decision, needed["red_flags"], earlier["red_flags"])
        flag, activity = earlier["red_flag"], earlier["activity"]
        fired = (*flag.fired, *activity.fired)
        if flag.value is True:
            return Outcome(decision.label, "red", fired)
        if activity.value == "red" or not (flag.needs or activity.needs):
            return Outcome(decision.label, activity.value, fired)
        return Outcome(decision.label, None, fired, _once((*flag.needs, *activity.needs)))

    def _any_flag(self, decision: dmn.Decision, asked: object, flags: Outcome) -> Outcome:
        """Whether any red flag holds: one that does, does so whatever else is missing."""
        assert isinstance(asked, dmn.Decision)
        logic = logic_of(asked)
        listed = logic.hit_policy in LISTING and not logic.aggregation
        if not listed or "call" not in [clause.name for clause in logic.outputs]:
            raise Refused(logic.where, "it does not list red flags, with whom to call")
        own = [one for one in flags.fired if one.table == logic.where]
        if own or not flags.needs:
            return Outcome(decision.label, bool(own), flags.fired)
        return replace(flags, decision=decision.label)

    def _table(self, decision: dmn.Decision) -> Outcome:
        compiled, logic = self.model.compiled(decision), logic_of(decision)
        known: dict[str, Fact] = {}
        earlier: dict[str, Outcome] = {}
        for clause, asked in zip(logic.inputs, compiled.table.inputs, strict=True):
            part = asked_by(self.model.definitions, decision, clause)
            if isinstance(part, dmn.Decision):
                earlier[asked.name] = self.outcome(part)
                known[asked.name] = Fact(earlier[asked.name].value)
            elif part.label in self.facts:
                known[asked.name] = self.facts[part.label]
        answer = compiled(known, self.now)
        needs = _needs(answer, earlier, logic.where)
        before = tuple(dict.fromkeys(row for one in earlier.values() for row in one.fired))
        sure = not needs or compiled.table.hit_policy in LISTING
        fired = (*before, *(_fired(decision, compiled.table, answer.rows) if sure else ()))
        return Outcome(decision.label, None if needs else _value(answer), fired, needs)


def _needs(answer: Answer, earlier: Mapping[str, Outcome], where: str) -> tuple[Need, ...]:
    """Why the answer is none to act on; empty for one that is.

    An earlier table without an answer counts where it could have changed this one, where a row
    says *missing* of it, and always where a broken fact is behind it.
    """
    found: list[Need] = []
    for place, read in enumerate(answer.read):
        before = earlier[read.input.name].needs if read.input.name in earlier else ()
        claimed = any(isinstance(row.cells[place], Missing) for row in answer.rows)
        if read.input.name in answer.unsure and not before:
            found.append(Need(where, read.input.name, read.state))
        elif read.input.name in answer.unsure or claimed:
            found += before
        else:
            found += [need for need in before if need.state in BROKEN]
    if answer.conflict:
        found.append(Need(where, None, "conflict"))
    elif answer.needs_clinician and not found:
        found.append(Need(where, None, "no_row"))
    return _once(found)


def _once(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple(dict.fromkeys(needs))


def _value(answer: Answer) -> object:
    """What the rows that fired answer, as DMN shapes it."""
    table = answer.table
    if table.aggregation:
        return answer.aggregate
    made = tuple(_outputs(table, row) for row in answer.rows)
    return made if table.hit_policy in LISTING else made[0]


def _outputs(table: Table, row: Row) -> object:
    if len(row.outputs) == 1:
        return row.outputs[0]
    return {output.name: one for output, one in zip(table.outputs, row.outputs, strict=True)}


def _fired(decision: dmn.Decision, table: Table, rows: tuple[Row, ...]) -> tuple[Fired, ...]:
    """The rows as they are numbered and named in the file."""
    there = rules_of(decision)
    found = (there[table.rows.index(row)] for row in rows)
    return tuple(Fired(logic_of(decision).where, place, rule.id) for place, rule in found)

"""`spec` mode: a decision's value as DMN 1.5 says, and the rows that fired, or a refusal.

A required input without a fact is null, as DMN has it. A fact of the wrong type, outside its
allowed values or unknown to the model is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from triage_rules.dmn import model
from triage_rules.dmn.feel import evaluate as feel
from triage_rules.dmn.feel import parse
from triage_rules.dmn.feel.evaluate import Scope, Work
from triage_rules.dmn.feel.functions import BUILTINS
from triage_rules.dmn.item_types import Types
from triage_rules.dmn.logic import DefinedFunction, Fired, Logics
from triage_rules.dmn.model import Decision, Definitions, InputData, Knowledge
from triage_rules.dmn.refused import Refused, at
from triage_rules.dmn.values import Value


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision's value, and the rows that fired in each table on the way, first to last."""

    decision: str
    value: Value
    fired: tuple[Fired, ...]


def evaluate(definitions: Definitions, decision: str, facts: Mapping[str, object]) -> Answer:
    """The decision of that name (or id) for facts as JSON gives them; raises Refused."""
    run = _Run(definitions, facts)
    wanted = definitions.decision(decision)
    try:
        value = run.part(wanted.id)
    except RecursionError:
        raise Refused(f"decision {wanted.label!r}", "it is nested too deep") from None
    return Answer(wanted.label, value, tuple(run.logics.fired))


def types_of(definitions: Definitions) -> Types:
    """The model's own types, to hold values against without evaluating anything."""
    return _Run(definitions, {}).types


class _Run:
    """One evaluation: every part of the model is computed at most once."""

    def __init__(self, definitions: Definitions, facts: Mapping[str, object]) -> None:
        self._definitions = definitions
        self._facts = facts
        self._values: dict[str, Value] = {}
        self._open: list[str] = []
        self._root = Scope(BUILTINS, work=Work())
        self.types = Types(definitions.types, self._allows)
        self.logics = Logics(self.types, definitions.members)
        self._know_the_facts()

    def _know_the_facts(self) -> None:
        inputs = [p for p in self._definitions.parts.values() if isinstance(p, InputData)]
        for name in self._facts:
            meant = [one for one in inputs if name in (one.label, one.name)]
            if len(meant) != 1 or (meant[0].label != name and meant[0].label in self._facts):
                there = ", ".join(repr(one.label) for one in inputs) or "none"
                raise Refused(f"fact {name!r}", f"it is not one input of the model; there: {there}")

    def _allows(self, cell: model.Cell, value: Value) -> bool | None:
        if cell.outside:
            raise Refused(cell.where, cell.outside)
        with at(cell.where):
            tests = parse.unary_tests(cell.text, BUILTINS, self._definitions.members)
            return feel.holds(tests, Scope({parse.TESTED: value}, self._root))

    def part(self, identity: str) -> Value:
        """The value of an input or decision; of a knowledge model, its function."""
        if identity in self._values:
            return self._values[identity]
        found = self._definitions.parts.get(identity)
        if found is None:
            raise Refused("the model", f"nothing in the file has the id {identity!r}")
        if identity in self._open:
            raise Refused(f"{found.name!r}", "it requires itself")
        self._open.append(identity)
        value = self._compute(found)
        self._open.pop()
        self._values[identity] = value
        return value

    def _compute(self, found: InputData | Decision | Knowledge) -> Value:
        if isinstance(found, InputData):
            where = f"fact {found.label!r}"
            fact = self._facts.get(found.label, self._facts.get(found.name))
            return self.types.fact(fact, found.type_ref, where)
        scope = self._scope(found)
        if isinstance(found, Knowledge):
            return self._knowledge(found, scope)
        where = f"decision {found.label!r}"
        return self.types.conform(self.logics.value(found.logic, scope), found.type_ref, where)

    def _knowledge(self, found: Knowledge, scope: Scope) -> Value:
        if isinstance(found.logic, model.FunctionDefinition):
            return DefinedFunction(found.logic, self.logics, scope, found.type_ref)
        return self.logics.value(found.logic, scope)

    def _scope(self, found: Decision | Knowledge) -> Scope:
        names: dict[str, Value] = {}
        for identity in dict.fromkeys(found.requires):
            part = self._definitions.parts.get(identity)
            if part is None:
                raise Refused(
                    repr(found.label), f"it requires {identity!r}, which is not in the file"
                )
            if part.name in names:
                raise Refused(repr(found.label), f"it requires two parts called {part.name!r}")
            if isinstance(found, Knowledge) and not isinstance(part, Knowledge):
                raise Refused(repr(found.label), "a knowledge model requires what is no knowledge")
            names[part.name] = self.part(identity)
        return Scope(names, self._root)

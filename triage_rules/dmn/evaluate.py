"""`spec` mode: a decision's value as DMN 1.5 says, and the rows that fired, or a refusal.

A required input without a fact is null, as DMN has it. A fact of the wrong type, outside its
allowed values or unknown to the model is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from triage_rules.dmn import model
from triage_rules.dmn.feel import evaluate as feel
from triage_rules.dmn.feel import parse
from triage_rules.dmn.feel.evaluate import DEEPEST_CALL, Scope, Work, matched
from triage_rules.dmn.feel.functions import BUILTINS
from triage_rules.dmn.item_types import Types
from triage_rules.dmn.logic import Fired, Logics
from triage_rules.dmn.model import Decision, Definitions, InputData, Knowledge, Service
from triage_rules.dmn.refused import Refused, at
from triage_rules.dmn.values import Function, Value


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision's value, and the rows that fired in each table on the way, first to last."""

    decision: str
    value: Value
    fired: tuple[Fired, ...]


def evaluate(definitions: Definitions, decision: str, facts: Mapping[str, object]) -> Answer:
    """The decision of that name (or id) for facts as JSON gives them; raises Refused."""
    run = _Run(definitions)
    service = definitions.service(decision)
    wanted = service or definitions.decision(decision)
    try:
        if service is None:
            run.know(facts)
            value = run.part(wanted.id)
        else:
            value = run.service(service).call((), _arguments(run, service, facts))
    except RecursionError:
        raise Refused(f"decision {wanted.label!r}", "it is nested too deep") from None
    return Answer(wanted.label, value, tuple(run.logics.fired))


def _arguments(run: "_Run", service: Service, facts: Mapping[str, object]) -> dict[str, Value]:
    """What a service is given by name; null for what there is no fact of."""
    parts = [run.required(identity, service.label) for identity in service.inputs]
    known = {part.name for part in parts} | run.inputs()
    for name in facts.keys() - known:
        there = ", ".join(repr(part.name) for part in parts) or "none"
        raise Refused(f"fact {name!r}", f"it is not one input of the service; there: {there}")
    return {
        part.name: run.types.fact(facts.get(part.name), part.type_ref, f"fact {part.name!r}")
        for part in parts
    }


def types_of(definitions: Definitions) -> Types:
    """The model's own types, to hold values against without evaluating anything."""
    return _Run(definitions).types


class _Run:
    """One evaluation: every part of the model is computed at most once."""

    def __init__(
        self,
        definitions: Definitions,
        given: Mapping[str, Value] | None = None,
        within: "_Run | None" = None,
    ) -> None:
        """`given` are values by id: what a service is invoked with, `within` another evaluation."""
        self._definitions = definitions
        self._facts: Mapping[str, object] = {}
        self._values: dict[str, Value] = dict(given or {})
        self._closed = within is not None
        self._open: list[str] = []
        self.types: Types = within.types if within else Types(definitions.types, self._allows)
        self.logics: Logics = within.logics if within else Logics(self.types, definitions.members)
        work = within.root.work if within else Work(self.types.conform)
        self.root: Scope = Scope(BUILTINS, work=work)

    def inputs(self) -> set[str]:
        """What the model's inputs are called."""
        inputs = [p for p in self._definitions.parts.values() if isinstance(p, InputData)]
        return {name for one in inputs for name in (one.label, one.name)}

    def know(self, facts: Mapping[str, object]) -> None:
        """Take the facts for the model's inputs; raises Refused for one that is of none."""
        inputs = [p for p in self._definitions.parts.values() if isinstance(p, InputData)]
        for name in facts:
            meant = [one for one in inputs if name in (one.label, one.name)]
            if len(meant) != 1 or (meant[0].label != name and meant[0].label in facts):
                there = ", ".join(repr(one.label) for one in inputs) or "none"
                raise Refused(f"fact {name!r}", f"it is not one input of the model; there: {there}")
        self._facts = facts

    def _allows(self, cell: model.Cell, value: Value) -> bool | None:
        if cell.outside:
            raise Refused(cell.where, cell.outside)
        with at(cell.where):
            tests = parse.unary_tests(cell.text, BUILTINS, self._definitions.members)
            return feel.holds(tests, Scope({parse.TESTED: value}, self.root))

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
            if self._closed:
                raise Refused(where, "the service that needs it does not take it")
            fact = self._facts.get(found.label, self._facts.get(found.name))
            return self.types.fact(fact, found.type_ref, where)
        scope = self._scope(found)
        if isinstance(found, Knowledge):
            return self._knowledge(found, scope)
        where = f"decision {found.label!r}"
        return self.types.conform(self.logics.value(found.logic, scope), found.type_ref, where)

    def _knowledge(self, found: Knowledge, scope: Scope) -> Value:
        value = self.logics.value(found.logic, scope)
        if isinstance(value, Function):
            return self.types.typed(value, found.type_ref, f"knowledge model {found.label!r}")
        return value

    def required(self, identity: str, by: str) -> InputData | Decision | Knowledge | Service:
        """The part or service that something requires; refused where the file has it not."""
        found: InputData | Decision | Knowledge | Service | None
        found = self._definitions.parts.get(identity)
        if found is None:
            found = next((s for s in self._definitions.services if s.id == identity), None)
        if found is None:
            raise Refused(repr(by), f"it requires {identity!r}, which is not in the file")
        return found

    def inside(self, given: Mapping[str, Value]) -> "_Run":
        """An evaluation of its own, that knows only what it is given."""
        return _Run(self._definitions, given, self)

    def service(self, found: Service) -> Function:
        """The service as a function of its inputs."""
        where = f"decision service {found.label!r}"
        return self.types.typed(_Invoked(self, found), found.type_ref, where)

    def _scope(self, found: Decision | Knowledge) -> Scope:
        names: dict[str, Value] = {}
        for identity in dict.fromkeys(found.requires):
            part = self.required(identity, found.label)
            if part.name in names:
                raise Refused(repr(found.label), f"it requires two parts called {part.name!r}")
            if isinstance(found, Knowledge) and not isinstance(part, Knowledge | Service):
                raise Refused(repr(found.label), "a knowledge model requires what is no knowledge")
            if isinstance(part, Service):
                names[part.name] = self.service(part)
                continue
            names[part.name] = self.part(identity)
        return Scope(names, self.root)


class _Invoked(Function):
    """A decision service: its outputs for given inputs, whatever is known outside."""

    def __init__(self, run: _Run, service: Service) -> None:
        self._run = run
        self._service = service

    def call(self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None) -> Value:
        run, service = self._run, self._service
        where = f"decision service {service.label!r}"
        parts = [run.required(identity, service.label) for identity in service.inputs]
        outputs = [run.required(identity, service.label) for identity in service.outputs]
        if len({part.name for part in parts}) < len(parts) or not outputs:
            raise Refused(where, "its inputs do not have different names, or it has no output")
        given = matched(tuple(part.name for part in parts), by_place, by_name)
        values = {
            part.id: run.types.fit(given[part.name], part.type_ref, f"{where}, {part.name!r}")
            for part in parts
        }
        work = run.root.work
        work.calls += 1
        if work.calls > DEEPEST_CALL:
            raise Refused(where, f"it is called more than {DEEPEST_CALL} deep")
        inner = run.inside(values)
        found = {part.name: inner.part(part.id) for part in outputs}
        work.calls -= 1
        return found if len(outputs) > 1 else found[outputs[0].name]

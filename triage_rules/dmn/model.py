"""A DMN model as it was written: texts unparsed, requirements by id. Immutable.

What lies outside the subset stands as `Outside` and is refused when it is needed, not before.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from triage_rules.dmn.refused import Refused

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
# The namespace of what Rettid adds to a model.
OURS = "urn:rettid:rules:1"
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


@dataclass(frozen=True, slots=True)
class Extra:
    """An extension element of Rettid's own: what DMN has no place for. `values` by name."""

    name: str
    values: tuple[tuple[str, str], ...] = ()


class Logic:
    """How a decision, or a part of one, gets its value. `where` names it for a refusal."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Outside(Logic):
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class LiteralExpression(Logic):
    text: str
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a table's cell; `outside` says why it cannot be read."""

    text: str
    where: str
    outside: str | None = None
    type_ref: str | None = None  # of an output, where the cell says one of its own


@dataclass(frozen=True, slots=True)
class InputClause:
    expression: LiteralExpression
    label: str
    allowed: Cell | None
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputClause:
    name: str | None
    type_ref: str | None
    allowed: Cell | None
    default: Cell | None
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    id: str | None
    inputs: tuple[Cell, ...]
    outputs: tuple[Cell, ...]
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable(Logic):
    hit_policy: str
    aggregation: str | None
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class ContextEntry:
    name: str | None  # None: the entry that is the whole's value
    type_ref: str | None
    logic: Logic


@dataclass(frozen=True, slots=True)
class BoxedContext(Logic):
    entries: tuple[ContextEntry, ...]
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class BoxedList(Logic):
    items: tuple[Logic, ...]
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Relation(Logic):
    columns: tuple[tuple[str, str | None], ...]  # name, type
    rows: tuple[tuple[Logic, ...], ...]
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Binding:
    name: str
    type_ref: str | None
    logic: Logic


@dataclass(frozen=True, slots=True)
class Invocation(Logic):
    function: Logic
    bindings: tuple[Binding, ...]
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Conditional(Logic):
    condition: Logic
    then: Logic
    otherwise: Logic
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Filter(Logic):
    source: Logic
    condition: Logic
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Iteration(Logic):
    """`for`, `some` or `every`: a name goes through a list, and each gives a result."""

    kind: str
    name: str
    source: Logic
    result: Logic
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Logic):
    parameters: tuple[tuple[str, str | None], ...]  # name, type
    body: Logic
    type_ref: str | None
    where: str


@dataclass(frozen=True, slots=True)
class InputData:
    id: str
    label: str  # what people call it
    name: str  # what expressions call it, mostly the same
    type_ref: str | None


@dataclass(frozen=True, slots=True)
class Decision:
    id: str
    label: str
    name: str
    type_ref: str | None
    requires: tuple[str, ...]  # ids of input data, decisions and knowledge
    logic: Logic
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function that decisions invoke."""

    id: str
    label: str
    name: str
    type_ref: str | None
    requires: tuple[str, ...]
    logic: Logic


@dataclass(frozen=True, slots=True)
class Service:
    """Decisions invoked from outside with the values of what they require."""

    id: str
    label: str
    name: str
    type_ref: str | None
    outputs: tuple[str, ...]  # ids of decisions
    inside: tuple[str, ...]
    inputs: tuple[str, ...]  # ids in the order of the parameters: input data, then decisions


@dataclass(frozen=True, slots=True)
class FunctionType:
    parameters: tuple[tuple[str, str | None], ...]  # name, type
    result: str | None


@dataclass(frozen=True, slots=True)
class ItemType:
    name: str
    base: str | None
    components: "tuple[ItemType, ...]"
    collection: bool
    allowed: Cell | None
    outside: str | None = None
    function: FunctionType | None = None


@dataclass(frozen=True, slots=True)
class Definitions:
    name: str
    namespace: str
    types: Mapping[str, ItemType]
    parts: Mapping[str, InputData | Decision | Knowledge]  # by id
    members: frozenset[str]  # names that may stand after a point
    extras: tuple[Extra, ...] = ()
    services: tuple[Service, ...] = ()

    def service(self, name: str) -> Service | None:
        """The one decision service of that name, where no decision has it."""
        found = [one for one in self.services if name in (one.label, one.name, one.id)]
        decisions = [part for part in self.parts.values() if isinstance(part, Decision)]
        if any(name in (one.label, one.name, one.id) for one in decisions):
            return None
        return found[0] if len(found) == 1 else None

    def decision(self, name: str) -> Decision:
        """The one decision of that name, or else of that id; refused where there is not one."""
        decisions = [part for part in self.parts.values() if isinstance(part, Decision)]
        labelled = [decision for decision in decisions if decision.label == name]
        named = labelled or [decision for decision in decisions if decision.name == name]
        found = named or [decision for decision in decisions if decision.id == name]
        if len(found) != 1:
            there = ", ".join(repr(decision.label) for decision in decisions) or "none"
            raise Refused(
                "the model", f"{len(found)} decisions are called {name!r}; there: {there}"
            )
        return found[0]

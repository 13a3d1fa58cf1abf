"""What a parsed FEEL expression is made of. Immutable; the evaluator has one function for each."""

from dataclasses import dataclass

from triage_rules.dmn.values import Value


class Node:
    """A part of an expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Value


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    sign: str  # + - * / **
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    sign: str  # = != < <= > >=
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: "tuple[Test, ...]"


@dataclass(frozen=True, slots=True)
class And(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Or(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Each(Node):
    """A name going through a list, or through the whole numbers from one to another."""

    name: str
    source: Node
    last: Node | None


@dataclass(frozen=True, slots=True)
class For(Node):
    each: tuple[Each, ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    every: bool
    each: tuple[Each, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Interval(Node):
    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Node
    by_place: tuple[Node, ...]
    by_name: tuple[tuple[str, Node], ...] | None


@dataclass(frozen=True, slots=True)
class Lambda(Node):
    parameters: tuple[tuple[str, str | None], ...]  # name, type
    body: Node


@dataclass(frozen=True, slots=True)
class Kind(Node):
    """A type as `instance of` names it: `list` and `range` have one inside, `context` entries."""

    name: str
    inside: "tuple[Kind, ...]" = ()
    entries: tuple[str, ...] = ()  # the names of a context's, whose types stand in `inside`


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    kind: Kind


class Test:
    """One positive unary test: holds, does not, or is unknown for a value."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SignTest(Test):
    """`< 5`: the value on the left is the one tested."""

    sign: str
    right: Node


@dataclass(frozen=True, slots=True)
class ValueTest(Test):
    """Equal to the expression's value, in it where that is a range or list, or made true by it."""

    expression: Node
    asks: bool  # speaks of the tested value as `?`


@dataclass(frozen=True, slots=True)
class Tests:
    """A whole cell. No alternatives is `-`, which always holds."""

    alternatives: tuple[Test, ...]
    negated: bool

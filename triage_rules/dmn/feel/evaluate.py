"""What a parsed expression or cell is worth: a walk over its nodes, bounded in work and depth."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from triage_rules.dmn.feel import nodes
from triage_rules.dmn.feel.arguments import Nothing
from triage_rules.dmn.feel.arithmetic import calculate, opposite
from triage_rules.dmn.feel.kinds import is_of
from triage_rules.dmn.feel.parse import TESTED
from triage_rules.dmn.feel.properties import property_of
from triage_rules.dmn.feel.stretches import gone_through, of_range
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import (
    Function,
    Range,
    Value,
    both,
    compare,
    either,
    equal,
    kind,
    less,
    negated,
    truth,
    within,
)

Conform = Callable[[Value, str | None, str], Value]
MOST_STEPS = 200_000
DEEPEST_CALL = 12


class Work:
    """How much one evaluation may still do; shared by all the scopes of it."""

    def __init__(self, conform: Conform | None = None) -> None:
        self.steps = MOST_STEPS
        self.calls = 0
        self._conform = conform

    def as_type(self, value: Value, type_ref: str | None) -> Value:
        """The value as one of a type of the model's."""
        if type_ref is None:
            return value
        if self._conform is None:
            raise Refused("", f"the type {type_ref!r} is not known here")
        return self._conform(value, type_ref, "")

    def step(self, count: int = 1) -> None:
        """Count; refuse what goes on too long."""
        self.steps -= count
        if self.steps < 0:
            raise Refused("", f"the evaluation takes more than {MOST_STEPS} steps")


class Scope:
    """Names and what they stand for, with those around them."""

    def __init__(
        self, names: Mapping[str, Value], outer: "Scope | None" = None, work: Work | None = None
    ) -> None:
        self.names = names
        self.outer = outer
        self.work: Work = work or (outer.work if outer else Work())

    def get(self, name: str) -> Value:
        """The value of the nearest of that name; refused where there is none."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        raise Refused("", f"{name!r} has no value here")

    def holds(self, name: str) -> bool:
        """Whether the name is known here."""
        return name in self.names or (self.outer is not None and self.outer.holds(name))


class Closure(Function):
    """A function written in FEEL, with the names around it."""

    def __init__(self, node: nodes.Lambda, scope: Scope) -> None:
        self._types = dict(node.parameters)
        self._body = node.body
        self._scope = scope

    def call(self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None) -> Value:
        work = self._scope.work
        found = matched(tuple(self._types), by_place, by_name)
        given = {name: work.as_type(value, self._types[name]) for name, value in found.items()}
        work.calls += 1
        if work.calls > DEEPEST_CALL:
            raise Refused("", f"functions call each other more than {DEEPEST_CALL} deep")
        try:
            return evaluate(self._body, Scope(given, self._scope))
        finally:
            work.calls -= 1


def matched(
    parameters: tuple[str, ...], by_place: tuple[Value, ...], by_name: dict[str, Value] | None
) -> dict[str, Value]:
    """Parameters with their arguments; refused unless each has exactly one."""
    if by_name is not None:
        if set(by_name) != set(parameters):
            raise Refused("", f"the arguments must be {', '.join(parameters)}")
        return by_name
    if len(by_place) != len(parameters):
        raise Refused("", f"{len(parameters)} arguments are needed, {len(by_place)} are given")
    return dict(zip(parameters, by_place, strict=True))


def evaluate(node: nodes.Node, scope: Scope) -> Value:
    """The value of the expression in the scope; raises Refused."""
    scope.work.step()
    return _HOW[type(node)](node, scope)


def holds(tests: nodes.Tests, scope: Scope) -> bool | None:
    """Whether the cell holds for the value that `?` stands for in the scope, three-valued."""
    if not tests.alternatives:
        return True
    answer = _any(tests.alternatives, scope.get(TESTED), scope)
    return negated(answer) if tests.negated else answer


def _any(tests: tuple[nodes.Test, ...], value: Value, scope: Scope) -> bool | None:
    return either([_test(test, value, scope) for test in tests])


def _test(test: nodes.Test, value: Value, scope: Scope) -> bool | None:
    if isinstance(test, nodes.SignTest):
        return compare(test.sign, value, evaluate(test.right, scope))
    assert isinstance(test, nodes.ValueTest)
    found = evaluate(test.expression, scope)
    if test.asks:
        return _answered(test.expression, found, value)
    given = isinstance(test.expression, nodes.Literal | nodes.Name | nodes.Path)
    if found is None and value is None and not given:
        raise Refused("", "a test is null without saying so, and so is the value")
    if isinstance(found, Range):
        return within(value, found)
    if isinstance(found, tuple):
        return _among(value, found)
    if isinstance(found, Function):
        raise Refused("", "a test is a function")
    return equal(value, found)


def _answered(expression: nodes.Node, found: Value, value: Value) -> bool | None:
    """What a test with `?` says; refused where DMN could also compare what it gives with `?`."""
    if isinstance(expression, nodes.Name):
        return True  # `?` alone is what it is
    if isinstance(found, tuple):
        return _among(value, found)
    if found is not None and not isinstance(found, bool):
        raise Refused("", "a test with `?` does not answer true or false")
    if found is False and value is False:
        raise Refused("", "a test with `?` on true and false: DMN can be read both ways")
    return found


def _among(value: Value, found: tuple[Value, ...]) -> bool | None:
    if isinstance(value, tuple):
        if not any(isinstance(item, tuple) for item in found):
            return equal(value, found)
        raise Refused("", "a list is tested against a list of lists")
    ways: list[bool | None] = []
    for item in found:
        if isinstance(item, tuple):
            raise Refused("", "a value is tested against a list of lists")
        ways.append(within(value, item) if isinstance(item, Range) else equal(value, item))
    return either(ways)


def _if(node: nodes.If, scope: Scope) -> Value:
    condition = evaluate(node.condition, scope)
    if condition is not None and not isinstance(condition, bool):
        raise Refused("", "the condition of `if` is not true or false")
    return evaluate(node.then if condition else node.otherwise, scope)


def _and(node: nodes.And, scope: Scope) -> Value:
    left = truth(evaluate(node.left, scope))
    return False if left is False else both([left, truth(evaluate(node.right, scope))])


def _or(node: nodes.Or, scope: Scope) -> Value:
    left = truth(evaluate(node.left, scope))
    return True if left is True else either([left, truth(evaluate(node.right, scope))])


def _between(node: nodes.Between, scope: Scope) -> Value:
    value = evaluate(node.value, scope)
    low, high = evaluate(node.low, scope), evaluate(node.high, scope)
    answers = [compare(">=", value, low), compare("<=", value, high)]
    if None in answers and False in answers:
        raise Refused("", "one side of `between` is unknown, and the other does not hold")
    return both(answers)


def _in(node: nodes.In, scope: Scope) -> Value:
    value = evaluate(node.value, scope)
    answer = _any(node.tests, value, Scope({TESTED: value}, scope))
    if answer is None and value is not None and _lists_values(node.tests, scope):
        return False  # as `list contains` has it
    if answer is None:
        raise Refused("", "`in` sets values of different types, or null, against each other")
    return answer


def _lists_values(tests: tuple[nodes.Test, ...], scope: Scope) -> bool:
    """Whether what follows `in` is one list of plain values."""
    if len(tests) != 1 or not isinstance(tests[0], nodes.ValueTest):
        return False
    found = evaluate(tests[0].expression, scope)
    return isinstance(found, tuple) and not any(isinstance(v, Range | tuple) for v in found)


def _interval(node: nodes.Interval, scope: Scope) -> Value:
    low, high = evaluate(node.low, scope), evaluate(node.high, scope)
    if low is None or high is None or kind(low) != kind(high):
        raise Refused("", "an interval's ends are not two values of one type")
    if less(low, high) is None or less(high, low):
        raise Refused("", "an interval's ends are not in order")
    return Range(low, high, node.low_closed, node.high_closed)


def _all_of(each: nodes.Each, scope: Scope) -> tuple[Value, ...]:
    source = evaluate(each.source, scope)
    if each.last is not None:
        return gone_through(source, evaluate(each.last, scope), scope.work.step)
    if isinstance(source, Range):
        return of_range(source, scope.work.step)
    if not isinstance(source, tuple):
        raise Refused("", "what is gone through is no list")
    scope.work.step(len(source))
    return source


def _scopes(each: tuple[nodes.Each, ...], scope: Scope) -> "list[Scope]":
    """A scope for every combination, the last name going fastest."""
    scopes = [scope]
    for one in each:
        scopes = [Scope({one.name: v}, outer) for outer in scopes for v in _all_of(one, outer)]
    return scopes


def _for(node: nodes.For, scope: Scope) -> Value:
    results: list[Value] = []
    speaks_of_partial = "partial" in _names(node.result)
    try:
        scopes = _scopes(node.each, scope)
    except Nothing:
        return None  # 10.3.2.14: what is gone through holds no countable values
    for inner in scopes:
        if speaks_of_partial and not inner.holds("partial"):
            scope.work.step(len(results))
            inner = Scope({"partial": tuple(results)}, inner)
        results.append(evaluate(node.result, inner))
    return tuple(results)


def _quantified(node: nodes.Quantified, scope: Scope) -> Value:
    try:
        scopes = _scopes(node.each, scope)
    except Nothing:
        raise Refused("", "what is gone through holds no countable values") from None
    answers = [truth(evaluate(node.condition, inner)) for inner in scopes]
    return both(answers) if node.every else either(answers)


def _context(node: nodes.ContextOf, scope: Scope) -> Value:
    entries: dict[str, Value] = {}
    inner = Scope(entries, scope)
    for key, entry in node.entries:
        entries[key] = evaluate(entry, inner)
    return dict(entries)


def _path(node: nodes.Path, scope: Scope) -> Value:
    return property_of(evaluate(node.source, scope), node.name)


def _filter(node: nodes.Filter, scope: Scope) -> Value:
    source = evaluate(node.source, scope)
    if source is None:
        raise Refused("", "null is filtered")
    items = source if isinstance(source, tuple) else (source,)
    asks = isinstance(
        node.condition, nodes.Comparison | nodes.And | nodes.Or | nodes.Between | nodes.In
    )
    if not items and asks:
        return ()
    if not asks and not _speaks_of_item(node.condition, items, scope):
        place = evaluate(node.condition, scope)
        if isinstance(place, Decimal):
            return _at(items, place)
        if not items and isinstance(place, bool):
            return ()
    found = [evaluate(node.condition, _item_scope(item, scope)) for item in items]
    if not found or not all(answer is None or isinstance(answer, bool) for answer in found):
        raise Refused("", "a filter answers neither a place nor true and false")
    return tuple(item for item, answer in zip(items, found, strict=True) if answer)


def _item_scope(item: Value, scope: Scope) -> Scope:
    return Scope({"item": item, **(item if isinstance(item, dict) else {})}, scope)


def _speaks_of_item(node: nodes.Node, items: tuple[Value, ...], scope: Scope) -> bool:
    """Whether the condition names the item, one of its entries, or what is not known outside."""
    own = {"item"}.union(*(item.keys() for item in items if isinstance(item, dict)))
    return any(name in own or not scope.holds(name) for name in _names(node))


def _names(part: object) -> set[str]:
    """Every name the expression speaks of, also those it brings itself."""
    if isinstance(part, nodes.Name):
        return {part.name}
    parts: tuple[object, ...] = part if isinstance(part, tuple) else ()
    if isinstance(part, nodes.Node | nodes.Test | nodes.Each):
        parts = tuple(getattr(part, field.name) for field in fields(part))  # type: ignore[arg-type]  # every node is a dataclass
    return set().union(*(_names(inner) for inner in parts))


def _at(items: tuple[Value, ...], place: Decimal) -> Value:
    if place != place.to_integral_value():
        raise Refused("", "a place in a list is a whole number from 1, or from the end from -1")
    if place == 0 or abs(place) > len(items):
        return None
    return items[int(place) - 1 if place > 0 else int(place)]


def _call(node: nodes.Call, scope: Scope) -> Value:
    function = evaluate(node.function, scope)
    if not isinstance(function, Function):
        raise Refused("", "what is called is no function")
    by_place = tuple(evaluate(argument, scope) for argument in node.by_place)
    for value in by_place:
        scope.work.step(len(value) if isinstance(value, tuple | str) else 1)
    if node.by_name is None:
        return function.call(by_place, None)
    return function.call((), {name: evaluate(value, scope) for name, value in node.by_name})


def _instance_of(node: nodes.InstanceOf, scope: Scope) -> Value:
    return is_of(evaluate(node.value, scope), node.kind)


_HOW: dict[type, Callable[[Any, Scope], Value]] = {
    nodes.Literal: lambda node, scope: node.value,
    nodes.Name: lambda node, scope: scope.get(node.name),
    nodes.Negative: lambda node, scope: opposite(evaluate(node.operand, scope)),
    nodes.Arithmetic: lambda node, scope: calculate(
        node.sign, evaluate(node.left, scope), evaluate(node.right, scope)
    ),
    nodes.Comparison: lambda node, scope: compare(
        node.sign, evaluate(node.left, scope), evaluate(node.right, scope)
    ),
    nodes.Between: _between,
    nodes.In: _in,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.If: _if,
    nodes.For: _for,
    nodes.Quantified: _quantified,
    nodes.ListOf: lambda node, scope: tuple(evaluate(item, scope) for item in node.items),
    nodes.ContextOf: _context,
    nodes.Interval: _interval,
    nodes.Path: _path,
    nodes.Filter: _filter,
    nodes.Call: _call,
    nodes.Lambda: Closure,
    nodes.InstanceOf: _instance_of,
}

"""The value of a decision's logic in a scope: tables, literal and boxed expressions, functions."""

from dataclasses import dataclass

from triage_rules.dmn import model
from triage_rules.dmn.feel import evaluate as feel
from triage_rules.dmn.feel import nodes, parse
from triage_rules.dmn.feel.evaluate import DEEPEST_CALL, Scope
from triage_rules.dmn.hit_policies import Hit, Hits, nothing, settle
from triage_rules.dmn.item_types import Types
from triage_rules.dmn.refused import Refused, at
from triage_rules.dmn.values import Function, Value, both, either, truth


@dataclass(frozen=True, slots=True)
class Fired:
    """A row that fired: the table's place in the model, the row from 1, and its id or None."""

    table: str
    row: int
    id: str | None


class Logics:
    """Computes logic, and notes the rows that fire."""

    def __init__(self, types: Types, members: frozenset[str]) -> None:
        self._types = types
        self._members = members
        self._parsed: dict[tuple[str, frozenset[str]], nodes.Node] = {}
        self._tables: dict[tuple[int, frozenset[str]], _Table] = {}
        self.fired: list[Fired] = []

    def value(self, logic: model.Logic, scope: Scope) -> Value:
        """The logic's value, of the type it says; raises Refused."""
        match logic:
            case model.Outside(where, why):
                raise Refused(where, why)
            case model.LiteralExpression():
                found = self._literal(logic, scope)
            case model.DecisionTable():
                found = self._table(logic, scope)
            case model.BoxedContext():
                found = self._context(logic, scope)
            case model.BoxedList():
                found = tuple(self.value(item, scope) for item in logic.items)
            case model.Relation():
                found = self._relation(logic, scope)
            case model.Invocation():
                found = self._invocation(logic, scope)
            case model.Conditional():
                found = self._conditional(logic, scope)
            case model.Filter():
                found = self._filter(logic, scope)
            case model.Iteration():
                found = self._iteration(logic, scope)
            case model.FunctionDefinition():
                return self.function(logic, logic.type_ref, scope)
            case _:
                raise TypeError(type(logic))
        return self._types.conform(found, logic.type_ref, logic.where)

    def function(
        self, logic: model.FunctionDefinition, type_ref: str | None, scope: Scope
    ) -> Function:
        """The function, of a type of functions, or with a value of the type (older files)."""
        made = DefinedFunction(logic, self, scope)
        return self._types.typed(made, type_ref, logic.where)

    def conform(self, value: Value, type_ref: str | None, where: str) -> Value:
        """The value as one of the type."""
        return self._types.conform(value, type_ref, where)

    def _literal(self, logic: model.LiteralExpression, scope: Scope) -> Value:
        with at(logic.where):
            if not logic.text:
                raise Refused(logic.where, "it has no expression")
            key = (logic.text, names_in(scope))
            if key not in self._parsed:
                self._parsed[key] = parse.expression(*key, self._members)
            return feel.evaluate(self._parsed[key], scope)

    def _context(self, logic: model.BoxedContext, scope: Scope) -> Value:
        made: dict[str, Value] = {}
        inner = Scope(made, scope)
        for entry in logic.entries:
            value = self.value(entry.logic, inner)
            where = f"{logic.where}, entry {entry.name!r}"
            value = self._types.conform(value, entry.type_ref, where)
            if entry.name is None:
                return value
            made[entry.name] = value
        return dict(made)

    def _relation(self, logic: model.Relation, scope: Scope) -> Value:
        return tuple(
            {
                name: self._types.conform(self.value(cell, scope), type_ref, logic.where)
                for (name, type_ref), cell in zip(logic.columns, row, strict=True)
            }
            for row in logic.rows
        )

    def _invocation(self, logic: model.Invocation, scope: Scope) -> Value:
        function = self.value(logic.function, scope)
        if not isinstance(function, Function):
            raise Refused(logic.where, "what is invoked is no function")
        given = {
            one.name: self.conform(self.value(one.logic, scope), one.type_ref, logic.where)
            for one in logic.bindings
        }
        with at(logic.where):
            return function.call((), given)

    def _conditional(self, logic: model.Conditional, scope: Scope) -> Value:
        condition = self.value(logic.condition, scope)
        if condition is not None and not isinstance(condition, bool):
            raise Refused(logic.where, "the condition is not true or false")
        return self.value(logic.then if condition else logic.otherwise, scope)

    def _filter(self, logic: model.Filter, scope: Scope) -> Value:
        kept: list[Value] = []
        for item in self._listed(logic.source, scope, logic.where):
            own = {"item": item, **(item if isinstance(item, dict) else {})}
            answer = self.value(logic.condition, Scope(own, scope))
            if not isinstance(answer, bool):
                raise Refused(logic.where, "the filter does not answer true or false")
            kept += [item] if answer else []
        return tuple(kept)

    def _iteration(self, logic: model.Iteration, scope: Scope) -> Value:
        found: list[Value] = []
        for item in self._listed(logic.source, scope, logic.where):
            own = {logic.name: item} | ({"partial": tuple(found)} if logic.kind == "for" else {})
            found.append(self.value(logic.result, Scope(own, scope)))
        if logic.kind == "for":
            return tuple(found)
        if not all(answer is None or isinstance(answer, bool) for answer in found):
            raise Refused(logic.where, "what is to be satisfied is not true or false")
        answers = [truth(answer) for answer in found]
        return both(answers) if logic.kind == "every" else either(answers)

    def _listed(self, source: model.Logic, scope: Scope, where: str) -> tuple[Value, ...]:
        found = self.value(source, scope)
        if not isinstance(found, tuple):
            raise Refused(where, "what is gone through is no list")
        scope.work.step(len(found))
        return found

    def _table(self, table: model.DecisionTable, scope: Scope) -> Value:
        names = names_in(scope)
        key = (id(table), names)
        if key not in self._tables:
            self._tables[key] = _Table(table, names, self._members)
        compiled = self._tables[key]
        with at(table.where):
            tested = [self._input(clause, scope, compiled) for clause in table.inputs]
            rows = self._holding(compiled, tested, scope)
            ranks = tuple(compiled.ranks(n, scope) for n in range(len(table.outputs)))
            one = _single if len(table.outputs) == 1 else compiled.together
            if not rows:
                return self._nothing(compiled, scope)
            hits = Hits(tuple(rows), ranks, table.where)
            value, fired = settle(table.hit_policy, table.aggregation, hits, one)
        self.fired += [Fired(table.where, row, table.rules[row - 1].id) for row in fired]
        return value

    def _input(self, clause: model.InputClause, scope: Scope, compiled: "_Table") -> Value:
        """Null for a value that is not allowed; a type that does not fit is the model's mistake."""
        expression = clause.expression
        value = self._types.fit(
            self._literal(expression, scope), expression.type_ref, expression.where
        )
        return value if compiled.allows(clause.allowed, value, scope) else None

    def _holding(self, compiled: "_Table", tested: list[Value], scope: Scope) -> list[Hit]:
        table = compiled.table
        scopes = [Scope({parse.TESTED: value}, scope) for value in tested]
        hits: list[Hit] = []
        for number, (rule, tests) in enumerate(zip(table.rules, compiled.tests, strict=True), 1):
            scope.work.step()
            for cell, test, inner in zip(rule.inputs, tests, scopes, strict=True):
                with at(cell.where):
                    if feel.holds(test, inner) is not True:
                        break
            else:
                hits.append(Hit(number, self._outputs(compiled, number - 1, scope)))
                if table.hit_policy == "FIRST":
                    break
        return hits

    def _outputs(self, compiled: "_Table", row: int, scope: Scope) -> tuple[Value, ...]:
        found: list[Value] = []
        cells = compiled.table.rules[row].outputs
        for clause, cell, node in zip(
            compiled.table.outputs, cells, compiled.results[row], strict=True
        ):
            with at(cell.where):
                value = feel.evaluate(node, scope)
            found.append(self._output(clause, cell, value, scope, compiled))
        return tuple(found)

    def _output(
        self,
        clause: model.OutputClause,
        cell: model.Cell,
        value: Value,
        scope: Scope,
        compiled: "_Table",
    ) -> Value:
        value = self._types.conform(value, cell.type_ref, cell.where)
        value = self._types.conform(value, clause.type_ref, cell.where)
        return value if compiled.allows(clause.allowed, value, scope) else None

    def _nothing(self, compiled: "_Table", scope: Scope) -> Value:
        table = compiled.table
        if not compiled.defaults:
            return nothing(table.hit_policy, table.aggregation, table.where)
        if table.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") and not table.aggregation:
            raise Refused(table.where, "no row holds: DMN leaves a default among many rows open")
        found: list[Value] = []
        for clause, node in zip(table.outputs, compiled.defaults, strict=True):
            assert clause.default is not None
            with at(clause.default.where):
                value = feel.evaluate(node, scope)
            found.append(self._output(clause, clause.default, value, scope, compiled))
        return found[0] if len(found) == 1 else compiled.together(Hit(0, tuple(found)))


def _single(hit: Hit) -> Value:
    return hit.outputs[0]


def names_in(scope: Scope) -> frozenset[str]:
    """Every name known in the scope."""
    found: set[str] = set()
    inner: Scope | None = scope
    while inner is not None:
        found |= inner.names.keys()
        inner = inner.outer
    return frozenset(found)


class _Table:
    """A table with every cell parsed; a cell that cannot be is refused though no row needs it."""

    def __init__(
        self, table: model.DecisionTable, names: frozenset[str], members: frozenset[str]
    ) -> None:
        self.table = table
        self._names, self._members = names, members
        self.tests = [[self._cell(cell) for cell in rule.inputs] for rule in table.rules]
        self.results = [[self._result(cell) for cell in rule.outputs] for rule in table.rules]
        listed = [clause.allowed for clause in table.inputs]
        listed += [clause.allowed for clause in table.outputs]
        self.allowed: dict[model.Cell | None, nodes.Tests] = {
            cell: self._cell(cell) for cell in listed if cell is not None
        }
        given = [clause.default for clause in table.outputs if clause.default is not None]
        if given and len(given) < len(table.outputs):
            raise Refused(table.where, "only some outputs have a default")
        self.defaults = [self._result(cell) for cell in given]

    def allows(self, listed: model.Cell | None, value: Value, scope: Scope) -> bool:
        """Whether the value is among those listed; null, and where none are, always."""
        tests = self.allowed.get(listed)
        if listed is None or tests is None or value is None:
            return True
        with at(listed.where):
            return feel.holds(tests, Scope({parse.TESTED: value}, scope)) is True

    def together(self, hit: Hit) -> Value:
        """A row's outputs as a context."""
        names = [clause.name or "" for clause in self.table.outputs]
        return dict(zip(names, hit.outputs, strict=True))

    def ranks(self, output: int, scope: Scope) -> tuple[Value, ...] | None:
        """The output's listed values, where the hit policy asks for their order."""
        cell = self.table.outputs[output].allowed
        if self.table.hit_policy not in ("PRIORITY", "OUTPUT ORDER") or cell is None:
            return None
        tests = self.allowed[cell]
        if tests.negated or not tests.alternatives:
            return None
        values: list[Value] = []
        for test in tests.alternatives:
            if not isinstance(test, nodes.ValueTest) or not isinstance(
                test.expression, nodes.Literal | nodes.Negative
            ):
                raise Refused(cell.where, "values in order of priority must be listed one by one")
            values.append(feel.evaluate(test.expression, scope))
        return tuple(values)

    def _cell(self, cell: model.Cell) -> nodes.Tests:
        """Editors leave a cell empty for `-`."""
        with at(cell.where):
            if cell.outside:
                raise Refused(cell.where, cell.outside)
            return parse.unary_tests(cell.text or "-", self._names, self._members)

    def _result(self, cell: model.Cell) -> nodes.Node:
        with at(cell.where):
            if cell.outside:
                raise Refused(cell.where, cell.outside)
            if not cell.text:
                raise Refused(cell.where, "the cell is empty")
            return parse.expression(cell.text, self._names, self._members)


class DefinedFunction(Function):
    """A function of the model, with its parameters' types."""

    def __init__(self, logic: model.FunctionDefinition, logics: Logics, scope: Scope) -> None:
        self._logic = logic
        self._logics = logics
        self._scope = scope

    def call(self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None) -> Value:
        names = tuple(name for name, _ in self._logic.parameters)
        given = feel.matched(names, by_place, by_name)
        for name, type_ref in self._logic.parameters:
            where = f"{self._logic.where}, parameter {name!r}"
            given[name] = self._logics.conform(given[name], type_ref, where)
        work = self._scope.work
        work.calls += 1
        if work.calls > DEEPEST_CALL:
            raise Refused(self._logic.where, f"it is called more than {DEEPEST_CALL} deep")
        value = self._logics.value(self._logic.body, Scope(given, self._scope))
        work.calls -= 1
        return value

"""A decision's logic from XML: tables, literal and boxed expressions; each knows its place."""

from triage_rules.dmn.feel.scanner import normal
from triage_rules.dmn.model import (
    AGGREGATIONS,
    HIT_POLICIES,
    OURS,
    Binding,
    BoxedContext,
    BoxedList,
    Cell,
    Conditional,
    ContextEntry,
    DecisionTable,
    Extra,
    Filter,
    FunctionDefinition,
    InputClause,
    Invocation,
    Iteration,
    LiteralExpression,
    Logic,
    OutputClause,
    Outside,
    Relation,
    Rule,
)
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.xml import Element

LOGIC = frozenset(
    (
        "literalExpression",
        "decisionTable",
        "context",
        "list",
        "relation",
        "invocation",
        "functionDefinition",
        "conditional",
        "for",
        "some",
        "every",
        "filter",
    )
)
_NO_LOGIC = frozenset({"description", "extensionElements", "variable"})


def extras(element: Element) -> tuple[Extra, ...]:
    """Rettid's own extension elements; other vendors' are not kept."""
    holder = element.one("extensionElements")
    found = [] if holder is None else [c for c in holder.children if c.namespace == OURS]
    return tuple(Extra(one.name, _own_attributes(one)) for one in found)


def _own_attributes(element: Element) -> tuple[tuple[str, str], ...]:
    """Its attributes without those of other vendors, whose names hold a namespace and a space."""
    return tuple(sorted((k, v) for k, v in element.attributes.items() if " " not in k))


def is_feel(language: str | None) -> bool:
    """Whether the language named is FEEL; nothing said means FEEL."""
    return language is None or language.rstrip("/").lower().endswith("feel")


def type_ref_of(element: Element) -> str | None:
    """The type named, without the prefix that older files give FEEL's own types."""
    found = normal(element.attributes.get("typeRef", ""))
    return found.removeprefix("feel:") or None


def text_of(element: Element) -> str:
    """The text of an expression, empty where there is none."""
    inner = element.one("text")
    return inner.text.strip() if inner is not None else ""


def cell(element: Element, where: str) -> Cell:
    """A cell with the reason it cannot be read, where there is one."""
    language = element.attributes.get("expressionLanguage")
    outside = None if is_feel(language) else f"its language {language!r} is not FEEL"
    if element.all("importedValues"):
        outside = "imported values are not read"
    return Cell(text_of(element), where, outside, type_ref_of(element))


class Reader:
    """Reads logic, and collects the names that may stand after a point."""

    def __init__(self, outside: str | None) -> None:
        self._outside = outside
        self.members: set[str] = set()

    def none(self, where: str) -> Logic:
        """For a part without exactly one logic."""
        return Outside(where, "it does not have one decision logic")

    def logic(self, element: Element, where: str) -> Logic:
        """The element as logic; `Outside` where it cannot be read."""
        if self._outside:
            return Outside(where, self._outside)
        how = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "list": self._list,
            "relation": self._relation,
            "invocation": self._invocation,
            "functionDefinition": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iteration,
            "some": self._iteration,
            "every": self._iteration,
        }.get(element.name)
        if how is None:
            return Outside(where, f"<{element.name}> is not read")
        try:
            return how(element, where)
        except Refused as refusal:
            return Outside(refusal.where or where, refusal.why)

    def _literal(self, element: Element, where: str) -> Logic:
        found = cell(element, where)
        if found.outside:
            return Outside(where, found.outside)
        return LiteralExpression(found.text, type_ref_of(element), where)

    def _inner(self, element: Element, where: str) -> Logic:
        """The one logic within the element."""
        found = [child for child in element.children if child.name in LOGIC]
        return self.logic(found[0], where) if len(found) == 1 else self.none(where)

    def _context(self, element: Element, where: str) -> Logic:
        entries: list[ContextEntry] = []
        for place, child in enumerate(element.all("contextEntry"), 1):
            variable = child.one("variable")
            name = normal(variable.attributes.get("name", "")) if variable is not None else None
            inside = f"{where}, entry {name!r}" if name else f"{where}, entry {place}"
            if variable is not None and not name:
                raise Refused(inside, "it has no name")
            if name is None and place < len(element.all("contextEntry")):
                raise Refused(inside, "only the last entry may be without a name")
            if any(entry.name == name for entry in entries):
                raise Refused(inside, "the name is there twice")
            self.members |= {name} if name else set()
            type_ref = type_ref_of(variable) if variable is not None else None
            entries.append(ContextEntry(name, type_ref, self._inner(child, inside)))
        return BoxedContext(tuple(entries), type_ref_of(element), where)

    def _list(self, element: Element, where: str) -> Logic:
        children = [c for c in element.children if c.name not in _NO_LOGIC]
        items = (self.logic(c, f"{where}, item {n}") for n, c in enumerate(children, 1))
        return BoxedList(tuple(items), type_ref_of(element), where)

    def _relation(self, element: Element, where: str) -> Logic:
        columns = [
            (normal(column.attributes.get("name", "")), type_ref_of(column))
            for column in element.all("column")
        ]
        if len({name for name, _ in columns} - {""}) < len(columns):
            raise Refused(where, "its columns do not have different names")
        self.members |= {name for name, _ in columns}
        rows: list[tuple[Logic, ...]] = []
        for number, row in enumerate(element.all("row"), 1):
            cells = [c for c in row.children if c.name not in _NO_LOGIC]
            if len(cells) != len(columns):
                raise Refused(f"{where}, row {number}", "it has not one cell for every column")
            rows.append(
                tuple(
                    self.logic(found, f"{where}, row {number}, column {name!r}")
                    for found, (name, _) in zip(cells, columns, strict=True)
                )
            )
        return Relation(tuple(columns), tuple(rows), type_ref_of(element), where)

    def _invocation(self, element: Element, where: str) -> Logic:
        bindings: dict[str, Binding] = {}
        for binding in element.all("binding"):
            parameter = binding.one("parameter")
            name = normal(parameter.attributes.get("name", "")) if parameter is not None else ""
            if parameter is None or not name or name in bindings:
                raise Refused(where, "its parameters do not have different names")
            bound = self._inner(binding, f"{where}, parameter {name!r}")
            bindings[name] = Binding(name, type_ref_of(parameter), bound)
        function = element.one("literalExpression")
        called = self._literal(function, where) if function is not None else self.none(where)
        return Invocation(called, tuple(bindings.values()), type_ref_of(element), where)

    def _role(self, element: Element, name: str, where: str) -> Logic:
        """The logic within the one child of that name."""
        child = element.one(name)
        return self.none(where) if child is None else self._inner(child, f"{where}, <{name}>")

    def _conditional(self, element: Element, where: str) -> Logic:
        roles = [self._role(element, name, where) for name in ("if", "then", "else")]
        return Conditional(roles[0], roles[1], roles[2], type_ref_of(element), where)

    def _filter(self, element: Element, where: str) -> Logic:
        source, match = (self._role(element, name, where) for name in ("in", "match"))
        return Filter(source, match, type_ref_of(element), where)

    def _iteration(self, element: Element, where: str) -> Logic:
        name = normal(element.attributes.get("iteratorVariable", ""))
        if not name:
            return self.none(where)
        role = "return" if element.name == "for" else "satisfies"
        source, result = (self._role(element, one, where) for one in ("in", role))
        return Iteration(element.name, name, source, result, type_ref_of(element), where)

    def function(self, element: Element, where: str) -> Logic:
        """A function definition; only FEEL's own kind."""
        if self._outside:
            return Outside(where, self._outside)
        if element.attributes.get("kind", "FEEL") != "FEEL":
            return Outside(where, "only functions written in FEEL are read")
        parameters = tuple(
            (normal(parameter.attributes.get("name", "")), type_ref_of(parameter))
            for parameter in element.all("formalParameter")
        )
        if len({name for name, _ in parameters} - {""}) < len(parameters):
            return Outside(where, "its parameters do not have different names")
        body = self._inner(element, where)
        return FunctionDefinition(parameters, body, type_ref_of(element), where)

    def _table(self, element: Element, where: str) -> Logic:
        policy = element.attributes.get("hitPolicy", "UNIQUE")
        aggregation = element.attributes.get("aggregation")
        if policy not in HIT_POLICIES:
            raise Refused(where, f"the hit policy {policy!r} is not DMN's")
        if aggregation is not None and (policy != "COLLECT" or aggregation not in AGGREGATIONS):
            raise Refused(where, f"the aggregation {aggregation!r} is not DMN's for {policy}")
        inputs = tuple(
            self._input(child, f"{where}, input {number}")
            for number, child in enumerate(element.all("input"), 1)
        )
        outputs = tuple(
            self._output(child, f"{where}, output {number}")
            for number, child in enumerate(element.all("output"), 1)
        )
        names = [output.name for output in outputs]
        if not outputs or (len(outputs) > 1 and (None in names or len(set(names)) < len(names))):
            raise Refused(where, "its outputs do not have different names")
        if aggregation and len(outputs) > 1:
            raise Refused(where, "several outputs are not aggregated")
        rules = tuple(
            _rule(child, f"{where}, row {number}", inputs, outputs)
            for number, child in enumerate(element.all("rule"), 1)
        )
        return DecisionTable(
            policy, aggregation, inputs, outputs, rules, type_ref_of(element), where
        )

    def _input(self, element: Element, where: str) -> InputClause:
        expression = element.one("inputExpression")
        if expression is None or not text_of(expression):
            raise Refused(where, "it has no expression")
        label = element.attributes.get("label") or normal(text_of(expression))[:60]
        inside = f"{where} ({label})"
        allowed = element.one("inputValues")
        if not is_feel(expression.attributes.get("expressionLanguage")):
            raise Refused(inside, "its language is not FEEL")
        return InputClause(
            LiteralExpression(text_of(expression), type_ref_of(expression), inside),
            label,
            None if allowed is None else cell(allowed, f"{inside}, input values"),
            extras(element),
        )

    def _output(self, element: Element, where: str) -> OutputClause:
        name = normal(element.attributes.get("name", "")) or None
        if name:
            where = f"{where} ({name})"
            self.members.add(name)
        allowed = element.one("outputValues")
        default = element.one("defaultOutputEntry")
        return OutputClause(
            name,
            type_ref_of(element),
            None if allowed is None else cell(allowed, f"{where}, output values"),
            None if default is None else cell(default, f"{where}, default"),
            extras(element),
        )


def _rule(
    element: Element,
    where: str,
    inputs: tuple[InputClause, ...],
    outputs: tuple[OutputClause, ...],
) -> Rule:
    tests, results = element.all("inputEntry"), element.all("outputEntry")
    if len(tests) != len(inputs) or len(results) != len(outputs):
        raise Refused(where, "it has not one cell for every column")
    return Rule(
        element.attributes.get("id"),
        tuple(
            cell(test, f"{where}, input {number} ({clause.label})")
            for number, (test, clause) in enumerate(zip(tests, inputs, strict=True), 1)
        ),
        tuple(
            cell(result, f"{where}, output {number}" + (f" ({clause.name})" if clause.name else ""))
            for number, (result, clause) in enumerate(zip(results, outputs, strict=True), 1)
        ),
        extras(element),
    )

"""A model to DMN 1.3 XML with its drawing, as the common editors open it. Reading it gives it back.

A part that could not be read is not written: it is refused.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from triage_rules.dmn import model
from triage_rules.dmn.layout import Box, layout
from triage_rules.dmn.model import (
    OURS,
    Cell,
    Decision,
    Definitions,
    Extra,
    InputData,
    ItemType,
    Knowledge,
    Service,
)
from triage_rules.dmn.refused import Refused

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DI = "http://www.omg.org/spec/DMN/20180521/DI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(definitions: Definitions) -> bytes:
    """The model as a file; raises Refused for what it cannot hold."""
    boxes = layout(definitions)
    head = {
        "xmlns": DMN,
        "xmlns:dmndi": DMNDI,
        "xmlns:di": DI,
        "xmlns:dc": DC,
        "xmlns:rettid": OURS,
        "id": "definitions",
        "name": definitions.name,
        "namespace": definitions.namespace,
    }
    content = [_extras(definitions.extras)]
    content += [_item_type("itemDefinition", item) for item in definitions.types.values()]
    content += [_part(part, definitions) for part in definitions.parts.values()]
    content += [_service(service, definitions) for service in definitions.services]
    content.append(_drawing(definitions, boxes))
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + _element("definitions", head, *content)
    return text.encode()


def _element(name: str, attributes: Mapping[str, str | None], *content: str) -> str:
    given = "".join(
        f" {key}={quoteattr(_legal(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(content)
    return f"<{name}{given}>{inside}</{name}>\n" if inside else f"<{name}{given}/>\n"


def _legal(text: str) -> str:
    if _NOT_XML.search(text):
        raise Refused("the model", f"{text[:40]!r} holds a character that XML does not")
    return text


def _text(text: str) -> str:
    return _element("text", {}, escape(_legal(text), {"\r": "&#13;"}))


def _cell(name: str, cell: Cell, identity: str | None = None) -> str:
    if cell.outside:
        raise Refused(cell.where, cell.outside)
    return _element(name, {"id": identity, "typeRef": cell.type_ref}, _text(cell.text))


def _extras(extras: tuple[Extra, ...]) -> str:
    """What DMN has no place for; the schema wants it before everything else of its element."""
    inside = [_element(f"rettid:{extra.name}", dict(extra.values)) for extra in extras]
    return _element("extensionElements", {}, *inside) if inside else ""


def _item_type(element: str, item: ItemType) -> str:
    if item.outside:
        raise Refused(f"item definition {item.name!r}", item.outside)
    collection = "true" if item.collection else None
    content = [] if item.base is None else [_element("typeRef", {}, escape(item.base))]
    content += [] if item.allowed is None else [_cell("allowedValues", item.allowed)]
    content += [_item_type("itemComponent", component) for component in item.components]
    if item.function is not None:
        named = item.function.parameters
        inside = [_element("parameters", {"name": name, "typeRef": ref}) for name, ref in named]
        content.append(_element("functionItem", {"outputTypeRef": item.function.result}, *inside))
    return _element(element, {"name": item.name, "isCollection": collection}, *content)


def _part(part: InputData | Decision | Knowledge, definitions: Definitions) -> str:
    head = {"id": part.id, "name": part.label}
    variable = _element("variable", {"name": part.name, "typeRef": part.type_ref})
    if isinstance(part, InputData):
        return _element("inputData", head, variable)
    needs = list(_requirements(part, definitions))
    if isinstance(part, Decision):
        logic = _logic(part.logic, part.id)
        return _element("decision", head, _extras(part.extras), variable, *needs, logic)
    if not isinstance(part.logic, model.FunctionDefinition):
        raise Refused(f"knowledge model {part.name!r}", "it is no function")
    inside = _function("encapsulatedLogic", part.logic, part.id)
    return _element("businessKnowledgeModel", head, variable, inside, *needs)


def _service(service: Service, definitions: Definitions) -> str:
    data = [one for one in service.inputs if isinstance(definitions.parts.get(one), InputData)]
    kinds = (
        ("outputDecision", service.outputs),
        ("encapsulatedDecision", service.inside),
        ("inputDecision", [one for one in service.inputs if one not in data]),
        ("inputData", data),
    )
    given = [_element("variable", {"name": service.name, "typeRef": service.type_ref})]
    given += [_element(kind, {"href": f"#{one}"}) for kind, ids in kinds for one in ids]
    return _element("decisionService", {"id": service.id, "name": service.label}, *given)


def _requirements(part: Decision | Knowledge, definitions: Definitions) -> Iterable[str]:
    # The order is that of the schema: information first, then knowledge.
    for number, identity in enumerate(part.requires, 1):
        required = definitions.parts.get(identity)
        if required is None:
            raise Refused(repr(part.name), f"it requires {identity!r}, which is not in the file")
        outer, inner = "information", "Input"
        if isinstance(required, Decision):
            inner = "Decision"
        elif isinstance(required, Knowledge):
            outer, inner = "knowledge", "Knowledge"
        reference = _element(f"required{inner}", {"href": f"#{identity}"})
        yield _element(f"{outer}Requirement", {"id": f"{part.id}_needs_{number}"}, reference)


def _logic(logic: model.Logic, identity: str) -> str:
    match logic:
        case model.Outside(where, why):
            raise Refused(where, why)
        case model.LiteralExpression():
            return _element("literalExpression", {"typeRef": logic.type_ref}, _text(logic.text))
        case model.DecisionTable():
            return _table(logic, identity)
        case model.BoxedContext():
            entries = [_entry(entry, identity) for entry in logic.entries]
            return _element("context", {"typeRef": logic.type_ref}, *entries)
        case model.BoxedList():
            items = [_logic(item, identity) for item in logic.items]
            return _element("list", {"typeRef": logic.type_ref}, *items)
        case model.Relation():
            return _relation(logic, identity)
        case model.Invocation():
            bindings = [
                _element(
                    "binding",
                    {},
                    _element("parameter", {"name": one.name, "typeRef": one.type_ref}),
                    _logic(one.logic, identity),
                )
                for one in logic.bindings
            ]
            called = _logic(logic.function, identity)
            return _element("invocation", {"typeRef": logic.type_ref}, called, *bindings)
        case model.Conditional():
            ways = (("if", logic.condition), ("then", logic.then), ("else", logic.otherwise))
            return _boxed("conditional", {"typeRef": logic.type_ref}, ways, identity)
        case model.Filter():
            roles = (("in", logic.source), ("match", logic.condition))
            return _boxed("filter", {"typeRef": logic.type_ref}, roles, identity)
        case model.Iteration():
            head = {"typeRef": logic.type_ref, "iteratorVariable": logic.name}
            last = "return" if logic.kind == "for" else "satisfies"
            roles = (("in", logic.source), (last, logic.result))
            return _boxed(logic.kind, head, roles, identity)
        case model.FunctionDefinition():
            return _function("functionDefinition", logic, identity)
    raise TypeError(type(logic))


def _boxed(
    name: str,
    head: Mapping[str, str | None],
    roles: Iterable[tuple[str, model.Logic]],
    identity: str,
) -> str:
    return _element(name, head, *(_element(r, {}, _logic(one, identity)) for r, one in roles))


def _entry(entry: model.ContextEntry, identity: str) -> str:
    named = {"name": entry.name, "typeRef": entry.type_ref}
    variable = [_element("variable", named)] if entry.name else []
    return _element("contextEntry", {}, *variable, _logic(entry.logic, identity))


def _relation(logic: model.Relation, identity: str) -> str:
    columns = [_element("column", {"name": n, "typeRef": kind}) for n, kind in logic.columns]
    rows = [_element("row", {}, *(_logic(cell, identity) for cell in row)) for row in logic.rows]
    return _element("relation", {"typeRef": logic.type_ref}, *columns, *rows)


def _function(element: str, logic: model.FunctionDefinition, identity: str) -> str:
    parameters = [
        _element("formalParameter", {"name": name, "typeRef": kind})
        for name, kind in logic.parameters
    ]
    head = {"typeRef": logic.type_ref}
    return _element(element, head, *parameters, _logic(logic.body, identity))


def _table(table: model.DecisionTable, identity: str) -> str:
    head = {
        "id": f"{identity}_table",
        "hitPolicy": table.hit_policy,
        "aggregation": table.aggregation,
        "typeRef": table.type_ref,
    }
    inputs = [_input(clause, f"{identity}_in_{n}") for n, clause in enumerate(table.inputs, 1)]
    outputs = [_output(clause, f"{identity}_out_{n}") for n, clause in enumerate(table.outputs, 1)]
    rules = [_rule(rule, f"{identity}_row_{n}") for n, rule in enumerate(table.rules, 1)]
    return _element("decisionTable", head, *inputs, *outputs, *rules)


def _input(clause: model.InputClause, identity: str) -> str:
    expression = clause.expression
    head = {"id": f"{identity}_expression", "typeRef": expression.type_ref}
    inside = [_extras(clause.extras)]
    inside += [_element("inputExpression", head, _text(expression.text))]
    inside += [] if clause.allowed is None else [_cell("inputValues", clause.allowed)]
    return _element("input", {"id": identity, "label": clause.label}, *inside)


def _output(clause: model.OutputClause, identity: str) -> str:
    inside = [_extras(clause.extras)]
    inside += [] if clause.allowed is None else [_cell("outputValues", clause.allowed)]
    inside += [] if clause.default is None else [_cell("defaultOutputEntry", clause.default)]
    head = {"id": identity, "name": clause.name, "typeRef": clause.type_ref}
    return _element("output", head, *inside)


def _rule(rule: model.Rule, identity: str) -> str:
    tests = [_cell("inputEntry", c, f"{identity}_in_{n}") for n, c in enumerate(rule.inputs, 1)]
    values = [_cell("outputEntry", c, f"{identity}_out_{n}") for n, c in enumerate(rule.outputs, 1)]
    return _element("rule", {"id": rule.id}, _extras(rule.extras), *tests, *values)


def _drawing(definitions: Definitions, boxes: dict[str, Box]) -> str:
    shapes = [
        _element(
            "dmndi:DMNShape", {"id": f"{identity}_shape", "dmnElementRef": identity}, _box(box)
        )
        for identity, box in boxes.items()
    ]
    lines = [
        _line(f"{part.id}_needs_{number}", boxes[required], boxes[part.id])
        for part in definitions.parts.values()
        if not isinstance(part, InputData)
        for number, required in enumerate(part.requires, 1)
    ]
    diagram = _element("dmndi:DMNDiagram", {"id": "diagram"}, *shapes, *lines)
    return _element("dmndi:DMNDI", {}, diagram)


def _box(box: Box) -> str:
    places: Sequence[tuple[str, int]] = (
        ("height", box.height),
        ("width", box.width),
        ("x", box.x),
        ("y", box.y),
    )
    return _element("dc:Bounds", {name: str(value) for name, value in places})


def _line(requirement: str, below: Box, above: Box) -> str:
    ends = (
        (below.x + below.width // 2, below.y),
        (above.x + above.width // 2, above.y + above.height),
    )
    points = [_element("di:waypoint", {"x": str(x), "y": str(y)}) for x, y in ends]
    head = {"id": f"{requirement}_line", "dmnElementRef": requirement}
    return _element("dmndi:DMNEdge", head, *points)

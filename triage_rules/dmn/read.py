"""DMN XML 1.3, 1.4 and 1.5 to a model. A part that cannot be read is refused when it is needed."""

from triage_rules.dmn import xml
from triage_rules.dmn.feel.scanner import normal
from triage_rules.dmn.model import (
    Decision,
    Definitions,
    FunctionType,
    InputData,
    ItemType,
    Knowledge,
    Service,
)
from triage_rules.dmn.read_logic import LOGIC, Reader, cell, extras, is_feel, type_ref_of
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.xml import Element

NAMESPACES = {
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}


def read(document: bytes) -> Definitions:
    """The model in the file; raises Refused."""
    root = xml.read(document)
    if root.name != "definitions" or root.namespace not in NAMESPACES:
        raise Refused(
            f"line {root.line}", "this is not DMN 1.3, 1.4 or 1.5: its namespace is another"
        )
    language = root.attributes.get("expressionLanguage")
    reader = Reader(None if is_feel(language) else f"its language {language!r} is not FEEL")
    own = root.attributes.get("namespace", "")
    parts: dict[str, InputData | Decision | Knowledge] = {}
    for element in root.children:
        part = _part(element, reader, own) if element.namespace == root.namespace else None
        if part is None:
            continue
        if part.id in parts:
            raise Refused(f"line {element.line}", f"the id {part.id!r} is there twice")
        parts[part.id] = part
    types = [_item_type(element) for element in root.all("itemDefinition")]
    if len({item.name for item in types}) < len(types):
        raise Refused("the file", "two item definitions have one name")
    return Definitions(
        name=root.attributes.get("name", ""),
        namespace=own,
        types={item.name: item for item in types},
        parts=parts,
        members=frozenset(reader.members.union(*(_members(item) for item in types))),
        extras=extras(root),
        services=tuple(_service(element, own) for element in root.all("decisionService")),
    )


def _service(element: Element, own: str) -> Service:
    variable = element.one("variable")
    label = normal(element.attributes.get("name", ""))
    name = label if variable is None else normal(variable.attributes.get("name", label))

    def ids(kind: str) -> tuple[str, ...]:
        return tuple(_required(one, own) for one in element.all(kind))

    return Service(
        id=element.attributes.get("id", f"line-{element.line}"),
        label=label or name,
        name=name,
        type_ref=type_ref_of(variable) if variable is not None else None,
        outputs=ids("outputDecision"),
        inside=ids("encapsulatedDecision"),
        inputs=ids("inputData") + ids("inputDecision"),
    )


def _part(element: Element, reader: Reader, own: str) -> InputData | Decision | Knowledge | None:
    if element.name not in ("inputData", "decision", "businessKnowledgeModel"):
        return None
    variable = element.one("variable")
    label = normal(element.attributes.get("name", ""))
    name = label if variable is None else normal(variable.attributes.get("name", label))
    label = label or name
    if not name:
        raise Refused(f"line {element.line}", f"<{element.name}> has no name")
    identity = element.attributes.get("id", f"line-{element.line}")
    type_ref = type_ref_of(variable) if variable is not None else None
    if element.name == "inputData":
        return InputData(identity, label, name, type_ref)
    requires = tuple(
        _required(reference, own)
        for requirement in element.children
        if requirement.namespace == element.namespace
        for reference in requirement.children
        if reference.name in ("requiredInput", "requiredDecision", "requiredKnowledge")
    )
    if element.name == "decision":
        where = f"decision {label!r}"
        logics = [c for c in element.children if c.name in LOGIC]
        logic = reader.logic(logics[0], where) if len(logics) == 1 else reader.none(where)
        return Decision(identity, label, name, type_ref, requires, logic, extras(element))
    where = f"knowledge model {label!r}"
    encapsulated = element.one("encapsulatedLogic")
    logic = reader.none(where) if encapsulated is None else reader.function(encapsulated, where)
    return Knowledge(identity, label, name, type_ref, requires, logic)


def _required(reference: Element, own: str) -> str:
    """The id meant; of another file's part, whose namespace is before it, the whole."""
    return reference.attributes.get("href", "").removeprefix(own).removeprefix("#")


def _item_type(element: Element) -> ItemType:
    name = normal(element.attributes.get("name", ""))
    where = f"item definition {name!r}"
    outside = None
    if element.all("typeConstraint") and element.attributes.get("isCollection") == "true":
        outside = "a constraint of a whole collection is not read"
    allowed = element.one("allowedValues") or element.one("typeConstraint")
    if element.all("allowedValues") and element.all("typeConstraint"):
        outside = "allowed values and a constraint at once are not read"
    base = element.one("typeRef")
    return ItemType(
        name=name,
        base=normal(base.text).removeprefix("feel:") if base is not None else None,
        components=tuple(_item_type(inner) for inner in element.all("itemComponent")),
        collection=element.attributes.get("isCollection") in ("true", "1"),
        allowed=cell(allowed, f"{where}, allowed values") if allowed is not None else None,
        outside=outside,
        function=_function_type(element.one("functionItem")),
    )


def _function_type(element: Element | None) -> FunctionType | None:
    if element is None:
        return None
    parameters = tuple(
        (normal(one.attributes.get("name", "")), type_ref_of(one))
        for one in element.all("parameters")
    )
    result = normal(element.attributes.get("outputTypeRef", "")).removeprefix("feel:")
    return FunctionType(parameters, result or None)


def _members(item: ItemType) -> set[str]:
    inner = (_members(component) for component in item.components)
    return {component.name for component in item.components}.union(*inner)

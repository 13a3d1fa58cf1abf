"""DMN models for the tests, written as XML."""

from collections.abc import Sequence
from html import escape

from triage_rules.dmn.evaluate import Answer, evaluate
from triage_rules.dmn.read import read

V13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
V14 = "https://www.omg.org/spec/DMN/20211108/MODEL/"
V15 = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = V15) -> bytes:
    """A model of these parts."""
    head = f'<definitions xmlns="{namespace}" name="m" id="m" namespace="urn:m">'
    return (head + "".join(parts) + "</definitions>").encode()


def given(name: str, type_ref: str = "") -> str:
    """An input, with its name as its id."""
    kind = f' typeRef="{escape(type_ref)}"' if type_ref else ""
    return f'<inputData id="i-{name}" name="{name}"><variable name="{name}"{kind}/></inputData>'


def decision(
    name: str,
    logic: str,
    inputs: Sequence[str] = (),
    decisions: Sequence[str] = (),
    knowledge: Sequence[str] = (),
    type_ref: str = "",
) -> str:
    """A decision with its requirements by name."""
    kind = f' typeRef="{escape(type_ref)}"' if type_ref else ""
    needs = [("information", "Input", "i", one) for one in inputs]
    needs += [("information", "Decision", "d", one) for one in decisions]
    needs += [("knowledge", "Knowledge", "k", one) for one in knowledge]
    requirements = "".join(
        f'<{what}Requirement><required{which} href="#{letter}-{one}"/></{what}Requirement>'
        for what, which, letter, one in needs
    )
    variable = f'<variable name="{name}"{kind}/>'
    return f'<decision id="d-{name}" name="{name}">{variable}{requirements}{logic}</decision>'


def knowledge(name: str, parameters: Sequence[str], logic: str) -> str:
    """A business knowledge model."""
    formal = "".join(f'<formalParameter name="{one}"/>' for one in parameters)
    return (
        f'<businessKnowledgeModel id="k-{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


def literal(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(
    inputs: Sequence[str],
    rows: Sequence[tuple[Sequence[str], Sequence[str]]],
    outputs: Sequence[str] = ("",),
    policy: str = "UNIQUE",
    aggregation: str = "",
    listed: str = "",
    default: str = "",
) -> str:
    """A decision table; `listed` and `default` are of every output."""
    columns = "".join(
        f"<input><inputExpression><text>{escape(one)}</text></inputExpression></input>"
        for one in inputs
    )
    inside = f"<outputValues><text>{escape(listed)}</text></outputValues>" if listed else ""
    if default:
        inside += f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
    results = "".join(
        f'<output name="{one}">{inside}</output>' if one else f"<output>{inside}</output>"
        for one in outputs
    )
    rules = "".join(
        f'<rule id="r{number}">'
        + "".join(f"<inputEntry><text>{escape(test)}</text></inputEntry>" for test in tests)
        + "".join(f"<outputEntry><text>{escape(value)}</text></outputEntry>" for value in values)
        + "</rule>"
        for number, (tests, values) in enumerate(rows, 1)
    )
    how = f' aggregation="{aggregation}"' if aggregation else ""
    return f'<decisionTable hitPolicy="{policy}"{how}>{columns}{results}{rules}</decisionTable>'


def answer(document: bytes, name: str, **facts: object) -> Answer:
    """The decision's answer in `spec` mode."""
    return evaluate(read(document), name, facts)

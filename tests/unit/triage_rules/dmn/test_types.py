"""What becomes of a value where the model says its type: DMN's conversions, null, or a refusal."""

from decimal import Decimal

import pytest

from tests.unit.triage_rules.dmn.models import answer, decision, given, literal, model, table
from triage_rules.dmn.facts import to_json
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Value
from triage_rules.dmn.write import write

TYPES = """
<itemDefinition name="scores" isCollection="true"><typeRef>number</typeRef></itemDefinition>
<itemDefinition name="person">
  <itemComponent name="name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="age"><typeRef>number</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="colour"><typeRef>string</typeRef>
  <allowedValues><text>"red", "green"</text></allowedValues></itemDefinition>
<itemDefinition name="same"><typeRef>colour</typeRef></itemDefinition>
<itemDefinition name="side"><typeRef>colour</typeRef>
  <allowedValues><text>"left", "right"</text></allowedValues></itemDefinition>
<itemDefinition name="painter">
  <functionItem outputTypeRef="colour"><parameters name="by" typeRef="number"/></functionItem>
</itemDefinition>
<itemDefinition name="studio">
  <itemComponent name="paints"><typeRef>painter</typeRef></itemComponent>
</itemDefinition>
"""
LAMBDA = 'function(by) if by = null then "grey" else "red"'


def value_of(logic: str, type_ref: str = "", **facts: object) -> Value:
    inputs = [given(name) for name in facts]
    document = model(TYPES, *inputs, decision("d", logic, list(facts), type_ref=type_ref))
    return answer(document, "d", **facts).value


def typed(text: str, type_ref: str) -> str:
    return literal(text).replace("<literalExpression", f'<literalExpression typeRef="{type_ref}"')


@pytest.mark.parametrize(
    ("text", "type_ref", "value"),
    [
        ("1 + 1", "string", None),
        ('["a"]', "string", "a"),
        ("[1]", "string", None),
        ("7", "scores", (Decimal(7),)),
        ('[1, "a"]', "scores", None),
        ('{name: "Bo", age: 7, town: "Ry"}', "person", {"name", "age", "town"}),
        ('{name: "Bo"}', "person", None),
        ('"red"', "colour", "red"),
        ('"blue"', "colour", None),
        ('"blue"', "same", None),
        ('"left"', "side", "left"),
        ('"red"', "side", None),
    ],
)
def test_what_does_not_fit_is_null(text: str, type_ref: str, value: Value) -> None:
    for found in (value_of(literal(text), type_ref), value_of(typed(text, type_ref))):
        assert (set(found) if isinstance(found, dict) else found) == value


@pytest.mark.parametrize(("colour", "value"), [("red", "red"), ("blue", None)])
def test_a_type_holds_wherever_it_stands(colour: str, value: Value) -> None:
    entry = f'<contextEntry><variable name="a" typeRef="colour"/>{literal("x")}</contextEntry>'
    assert value_of(f"<context>{entry}</context>", x=colour) == {"a": value}
    assert value_of(f"<list>{typed('x', 'colour')}</list>", x=colour) == (value,)
    row = f'<column name="a" typeRef="colour"/><row>{literal("x")}</row>'
    assert value_of(f"<relation>{row}</relation>", x=colour) == ({"a": value},)
    assert value_of(literal("(function(a: colour) a)(x)"), x=colour) == value
    bound = f'<binding><parameter name="a" typeRef="colour"/>{literal("x")}</binding>'
    invoked = f"<invocation>{literal('function(a) a')}{bound}</invocation>"
    assert value_of(invoked, x=colour) == value
    cell = table([], [([], ["x"])]).replace("<outputEntry>", '<outputEntry typeRef="colour">')
    assert value_of(cell, x=colour) == value


def test_a_value_a_column_does_not_allow_is_null_to_its_rows() -> None:
    logic = table(["x"], [(['"red"'], ["1"]), (["null"], ["2"])])
    logic = logic.replace("</input>", '<inputValues><text>"red"</text></inputValues></input>', 1)
    assert value_of(logic, x="red") == Decimal(1)
    assert value_of(logic, x="blue") == Decimal(2)


def test_a_column_whose_type_its_input_is_not_of_is_refused() -> None:
    logic = table(["x"], [(["-"], ["1"])]).replace(
        "<inputExpression", '<inputExpression typeRef="string"'
    )
    with pytest.raises(Refused, match="a string is needed, not a number"):
        value_of(logic, x=Decimal(1))


def test_a_function_has_the_types_of_its_own_type() -> None:
    document = model(
        TYPES,
        decision("paint", literal(LAMBDA), type_ref="painter"),
        decision("red", literal("paint(1)"), decisions=["paint"]),
        decision("grey", literal('paint("a")'), decisions=["paint"]),
    )
    assert answer(document, "red").value == "red"
    assert answer(document, "grey").value is None  # "a" is no number, and grey no colour
    with pytest.raises(Refused, match="not written as JSON") as refused:
        to_json(answer(document, "paint").value)
    assert refused.value.where == "the answer"


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("2026-01-31", False),
        ("2026-01-31T10:00:00Z", False),
        ("10:30:00", False),
        ("P1Y2M", False),
        ("-PT1.5S", False),
        ("P", True),
        ("1234567890", True),
        ("2026", True),
        ("10:30", True),
    ],
)
def test_a_fact_without_a_type_that_may_be_a_date_is_refused(text: str, is_read: bool) -> None:
    for type_ref in ("", "Any", "string"):
        document = model(given("x", type_ref), decision("d", literal("x"), ["x"]))
        if is_read or type_ref == "string":
            assert answer(document, "d", x=text).value == text
            continue
        for fact in (text, [text]):
            with pytest.raises(Refused, match="no declared type"):
                answer(document, "d", x=fact)


def test_a_structure_may_hold_a_function() -> None:
    document = model(
        TYPES,
        decision("s", literal(f"{{paints: {LAMBDA}}}"), type_ref="studio"),
        decision("made", literal('[s.paints(1), s.paints("a")]'), decisions=["s"]),
        decision("none", literal("{paints: 1}"), type_ref="studio"),
    )
    assert answer(document, "made").value == ("red", None)
    assert answer(document, "none").value is None


def test_a_function_under_a_type_of_its_value_stays_a_function() -> None:
    variable = '<variable name="f" typeRef="number"/>'
    entries = (
        f"<contextEntry>{variable}{literal('function(a) a')}</contextEntry>"
        f"<contextEntry>{literal('f(x)')}</contextEntry>"
    )
    assert value_of(f"<context>{entries}</context>", x=Decimal(2)) == Decimal(2)
    with pytest.raises(Refused, match="a number is needed"):
        value_of(f"<context>{entries}</context>", x="a")


def test_types_of_functions_and_cells_are_written_as_they_were_read() -> None:
    cell = table([], [([], ['"red"'])]).replace("<outputEntry>", '<outputEntry typeRef="colour">')
    read_once = read(model(TYPES, decision("d", cell)))
    assert read(write(read_once)).types == read_once.types
    assert answer(write(read_once), "d").value == "red"


def test_a_requirement_may_name_the_models_own_namespace() -> None:
    document = model(given("x"), decision("d", literal("x"), ["x"]))
    document = document.replace(b'href="#i-x"', b'href="urn:m#i-x"')
    assert answer(document, "d", x=Decimal(1)).value == Decimal(1)
    with pytest.raises(Refused, match="not in the file"):
        answer(document.replace(b'href="urn:m#', b'href="urn:other#'), "d")


@pytest.mark.parametrize(("how", "value"), [("MAX", 0), ("SUM", 0), ("COUNT", 0)])
def test_an_aggregate_without_rows_is_its_default(how: str, value: int) -> None:
    logic = table(["x"], [(["1"], ["5"])], policy="COLLECT", aggregation=how, default="0")
    assert value_of(logic, x=Decimal(2)) == Decimal(value)

"""What is written reads back as the same model, with a drawing of all its parts."""

from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.triage_rules.dmn.models import (
    V15,
    decision,
    given,
    knowledge,
    literal,
    model,
    table,
)
from triage_rules.dmn.evaluate import evaluate
from triage_rules.dmn.layout import layout
from triage_rules.dmn.model import Definitions
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.write import DI, DMN, DMNDI, write

COLOURS = table(
    ["score", "kind"],
    [([">= 20", "-"], ['"red"', "1"]), (["[5..20)", '"a", "b"'], ['"yellow"', "4"])],
    outputs=("colour", "weeks"),
    policy="FIRST",
    default='"green"',
)
TYPES = (
    '<itemDefinition name="Visit"><itemComponent name="scores" isCollection="true">'
    "<typeRef>number</typeRef><allowedValues><text>[0..27]</text></allowedValues>"
    "</itemComponent></itemDefinition>"
)
BOX = (
    f'<context><contextEntry><variable name="a b" typeRef="number"/>{literal("1 < 2")}'
    f"</contextEntry><contextEntry><list>{literal('2')}</list></contextEntry></context>"
)
CALL = (
    "<invocation><literalExpression><text>half</text></literalExpression>"
    f'<binding><parameter name="x"/>{literal("score")}</binding></invocation>'
)
RELATION = f'<relation><column name="a"/><row>{literal("1")}</row></relation>'
WHOLE = model(
    TYPES,
    given("score", "number"),
    given("kind"),
    given("visit", "Visit"),
    knowledge("half", ["x"], literal("x / 2")),
    decision("colours", COLOURS, ["score", "kind"]),
    decision("box", BOX, ["visit"], type_ref="Any"),
    decision("call", CALL, ["score"], knowledge=["half"]),
    decision("last", RELATION, decisions=["colours", "box", "call"]),
    namespace=V15,
)


def again(definitions: Definitions) -> Definitions:
    return read(write(definitions))


def test_a_whole_model_comes_back_equal() -> None:
    found = read(WHOLE)
    assert again(found) == found
    facts = {"score": Decimal(7), "kind": "b"}
    for name in ("colours", "call"):
        assert evaluate(again(found), name, facts) == evaluate(found, name, facts)


def test_it_is_dmn_1_3_with_a_shape_for_every_part_and_a_line_for_every_requirement() -> None:
    root = fromstring(write(read(WHOLE)))
    assert root.tag == f"{{{DMN}}}definitions"
    identities = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(identities) == len(set(identities))
    shapes = [shape.get("dmnElementRef") for shape in root.iter(f"{{{DMNDI}}}DMNShape")]
    assert set(shapes) == set(read(WHOLE).parts)
    edges = list(root.iter(f"{{{DMNDI}}}DMNEdge"))
    assert len(edges) == 8
    assert {edge.get("dmnElementRef") for edge in edges} <= set(identities)
    assert all(len(edge.findall(f"{{{DI}}}waypoint")) == 2 for edge in edges)


def test_no_two_parts_stand_on_each_other() -> None:
    boxes = list(layout(read(WHOLE)).values())
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_a_part_that_could_not_be_read_is_not_written() -> None:
    with pytest.raises(Refused, match="decision 'a'"):
        write(read(model(decision("a", "<conditional/>"))))


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=12)


@settings(max_examples=200, deadline=None)
@generated(
    st.sampled_from(["UNIQUE", "FIRST", "PRIORITY", "ANY", "RULE ORDER", "OUTPUT ORDER"]),
    st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=5),
)
def test_whatever_the_cells_say_they_come_back(
    policy: str, rows: list[tuple[str, str, str]]
) -> None:
    texts = [((first, second), (third,)) for first, second, third in rows]
    document = model(
        given("x"), given("y"), decision("d", table(["x", "y"], texts, policy=policy), ["x", "y"])
    )
    found = read(document)
    assert again(found) == found

"""Whole models: chains of decisions, knowledge models, boxed expressions, types and refusals."""

from decimal import Decimal

import pytest

from tests.unit.triage_rules.dmn.models import (
    V13,
    V14,
    V15,
    answer,
    decision,
    given,
    knowledge,
    literal,
    model,
    table,
)
from triage_rules.dmn.logic import Fired
from triage_rules.dmn.refused import Refused

TWO_ROWS = table(["score"], [([">= 20"], ['"red"']), (["< 20"], ['"green"'])])
NAMES = '"red", "yellow", "green"'


def refusal(document: bytes, name: str, **facts: object) -> Refused:
    with pytest.raises(Refused) as refused:
        answer(document, name, **facts)
    return refused.value


@pytest.mark.parametrize("namespace", [V13, V14, V15])
def test_the_three_versions_are_read(namespace: str) -> None:
    document = model(given("score"), decision("colour", TWO_ROWS, ["score"]), namespace=namespace)
    found = answer(document, "colour", score=Decimal(20))
    assert found.value == "red"
    assert found.fired == (Fired("decision 'colour'", 1, "r1"),)
    assert answer(document, "d-colour", score=Decimal(3)).value == "green"


def test_another_version_is_refused() -> None:
    old = model(given("score"), namespace="http://www.omg.org/spec/DMN/20180521/MODEL/")
    assert "1.3, 1.4 or 1.5" in refusal(old, "colour").why


def test_decisions_rest_on_each_other() -> None:
    document = model(
        given("score"),
        decision("colour", TWO_ROWS, ["score"]),
        decision("weeks", literal('if colour = "red" then 1 else 26'), decisions=["colour"]),
        decision("contact", literal('{how: "visit", in weeks: weeks}'), decisions=["weeks"]),
    )
    found = answer(document, "contact", score=Decimal(21))
    assert found.value == {"how": "visit", "in weeks": Decimal(1)}
    assert [fired.table for fired in found.fired] == ["decision 'colour'"]


def test_a_knowledge_model_is_invoked_by_place_by_name_and_in_a_box() -> None:
    body = literal("half life * 2 + offset")
    box = (
        "<invocation><literalExpression><text>dose</text></literalExpression>"
        f'<binding><parameter name="half life"/>{literal("score")}</binding>'
        f'<binding><parameter name="offset"/>{literal("1")}</binding></invocation>'
    )
    parts = [given("score"), knowledge("dose", ["half life", "offset"], body)]
    for logic in (
        literal("dose(score, 1)"),
        literal("dose(offset: 1, half life: score)"),
        box,
    ):
        document = model(*parts, decision("total", logic, ["score"], knowledge=["dose"]))
        assert answer(document, "total", score=Decimal(4)).value == Decimal(9)


def test_a_table_within_a_knowledge_model_tells_its_rows() -> None:
    document = model(
        given("score"),
        knowledge("colour of", ["score"], TWO_ROWS),
        decision("colour", literal("colour of(score)"), ["score"], knowledge=["colour of"]),
    )
    document = document.replace(b"k-colour of", b"k-of").replace(b"#k-colour of", b"#k-of")
    found = answer(document, "colour", score=Decimal(4))
    assert found.value == "green"
    assert found.fired == (Fired("knowledge model 'colour of'", 2, "r2"),)


def test_boxed_contexts_lists_and_relations() -> None:
    context = (
        "<context>"
        f'<contextEntry><variable name="a b"/>{literal("score + 1")}</contextEntry>'
        f"<contextEntry>{literal('a b * 2')}</contextEntry></context>"
    )
    relation = (
        '<relation><column name="drug"/><column name="dose"/>'
        "<row>" + literal('"mtx"') + literal("15") + "</row>"
        "<row>" + literal('"ssz"') + literal("2000") + "</row></relation>"
    )
    document = model(
        given("score"),
        decision("sum", context, ["score"]),
        decision("pair", f"<list>{literal('1')}{literal('2')}</list>"),
        decision("drugs", relation),
        decision("high", literal("drugs[dose > 100].drug"), decisions=["drugs"]),
    )
    assert answer(document, "sum", score=Decimal(2)).value == Decimal(6)
    assert answer(document, "pair").value == (Decimal(1), Decimal(2))
    assert answer(document, "high").value == ("ssz",)


TYPES = (
    '<itemDefinition name="Score"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..27]</text></allowedValues></itemDefinition>"
    '<itemDefinition name="Visit"><itemComponent name="on"><typeRef>date</typeRef>'
    '</itemComponent><itemComponent name="scores" isCollection="true"><typeRef>Score</typeRef>'
    "</itemComponent></itemDefinition>"
)


def test_facts_are_of_the_type_the_model_says() -> None:
    document = model(
        TYPES,
        given("visit", "Visit"),
        decision("worst", literal("max(visit.scores)"), ["visit"], type_ref="Score"),
        decision("year", literal("visit.on.year"), ["visit"]),
    )
    visit = {"on": "2026-11-23", "scores": [Decimal(3), Decimal(9)]}
    assert answer(document, "worst", visit=visit).value == Decimal(9)
    assert answer(document, "year", visit=visit).value == Decimal(2026)
    wrong: list[object] = [
        {"on": "2026-11-31", "scores": []},
        {"on": "2026-11-23"},
        {"on": "2026-11-23", "scores": [Decimal(28)]},
        {"on": "2026-11-23", "scores": ["3"]},
        {"on": "2026-11-23", "scores": [], "score": Decimal(1)},
        "2026-11-23",
        Decimal(1),
    ]
    for fact in wrong:
        assert refusal(document, "year", visit=fact).where.startswith("fact 'visit'")


def test_a_misspelt_fact_is_refused_and_a_missing_one_is_null() -> None:
    document = model(given("score"), decision("colour", TWO_ROWS, ["score"]))
    assert refusal(document, "colour", scroe=Decimal(3)).where == "fact 'scroe'"
    assert answer(document, "colour").value is None
    assert answer(document, "colour").fired == ()


def test_an_unknown_decision_is_refused_with_those_there_are() -> None:
    document = model(given("score"), decision("colour", TWO_ROWS, ["score"]))
    assert "'colour'" in refusal(document, "color").why


def test_a_decision_is_found_by_its_name_though_expressions_call_it_otherwise() -> None:
    parts = [given("score"), decision("colour", TWO_ROWS, ["score"])]
    parts.append(decision("same", literal("colour"), decisions=["colour"]))
    document = model(*parts).replace(b'"d-colour" name="colour"', b'"d-colour" name="Colour of it"')
    document = document.replace(b'"i-score" name="score"', b'"i-score" name="PHQ-9 score"')
    assert answer(document, "Colour of it", score=Decimal(20)).decision == "Colour of it"
    assert answer(document, "same", **{"PHQ-9 score": Decimal(20)}).value == "red"
    both = {"PHQ-9 score": Decimal(20), "score": Decimal(1)}
    assert refusal(document, "same", **both).where == "fact 'score'"


def test_two_knowledge_models_of_one_name_are_kept_apart() -> None:
    other = table(["score"], [(["-"], ['"blue"'])])
    twins = [knowledge("f", ["score"], TWO_ROWS), knowledge("f", ["score"], other)]
    twins[1] = twins[1].replace("k-f", "k-g")
    document = model(
        given("score"),
        *twins,
        decision("a", literal("f(score)"), ["score"], knowledge=["f"]),
        decision("b", literal("f(score)"), ["score"], knowledge=["g"]),
        decision("c", literal("[a, b]"), decisions=["a", "b"]),
    )
    assert answer(document, "c", score=Decimal(20)).value == ("red", "blue")


def test_prefixes_and_older_names_of_types_are_read() -> None:
    document = model(
        '<itemDefinition name="S"><typeRef>feel:number</typeRef></itemDefinition>',
        given("score", "S"),
        decision("d", literal("score"), ["score"], type_ref="feel:number"),
    ).decode()
    document = document.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert answer(document.encode(), "d", score=Decimal(2)).value == Decimal(2)


def test_a_circle_is_refused() -> None:
    document = model(
        decision("a", literal("b"), decisions=["b"]), decision("b", literal("a"), decisions=["a"])
    )
    assert "requires itself" in refusal(document, "a").why


def test_a_cell_outside_the_subset_is_named_though_no_row_needs_it() -> None:
    rows = [(["-"], ['"green"']), ([">= "], ['"red"'])]
    document = model(
        given("score"), decision("colour", table(["score"], rows, policy="FIRST"), ["score"])
    )
    found = refusal(document, "colour", score=Decimal(1))
    assert found.where == "decision 'colour', row 2, input 1 (score)"


def test_a_row_without_all_its_cells_is_named() -> None:
    broken = TWO_ROWS.replace("<inputEntry><text>&lt; 20</text></inputEntry>", "")
    document = model(given("score"), decision("colour", broken, ["score"]))
    assert refusal(document, "colour").where == "decision 'colour', row 2"


def test_a_part_outside_the_subset_stops_only_what_needs_it() -> None:
    outside = '<literalExpression><importedValues namespace="urn:a"/></literalExpression>'
    document = model(decision("a", outside), decision("b", literal("1 + 1")))
    assert answer(document, "b").value == Decimal(2)
    assert refusal(document, "a").where == "decision 'a'"


def test_another_language_is_refused() -> None:
    foreign = literal("1").replace("<literal", "<literal", 1)
    foreign = foreign.replace("Expression>", 'Expression expressionLanguage="juel">', 1)
    assert "juel" in refusal(model(decision("a", foreign)), "a").why


@pytest.mark.parametrize(
    ("policy", "why"),
    [("UNIQUE", "rows 1, 2 all hold"), ("ANY", "different outputs")],
)
def test_rows_that_contradict_each_other_are_refused(policy: str, why: str) -> None:
    rows = [(["> 1"], ["1"]), (["> 2"], ["2"])]
    document = model(given("x"), decision("d", table(["x"], rows, policy=policy), ["x"]))
    assert why in refusal(document, "d", x=Decimal(3)).why
    assert answer(document, "d", x=Decimal(2)).value == Decimal(1)


def test_an_output_that_is_not_listed_is_null() -> None:
    rows = [(["-"], ['"blue"'])]
    document = model(given("x"), decision("d", table(["x"], rows, listed=NAMES), ["x"]))
    assert answer(document, "d").value is None


def test_defaults_stand_in_where_no_row_holds() -> None:
    single = table(["x"], [(["1"], ['"red"'])], listed=NAMES, default='"green"')
    several = table(["x"], [(["1"], ["1", "2"])], outputs=("a", "b"), default="0")
    many = table(["x"], [(["1"], ["1"])], policy="COLLECT")
    sums = table(["x"], [(["1"], ["1"])], policy="COLLECT", aggregation="SUM")
    document = model(
        given("x"),
        decision("single", single, ["x"]),
        decision("several", several, ["x"]),
        decision("many", many, ["x"]),
        decision("sums", sums, ["x"]),
    )
    assert answer(document, "single", x=Decimal(2)).value == "green"
    assert answer(document, "several", x=Decimal(2)).value == {"a": Decimal(0), "b": Decimal(0)}
    assert answer(document, "many", x=Decimal(2)).value == ()
    assert "does not say" in refusal(document, "sums", x=Decimal(2)).why


def test_a_recursion_without_end_is_refused() -> None:
    endless = literal("{f: function(g) g(g), r: f(f)}.r")
    assert "deep" in refusal(model(decision("d", endless)), "d").why


def test_work_is_bounded() -> None:
    loops = "for a in 1..1000, b in 1..1000, c in 1..1000 return a"
    assert "steps" in refusal(model(decision("d", literal(loops))), "d").why
    long = "+".join(["1"] * 4_000)
    assert "deep" in refusal(model(decision("d", literal(long))), "d").why

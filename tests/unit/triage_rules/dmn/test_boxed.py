"""Boxed conditionals, filters and iterations, and decision services."""

from decimal import Decimal

import pytest

from tests.unit.triage_rules.dmn.models import answer, decision, given, knowledge, literal, model
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Value

SCORES = [Decimal(3), Decimal(12), Decimal(20)]


def box(name: str, iterator: str = "", **roles: str) -> str:
    """A boxed expression of these parts."""
    variable = f' iteratorVariable="{iterator}"' if iterator else ""
    inside = "".join(
        f"<{role.rstrip('_')}>{literal(text)}</{role.rstrip('_')}>" for role, text in roles.items()
    )
    return f"<{name}{variable}>{inside}</{name}>"


def value_of(logic: str, **facts: object) -> Value:
    document = model(*map(given, facts), decision("d", logic, list(facts)))
    return answer(document, "d", **facts).value


def service(name: str, outputs: list[str], inside: list[str], inputs: list[str]) -> str:
    """A decision service, with its name as its id."""
    parts = [("outputDecision", f"d-{one}") for one in outputs]
    parts += [("encapsulatedDecision", f"d-{one}") for one in inside]
    parts += [("inputData", f"i-{one}") for one in inputs]
    held = "".join(f'<{kind} href="#{identity}"/>' for kind, identity in parts)
    return f'<decisionService id="k-{name}" name="{name}">{held}</decisionService>'


@pytest.mark.parametrize(("score", "value"), [(Decimal(20), "red"), (Decimal(3), "green")])
def test_a_conditional_chooses(score: Decimal, value: str) -> None:
    logic = box("conditional", if_="score >= 15", then='"red"', else_='"green"')
    assert value_of(logic, score=score) == value


def test_a_condition_that_is_unknown_is_not_met_and_one_of_another_kind_is_refused() -> None:
    logic = box("conditional", if_="score >= 15", then='"red"', else_='"green"')
    assert value_of(logic, score=None) == "green"
    with pytest.raises(Refused, match="true or false"):
        value_of(box("conditional", if_="1", then="1", else_="2"))


def test_a_filter_keeps_what_its_condition_holds_for() -> None:
    assert value_of(box("filter", in_="scores", match="item > 10"), scores=SCORES) == (
        Decimal(12),
        Decimal(20),
    )
    visits = '[{on: 1, form: "video"}, {on: 2, form: "phone"}]'
    assert value_of(box("filter", in_=visits, match='form = "phone"')) == (
        {"on": Decimal(2), "form": "phone"},
    )


def test_a_filter_without_a_list_or_an_answer_is_refused() -> None:
    with pytest.raises(Refused, match="no list"):
        value_of(box("filter", in_="1", match="true"))
    with pytest.raises(Refused, match="true or false"):
        value_of(box("filter", in_="[1, null]", match="item > 0"))


def test_an_iteration_answers_for_each_and_knows_what_it_has_answered() -> None:
    doubled = box("for", iterator="s", in_="scores", return_="s * 2")
    assert value_of(doubled, scores=SCORES) == (Decimal(6), Decimal(24), Decimal(40))
    counted = box("for", iterator="s", in_="scores", return_="s + count(partial)")
    assert value_of(counted, scores=SCORES) == (Decimal(3), Decimal(13), Decimal(22))


@pytest.mark.parametrize(
    ("kind", "satisfies", "value"),
    [
        ("some", "s > 15", True),
        ("some", "s > 25", False),
        ("every", "s > 2", True),
        ("every", "s > 5", False),
        ("some", "if s > 15 then true else null", True),
        ("some", "if s > 25 then true else null", None),
        ("every", "if s > 5 then null else false", False),
        ("every", "if s > 5 then null else true", None),
    ],
)
def test_some_and_every_are_three_valued(kind: str, satisfies: str, value: Value) -> None:
    logic = box(kind, iterator="s", in_="scores", satisfies=satisfies)
    assert value_of(logic, scores=SCORES) is value


def test_an_iteration_without_a_name_for_what_it_goes_through_is_refused() -> None:
    with pytest.raises(Refused):
        value_of(box("for", in_="[1]", return_="1"))


WEEKS = (
    given("score"),
    given("age"),
    decision("colour", literal('if score >= 15 then "red" else "green"'), ["score"]),
    decision("weeks", literal('if colour = "red" then 1 else 26'), decisions=["colour"]),
)


def test_a_service_is_asked_by_its_name_with_its_inputs_alone() -> None:
    document = model(*WEEKS, service("when", ["weeks"], ["colour"], ["score"]))
    assert answer(document, "when", score=Decimal(20)).value == Decimal(1)
    assert answer(document, "when", score=Decimal(20), age=Decimal(30)).value == Decimal(1)
    with pytest.raises(Refused, match="not one input of the service"):
        answer(document, "when", score=Decimal(20), size=Decimal(30))


def test_a_service_with_several_outputs_answers_them_by_name() -> None:
    document = model(*WEEKS, service("all", ["weeks", "colour"], [], ["score"]))
    assert answer(document, "all", score=Decimal(3)).value == {
        "weeks": Decimal(26),
        "colour": "green",
    }


def test_a_decision_that_is_called_as_a_service_goes_before_it() -> None:
    document = model(*WEEKS, service("weeks", ["colour"], [], ["score"]))
    assert answer(document, "weeks", score=Decimal(3)).value == Decimal(26)


@pytest.mark.parametrize("call", ["when(20)", "when(score: 20)"])
def test_a_service_is_invoked_as_a_function_whatever_is_known_outside(call: str) -> None:
    document = model(
        *WEEKS,
        service("when", ["weeks"], ["colour"], ["score"]),
        decision("soon", literal(f"{call} + weeks"), ["score"], ["weeks"], ["when"]),
    )
    assert answer(document, "soon", score=Decimal(3)).value == Decimal(27)


def test_a_service_sees_no_fact_that_it_does_not_take() -> None:
    document = model(
        *WEEKS,
        service("when", ["weeks"], ["colour"], []),
        decision("soon", literal("when()"), ["score"], knowledge=["when"]),
    )
    with pytest.raises(Refused, match="does not take it"):
        answer(document, "soon", score=Decimal(3))


def test_a_knowledge_model_may_invoke_a_service() -> None:
    ask = knowledge("ask", ["s"], literal("when(s)")).replace(
        "<encapsulatedLogic>",
        '<knowledgeRequirement><requiredKnowledge href="#k-when"/></knowledgeRequirement>'
        "<encapsulatedLogic>",
    )
    document = model(
        *WEEKS,
        service("when", ["weeks"], ["colour"], ["score"]),
        ask,
        decision("soon", literal("ask(20)"), knowledge=["ask"]),
    )
    assert answer(document, "soon").value == Decimal(1)

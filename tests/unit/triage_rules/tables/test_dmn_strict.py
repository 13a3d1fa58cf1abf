"""Tables read strictly: for complete facts what DMN gives, and otherwise a clinician's look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.unit.triage_rules.dmn.models import decision, given, model, table
from tests.unit.triage_rules.tables.asthma import rules
from triage_rules.dmn.evaluate import evaluate
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.tables.dmn_files import written_as_dmn
from triage_rules.tables.dmn_strict import Need, Outcome, StrictModel
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.model import Value

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ASTHMA = written_as_dmn(rules())
SEVERITY = table(
    ["score"],
    [(["< 10"], ['"mild"']), (["[10..20)"], ['"some"']), ([">= 20"], ['"severe"'])],
    listed='"severe", "some", "mild"',
)
DOING = table(
    ["severity", "age"],
    [
        (['"severe"', "-"], ['"visit"', "1"]),
        (['"some"', "< 18"], ['"visit"', "4"]),
        (["-", "-"], ['"letter"', "26"]),
    ],
    outputs=("what", "weeks"),
    policy="FIRST",
)
CHAINED = model(
    given("score", "number"),
    given("age", "number"),
    decision("severity", SEVERITY, ["score"]),
    decision("doing", DOING, ["age"], ["severity"]),
)


def strict(document: bytes, name: str, **facts: object) -> Outcome:
    known = {one: Fact(value, NOW - timedelta(days=2)) for one, value in facts.items()}
    return StrictModel(read(document))(name, known, NOW)


@pytest.mark.parametrize("score", [3, 10, 19, 20])
@pytest.mark.parametrize("age", [17, 18])
def test_complete_facts_give_what_dmn_gives(score: int, age: int) -> None:
    facts: dict[str, Value] = {"score": Decimal(score), "age": Decimal(age)}
    by_spec = evaluate(read(CHAINED), "doing", facts)
    found = strict(CHAINED, "doing", **facts)
    assert (found.decision, found.value, found.fired) == (
        by_spec.decision,
        by_spec.value,
        by_spec.fired,
    )
    assert found.needs == ()


def test_what_is_missing_is_named_by_the_input_it_began_with() -> None:
    by_spec = evaluate(read(CHAINED), "doing", {"age": Decimal(17)})
    assert by_spec.value == {"what": "letter", "weeks": 26}, "DMN sends a letter"
    found = strict(CHAINED, "doing", age=Decimal(17))
    assert (found.value, found.fired) == (None, ())
    assert found.needs == (Need("decision 'severity'", "score", "absent"),)


def test_a_missing_fact_passes_where_it_could_not_have_mattered() -> None:
    assert strict(CHAINED, "doing", score=Decimal(25)).value == {"what": "visit", "weeks": 1}
    found = strict(CHAINED, "doing", score=Decimal(12))
    assert found.needs == (Need("decision 'doing'", "age", "absent"),)


@pytest.mark.parametrize(
    ("fact", "state"),
    [
        (Decimal("12.345"), "mistyped"),
        ("12", "mistyped"),
        (True, "mistyped"),
        ([Decimal(12)], "mistyped"),
        (Decimal("1e40"), "mistyped"),
        (Decimal("1e-40"), "mistyped"),
        (None, "absent"),
    ],
)
def test_a_fact_of_another_kind_gives_no_answer(fact: object, state: str) -> None:
    found = strict(CHAINED, "severity", score=fact)
    assert found.value is None
    assert found.needs == (Need("decision 'severity'", "score", state),)


def test_gaps_and_overlaps_give_no_answer() -> None:
    gap = table(["x"], [(["< 5"], ["1"]), (["> 5"], ["2"])])
    between = strict(model(given("x", "number"), decision("d", gap, ["x"])), "d", x=Decimal(5))
    assert between.needs == (Need("decision 'd'", None, "no_row"),)
    logic = table(["x"], [(["< 5"], ["1"]), (["> 3"], ["2"])])
    both = strict(model(given("x", "number"), decision("d", logic, ["x"])), "d", x=Decimal(4))
    assert both.needs == (Need("decision 'd'", None, "conflict"),)


def test_an_unknown_fact_or_decision_is_refused() -> None:
    for name, facts in (("doing", {"scroe": 1}), ("colour", {"score": Decimal(1)})):
        with pytest.raises(Refused):
            strict(CHAINED, name, **facts)


def test_models_that_require_themselves_are_refused() -> None:
    around = model(
        decision("a", table(["b"], [(["1"], ["1"])]), decisions=["b"], type_ref="number"),
        decision("b", table(["a"], [(["1"], ["1"])]), decisions=["a"], type_ref="number"),
    )
    with pytest.raises(Refused, match="requires itself"):
        strict(around, "a")


def test_a_red_flag_is_never_hidden_by_what_is_missing() -> None:
    found = strict(ASTHMA, "contact", breathless_at_rest=True)
    assert isinstance(found.value, dict)
    assert found.value["urgency"] == "soon"
    assert strict(ASTHMA, "colour", breathless_at_rest=True).value == "red"
    assert strict(ASTHMA, "colour", act=Decimal(12)).value == "red"


def test_what_the_chain_cannot_know_is_a_clinicians() -> None:
    found = strict(ASTHMA, "contact", act=Decimal(24))
    assert found.needs == (Need("decision 'red_flags'", "breathless_at_rest", "absent"),)
    assert strict(ASTHMA, "red_flag", act=Decimal(24)).value is None
    assert strict(ASTHMA, "red_flags", breathless_at_rest=False).value == ()
    assert strict(ASTHMA, "red_flag", breathless_at_rest=False).value is False


def test_what_is_missing_may_be_answered_for_by_a_row_and_what_is_broken_never() -> None:
    assert strict(ASTHMA, "activity").value == "yellow"
    found = strict(ASTHMA, "contact", act=Decimal(99), breathless_at_rest=False)
    assert found.needs == (Need("decision 'activity'", "act", "out_of_range"),)
    old = {"act": Fact(Decimal(24), NOW - timedelta(days=31)), "breathless_at_rest": Fact(False)}
    answer = StrictModel(read(ASTHMA))("contact", old, NOW)
    states = {(need.input, need.state) for need in answer.needs}
    assert states == {("breathless_at_rest", "stale")}


def test_the_rows_are_named_as_the_file_names_them() -> None:
    found = strict(ASTHMA, "contact", act=Decimal(24), breathless_at_rest=False)
    assert [(one.table, one.row, one.id) for one in found.fired] == [
        ("decision 'activity'", 3, "activity.a3"),
        ("decision 'contact'", 3, "contact.c3"),
    ]


def test_an_output_that_is_not_allowed_is_no_answer() -> None:
    purple = ASTHMA.replace(b'<text>"green"</text>', b'<text>"purple"</text>')
    assert purple != ASTHMA
    with pytest.raises(Refused, match="row 3"):
        strict(purple, "activity", act=Decimal(12))

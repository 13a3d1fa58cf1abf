"""Models that were made elsewhere: read as clinicians' tables, evaluated strictly, or refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.calendar.soak import examples
from tests.unit.triage_rules.dmn.models import decision, given, literal, model, table
from tests.unit.triage_rules.tables.asthma import rules
from triage_rules.dmn.evaluate import evaluate
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.tables.dmn_files import read_rules, written_as_dmn
from triage_rules.tables.dmn_strict import Need, Outcome, StrictModel
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.from_decision import table_of
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    Input,
    Interval,
    Is,
    Missing,
    OneOf,
    Table,
    Value,
)
from triage_rules.tables.rule_set import STAGES
from triage_rules.tables.verify import flaws

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
COLOURS = '"red", "yellow", "green"'


def read_table(document: bytes, name: str = "d") -> Table:
    definitions = read(document)
    return table_of(definitions, definitions.decision(name))


def one_column(*cells: str, kind: str = "number", types: str = "") -> bytes:
    """A table of one input `x`, answering with the row's number."""
    rows = [([cell], [str(n)]) for n, cell in enumerate(cells, 1)]
    logic = table(["x"], rows, policy="FIRST")
    return model(types, given("x", kind), decision("d", logic, ["x"]))


def strict(document: bytes, name: str, **facts: object) -> Outcome:
    known = {one: Fact(value, NOW - timedelta(days=2)) for one, value in facts.items()}
    return StrictModel(read(document))(name, known, NOW)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", AnyValue()),
        ("-", AnyValue()),
        ("null", Missing()),
        ("= null", Missing()),
        ("not(null)", Interval()),
        ("!= null", Interval()),
        ("5", Interval(Decimal(5), Decimal(5))),
        ("= 5.50", Interval(Decimal("5.5"), Decimal("5.5"))),
        ("not(< 5)", Interval(Decimal(5), None)),
        ("> -5", Interval(Decimal(-5), None, low_closed=False)),
        ("]1..5[", Interval(Decimal(1), Decimal(5), low_closed=False, high_closed=False)),
    ],
)
def test_numbers_are_read_however_they_are_spelt(text: str, cell: Cell) -> None:
    assert read_table(one_column(text)).rows[0].cells == (cell,)


@pytest.mark.parametrize(
    ("kind", "text", "cell"),
    [
        ("boolean", "true", Is(True)),
        ("boolean", "not(true)", Is(False)),
        ("boolean", "!= false", Is(True)),
        ("boolean", "null", Missing()),
        ("tKind", '"a","c"', OneOf(frozenset("ac"))),
        ("tKind", '= "a"', OneOf(frozenset("a"))),
        ("tKind", 'not("a")', OneOf(frozenset("bc"))),
        ("tKind", '!= "a"', OneOf(frozenset("bc"))),
        ("tKind", 'not("a", null)', OneOf(frozenset("bc"))),
        ("tKind", "not(null)", OneOf(frozenset("abc"))),
        ("tKind", "null", Missing()),
    ],
)
def test_choices_and_yes_or_no_are_read_however_they_are_spelt(
    kind: str, text: str, cell: Cell
) -> None:
    listed = (
        '<itemDefinition name="tKind"><typeRef>string</typeRef>'
        '<allowedValues><text>"a", "b", "c"</text></allowedValues></itemDefinition>'
    )
    assert read_table(one_column(text, kind=kind, types=listed)).rows[0].cells == (cell,)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "1, 5"),
        ("number", "not([1..5])"),
        ("number", "!= 5"),
        ("number", "? > 5"),
        ("number", "> y"),
        ("number", "[1..y]"),
        ("number", "> 1 + 1"),
        ("number", '"a"'),
        ("number", "[1,2]"),
        ("number", "1e20"),
        ("number", "0.00000000001"),
        ("boolean", "true, false"),
        ("boolean", "not(null)"),
        ("boolean", "> true"),
        ("string", '"a", null'),
        ("string", 'not("a")'),
        ("string", '> "a"'),
        ("string", "5"),
        ("string", '@"2026-01-01"'),
        ("string", 'string("a")'),
    ],
)
def test_what_no_widget_holds_is_refused_naming_table_row_and_cell(kind: str, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_table(one_column("-", text, kind=kind))
    assert refusal.value.where == "decision 'd', row 2, input 1 (x)"
    assert refusal.value.why


def an_input(document: bytes) -> Input:
    return read_table(document).inputs[0]


def test_an_input_is_what_its_type_and_its_cells_say() -> None:
    plain = an_input(one_column("<= 15", ">= 16"))
    assert (plain.kind, plain.low, plain.high, plain.step) == (
        "number",
        None,
        None,
        Decimal("0.01"),
    )
    fine = an_input(one_column("< 2.65", ">= 2.65"))
    assert fine.step == Decimal("0.001")
    untyped = an_input(one_column('"b"', '"a", "b"', kind=""))
    assert (untyped.kind, untyped.choices) == ("choice", ("b", "a"))
    ranged = (
        '<itemDefinition name="tScore"><typeRef>number</typeRef>'
        "<allowedValues><text>[5..25]</text></allowedValues></itemDefinition>"
    )
    score = an_input(one_column("<= 15", kind="tScore", types=ranged))
    assert (score.low, score.high) == (Decimal(5), Decimal(25))
    listed = ranged.replace("[5..25]", "0, 1, 2, 3")
    item = an_input(one_column("> 0", kind="tScore", types=listed))
    assert (item.low, item.high, item.step) == (Decimal(0), Decimal(3), Decimal(1))


def test_what_lies_between_two_rows_of_whole_numbers_is_a_gap_until_the_step_is_said() -> None:
    found = read_table(one_column("<= 15", ">= 16", "null"))
    assert [one.patient for one in flaws(found) if one.flaw == "gap"] == [(Decimal("15.01"),)]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (one_column("-", kind=""), "input 1 (x)"),
        (one_column("-", kind="date"), "input 1 (x)"),
        (one_column("-", kind="tNone"), "input 1 (x)"),
        (model(given("x"), decision("d", literal("x"), ["x"])), "decision 'd'"),
        (model(decision("d", "<conditional/>")), "decision 'd'"),
        (
            model(given("x", "number"), decision("d", table(["x + 1"], [(["-"], ["1"])]), ["x"])),
            "input 1 (x + 1)",
        ),
        (
            model(given("x", "number"), decision("d", table(["x"], [(["-"], ["x"])]), ["x"])),
            "row 1, output 1",
        ),
        (
            model(given("x", "number"), decision("d", table(["x"], [(["-"], ["null"])]), ["x"])),
            "row 1, output 1",
        ),
        (
            model(
                given("x", "number"),
                decision("d", table(["x"], [(["-"], ["1"])], default="2"), ["x"]),
            ),
            "default",
        ),
        (
            model(
                given("x", "number"),
                decision("d", table(["x"], [(["-"], ['"c"'])], listed='"a", "b"'), ["x"]),
            ),
            "row 1, output 1",
        ),
        (
            model(
                given("x", "number"),
                decision("d", table(["x", "x"], [(["-", "-"], ["1"])]), ["x"]),
            ),
            "decision 'd'",
        ),
    ],
)
def test_a_table_that_clinicians_could_not_have_written_is_refused(
    document: bytes, where: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read_table(document)
    assert where in refusal.value.where


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
    between = strict(one_column("< 5", "> 5"), "d", x=Decimal(5))
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


ASTHMA = written_as_dmn(rules())


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


CONTACT = [output.name for output in STAGES[2].outputs]


def test_a_model_called_after_the_stages_becomes_a_draft() -> None:
    activity = table(["ACT"], [(["< 20"], ['"yellow"']), ([">= 20"], ['"green"'])], ("colour",))
    contact = table(
        ["Sygdomsaktivitet"],
        [
            (
                ['"green"'],
                ['"green"' and '"questionnaire"', '"none"', *"046", "0", '""', '"routine"'],
            ),
            (["-"], ['"contact"', '"phone"', *"024", "15", '"nurse"', '"soon"']),
        ],
        outputs=CONTACT,
        policy="FIRST",
    )
    made = read_rules(
        model(
            given("ACT", "number"),
            decision("Sygdomsaktivitet", activity, ["ACT"], type_ref="string"),
            decision("Kontakt", contact, decisions=["Sygdomsaktivitet"]),
        )
    )
    assert (made.name, made.latest_weeks) == ("m", 52)
    assert [one.name for one in made.tables] == ["red_flags", "activity", "contact"]
    assert made.tables[0].rows == ()
    assert made.tables[2].inputs[0].source == "table:activity"
    assert made.tables[2].rows[0].cells == (OneOf(frozenset({"green"})),)
    assert made.tables[2].rows[1].outputs[0] == "contact"


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (CHAINED, "decision 'severity'"),
        (model(given("x")), "the model"),
        (
            model(
                given("x", "number"),
                decision("activity", table(["x"], [(["-"], ['"blue"'])]), ["x"]),
                decision("colour", table(["x"], [(["-"], ['"red"'])]), ["x"]),
            ),
            "decision 'colour'",
        ),
        (
            model(
                given("x", "number"),
                decision("activity", table(["x"], [(["-"], ["1"])], policy="COLLECT"), ["x"]),
            ),
            "decision 'activity'",
        ),
        (
            model(
                given("x", "number"),
                decision(
                    "activity",
                    table(["x"], [(["-"], ['"red"'])], policy="PRIORITY", listed='"green", "red"'),
                    ["x"],
                ),
            ),
            "decision 'activity'",
        ),
        (
            model(
                given("x", "number"),
                decision("contact", table(["x"], [(["-"], ["1"])], ("action",)), ["x"]),
            ),
            "decision 'contact'",
        ),
    ],
)
def test_what_has_no_place_in_a_rule_set_is_refused(document: bytes, where: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_rules(document)
    assert refusal.value.where == where


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b'<!DOCTYPE d [<!ENTITY a "b">]><definitions/>', "document type"),
        (ASTHMA.replace(b"<decision ", b"<a>" * 70 + b"<decision ", 1), "deep"),
        (one_column(*(f"{n}" for n in range(301))), "300 rows"),
        (one_column("-" * 11_000), "10000 characters"),
        (one_column("(" * 50 + "1" + ")" * 50), "nested"),
        (b"<definitions", "no XML"),
        (b"", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
    ],
)
def test_hostile_files_are_refused(document: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_rules(document.replace(b'"d"', b'"activity"'))


@settings(max_examples=examples(100), deadline=None)
@generated(st.integers(0, len(ASTHMA) - 1), st.binary(max_size=8))
def test_whatever_befalls_a_file_it_is_read_or_refused(at: int, other: bytes) -> None:
    with suppress(Refused):
        read_rules(ASTHMA[:at] + other + ASTHMA[at + len(other) :])

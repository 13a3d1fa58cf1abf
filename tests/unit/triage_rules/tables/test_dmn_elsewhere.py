"""Models that were made elsewhere: read as clinicians' tables, or refused."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.calendar.soak import examples
from tests.unit.triage_rules.dmn.models import decision, given, literal, model, table
from tests.unit.triage_rules.tables.asthma import rules
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.tables.dmn_files import read_rules, written_as_dmn
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
)
from triage_rules.tables.rule_set import STAGES
from triage_rules.tables.verify import flaws


def read_table(document: bytes, name: str = "d") -> Table:
    definitions = read(document)
    return table_of(definitions, definitions.decision(name))


def one_column(*cells: str, kind: str = "number", types: str = "") -> bytes:
    """A table of one input `x`, answering with the row's number."""
    rows = [([cell], [str(n)]) for n, cell in enumerate(cells, 1)]
    logic = table(["x"], rows, policy="FIRST")
    return model(types, given("x", kind), decision("d", logic, ["x"]))


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


ASTHMA = written_as_dmn(rules())
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
        (
            model(
                given("x", "number"),
                decision("severity", table(["x"], [(["-"], ["1"])]), ["x"]),
                decision("activity", table(["x"], [(["-"], ['"red"'])]), ["x"]),
            ),
            "decision 'severity'",
        ),
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

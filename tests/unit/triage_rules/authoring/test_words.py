"""Rules in words: cells, rows, patients, and what is wrong."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from tests.unit.triage_rules.tables.asthma import ACT, ANY, BREATHLESS, COLOUR, OUTPUTS, row, rules
from triage_rules.authoring import findings, words
from triage_rules.tables.model import Cell, Input, Interval, Is, Missing, OneOf, Table
from triage_rules.tables.rule_set import STAGES, RuleSet
from triage_rules.tables.soundness import ChainFlaw, unsound
from triage_rules.tables.verify import Flaw, merges

FEV1 = Input("fev1", "FEV1", "number", "L", Decimal(0), Decimal(8), Decimal("0.01"))
SAME = Input("now", "Nu", "choice", choices=("better", "same", "worse"))


@pytest.fixture(autouse=True)
def danish() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("da"):
        yield


def with_activity(
    *rows: object, policy: str = "UNIQUE", inputs: tuple[Input, ...] = (ACT,)
) -> RuleSet:
    """The asthma rules with another activity table."""
    whole = rules(second_looks=())
    activity = Table("activity", "", policy, inputs, OUTPUTS["activity"], rows)  # type: ignore[arg-type]
    return replace(whole, tables=(whole.tables[0], activity, whole.tables[2]))


def said(whole: RuleSet) -> list[str]:
    return [findings.finding(whole, found) for found in unsound(whole)]


@pytest.mark.parametrize(
    ("asked", "cell", "expected"),
    [
        (ACT, ANY, "uanset"),
        (ACT, Missing(), "mangler"),
        (ACT, Interval(Decimal(20), None), "mindst 20"),
        (ACT, Interval(None, Decimal(15)), "højst 15"),
        (ACT, Interval(Decimal(16), Decimal(19)), "fra 16 til 19"),
        (ACT, Interval(Decimal(5), Decimal(5)), "5"),
        (FEV1, Interval(Decimal("1.5"), Decimal(2), low_closed=False), "over 1,5 og højst 2"),
        (FEV1, Interval(None, Decimal("0.75"), high_closed=False), "under 0,75"),
        (FEV1, Interval(), "ethvert tal"),
        (COLOUR, OneOf(frozenset({"green", "red"})), "rød eller grøn"),
        (SAME, OneOf(frozenset({"worse"})), "værre"),
        (SAME, OneOf(frozenset()), "intet valgt"),
        (BREATHLESS, Is(True), "ja"),
    ],
)
def test_a_cell_in_words(asked: Input, cell: Cell, expected: str) -> None:
    assert words.cell(asked, cell, {("now", "worse"): "værre"}) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("1", "måneder", "1 måned"),
        ("2", "måneder", "2 måneder"),
        ("0", "dage", "0 dage"),
        ("1", "dage", "1 dag"),
        ("1.5", "uger", "1,5 uger"),
        ("1", "år", "1 år"),
        ("1", "point", "1 point"),
        ("1", "mmol/l", "1 mmol/l"),
        ("7", "", "7"),
    ],
)
def test_one_and_many_of_a_unit(value: str, unit: str, expected: str) -> None:
    asked = Input("x", "X", "number", unit)
    assert words.fact(asked, Decimal(value)) == expected


def test_a_row_in_words() -> None:
    activity, contact = rules().tables[1:]
    assert words.row_summary(activity, activity.rows[0]) == "ACT: højst 15 → Farve: rød"
    assert words.row_answers(contact, contact.rows[1]) == (
        "Hvad skal ske: kontakt; Form: video; Tidligst: 2 uger; Helst: 4 uger; Senest: 6 uger; "
        "Længde: 30 minutter; Faggruppe: speciallæge; Hast: rutine"
    )


def test_a_gap_is_told_by_a_patient() -> None:
    whole = with_activity(
        row("a1", (Interval(None, Decimal(15)), ANY), ("red",)),
        row("a2", (Interval(Decimal(20), None), ANY), ("green",)),
        row("a3", (Missing(), Interval(Decimal(2), None)), ("yellow",)),
        inputs=(ACT, FEV1),
    )
    assert said(whole) == [
        "En patient med ACT 16 point rammer ingen række. Hullet: ACT: fra 16 til 19.",
        (
            "En patient med ACT ukendt og FEV1 0 L rammer ingen række. "
            "Hullet: ACT: mangler; FEV1: højst 1,99 eller mangler."
        ),
    ]


def test_a_table_without_rows_says_so() -> None:
    assert said(with_activity()) == [
        "Tabellen har ingen rækker endnu, så ingen patient får et svar."
    ]


def test_rows_that_overlap_and_rows_never_used() -> None:
    rows = (
        row("a1", (Interval(None, Decimal(20)),), ("red",)),
        row("a2", (Interval(Decimal(20), None),), ("green",)),
        row("a3", (Missing(),), ("yellow",)),
        row("a4", (Interval(Decimal(30), None),), ("green",)),
        row("a5", (ANY,), ("yellow",)),
    )
    assert said(with_activity(*rows[:3])) == [
        "En patient med ACT 20 point rammer både række 1 og 2."
    ]
    assert said(with_activity(*rows, policy="FIRST")) == [
        "Række 4 passer på ingen patient: ACT: mindst 30 ligger uden for det, der kan forekomme.",
        "Række 4 kommer aldrig i brug: rækkerne før den tager alle dens patienter.",
        "Række 5 kommer aldrig i brug: rækkerne før den tager alle dens patienter.",
    ]


def test_an_answer_not_given_yet_is_named() -> None:
    whole = rules()
    contact = whole.tables[2]
    blank = replace(contact.rows[0], outputs=("contact", "", "", "", "", Decimal(30), "", "soon"))
    tables = (*whole.tables[:2], replace(contact, rows=(blank, *contact.rows[1:])))
    assert said(replace(whole, tables=tables)) == [
        "Række 1 mangler et svar, eller svaret kan ikke bruges: Form, Tidligst, Helst og Senest."
    ]


def test_a_merge_says_what_the_one_row_would_ask() -> None:
    whole = with_activity(
        row("a1", (Interval(None, Decimal(15)),), ("red",)),
        row("a2", (Interval(Decimal(16), Decimal(19)),), ("yellow",)),
        row("a3", (Interval(Decimal(20), None),), ("yellow",)),
    )
    table = whole.tables[1]
    assert [findings.merge(table, one) for one in merges(table)] == [
        "Række 2 og 3 svarer det samme og kan blive til én med ACT: mindst 16."
    ]


def test_every_flaw_every_stage_and_every_choice_has_words() -> None:
    assert set(findings._TABLE) == set(get_args(Flaw))
    assert set(findings._CHAIN) == set(get_args(ChainFlaw))
    for stage in STAGES:
        assert stage.name in words.STAGES
        assert stage.name in words.STAGES_ABOUT
        assert set(stage.policies) <= set(words.POLICIES_ABOUT)
        for output in stage.outputs:
            assert output.name in words.OUTPUTS
            assert set(output.choices) == set(words.CHOICES.get(output.name, ()))

"""Example patients: held or not, their written form, and suggestions against brute force."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.calendar.soak import examples as drawn
from tests.unit.triage_rules.tables.asthma import ANY, OUTPUTS, rules, upto
from tests.unit.triage_rules.tables.generated import COLOURS, an_input, cells, values_of
from triage_rules.tables.decide import Chain
from triage_rules.tables.evaluate import Fact
from triage_rules.tables.examples import (
    Difference,
    Example,
    read,
    run,
    run_all,
    suggest,
    touched,
    written,
)
from triage_rules.tables.model import Input, Interval, Missing, Row, Table, Value
from triage_rules.tables.rule_set import Malformed, RuleSet

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WELL = Example(
    "Velkontrolleret",
    {"act": Decimal(24), "breathless_at_rest": False},
    "green",
    "contact",
    form="phone",
    latest_weeks=26,
    calls=(),
    obligations=(),
)


def test_an_example_holds_where_the_whole_chain_says_what_is_expected() -> None:
    assert run(rules(), WELL, NOW).held
    wrong = replace(WELL, colour="red", form="video", latest_weeks=2, calls=("112",))
    assert run(rules(), wrong, NOW).differences == (
        Difference("colour", "red", "green"),
        Difference("form", "video", "phone"),
        Difference("latest_weeks", 2, 26),
        Difference("calls", ("112",), ()),
    )


def test_what_is_not_said_is_not_asked_about() -> None:
    assert run(rules(), Example("", WELL.facts, "green", "contact"), NOW).held


def test_a_fact_too_old_is_an_example_of_its_own() -> None:
    stale = replace(WELL, colour="yellow", form="video", latest_weeks=6, days_old={"act": 31})
    assert run(rules(), stale, NOW).held
    assert not run(rules(), replace(stale, days_old={"act": 30}), NOW).held


def test_a_fact_that_nothing_asks_for_does_not_hold() -> None:
    misspelt = replace(WELL, facts={**WELL.facts, "atc": Decimal(3)})
    assert run(rules(), misspelt, NOW).differences == (Difference("unknown_fact", None, "atc"),)


def test_examples_read_back_the_same() -> None:
    some = (
        WELL,
        Example(
            "Æ", {"act": None, "x": "a", "y": Decimal("2.50")}, "red", "look", days_old={"act": 3}
        ),
    )
    assert read(written(some)) == some
    assert written(read(written(some))) == written(some)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain.pop("name"),
        lambda plain: plain.update(more=1),
        lambda plain: plain.update(name=None),
        lambda plain: plain.update(colour="blue"),
        lambda plain: plain.update(action=["look"]),
        lambda plain: plain.update(form=1),
        lambda plain: plain.update(latest_weeks="2"),
        lambda plain: plain.update(latest_weeks=True),
        lambda plain: plain.update(calls="112"),
        lambda plain: plain.update(obligations=[1]),
        lambda plain: plain.update(facts=[]),
        lambda plain: plain.update(facts={"act": 7}),
        lambda plain: plain.update(facts={"act": ["number"]}),
        lambda plain: plain.update(facts={"act": {"number": "much"}}),
        lambda plain: plain.update(facts={"act": {"number": "NaN"}}),
        lambda plain: plain.update(days_old={"act": -1}),
        lambda plain: plain.update(days_old={"act": 1.5}),
    ],
)
def test_anything_but_examples_is_refused(spoil: Callable[[dict[str, Any]], object]) -> None:
    plain = json.loads(written([WELL]))
    spoil(plain[0])
    with pytest.raises(Malformed):
        read(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null"])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


def test_suggestions_touch_every_row_with_ordinary_patients() -> None:
    made = suggest(rules())
    assert [one.rows[0] for one in made] == [
        ("activity", "a1"),
        ("activity", "a2"),
        ("activity", "a3"),
        ("activity", "a4"),
        ("red_flags", "f1"),
    ]
    patients = [one.example for one in made if one.example]
    assert patients[1].facts == {"breathless_at_rest": False, "act": Decimal(18)}
    assert patients[2].colour == "green", "not the 20 that a second look is for"
    assert patients[3].facts["act"] is None
    assert all(outcome.held for outcome in run_all(rules(), patients, NOW))
    assert suggest(rules(), patients) == ()


def test_only_what_no_example_touches_is_suggested() -> None:
    assert touched(rules(), [WELL]) == {("activity", "a3"), ("contact", "c3")}
    assert ("contact", "c3") not in {row for one in suggest(rules(), [WELL]) for row in one.rows}


def test_a_row_the_chain_never_leads_to_is_said_so() -> None:
    """Sound by itself, and reached by nobody: red is given for a low score only."""
    before = rules()
    contacts = before.tables[2]
    impossible = Row(
        "c0",
        (contacts.rows[0].cells[0], Interval(Decimal(20), None)),
        contacts.rows[0].outputs,
    )
    wider = replace(
        contacts,
        inputs=(*contacts.inputs, before.tables[1].inputs[0]),
        rows=(impossible, *(replace(row, cells=(*row.cells, ANY)) for row in contacts.rows)),
    )
    no_flags = replace(before.tables[0], rows=())
    made = suggest(replace(before, tables=(no_flags, before.tables[1], wider)))
    [odd] = [one for one in made if one.example is None]
    assert (odd.rows, odd.why_not) == ((("contact", "c0"),), "unreachable")


def test_eighty_rows_by_six_columns_are_answered_within_bounds() -> None:
    inputs = tuple(
        Input(f"i{n}", f"i{n}", "number", low=Decimal(0), high=Decimal(100)) for n in range(6)
    )
    rows = [
        Row(
            f"r{n}",
            tuple(
                Interval(Decimal(n * (k + 3) % 80), Decimal(n * (k + 3) % 80 + 15 + k))
                for k in range(6)
            ),
            (COLOURS[n % 3],),
        )
        for n in range(79)
    ]
    rows.append(Row("r79", (ANY,) * 6, ("green",)))
    activity = Table("activity", "A", "FIRST", inputs, OUTPUTS["activity"], tuple(rows))
    before = rules()
    big = replace(before, tables=(before.tables[0], activity, before.tables[2]), second_looks=())
    made = suggest(big)
    assert all(one.example for one in made)
    assert {row for one in made for row in one.rows} == every_row(big)


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """A small chain whose tables share their inputs, sound or not."""
    pool = [
        an_input(f"i{n}", kind, can_be_missing=draw(st.integers(0, 3)) > 0)
        for n, kind in enumerate(
            draw(
                st.lists(
                    st.sampled_from(("number", "halves", "choice", "boolean")),
                    min_size=1,
                    max_size=3,
                )
            )
        )
    ]
    before = rules()
    colour = replace(before.tables[2].inputs[0], can_be_missing=draw(st.booleans()))
    flag = Input("red_flag", "Rødt flag", "boolean", can_be_missing=False)

    def table(name: str, policies: tuple[Any, ...], answers: list[tuple[Value, ...]]) -> Table:
        own = tuple(one for one in pool if draw(st.booleans()))
        if name in ("contact", "obligations"):
            own += tuple(one for one in (colour, flag) if draw(st.booleans()))
        rows = tuple(
            Row(f"r{n}", tuple(draw(cells(one)) for one in own), draw(st.sampled_from(answers)))
            for n in range(draw(st.integers(0, 4)))
        )
        return Table(name, name, draw(st.sampled_from(policies)), own, OUTPUTS[name], rows)

    contacts = [row.outputs for row in before.tables[2].rows]
    tables = (
        table("red_flags", ("RULE ORDER",), [("a", "112"), ("b", "clinic")]),
        table("activity", ("UNIQUE", "FIRST", "ANY", "PRIORITY"), [(one,) for one in COLOURS]),
        table("contact", ("UNIQUE", "FIRST", "ANY"), contacts),
        table("obligations", ("RULE ORDER",), [("yearly",), ("feet",)]),
    )
    return replace(before, tables=tables, second_looks=())


def every_row(rule_set: RuleSet) -> set[tuple[str, str]]:
    return {(table.name, row.id) for table in rule_set.tables for row in table.rows}


def reachable(rule_set: RuleSet) -> set[tuple[str, str]]:
    """The rows that fire for some patient there could be, by counting them all."""
    inputs = {one.name: one for table in rule_set.tables for one in table.inputs}
    names = [name for name in inputs if name not in ("colour", "red_flag")]
    chain = Chain(rule_set)
    found: set[tuple[str, str]] = set()
    for values in product(*(values_of(inputs[name]) for name in names)):
        facts = {
            name: Fact(value)
            for name, value in zip(names, values, strict=True)
            if value is not None
        }
        found |= {(table, row.id) for table, row in chain(facts, NOW).fired}
    return found


@settings(max_examples=drawn(300), deadline=None)
@given(rule_sets())
def test_suggestions_reach_just_the_rows_that_some_patient_does(rule_set: RuleSet) -> None:
    made = suggest(rule_set)
    can = reachable(rule_set)
    chain = Chain(rule_set)
    for one in made:
        if one.example is None:
            assert (one.why_not, one.rows[0] in can) == ("unreachable", False)
            continue
        assert run(rule_set, one.example, NOW).held
        facts = {name: Fact(value) for name, value in one.example.facts.items()}
        fired = {(table, row.id) for table, row in chain(facts, NOW).fired}
        assert set(one.rows) <= fired
    told = [row for one in made for row in one.rows]
    assert sorted(told) == sorted(every_row(rule_set)), "each row once"


@settings(max_examples=drawn(100), deadline=None)
@given(rule_sets())
def test_once_confirmed_nothing_more_is_suggested(rule_set: RuleSet) -> None:
    confirmed = [one.example for one in suggest(rule_set) if one.example]
    assert all(one.example is None for one in suggest(rule_set, confirmed))


def test_missing_is_only_suggested_where_it_must_be() -> None:
    before = rules()
    activity = replace(
        before.tables[1],
        hit_policy="FIRST",
        rows=(
            Row("a1", (upto(10),), ("red",)),
            Row("a2", (Missing(),), ("yellow",)),
            Row("a3", (ANY,), ("green",)),
        ),
    )
    made = suggest(replace(before, tables=(before.tables[0], activity, before.tables[2])))
    missing = {one.rows[0] for one in made if one.example and None in one.example.facts.values()}
    assert missing == {("activity", "a2")}

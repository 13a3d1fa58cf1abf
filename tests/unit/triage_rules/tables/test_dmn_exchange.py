"""Rule sets go out as DMN and come back the same, and decide the same on the way."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.calendar.soak import examples
from tests.unit.triage_rules.tables.asthma import COLOUR, OUTPUTS, row, rules
from tests.unit.triage_rules.tables.generated import holding, patients, tables
from triage_rules.dmn.evaluate import evaluate
from triage_rules.dmn.model import OURS, Decision, Definitions
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.write import DMN, write
from triage_rules.tables.decide import Chain
from triage_rules.tables.dmn_files import read_rules, written_as_dmn
from triage_rules.tables.dmn_strict import StrictModel
from triage_rules.tables.evaluate import Compiled, Fact
from triage_rules.tables.from_decision import table_of
from triage_rules.tables.from_dmn import from_dmn
from triage_rules.tables.model import (
    LISTING,
    AnyValue,
    HitPolicy,
    Input,
    Interval,
    Is,
    Missing,
    OneOf,
    Row,
    Table,
    Value,
)
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.to_dmn import table_to_dmn, to_dmn

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
EVERY: tuple[HitPolicy, ...] = (
    "UNIQUE",
    "FIRST",
    "ANY",
    "PRIORITY",
    "COLLECT",
    "RULE ORDER",
    "OUTPUT ORDER",
)


def again(definitions: Definitions) -> Definitions:
    return read(write(definitions))


def without_extras(definitions: Definitions) -> Definitions:
    """As another tool might write the same."""
    file = write(definitions).decode()
    bare = re.sub("<extensionElements>.*?</extensionElements>", "", file, flags=re.DOTALL)
    return read(bare.encode())


def table_in(definitions: Definitions) -> Table:
    decision = next(p for p in definitions.parts.values() if isinstance(p, Decision))
    return table_of(definitions, decision)


@settings(max_examples=examples(150), deadline=None)
@given(tables(EVERY))
def test_any_table_comes_back_equal(table: Table) -> None:
    assert table_in(again(table_to_dmn(table))) == table


def as_dmn(answered: tuple[Row, ...]) -> list[object]:
    return [{"colour": one.outputs[0], "weeks": one.outputs[1]} for one in answered]


@settings(max_examples=examples(80), deadline=None)
@given(tables(EVERY), st.data())
def test_the_table_that_goes_out_decides_as_the_strict_one(
    table: Table, data: st.DataObject
) -> None:
    """For complete facts: what is missing DMN treats in its own way."""
    model, compiled = again(table_to_dmn(table)), Compiled(table)
    everyone = [one for one in patients(table) if None not in one]
    patient = data.draw(st.sampled_from(everyone))
    facts = {one.name: value for one, value in zip(table.inputs, patient, strict=True)}
    strict = compiled({name: Fact(value) for name, value in facts.items()}, NOW)
    if strict.conflict:
        with pytest.raises(Refused, match="all hold"):
            evaluate(model, "t", facts)
        return
    if table.hit_policy in ("PRIORITY", "OUTPUT ORDER"):
        # Rows of one priority: DMN leaves open which goes first, the clinicians' table does not.
        colours = [one.outputs[0] for one in holding(table, patient)]
        assume(len(colours) == len(set(colours)))
    if table.hit_policy == "OUTPUT ORDER" and not strict.rows:
        return  # DMN leaves open what an ordered list is worth where no row holds
    answer = evaluate(model, "t", facts).value
    if table.hit_policy in LISTING:
        assert isinstance(answer, tuple)
        found = [one for one in answer if one != {"colour": None, "weeks": None}]
        assert found == as_dmn(strict.rows)
    else:
        assert answer == (as_dmn(strict.rows)[0] if strict.rows else None)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")))


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """The asthma rules with another activity table, texts of every kind, and obligations."""
    drawn = draw(tables(("UNIQUE", "FIRST", "ANY", "PRIORITY")))
    activity = replace(
        drawn,
        name="activity",
        label=draw(TEXTS),
        inputs=tuple(
            replace(
                one,
                label=draw(TEXTS),
                unit=draw(TEXTS),
                source=draw(TEXTS),
                greatest_age_days=draw(st.none() | st.integers(0, 9999)),
            )
            for one in drawn.inputs
        ),
        outputs=OUTPUTS["activity"],
        rows=tuple(
            replace(
                one,
                id=f"{one.id}{draw(TEXTS)}",
                outputs=one.outputs[:1],
                told=draw(TEXTS),
                told_en=draw(TEXTS),
                evidence=draw(TEXTS),
                owner=draw(TEXTS),
                review_by=draw(st.none() | st.dates()),
            )
            for one in drawn.rows
        ),
    )
    owed = Table(
        "obligations",
        draw(TEXTS),
        "RULE ORDER",
        (COLOUR, Input("red_flag", "", "boolean", can_be_missing=False)),
        OUTPUTS["obligations"],
        (row("o1", (AnyValue(), Is(False)), (draw(TEXTS),)),),
    )
    whole = rules(label=draw(TEXTS), name=draw(TEXTS))
    return replace(whole, tables=(whole.tables[0], activity, whole.tables[2], owed))


@settings(max_examples=examples(80), deadline=None)
@given(rule_sets())
def test_any_rule_set_comes_back_equal(made: RuleSet) -> None:
    assert from_dmn(to_dmn(made)) == made
    assert read_rules(written_as_dmn(made)) == made


@settings(max_examples=examples(40), deadline=None)
@given(rule_sets(), st.data())
def test_the_chain_that_goes_out_decides_as_ours(made: RuleSet, data: st.DataObject) -> None:
    model, chain = read(written_as_dmn(made)), Chain(made)
    activity = made.tables[1]
    everyone = [one for one in patients(activity) if None not in one]
    patient = data.draw(st.sampled_from(everyone))
    facts: dict[str, object] = {"breathless_at_rest": data.draw(st.booleans())}
    facts |= {one.name: value for one, value in zip(activity.inputs, patient, strict=True)}
    decision = chain({name: Fact(value, NOW) for name, value in facts.items()}, NOW)
    for answer in decision.answers:
        if answer.conflict:
            with pytest.raises(Refused):
                evaluate(model, answer.table.name, facts)
            return
        found = evaluate(model, answer.table.name, facts).value
        if answer.table.hit_policy in LISTING:
            assert isinstance(found, tuple)
            assert len(found) - 1 == len(answer.rows)
        elif answer.unsure:
            return  # no colour: DMN goes on with null, and a clinician looks
        else:
            names = [one.name for one in answer.table.outputs]
            value = None if answer.value is None else dict(zip(names, answer.value, strict=True))
            one = value["colour"] if value and len(names) == 1 else value
            assert found == one


@settings(max_examples=examples(60), deadline=None)
@given(rule_sets(), st.data())
def test_the_strict_reading_of_what_goes_out_never_says_more_than_the_chain(
    made: RuleSet, data: st.DataObject
) -> None:
    strict, chain = StrictModel(read(written_as_dmn(made))), Chain(made)
    activity = made.tables[1]
    patient = data.draw(st.sampled_from(list(patients(activity))))
    flag = data.draw(st.sampled_from((True, False, None)))
    given_facts = {one.name: value for one, value in zip(activity.inputs, patient, strict=True)}
    facts = {
        name: Fact(value, NOW)
        for name, value in {**given_facts, "breathless_at_rest": flag}.items()
        if value is not None
    }
    for answer in chain(facts, NOW).answers:
        found = strict(answer.table.name, facts, NOW)
        if answer.needs_clinician:
            assert found.needs
        if found.needs:
            assert found.value is None
        elif answer.table.hit_policy in LISTING:
            assert isinstance(found.value, tuple)
            assert len(found.value) == len(answer.rows)
        else:
            value = found.value
            said = tuple(value.values()) if isinstance(value, dict) else (value,)
            assert said == answer.value


@settings(max_examples=examples(80), deadline=None)
@given(tables(("UNIQUE", "FIRST", "ANY")), st.data())
def test_the_same_table_as_if_it_came_from_elsewhere_decides_as_dmn_has_it(
    table: Table, data: st.DataObject
) -> None:
    bare = without_extras(table_to_dmn(table))
    everyone = [one for one in patients(table) if None not in one]
    patient = data.draw(st.sampled_from(everyone))
    facts = {one.name: value for one, value in zip(table.inputs, patient, strict=True)}
    try:
        by_spec: object = evaluate(bare, "t", facts).value
    except Refused:
        by_spec = None
    found = StrictModel(bare)("t", {name: Fact(value) for name, value in facts.items()}, NOW)
    assert found.value == by_spec
    assert bool(found.needs) == (by_spec is None)


def test_names_that_are_no_words_are_given_by_their_own_name_all_the_same() -> None:
    names = ("score:act", "null", "date", "input_1", "vægt i kg", "puls")
    asked = tuple(Input(name, name.title(), "number", low=Decimal(0)) for name in names)
    cells = (Interval(Decimal(1)), *(AnyValue() for _ in names[2:]), Missing())
    table = Table(
        "activity", "", "UNIQUE", asked, OUTPUTS["activity"], (row("r 1", cells, ("red",)),)
    )
    model = again(table_to_dmn(table))
    assert table_in(model) == table
    assert evaluate(model, "activity", {"score:act": Decimal(2)}).value == "red"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (AnyValue(), "-"),
        (Missing(), "null"),
        (Interval(), "not(null)"),
        (Interval(None, Decimal("2.60"), high_closed=False), "< 2.6"),
        (Interval(Decimal(-3), None), ">= -3"),
        (Interval(Decimal(1), Decimal(3), False, True), "(1..3]"),
        (Interval(Decimal(5), Decimal(5)), "5"),
    ],
)
def test_cells_are_written_as_any_editor_shows_them(cell: object, text: str) -> None:
    asked = Input("x", "X", "number")
    table = Table("t", "T", "UNIQUE", (asked,), OUTPUTS["activity"], (row("r", (cell,), ("red",)),))
    decision = next(p for p in table_to_dmn(table).parts.values() if isinstance(p, Decision))
    assert f"text='{text}'" in repr(decision.logic)
    assert table_in(again(table_to_dmn(table))) == table


def test_choices_are_listed_in_the_authors_order_and_none_at_all_holds_for_nobody() -> None:
    asked = Input("x", "X", "choice", choices=("b", "a", 'c"\\\n'))
    cells = (OneOf(frozenset(asked.choices[:2])), OneOf(frozenset()), OneOf(frozenset({"z"})))
    made = tuple(row(f"r{n}", (cell,), ("red",)) for n, cell in enumerate(cells))
    table = Table("t", "T", "UNIQUE", (asked,), OUTPUTS["activity"], made)
    decision = next(p for p in table_to_dmn(table).parts.values() if isinstance(p, Decision))
    assert 'text=\'"b", "a"\'' in repr(decision.logic)
    assert table_in(again(table_to_dmn(table))) == table
    values: list[Value] = list(asked.choices)
    for value in values:
        fired = evaluate(again(table_to_dmn(table)), "t", {"x": value}).fired
        assert [one.row for one in fired] == ([] if value == asked.choices[2] else [1])


def test_every_id_is_there_once_and_extension_elements_come_first() -> None:
    whole = rules()
    twice = replace(
        whole.tables[2],
        rows=tuple(replace(r, id=f"a{n}") for n, r in enumerate(whole.tables[2].rows)),
    )
    made = replace(whole, tables=(*whole.tables[:2], twice))
    root = fromstring(written_as_dmn(made))
    identities = [element.get("id") for element in root.iter(f"{{{DMN}}}*")]
    there = [identity for identity in identities if identity]
    assert len(there) == len(set(there))
    for parent in root.iter():
        places = [n for n, child in enumerate(parent) if child.tag == f"{{{DMN}}}extensionElements"]
        assert places in ([], [0])
    assert root.findall(f".//{{{OURS}}}row")


def test_a_name_that_dmn_would_change_is_not_sent_out() -> None:
    whole = rules()
    odd = replace(whole.tables[1], inputs=(replace(whole.tables[1].inputs[0], name="a  b"),))
    with pytest.raises(Refused, match="input 1"):
        written_as_dmn(replace(whole, tables=(whole.tables[0], odd, whole.tables[2])))


def test_rows_carry_everything_that_says_why_to_trust_them() -> None:
    whole = rules()
    first = replace(
        whole.tables[1].rows[0],
        told="To\nlinjer & <mere>",
        told_en='"Two"',
        review_by=date(2027, 3, 1),
    )
    table = replace(whole.tables[1], rows=(first, *whole.tables[1].rows[1:]))
    made = replace(whole, tables=(whole.tables[0], table, whole.tables[2]))
    assert read_rules(written_as_dmn(made)).tables[1].rows[0] == first


Change = Callable[[str], str]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda t: t.replace("else activity", 'else "green"'), "decision 'colour'"),
        (lambda t: t.replace("<text>null</text>", '<text>"x"</text>'), "decision 'red_flags', row"),
        (lambda t: t.replace("&lt;= 15", "&lt;= limit"), "decision 'activity', row 1, input 1"),
        (lambda t: t.replace("&lt;= 15", "1, 4"), "decision 'activity', row 1, input 1 \\(ACT"),
        (lambda t: t.replace('latestWeeks="52"', 'latestWeeks="0"'), "latest_weeks"),
        (lambda t: t.replace('latestWeeks="52"', 'latestWeeks="-1"'), "the rule set"),
        (lambda t: t.replace('limit="20"', 'limit="NaN"'), "the rule set"),
        (lambda t: t.replace('greatestAgeDays="30"', 'greatestAgeDays="x"'), "input 1 \\(ACT"),
        (lambda t: t.replace('unit="point"', 'unit="point" step="0"'), "input 1 \\(ACT"),
        (lambda t: t.replace('id="a1"', 'id="a1" reviewBy="soon"'), "decision 'activity', row 1"),
        (lambda t: t.replace('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT"'), "decision 'activity'"),
        (lambda t: t.replace("[5..25]", "(5..25]"), "input values"),
        (
            lambda t: t.replace('name="contact"', 'name="x"').replace('"contact" ', '"x" '),
            "decision 'x'",
        ),
    ],
)
def test_what_was_changed_elsewhere_into_what_no_widget_holds_is_refused(
    change: Change, where: str
) -> None:
    before = written_as_dmn(rules()).decode()
    after = change(before)
    assert after != before
    with pytest.raises(Refused, match=where):
        read_rules(after.encode())


def test_what_was_changed_elsewhere_and_fits_is_read() -> None:
    text = written_as_dmn(rules()).decode().replace("&lt;= 15", "&lt; 16")
    copied = text.replace('<rule id="activity.a2">', '<rule id="new">').replace(
        'id="a2"', 'id="a1"'
    )
    activity = read_rules(copied.encode()).tables[1]
    assert activity.rows[0].cells == (Interval(None, Decimal(16), high_closed=False),)
    assert [one.id for one in activity.rows] == ["a1", "new", "a3", "a4"]

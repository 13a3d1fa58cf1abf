"""The difference between two rule sets holds all there is between them, and nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.triage_rules.tables import asthma, generated
from triage_rules.authoring import comparing, editing
from triage_rules.authoring.comparing import Difference, Setting, compare
from triage_rules.tables.model import AnyValue, Input, Interval, OneOf, Row, Table
from triage_rules.tables.rule_set import RuleSet, SecondLook

NEW = Input("fev1", "FEV1", "number", "%", Decimal(0), Decimal(150))


def changed(thing: Any, settings: tuple[Setting, ...]) -> Any:
    return replace(thing, **{one.name: one.after for one in settings})


def patched(before: RuleSet, difference: Difference) -> RuleSet:
    """The second rule set, made of the first and what the difference says, by its own words."""
    tables = {table.name: table for table in before.tables}
    for change in difference.tables:
        if change.after is None:
            del tables[change.name]
        elif change.before is None:
            tables[change.name] = change.after
        else:
            tables[change.name] = patched_table(tables[change.name], change)
    stages = ("red_flags", "activity", "contact", "obligations", "t")
    return cast(
        RuleSet,
        replace(
            changed(before, difference.settings),
            second_looks=difference.looks_after,
            tables=tuple(tables[name] for name in stages if name in tables),
        ),
    )


def patched_table(before: Table, change: comparing.TableChange) -> Table:
    inputs = {one.name: one for one in before.inputs}
    columns = in_new_order(list(inputs), change.inputs, "name")
    for one in change.inputs:
        if one.kind == "added" and one.after is not None:
            inputs[one.name] = one.after
        elif one.kind == "changed":
            inputs[one.name] = changed(inputs[one.name], one.settings)
    rows = {row.id: row for row in before.rows}
    order = in_new_order(list(rows), change.rows, "id")
    by_id = {one.id: one for one in change.rows}
    made = []
    for key in order:
        if key in by_id and by_id[key].kind == "added":
            row = by_id[key].after
            assert row is not None
            made.append(row)
            continue
        row = rows[key]
        cells = {one.name: cell for one, cell in zip(before.inputs, row.cells, strict=True)}
        outputs = {one.name: v for one, v in zip(before.outputs, row.outputs, strict=True)}
        if key in by_id:
            cells |= {c.input: c.after or AnyValue() for c in by_id[key].cells}
            outputs |= {o.output: o.after for o in by_id[key].outputs}
            row = changed(row, by_id[key].words)
        kept = tuple(cells.get(name, AnyValue()) for name in columns)
        made.append(replace(row, cells=kept, outputs=tuple(outputs.values())))
    return cast(
        Table,
        replace(
            changed(before, change.settings),
            inputs=tuple(inputs[name] for name in columns),
            rows=tuple(made),
        ),
    )


def in_new_order(keys: list[str], changes: Any, name: str) -> list[str]:
    """What stays keeps its order; what is new or moved is put at its place, the first first."""
    put = {getattr(c, name): c for c in changes if c.kind == "added" or c.moved}
    gone = {getattr(c, name) for c in changes if c.kind == "removed"}
    order = [key for key in keys if key not in put and key not in gone]
    for key, change in sorted(put.items(), key=lambda pair: pair[1].place):
        order.insert(change.place, key)
    return order


def of(*tables: Table) -> RuleSet:
    return RuleSet("r", "R", tables, 52)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[RuleSet, RuleSet]:
    """Two rule sets whose tables share some rows and columns, in any order."""
    one, other = draw(generated.tables(("UNIQUE", "FIRST"))), draw(generated.tables(("FIRST",)))
    rows = draw(st.permutations(other.rows))
    columns = draw(st.permutations(range(len(other.inputs))))
    shuffled = replace(
        other,
        inputs=tuple(other.inputs[n] for n in columns),
        rows=tuple(
            replace(
                row,
                cells=tuple(row.cells[n] for n in columns),
                owner=draw(st.sampled_from(("", "AH"))),
            )
            for row in rows
        ),
    )
    looks = draw(st.sampled_from(((), (SecondLook("i0", Decimal(1), Decimal(1)),))))
    after = RuleSet("r", draw(st.sampled_from("RS")), (shuffled,), 52, looks)
    return of(one), after


@given(pairs())
def test_the_second_is_the_first_with_the_difference(pair: tuple[RuleSet, RuleSet]) -> None:
    before, after = pair
    assert patched(before, compare(before, after)) == after
    assert patched(after, compare(after, before)) == before


@given(pairs())
def test_only_equal_rule_sets_have_no_difference(pair: tuple[RuleSet, RuleSet]) -> None:
    before, after = pair
    assert bool(compare(before, after)) == (before != after)
    assert not compare(before, before)


@given(generated.tables(("FIRST",)), st.data())
def test_moving_one_row_says_just_that(table: Table, data: st.DataObject) -> None:
    if len(table.rows) < 2:
        return
    place = data.draw(st.integers(0, len(table.rows) - 1))
    to = data.draw(st.integers(0, len(table.rows) - 1))
    rows = list(table.rows)
    rows.insert(to, rows.pop(place))
    found = compare(of(table), of(replace(table, rows=tuple(rows))))
    if place == to:
        assert not found
        return
    (change,) = found.tables
    assert [row.kind for row in change.rows] == ["moved"]
    assert not change.inputs


EDITS: dict[str, Any] = {
    "a name": lambda r: editing.set_label(r, "Astma for voksne", r.latest_weeks),
    "the safety net": lambda r: editing.set_label(r, r.label, 26),
    "a second look": lambda r: editing.add_second_look(r, "act", Decimal(16), Decimal(1)),
    "a policy": lambda r: editing.set_policy(r, "activity", "FIRST"),
    "a new column": lambda r: editing.add_input(r, "activity", NEW),
    "a column gone": lambda r: editing.remove_input(r, "red_flags", "breathless_at_rest"),
    "a column changed": lambda r: editing.change_input(r, replace(asthma.ACT, low=Decimal(4))),
    "a row copied": lambda r: editing.copy_row(r, "activity", "a1", "a9"),
    "a row moved": lambda r: editing.move_row(r, "contact", "c1", 1),
    "a row gone": lambda r: editing.remove_row(r, "contact", "c1"),
    "a cell": lambda r: editing.set_cell(r, "activity", "a1", "act", Interval(None, Decimal(14))),
    "an answer": lambda r: editing.set_output(r, "activity", "a1", "colour", "yellow"),
    "words": lambda r: editing.set_details(
        r, "activity", "a1", editing.Details(told="Ring.", owner="AH")
    ),
    "a table": editing.with_obligations,
}


@pytest.mark.parametrize("name", EDITS)
def test_every_single_edit_is_found(name: str) -> None:
    before = asthma.rules()
    after = EDITS[name](before)
    found = compare(before, after)
    assert found
    assert patched(before, found) == after
    assert patched(after, compare(after, before)) == before


def test_a_changed_row_says_which_cell_answer_and_words() -> None:
    before = asthma.rules()
    after = editing.set_cell(before, "contact", "c1", "colour", OneOf(frozenset({"red", "yellow"})))
    after = editing.set_output(after, "contact", "c1", "minutes", Decimal(45))
    after = editing.set_details(
        after, "contact", "c1", editing.Details(evidence="Ny", review_by=date(2027, 1, 1))
    )
    (change,) = compare(before, after).tables
    (row,) = change.rows
    assert (row.kind, row.place, row.moved) == ("changed", 0, False)
    assert [(cell.input, cell.after) for cell in row.cells] == [
        ("colour", OneOf(frozenset({"red", "yellow"})))
    ]
    assert [(one.output, one.before, one.after) for one in row.outputs] == [
        ("minutes", Decimal(30), Decimal(45))
    ]
    assert {one.name for one in row.words} >= {"evidence", "review_by"}


def test_a_new_column_that_asks_nothing_of_a_row_does_not_change_it() -> None:
    (change,) = compare(asthma.rules(), editing.add_input(asthma.rules(), "activity", NEW)).tables
    assert [one.kind for one in change.inputs] == ["added"]
    assert not change.rows


def test_a_row_of_another_id_is_another_row() -> None:
    rules = asthma.rules()
    activity = rules.table("activity")
    assert activity is not None
    renamed = tuple(Row(**{**vars(row), "id": f"x{row.id}"}) for row in activity.rows)
    tables = tuple(
        replace(one, rows=renamed) if one.name == "activity" else one for one in rules.tables
    )
    (change,) = compare(rules, replace(rules, tables=tables)).tables
    assert {row.kind for row in change.rows} == {"added", "removed"}

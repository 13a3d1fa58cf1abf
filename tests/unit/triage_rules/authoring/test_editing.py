"""One change to a rule set at a time, and what each leaves as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.triage_rules.tables.asthma import ACT, ANY, rules
from triage_rules.authoring import editing
from triage_rules.authoring.editing import Details, NotThere
from triage_rules.tables import written
from triage_rules.tables.model import Input, Interval, Missing, OneOf, Table
from triage_rules.tables.rule_set import ANSWERS, RuleSet, SecondLook, check

FEV1 = Input("fev1", "FEV1", "number", "L", Decimal(0), Decimal(8), Decimal("0.01"))
MOOD = Input("mood", "Humør", "choice", choices=("good", "bad"))


def table(whole: RuleSet, stage: str = "activity") -> Table:
    check(whole)
    assert written.read(written.written(whole)) == whole
    found = whole.table(stage)
    assert found is not None
    return found


def ids(whole: RuleSet, stage: str = "activity") -> list[str]:
    return [row.id for row in table(whole, stage).rows]


def test_a_blank_rule_set_is_whole_and_the_contact_table_asks_for_the_colour() -> None:
    whole = editing.blank("astma", "Astma")
    check(whole)
    assert [one.name for one in whole.tables] == ["red_flags", "activity", "contact"]
    assert table(whole, "contact").inputs == (ANSWERS["colour"],)
    assert whole.latest_weeks == 52


def test_a_new_column_holds_whatever_it_is_and_goes_with_its_cells() -> None:
    wider = editing.add_input(rules(), "activity", FEV1)
    assert table(wider).inputs == (ACT, FEV1)
    assert {row.cells[1] for row in table(wider).rows} == {ANY}
    moved = editing.move_input(wider, "activity", "fev1", -1)
    assert table(moved).inputs == (FEV1, ACT)
    assert table(moved).rows[3].cells == (ANY, Missing())
    assert editing.remove_input(moved, "activity", "fev1") == rules()


def test_a_column_twice_is_one_and_another_tables_description_counts() -> None:
    assert editing.add_input(rules(), "activity", ACT) == rules()
    shared = editing.add_input(rules(), "contact", replace(ACT, label="Noget andet"))
    assert table(shared, "contact").inputs[1] == ACT


def test_a_column_taken_away_takes_its_second_looks_along() -> None:
    assert editing.remove_input(rules(), "activity", "act").second_looks == ()


def test_an_input_described_anew_is_so_in_every_table() -> None:
    shared = editing.add_input(rules(), "contact", ACT)
    changed = editing.change_input(shared, replace(ACT, greatest_age_days=14))
    assert table(changed).inputs[0].greatest_age_days == 14
    assert table(changed, "contact").inputs[1].greatest_age_days == 14
    with pytest.raises(NotThere):
        editing.change_input(shared, replace(ACT, kind="boolean"))
    with pytest.raises(NotThere):
        editing.change_input(shared, replace(ANSWERS["colour"], label="Kulør"))


def test_a_choice_that_is_gone_goes_out_of_the_cells() -> None:
    whole = editing.add_input(rules(), "activity", MOOD)
    whole = editing.set_cell(whole, "activity", "a1", "mood", OneOf(frozenset({"good", "bad"})))
    whole = editing.change_input(whole, replace(MOOD, choices=("good",)))
    assert table(whole).rows[0].cells[1] == OneOf(frozenset({"good"}))


def test_rows_are_added_copied_moved_and_removed_and_keep_their_ids() -> None:
    whole = editing.add_row(rules(), "activity", "new", after="a2")
    assert ids(whole) == ["a1", "a2", "new", "a3", "a4"]
    new = table(whole).rows[2]
    assert (new.cells, new.outputs) == ((ANY,), ("",))
    assert (new.evidence, new.owner) == ("EPR-3, AAFP 2009", "AH")
    whole = editing.copy_row(whole, "activity", "a1", "copy")
    assert ids(whole) == ["a1", "copy", "a2", "new", "a3", "a4"]
    assert table(whole).rows[1].outputs == ("red",)
    assert table(whole).rows[1].told == ""
    whole = editing.move_row(whole, "activity", "a4", -3)
    assert ids(whole) == ["a1", "copy", "a4", "a2", "new", "a3"]
    assert ids(editing.move_row(whole, "activity", "a1", -1)) == ids(whole)
    whole = editing.remove_row(whole, "activity", "copy")
    assert ids(whole) == ["a1", "a4", "a2", "new", "a3"]


def test_a_first_row_and_a_row_for_some_cells() -> None:
    whole = editing.blank("astma", "Astma")
    whole = editing.add_input(whole, "activity", ACT)
    whole = editing.add_row(whole, "activity", "one", cells=(Missing(),))
    assert table(whole).rows[0].cells == (Missing(),)
    assert ids(editing.add_row(whole, "activity", "two")) == ["one", "two"]


def test_ids_are_not_used_again() -> None:
    assert len({editing.new_row_id() for _ in range(1000)}) == 1000


def test_a_cell_an_answer_and_the_details_of_a_row() -> None:
    high = Interval(Decimal(18), None)
    whole = editing.set_cell(rules(), "activity", "a3", "act", high)
    whole = editing.set_output(whole, "activity", "a3", "colour", "yellow")
    details = Details("Godt.", "Fine.", "EPR-3", "AH", date(2027, 11, 1))
    whole = editing.set_details(whole, "activity", "a3", details)
    row = table(whole).rows[2]
    assert (row.cells, row.outputs) == ((high,), ("yellow",))
    assert (row.told, row.told_en, row.review_by) == ("Godt.", "Fine.", date(2027, 11, 1))
    others = [one for one in table(rules()).rows if one.id != "a3"]
    assert [one for one in table(whole).rows if one.id != "a3"] == others


def test_what_rows_lack_is_filled_and_the_rest_kept() -> None:
    whole = editing.set_details(rules(), "activity", "a1", Details(evidence="GINA", owner=""))
    whole = editing.fill_details(whole, "EPR-3", "BK", date(2027, 11, 1))
    row = table(whole).rows[0]
    assert (row.evidence, row.owner, row.review_by) == ("GINA", "BK", date(2027, 11, 1))
    assert table(whole, "contact").rows[0].owner == "AH"


def test_two_rows_that_answer_the_same_become_one() -> None:
    whole = editing.set_output(rules(), "activity", "a2", "colour", "red")
    merged = editing.merge_rows(whole, "activity", "a1", "a2")
    assert ids(merged) == ["a1", "a3", "a4"]
    cell = table(merged).rows[0].cells[0]
    assert isinstance(cell, Interval)
    assert cell.has(Decimal(19))
    assert not cell.has(Decimal(20))
    with pytest.raises(NotThere):
        editing.merge_rows(rules(), "activity", "a1", "a2")


def test_the_whole_rule_set() -> None:
    whole = editing.set_label(rules(), "Astma, voksne", 40)
    whole = editing.set_policy(whole, "activity", "FIRST")
    whole = editing.add_second_look(whole, "act", Decimal(15), Decimal(1))
    assert whole.second_looks[1] == SecondLook("act", Decimal(15), Decimal(1))
    assert len(editing.remove_second_look(whole, "act", Decimal(20)).second_looks) == 1
    assert (whole.label, whole.latest_weeks) == ("Astma, voksne", 40)
    longer = editing.with_obligations(whole)
    assert table(longer, "obligations").rows == ()
    assert editing.with_obligations(longer) == longer
    assert editing.without_obligations(longer) == whole


def test_what_is_not_there_cannot_be_changed() -> None:
    changes: list[Callable[[], RuleSet]] = [
        lambda: editing.add_row(rules(), "obligations", "x"),
        lambda: editing.add_row(rules(), "activity", "x", after="gone"),
        lambda: editing.remove_row(rules(), "activity", "gone"),
        lambda: editing.remove_input(rules(), "activity", "gone"),
        lambda: editing.set_output(rules(), "activity", "a1", "gone", "x"),
        lambda: editing.remove_second_look(rules(), "act", Decimal(1)),
        lambda: editing.add_second_look(rules(), "gone", Decimal(1), Decimal(1)),
    ]
    for change in changes:
        with pytest.raises(NotThere):
            change()

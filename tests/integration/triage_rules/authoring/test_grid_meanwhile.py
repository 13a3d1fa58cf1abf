"""Two authors at one draft, undoing, and the draft's example patients."""

import re
from decimal import Decimal
from html import unescape

import pytest

from tests.integration.triage_rules.authoring.grid import A2, Grid, grid, other, says
from triage_rules.tables import examples as trying
from triage_rules.tables.model import Interval

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
__all__ = ["grid", "other"]


def test_the_second_of_two_is_told_and_does_the_same_upon_the_firsts(
    grid: Grid, other: Grid
) -> None:
    grid.see()
    other.see()
    other.send("/celle", {**A2, "how": "at_most", "low": "19"})
    late = grid.send(
        "/celle", {**A2, "how": "between", "low": "16", "high": "18", "low_closed": "1"}
    )
    says(
        late,
        "En anden har gemt imens",
        "Bo Lund gemte kl. 9.00",
        "Du ville: I Sygdomsaktivitet, række 2: sætte ACT: mindst 16 og under 18.",
        "Gør det igen oven på deres",
        status=409,
    )
    assert grid.row("a2").cells == (Interval(None, Decimal(19)),)
    carried = dict(re.findall(r'name="(\w+)" value="([^"]*)"', late.text))
    assert carried["edition"] == str(other.edition)
    again = grid.browser.post(grid.address("/celle"), data=carried)
    assert again.status_code == 303
    assert grid.row("a2").cells == (Interval(Decimal(16), Decimal(18), high_closed=False),)


def test_what_the_other_removed_is_said_and_what_was_typed_is_kept(grid: Grid, other: Grid) -> None:
    grid.see()
    other.see()
    other.send("/raekke/goer", {"tabel": "activity", "raekke": "a2", "act": "remove"})
    late = grid.send("/raekke", {**A2, "told": "Et langt svar til patienten"})
    says(late, "fjernet eller lavet om", "Bo Lund", "Et langt svar til patienten", status=409)
    stale = {"tabel": "activity", "gap": "0"}
    says(grid.send("/raekker", stale), "Vis den nyeste kladde", status=409)


def test_several_edits_are_undone_one_by_one_but_never_someone_elses(
    grid: Grid, other: Grid
) -> None:
    undo = {"tabel": "activity"}
    assert 'id="undo"' not in grid.see().text
    states = [(grid.rules, grid.examples)]
    for how in ("missing", "any"):
        grid.send("/celle", {**A2, "how": how})
        states.append((grid.rules, grid.examples))
    other.see()
    other.send("/navn", {"label": "Astma", "latest_weeks": "30"})
    says(grid.send("/fortryd", undo), "Bo Lund gemte", status=409)
    assert 'id="undo"' not in grid.see().text
    says(grid.send("/fortryd", undo), "findes ikke mere", status=409)
    assert grid.rules.latest_weeks == 30

    says(other.send("/fortryd", undo), "Gemt")
    for state in reversed(states[:2]):
        page = grid.see()
        assert 'id="undo"' in page.text
        assert grid.send("/fortryd", undo, fragment=False).status_code == 303
        assert (grid.rules, grid.examples) == state
    assert 'id="undo"' not in grid.see().text


def test_an_undone_draft_is_edited_on_and_examples_are_undone_too(grid: Grid) -> None:
    grid.send("/celle", {**A2, "how": "missing"})
    first = grid.rules
    grid.send("/celle", {**A2, "how": "any"})
    grid.send("/fortryd", {})
    grid.send("/raekker", {"tabel": "activity"})
    grid.send("/fortryd", {})
    assert grid.rules == first
    example = {"name": "Rask", "fact0": "no", "fact1": "23", "colour": "green", "form": "phone"}
    grid.send("/eksempel", {**example, "action": "contact", "calls": "nobody"})
    assert [one.name for one in grid.examples] == ["Rask"]
    grid.send("/fortryd", {})
    assert not grid.examples
    assert grid.rules == first


def test_example_patients_are_written_tried_and_removed(grid: Grid) -> None:
    says(grid.see("/eksempel"), "Ny eksempelpatient", "Åndenød i hvile", "ACT: dage gammel")
    fields = {
        "name": "Velbehandlet",
        "fact0": "no",
        "fact1": "23",
        "age1": "3",
        "colour": "green",
        "action": "contact",
        "form": "phone",
        "latest_weeks": "26",
        "calls": "nobody",
    }
    says(grid.send("/eksempel", fields), "Velbehandlet", "det samme")
    example = grid.examples[0]
    assert example.facts == {"breathless_at_rest": False, "act": Decimal(23)}
    assert (example.days_old, example.calls) == ({"act": 3}, ())
    says(grid.send("/eksempel", fields), "hedder det samme", status=422)
    named = {"eksempel": "Velbehandlet"}
    says(grid.see("/eksempel", **named), "Velbehandlet")
    changed = {**fields, **named, "fact1": "17"}
    says(grid.send("/eksempel", changed), "noget andet", "Farve: reglerne siger gul")
    says(grid.send("/eksempel", {"name": "x"}), "Udfyld feltet", status=422)
    column = {"tabel": "activity", "oplysning": "act", "act": "remove"}
    grid.send("/oplysning/goer", column)
    assert grid.examples[0].facts == {"breathless_at_rest": False}
    says(grid.send("/eksempel/fjern", named), "Der er ingen endnu")
    says(grid.send("/eksempel/fjern", named), "findes ikke mere", status=409)


def test_suggested_examples_are_taken_as_they_are(grid: Grid) -> None:
    shown = grid.see(tabel="eksempler")
    for written in re.findall(r'name="examples" value="([^"]*)"', shown.text):
        grid.send("/eksempel/forslag", {"examples": unescape(written)})
    assert len(grid.examples) == 5
    outcomes = trying.run_all(grid.rules, grid.examples, grid.session.now())
    assert all(one.held for one in outcomes)
    says(grid.send("/eksempel/forslag", {"examples": "[1]"}), "findes ikke mere", status=409)


def test_examples_wait_until_every_row_has_its_answers(grid: Grid) -> None:
    grid.send("/raekker", {"tabel": "activity"})
    says(grid.see(tabel="eksempler"), "kan først prøves")

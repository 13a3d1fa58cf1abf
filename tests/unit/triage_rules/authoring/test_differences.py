"""What is different between two rule sets is said in words, with nothing left out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from tests.unit.triage_rules.authoring.test_comparing import EDITS, NEW
from tests.unit.triage_rules.tables.asthma import ACT, rules
from triage_rules.authoring import editing
from triage_rules.authoring.differences import Change, difference
from triage_rules.authoring.words import NO_NAMES
from triage_rules.tables.model import Interval
from triage_rules.tables.rule_set import RuleSet


@pytest.fixture(autouse=True)
def danish() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("da"):
        yield


def changes(after: RuleSet) -> list[tuple[str, Change]]:
    """What is different from the rules for asthma, with its heading."""
    found = difference(rules(), after, NO_NAMES)
    return [(section.title, change) for section in found for change in section.changes]


def test_equal_rule_sets_differ_in_nothing() -> None:
    assert changes(rules()) == []


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_is_told_of(name: str) -> None:
    told = changes(EDITS[name](rules()))
    assert told
    assert all(change.parts or change.summary or change.name for _title, change in told)


def test_a_cell_and_an_answer_and_words() -> None:
    after = editing.set_cell(rules(), "activity", "a1", "act", Interval(None, Decimal(14)))
    after = editing.set_output(after, "activity", "a1", "colour", "yellow")
    details = editing.Details("Ring.", "", "EPR-3, AAFP 2009", "AH", date(2027, 3, 1))
    after = editing.set_details(after, "activity", "a1", details)
    ((title, change),) = changes(after)
    assert (title, change.badge, change.name) == ("Sygdomsaktivitet", "changed", "Række 1")
    assert change.summary == "ACT: højst 14 → Farve: gul"
    assert change.parts == (
        ("ACT", "højst 15", "højst 14"),
        ("Farve", "rød", "gul"),
        ("Patienten får at vide", "Din astma er ikke under kontrol.", "Ring."),
        ("Ses på igen senest", "", "mandag 1. marts 2027"),
    )


def test_what_a_removed_row_told_the_patient_is_shown_and_what_a_new_one_tells() -> None:
    words = ("Patienten får at vide", "Begrundelse", "Ansvarlig")
    first = rules().table("activity")
    assert first is not None
    told, evidence, owner = first.rows[0].told, first.rows[0].evidence, first.rows[0].owner
    without = editing.remove_row(rules(), "activity", "a1")
    ((_title, gone),) = changes(without)
    assert (gone.badge, gone.name) == ("removed", "Række 1")
    assert gone.parts == tuple(zip(words, (told, evidence, owner), ("", "", ""), strict=True))
    ((new,),) = (section.changes for section in difference(without, rules(), NO_NAMES))
    assert (new.badge, new.name) == ("added", "Række 1")
    assert new.parts == tuple(zip(words, ("", "", ""), (told, evidence, owner), strict=True))


def test_a_table_that_goes_is_shown_with_its_words() -> None:
    whole = editing.add_row(editing.with_obligations(rules()), "obligations", "o1")
    whole = editing.set_details(whole, "obligations", "o1", editing.Details(told="Hvert år."))
    told = {(title, c.badge, c.name): c.parts for title, c in changes(whole)}
    assert told["Forpligtelser", "added", "Række 1"] == (
        ("Patienten får at vide", "", "Hvert år."),
    )


def test_the_whole_rule_set_is_one_of_the_headings() -> None:
    after = replace(rules(), latest_weeks=26, second_looks=())
    told = [(title, c.badge, c.name, c.parts) for title, c in changes(after)]
    net = (("Ingen venter længere end", "52 uger", "26 uger"),)
    assert told[0] == ("Hele regelsættet", "changed", "Ingen venter længere end", net)
    assert told[1][:2] == ("Hele regelsættet", "removed")


def test_columns_and_places() -> None:
    after = editing.add_input(rules(), "activity", NEW)
    after = editing.change_input(after, replace(ACT, greatest_age_days=14, high=Decimal(30)))
    after = editing.move_row(after, "contact", "c1", 1)
    told = {(c.badge, c.name): c.parts for _title, c in changes(after)}
    assert told["added", "Kolonnen FEV1 (%)"] == ()
    assert told["changed", "Kolonnen ACT (point)"] == (
        ("Højst", "25", "30"),
        ("Højst så gammel", "30", "14"),
    )
    assert [name for badge, name in told if badge == "moved"] in (["Række 1"], ["Række 2"])

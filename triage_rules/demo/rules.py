"""The demo clinics' rules: the library's drafts, made the clinics' own. Pure."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from triage_rules import library
from triage_rules.authoring import editing
from triage_rules.tables.examples import Example, suggest
from triage_rules.tables.model import Cell, Input, Interval, Row, Table
from triage_rules.tables.rule_set import RuleSet, SecondLook

OWN = "Fastsat af klinikken; intet kildetal."
DAYS = Input(
    "days",
    "Dage med gener",
    "number",
    "dage",
    Decimal(0),
    Decimal(7),
    greatest_age_days=30,
    source="score:siden-sidst:siden-dage-i-alt",
)
AIM = Decimal(53)  # mmol/mol
MANY_DAYS, SOME_DAYS = Decimal(4), Decimal(3)


def diabetes(review_by: date) -> tuple[RuleSet, tuple[Example, ...]]:
    """The library's, with an owner to every row."""
    entry = library.entry("diabetes")
    rules = replace(entry.rules, label="Diabetes")
    return _owned(rules, "Overlæge Henrik Balle", review_by), entry.examples


def arthritis(review_by: date, many: Decimal = MANY_DAYS) -> tuple[RuleSet, tuple[Example, ...]]:
    """The library's, asking the patients themselves of days with trouble where it asks for
    FLARE-RA, which a clinic would type in. many: from how many of seven days on someone looks."""
    rules = library.entry("rheumatoid_arthritis").rules
    rules = replace(
        rules,
        label="Leddegigt",
        tables=tuple(_asking_of_days(table, many) for table in rules.tables),
        second_looks=(
            *(look for look in rules.second_looks if look.input != "flare_ra"),
            SecondLook("days", many, Decimal(1)),
        ),
    )
    rules = _owned(rules, "Overlæge Mette Lindgaard Krogh", review_by)
    return rules, _examples(rules)


def next_arthritis(review_by: date) -> tuple[RuleSet, tuple[Example, ...]]:
    """The version tried in shadow: three days with trouble are enough."""
    return arthritis(review_by, SOME_DAYS)


def next_diabetes(review_by: date) -> tuple[RuleSet, tuple[Example, ...]]:
    """The version that waits for review: yellow from an HbA1c of 53."""
    rules, _ = diabetes(review_by)
    cell = Interval(AIM, Decimal(74))
    rules = editing.set_cell(rules, "activity", "a2", "hba1c", cell)
    rules = replace(rules, second_looks=(SecondLook("hba1c", AIM, Decimal(1)),))
    return rules, _examples(rules)


def _examples(rules: RuleSet) -> tuple[Example, ...]:
    """A patient for each row, called by what the row tells them."""
    told = {(table.name, row.id): row.told for table in rules.tables for row in table.rows}
    return tuple(
        replace(one.example, name=told[one.rows[0]].rstrip("."))
        for one in suggest(rules)
        if one.example is not None
    )


def _owned(rules: RuleSet, owner: str, review_by: date) -> RuleSet:
    return replace(
        rules,
        tables=tuple(
            replace(
                table,
                rows=tuple(replace(row, owner=owner, review_by=review_by) for row in table.rows),
            )
            for table in rules.tables
        ),
    )


def _asking_of_days(table: Table, many: Decimal) -> Table:
    names = [one.name for one in table.inputs]
    if "flare_ra" not in names:
        return table
    place = names.index("flare_ra")

    def asks(row: Row) -> Row:
        cell: Cell = row.cells[place]
        if not isinstance(cell, Interval):
            return row
        cells = (*row.cells[:place], Interval(many, None), *row.cells[place + 1 :])
        return replace(row, cells=cells, evidence=OWN)

    return replace(
        table,
        inputs=(*table.inputs[:place], DAYS, *table.inputs[place + 1 :]),
        rows=tuple(map(asks, table.rows)),
    )

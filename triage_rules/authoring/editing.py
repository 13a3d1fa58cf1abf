"""One change to a rule set at a time: each function answers a new rule set, or raises NotThere.

A change says what it is about by names that stay (a stage, a row's id, an input's name), so that
the same change can be made again upon what someone else has written meanwhile.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from triage_rules.tables.decide import ANSWERED
from triage_rules.tables.examples import Example
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    HitPolicy,
    Input,
    OneOf,
    Row,
    Table,
    Value,
)
from triage_rules.tables.rule_set import ANSWERS, LATEST_WEEKS, STAGES, RuleSet, SecondLook
from triage_rules.tables.verify import merges

T = TypeVar("T")


class NotThere(LookupError):
    """What was to be changed is not there (any more): a table, a row, an input, a merge."""


@dataclass(frozen=True)
class Details:
    """What a row says besides its cells and answers."""

    told: str = ""
    told_en: str = ""
    evidence: str = ""
    owner: str = ""
    review_by: date | None = None


def blank(name: str, label: str) -> RuleSet:
    """A rule set to begin on: the three tables there must be, without rows."""
    tables = tuple(_empty(stage.name) for stage in STAGES if stage.needed)
    return RuleSet(name, label, tables, LATEST_WEEKS)


def _empty(stage: str) -> Table:
    place = next(one for one in STAGES if one.name == stage)
    inputs = (ANSWERS["colour"],) if stage == "contact" else ()
    return Table(stage, "", place.policies[0], inputs, place.outputs, ())


def new_row_id() -> str:
    """An id no row has had: a removed row's decisions and counts are never taken over."""
    return f"r{secrets.token_hex(4)}"


def with_obligations(rules: RuleSet) -> RuleSet:
    """The chain with its last table, which may be left out."""
    if rules.table("obligations") is not None:
        return rules
    return replace(rules, tables=(*rules.tables, _empty("obligations")))


def without_obligations(rules: RuleSet) -> RuleSet:
    """The chain without its last table, rows and all."""
    return replace(rules, tables=tuple(one for one in rules.tables if one.name != "obligations"))


def set_label(rules: RuleSet, label: str, latest_weeks: int) -> RuleSet:
    """What the rule set is called, and the safety net nobody may exceed."""
    return replace(rules, label=label, latest_weeks=latest_weeks)


def add_second_look(rules: RuleSet, name: str, limit: Decimal, within: Decimal) -> RuleSet:
    """Let green near a limit be looked at; another limit of the same input stays."""
    _input(_table(rules, "activity"), name)
    kept = [one for one in rules.second_looks if (one.input, one.limit) != (name, limit)]
    return replace(rules, second_looks=(*kept, SecondLook(name, limit, within)))


def remove_second_look(rules: RuleSet, name: str, limit: Decimal) -> RuleSet:
    """Let it be no more."""
    kept = tuple(one for one in rules.second_looks if (one.input, one.limit) != (name, limit))
    if kept == rules.second_looks:
        raise NotThere
    return replace(rules, second_looks=kept)


def set_policy(rules: RuleSet, stage: str, policy: HitPolicy) -> RuleSet:
    """How a table decides between rows that fit."""
    return _changed(rules, stage, lambda table: replace(table, hit_policy=policy))


def add_input(rules: RuleSet, stage: str, asked: Input) -> RuleSet:
    """Ask for one thing more, in a last column that holds whatever it is.

    Where another table asks for it already, that table's description counts: a patient has one
    of each fact. One that the table asks for already is left as it is.
    """
    everywhere = (one for table in rules.tables for one in table.inputs)
    known = next((one for one in everywhere if one.name == asked.name), asked)

    def change(table: Table) -> Table:
        if known in table.inputs:
            return table
        rows = tuple(replace(row, cells=(*row.cells, AnyValue())) for row in table.rows)
        return replace(table, inputs=(*table.inputs, known), rows=rows)

    return _changed(rules, stage, change)


def change_input(rules: RuleSet, asked: Input) -> RuleSet:
    """Describe an input anew, in every table that asks for it; its kind stays.

    A choice that is there no more goes out of the cells that named it.
    """
    if asked.name in ANSWERED or not any(
        one.name == asked.name and one.kind == asked.kind
        for table in rules.tables
        for one in table.inputs
    ):
        raise NotThere

    def change(table: Table) -> Table:
        places = [n for n, one in enumerate(table.inputs) if one.name == asked.name]
        for place in places:
            inputs = _put(table.inputs, place, asked)
            rows = tuple(
                replace(row, cells=_put(row.cells, place, _kept(row.cells[place], asked)))
                for row in table.rows
            )
            table = replace(table, inputs=inputs, rows=rows)
        return table

    return replace(rules, tables=tuple(change(table) for table in rules.tables))


def _kept(cell: Cell, asked: Input) -> Cell:
    return OneOf(cell.choices.intersection(asked.choices)) if isinstance(cell, OneOf) else cell


def remove_input(rules: RuleSet, stage: str, name: str) -> RuleSet:
    """Take a column and its cells away, and second looks at what is asked no more."""

    def change(table: Table) -> Table:
        place = _input(table, name)
        rows = tuple(replace(row, cells=_without(row.cells, place)) for row in table.rows)
        return replace(table, inputs=_without(table.inputs, place), rows=rows)

    changed = _changed(rules, stage, change)
    if stage != "activity":
        return changed
    looks = tuple(one for one in rules.second_looks if one.input != name)
    return replace(changed, second_looks=looks)


def without_input(
    rules: RuleSet, examples: tuple[Example, ...], stage: str, name: str
) -> tuple[RuleSet, tuple[Example, ...]]:
    """The same, and the fact out of every example patient where no table asks for it any more."""
    left = remove_input(rules, stage, name)
    if any(one.name == name for table in left.tables for one in table.inputs):
        return left, examples
    return left, tuple(
        replace(
            example,
            facts={key: value for key, value in example.facts.items() if key != name},
            days_old={key: days for key, days in example.days_old.items() if key != name},
        )
        for example in examples
    )


def move_input(rules: RuleSet, stage: str, name: str, by: int) -> RuleSet:
    """Move a column some places to the right, or to the left where `by` is negative."""

    def change(table: Table) -> Table:
        place = _input(table, name)
        rows = tuple(replace(row, cells=_moved(row.cells, place, by)) for row in table.rows)
        return replace(table, inputs=_moved(table.inputs, place, by), rows=rows)

    return _changed(rules, stage, change)


def add_row(
    rules: RuleSet, stage: str, row_id: str, after: str = "", cells: tuple[Cell, ...] = ()
) -> RuleSet:
    """A new row after another, or last: anything in each cell unless said, nothing answered.

    It has the evidence, owner and review-by date of the row it comes after.
    """

    def change(table: Table) -> Table:
        place = _row(table, after) if after else len(table.rows) - 1
        before = table.rows[place] if table.rows else Row("", (), ())
        new = Row(
            row_id,
            cells or (AnyValue(),) * len(table.inputs),
            ("",) * len(table.outputs),
            evidence=before.evidence,
            owner=before.owner,
            review_by=before.review_by,
        )
        return replace(table, rows=(*table.rows[: place + 1], new, *table.rows[place + 1 :]))

    return _changed(rules, stage, change)


def copy_row(rules: RuleSet, stage: str, row_id: str, new_id: str) -> RuleSet:
    """The same row once more, below; what the patient is told is not taken along."""

    def change(table: Table) -> Table:
        place = _row(table, row_id)
        new = replace(table.rows[place], id=new_id, told="", told_en="")
        return replace(table, rows=(*table.rows[: place + 1], new, *table.rows[place + 1 :]))

    return _changed(rules, stage, change)


def move_row(rules: RuleSet, stage: str, row_id: str, by: int) -> RuleSet:
    """Move a row some places down, or up where `by` is negative; at the edge it stays."""
    return _changed(
        rules,
        stage,
        lambda table: replace(table, rows=_moved(table.rows, _row(table, row_id), by)),
    )


def remove_row(rules: RuleSet, stage: str, row_id: str) -> RuleSet:
    """Take a row away."""
    return _changed(
        rules,
        stage,
        lambda table: replace(table, rows=_without(table.rows, _row(table, row_id))),
    )


def set_cell(rules: RuleSet, stage: str, row_id: str, name: str, cell: Cell) -> RuleSet:
    """What a row asks of an input."""

    def change(table: Table) -> Table:
        place = _input(table, name)
        return _with_row(
            table, row_id, lambda row: replace(row, cells=_put(row.cells, place, cell))
        )

    return _changed(rules, stage, change)


def set_output(rules: RuleSet, stage: str, row_id: str, name: str, value: Value) -> RuleSet:
    """What a row answers."""

    def change(table: Table) -> Table:
        places = [n for n, one in enumerate(table.outputs) if one.name == name]
        if not places:
            raise NotThere
        return _with_row(
            table, row_id, lambda row: replace(row, outputs=_put(row.outputs, places[0], value))
        )

    return _changed(rules, stage, change)


def set_details(rules: RuleSet, stage: str, row_id: str, details: Details) -> RuleSet:
    """What a row tells the patient, and why anyone should trust it."""
    return _changed(
        rules,
        stage,
        lambda table: _with_row(table, row_id, lambda row: replace(row, **vars(details))),
    )


def fill_details(rules: RuleSet, evidence: str, owner: str, review_by: date | None) -> RuleSet:
    """Put these where a row of any table says nothing; what a row says already stays."""

    def filled(row: Row) -> Row:
        return replace(
            row,
            evidence=row.evidence.strip() or evidence,
            owner=row.owner.strip() or owner,
            review_by=row.review_by or review_by,
        )

    tables = (replace(one, rows=tuple(filled(row) for row in one.rows)) for one in rules.tables)
    return replace(rules, tables=tuple(tables))


def merge_rows(rules: RuleSet, stage: str, first: str, second: str) -> RuleSet:
    """Let the first of two rows stand for both; raises NotThere unless one row can."""

    def change(table: Table) -> Table:
        found = next((one for one in merges(table) if one.rows == (first, second)), None)
        if found is None:
            raise NotThere
        merged = _with_row(
            table, first, lambda row: replace(row, cells=_put(row.cells, found.column, found.cell))
        )
        return replace(merged, rows=_without(merged.rows, _row(merged, second)))

    return _changed(rules, stage, change)


def _table(rules: RuleSet, stage: str) -> Table:
    table = rules.table(stage)
    if table is None:
        raise NotThere
    return table


def _changed(rules: RuleSet, stage: str, change: Callable[[Table], Table]) -> RuleSet:
    new = change(_table(rules, stage))
    return replace(rules, tables=tuple(new if one.name == stage else one for one in rules.tables))


def _with_row(table: Table, row_id: str, change: Callable[[Row], Row]) -> Table:
    place = _row(table, row_id)
    return replace(table, rows=_put(table.rows, place, change(table.rows[place])))


def _row(table: Table, row_id: str) -> int:
    for place, row in enumerate(table.rows):
        if row.id == row_id:
            return place
    raise NotThere


def _input(table: Table, name: str) -> int:
    for place, one in enumerate(table.inputs):
        if one.name == name:
            return place
    raise NotThere


def _put(items: tuple[T, ...], place: int, item: T) -> tuple[T, ...]:
    return (*items[:place], item, *items[place + 1 :])


def _without(items: tuple[T, ...], place: int) -> tuple[T, ...]:
    return (*items[:place], *items[place + 1 :])


def _moved(items: tuple[T, ...], place: int, by: int) -> tuple[T, ...]:
    rest = _without(items, place)
    to = min(max(place + by, 0), len(rest))
    return (*rest[:to], items[place], *rest[to:])

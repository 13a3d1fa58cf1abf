"""Who answers for the rows of a rule set: taken off what is cloned, put on what is adopted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from triage_rules.tables.model import Row
from triage_rules.tables.rule_set import RuleSet


def nobodys(rules: RuleSet) -> RuleSet:
    """The rules with no row answered for."""
    return _each(rules, lambda row: replace(row, owner="", review_by=None))


def answered(rules: RuleSet, owner: str, review_by: date, day: date) -> RuleSet:
    """The rules with every row answered for.

    owner: for rows without one. review_by: for rows without such a date, or with one before
    `day`.
    """

    def answer(row: Row) -> Row:
        due = row.review_by if row.review_by and row.review_by >= day else review_by
        return replace(row, owner=row.owner.strip() or owner, review_by=due)

    return _each(rules, answer)


def next_review(rules: RuleSet) -> date | None:
    """The day the first of the rows is to be looked at again; None where no row says."""
    days = [row.review_by for table in rules.tables for row in table.rows if row.review_by]
    return min(days, default=None)


def _each(rules: RuleSet, change: Callable[[Row], Row]) -> RuleSet:
    tables = (
        replace(table, rows=tuple(change(row) for row in table.rows)) for table in rules.tables
    )
    return replace(rules, tables=tuple(tables))

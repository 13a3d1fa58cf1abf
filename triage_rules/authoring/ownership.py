"""Who answers for the rows of a rule set, and until when."""

from dataclasses import replace
from datetime import date

from triage_rules.tables.rule_set import RuleSet


def nobodys(rules: RuleSet) -> RuleSet:
    """The rules with no row answered for."""
    tables = (
        replace(table, rows=tuple(replace(row, owner="", review_by=None) for row in table.rows))
        for table in rules.tables
    )
    return replace(rules, tables=tuple(tables))


def next_review(rules: RuleSet) -> date | None:
    """The day the first of the rows is to be looked at again; None where no row says."""
    days = [row.review_by for table in rules.tables for row in table.rows if row.review_by]
    return min(days, default=None)

"""What stands between a draft and publication.

Another room that may forbid publishing adds its own check to `CHECKS`; each is asked when rules
are about to count, not when they only run in shadow.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import LazyString

from booking.platform.database import Session
from triage_rules.authoring.findings import Found, place
from triage_rules.authoring.models import RuleSet
from triage_rules.tables.examples import Example, run_all
from triage_rules.tables.reach import SOME_INSTANT
from triage_rules.tables.rule_set import RuleSet as Rules
from triage_rules.tables.soundness import unsound

Bar = Literal["unsound", "example", "evidence", "owner", "review_by", "review_passed", "other"]


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way. table, row: where, '' for no place in particular.

    finding: for 'unsound'. example: the name of one that fails, for 'example'. text, href: what
    another room says of it, and where it is seen to, for 'other'.
    """

    bar: Bar
    table: str = ""
    row: str = ""
    finding: Found | None = None
    example: str = ""
    text: LazyString | str = ""
    href: str = ""


Check = Callable[[Session, RuleSet, Rules], Sequence[Obstacle]]
CHECKS: list[Check] = []


def obstacles(rules: Rules, examples: Sequence[Example], day: date) -> list[Obstacle]:
    """What bars rules that are to begin on a local day: flaws, red examples, rows nobody answers
    for. Empty when nothing does.
    """
    flaws = list(_flaws(rules))
    # Rules that are not sound need not be fit to run.
    return [*flaws, *([] if flaws else _red(rules, examples)), *_unowned(rules, day)]


def vetoes(session: Session, rule_set: RuleSet, rules: Rules) -> list[Obstacle]:
    """What other rooms have against these rules coming into force."""
    return [one for check in CHECKS for one in check(session, rule_set, rules)]


def _flaws(rules: Rules) -> Iterator[Obstacle]:
    for found in unsound(rules):
        where = place(found)
        yield Obstacle("unsound", where.table, where.rows[0] if where.rows else "", found)


def _red(rules: Rules, examples: Sequence[Example]) -> Iterator[Obstacle]:
    for outcome in run_all(rules, examples, SOME_INSTANT):
        if not outcome.held:
            yield Obstacle("example", example=outcome.example.name)


def _unowned(rules: Rules, day: date) -> Iterator[Obstacle]:
    """Every row says where it comes from, who answers for it, and when it is looked at again."""
    for table in rules.tables:
        for row in table.rows:
            if not row.evidence.strip():
                yield Obstacle("evidence", table.name, row.id)
            if not row.owner.strip():
                yield Obstacle("owner", table.name, row.id)
            if row.review_by is None:
                yield Obstacle("review_by", table.name, row.id)
            elif row.review_by < day:
                yield Obstacle("review_passed", table.name, row.id)

"""Reading how often each row of the rules in force fired lately, against before.

Decisions by earlier versions count for a row that stands word for word the same in them, so
that publishing does not blind the watch; a change of rules may then be why the rate changed,
and is told of.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from booking.platform.database import Session
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring.models import RuleSet, RuleVersion
from triage_rules.firing import rates
from triage_rules.firing.rates import Alarm, Counted
from triage_rules.followup.facts import inputs_of
from triage_rules.followup.models import DecisionTrace, FollowUpDecision
from triage_rules.tables.model import Input, Row, Table

# Two comparisons: what came suddenly, and what came on slowly.
LATELY, BEFORE = timedelta(weeks=4), timedelta(weeks=12)
SLOWLY, BEFORE_SLOWLY = timedelta(weeks=8), timedelta(weeks=26)
# The stretches of time that both are put together of, the latest first, by how long ago they end.
ENDS = (LATELY, SLOWLY, LATELY + BEFORE, SLOWLY + BEFORE_SLOWLY)
SUDDEN, SLOW = ((0,), (1, 2)), ((0, 1), (2, 3))  # the stretches that are lately, and before
Part = tuple[int, int]  # a version, and a stretch


@dataclass(frozen=True)
class WatchedRow:
    """A row, how often it fired, and what stands out. earlier: other versions are counted too.

    slowly, drift: the same by the longer comparison.
    """

    table: Table
    row: Row
    counted: Counted
    alarm: Alarm | None
    earlier: bool
    slowly: Counted
    drift: Alarm | None


@dataclass(frozen=True)
class WatchedInput:
    """An input, how often it could not be used, and whether that is oftener than before."""

    input: Input
    counted: Counted
    alarm: Alarm | None
    earlier: bool
    slowly: Counted
    drift: Alarm | None


@dataclass(frozen=True)
class Watch:
    """One rule set's rules in force. lately, before: decisions by any version in the short
    comparison. changed: versions have taken over from each other."""

    version: RuleVersion
    lately: int
    before: int
    changed: bool
    rows: Sequence[WatchedRow]
    inputs: Sequence[WatchedInput]

    @property
    def enough(self) -> bool:
        """True if there are decisions enough to say anything."""
        return min(self.lately, self.before) >= rates.LEAST

    @property
    def alarming(self) -> list[WatchedRow | WatchedInput]:
        """What stands out, rows first."""
        everything: list[WatchedRow | WatchedInput] = [*self.rows, *self.inputs]
        return [one for one in everything if one.alarm or one.drift]


def watch(session: Session, rule_set: RuleSet) -> Watch | None:
    """How the version in force fires now; None where there is none. Five queries at most."""
    now = session.now()
    version = rule_sets.in_force(session, rule_set.id, now)
    if version is None:
        return None
    seen = _Seen(session, rule_set.id, now)
    others = [one for one in seen.versions if one.id != version.id]
    rows = [
        (table, row, [version, *(one for one in others if _has_row(one, table, row))])
        for table in version.rules.tables
        for row in table.rows
    ]
    inputs = [
        (asked, [version, *(one for one in others if _has_input(one, asked))])
        for asked in inputs_of(version.rules).values()
    ]
    things = [
        *(("fired", table.name, row.id, those) for table, row, those in rows),
        *(("lacking", "", asked.name, those) for asked, those in inputs),
    ]
    sudden, slow = ([seen.counted(spans, *one) for one in things] for spans in (SUDDEN, SLOW))
    # All are looked at together: that is what the promise about false alarms is about.
    found = list(zip(sudden, slow, *rates.stands_out(sudden, slow), strict=True))
    return Watch(
        version,
        lately=seen.decisions_in(SUDDEN[0]),
        before=seen.decisions_in(SUDDEN[1]),
        changed=bool(others),
        rows=[
            WatchedRow(table, row, counted, alarm, len(those) > 1, slowly, drift)
            for (table, row, those), (counted, slowly, alarm, drift) in zip(
                rows, found[: len(rows)], strict=True
            )
        ],
        inputs=[
            WatchedInput(asked, counted, _oftener(alarm), len(those) > 1, slowly, _oftener(drift))
            for (asked, those), (counted, slowly, alarm, drift) in zip(
                inputs, found[len(rows) :], strict=True
            )
        ],
    )


def _oftener(alarm: Alarm | None) -> Alarm | None:
    """That an input is missing less than before is nobody's alarm."""
    return alarm if alarm == "oftener" else None


def alarming(session: Session, clinic_id: int) -> Iterator[tuple[RuleSet, Watch]]:
    """The clinic's rule sets where something stands out."""
    for rule_set in rule_sets.of_clinic(session, clinic_id):
        found = watch(session, rule_set)
        if found is not None and found.alarming:
            yield rule_set, found


class _Seen:
    """What happened in each stretch of time, counted by version."""

    def __init__(self, session: Session, rule_set_id: int, until: datetime) -> None:
        stretch = case(
            *((FollowUpDecision.decided_at > until - ago, n) for n, ago in enumerate(ENDS)),
            else_=len(ENDS),
        ).label("stretch")
        # An input may be lacking in several tables, and is lacking once.
        table = case((DecisionTrace.kind == "fired", DecisionTrace.table_name), else_="")
        of_rule_set = (
            RuleVersion.rule_set_id == rule_set_id,
            FollowUpDecision.decided_at > until - ENDS[-1],
            FollowUpDecision.decided_at <= until,
        )
        decisions = session.execute(
            select(FollowUpDecision.version_id, stretch, func.count())
            .join(FollowUpDecision.rule_version)
            .where(*of_rule_set)
            .group_by(FollowUpDecision.version_id, "stretch")
        )
        self.decisions: Mapping[Part, int] = {
            (version_id, when): count for version_id, when, count in decisions
        }
        traced = session.execute(
            select(
                FollowUpDecision.version_id,
                stretch,
                DecisionTrace.kind,
                table.label("of_table"),
                DecisionTrace.name,
                func.count(FollowUpDecision.id.distinct()),
            )
            .join(DecisionTrace, DecisionTrace.decision_id == FollowUpDecision.id)
            .join(FollowUpDecision.rule_version)
            .where(*of_rule_set)
            .group_by(
                FollowUpDecision.version_id,
                "stretch",
                DecisionTrace.kind,
                "of_table",
                DecisionTrace.name,
            )
        )
        self._traced: Mapping[tuple[Part, str, str, str], int] = Counter(
            {
                ((version_id, when), kind, table, name): count
                for version_id, when, kind, table, name, count in traced
            }
        )
        ids = {version_id for version_id, _when in self.decisions}
        self.versions = session.scalars(
            select(RuleVersion).where(RuleVersion.id.in_(ids)).order_by(RuleVersion.number)
        ).all()

    def decisions_in(self, stretches: Collection[int]) -> int:
        """How many decisions, by any version."""
        return sum(count for (_id, when), count in self.decisions.items() if when in stretches)

    def counted(
        self,
        spans: tuple[Collection[int], Collection[int]],
        kind: str,
        table: str,
        name: str,
        those: Sequence[RuleVersion],
    ) -> Counted:
        """How often a row fired, or an input could not be used, in decisions by these versions.
        spans: the stretches that are lately, and those that are before."""
        numbers = []
        for stretches in spans:
            parts = [(version.id, when) for version in those for when in stretches]
            numbers.append(sum(self._traced.get((part, kind, table, name), 0) for part in parts))
            numbers.append(sum(self.decisions.get(part, 0) for part in parts))
        return Counted(*numbers)


def _has_row(version: RuleVersion, table: Table, row: Row) -> bool:
    """True if another version has the same row: its cells, its answers and how it is reached."""
    there = version.rules.table(table.name)
    if there is None or there.hit_policy != table.hit_policy:
        return False
    same = next((one for one in there.rows if one.id == row.id), None)
    return (
        same is not None
        and same.outputs == row.outputs
        and _asked(there, same) == _asked(table, row)
    )


def _asked(table: Table, row: Row) -> list[tuple[str, str, object]]:
    return [
        (asked.name, asked.source, cell)
        for asked, cell in zip(table.inputs, row.cells, strict=True)
    ]


def _has_input(version: RuleVersion, asked: Input) -> bool:
    """True if another version asks for the same thing, no older and no younger."""
    there = inputs_of(version.rules).get(asked.name)
    return there is not None and (there.source, there.greatest_age_days) == (
        asked.source,
        asked.greatest_age_days,
    )

"""Reading how often each row of the rules in force fired lately, against before.

Decisions by earlier versions count for a row that stands word for word the same in them, so
that publishing does not blind the watch; a change of rules may then be why the rate changed,
and is told of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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

LATELY, BEFORE = timedelta(weeks=4), timedelta(weeks=12)
Part = tuple[int, bool]  # a version, and whether lately


@dataclass(frozen=True)
class WatchedRow:
    """A row, how often it fired, and what stands out. earlier: other versions are counted too."""

    table: Table
    row: Row
    counted: Counted
    alarm: Alarm | None
    earlier: bool


@dataclass(frozen=True)
class WatchedInput:
    """An input, how often it could not be used, and whether that is oftener than before."""

    input: Input
    counted: Counted
    alarm: Alarm | None
    earlier: bool


@dataclass(frozen=True)
class Watch:
    """One rule set's rules in force. lately, before: decisions by any version; since, edge: the
    instants where before and lately begin. changed: versions have taken over from each other."""

    version: RuleVersion
    since: datetime
    edge: datetime
    until: datetime
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
        rows = [one for one in self.rows if one.alarm]
        return [*rows, *(one for one in self.inputs if one.alarm)]


def watch(session: Session, rule_set: RuleSet) -> Watch | None:
    """How the version in force fires now; None where there is none. Five queries at most."""
    now = session.now()
    version = rule_sets.in_force(session, rule_set.id, now)
    if version is None:
        return None
    edge, since = now - LATELY, now - LATELY - BEFORE
    seen = _Seen(session, rule_set.id, since, edge, now)
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
    of_rows = [seen.fired(table.name, row.id, those) for table, row, those in rows]
    of_inputs = [seen.lacking(asked.name, those) for asked, those in inputs]
    # All are looked at together: that is what the promise about false alarms is about.
    found = rates.alarms([*of_rows, *of_inputs])
    return Watch(
        version,
        since,
        edge,
        now,
        lately=sum(count for (_version, lately), count in seen.decisions.items() if lately),
        before=sum(count for (_version, lately), count in seen.decisions.items() if not lately),
        changed=bool(others),
        rows=[
            WatchedRow(table, row, counted, alarm, len(those) > 1)
            for (table, row, those), counted, alarm in zip(
                rows, of_rows, found[: len(rows)], strict=True
            )
        ],
        inputs=[
            WatchedInput(asked, counted, alarm if alarm == "oftener" else None, len(those) > 1)
            for (asked, those), counted, alarm in zip(
                inputs, of_inputs, found[len(rows) :], strict=True
            )
        ],
    )


def alarming(session: Session, clinic_id: int) -> Iterator[tuple[RuleSet, Watch]]:
    """The clinic's rule sets where something stands out."""
    for rule_set in rule_sets.of_clinic(session, clinic_id):
        found = watch(session, rule_set)
        if found is not None and found.alarming:
            yield rule_set, found


class _Seen:
    """What happened in both periods, counted by version."""

    def __init__(
        self, session: Session, rule_set_id: int, since: datetime, edge: datetime, until: datetime
    ) -> None:
        lately = case((FollowUpDecision.decided_at > edge, 1), else_=0).label("late")
        # An input may be lacking in several tables, and is lacking once.
        table = case((DecisionTrace.kind == "fired", DecisionTrace.table_name), else_="")
        of_rule_set = (
            RuleVersion.rule_set_id == rule_set_id,
            FollowUpDecision.decided_at > since,
            FollowUpDecision.decided_at <= until,
        )
        decisions = session.execute(
            select(FollowUpDecision.version_id, lately, func.count())
            .join(FollowUpDecision.rule_version)
            .where(*of_rule_set)
            .group_by(FollowUpDecision.version_id, "late")
        )
        self.decisions: Mapping[Part, int] = {
            (version_id, bool(late)): count for version_id, late, count in decisions
        }
        traced = session.execute(
            select(
                FollowUpDecision.version_id,
                lately,
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
                "late",
                DecisionTrace.kind,
                "of_table",
                DecisionTrace.name,
            )
        )
        self._traced: Mapping[tuple[Part, str, str, str], int] = Counter(
            {
                ((version_id, bool(late)), kind, table, name): count
                for version_id, late, kind, table, name, count in traced
            }
        )
        ids = {version_id for version_id, _late in self.decisions}
        self.versions = session.scalars(
            select(RuleVersion).where(RuleVersion.id.in_(ids)).order_by(RuleVersion.number)
        ).all()

    def fired(self, table: str, row: str, those: Sequence[RuleVersion]) -> Counted:
        """How often a row fired, in decisions by these versions."""
        return self._counted("fired", table, row, those)

    def lacking(self, name: str, those: Sequence[RuleVersion]) -> Counted:
        """How often an input could not be used."""
        return self._counted("lacking", "", name, those)

    def _counted(self, kind: str, table: str, name: str, those: Sequence[RuleVersion]) -> Counted:
        numbers = [0, 0, 0, 0]
        for version in those:
            for place, late in ((0, True), (2, False)):
                part = (version.id, late)
                numbers[place] += self._traced.get((part, kind, table, name), 0)
                numbers[place + 1] += self.decisions.get(part, 0)
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

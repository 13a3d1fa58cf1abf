"""Whether a rule set breaks a standard systematically. Pure.

An obligation is broken by a row of the contact table if a patient for whom that row decides
again and again can be left longer than the obligation's period without any way to meet it. A
row lets it be met where it

- lets a clinician look: then a person decides,
- orders a contact, in a form the obligation accepts and within its period; a measurement or a
  questionnaire can be had at a contact of any form,
- sends the questionnaire that meets it, or
- can decide only while the obligation was met not long ago: it, or the activity rows that give
  its colour, cannot be sure without a measurement no older than the input allows, or without
  knowing that the last contact was within so many months.

A measurement that the obligations table asks for in every decision can be had without a contact.
The finding is on the safe side: it may name a row that no real patient meets, and misses none,
as long as what the rules order takes place. Which rows can decide, and for which values, is
found as the verifier finds it, with every missing fact as the strict evaluator sees it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from triage_rules.standards.obligations import FORMS, Obligation, Way, longest, shortest
from triage_rules.tables.columns import Column, Stretch, columns_of
from triage_rules.tables.model import AnyValue, Interval, Missing, Row, Table
from triage_rules.tables.rule_set import COLOURS, RuleSet

Why = Literal["no_way", "too_late", "too_late_in_all"]
MOST_SETS = 50_000
ANSWER_DAYS = 14


@dataclass(frozen=True)
class Break:
    """A row of the contact table that can leave a patient without a way to meet an obligation.

    why: no_way (what it does never meets it), too_late (its own latest week is beyond the
    period), too_late_in_all (it decides while the obligation is met, but what comes after it can
    come too late). days: how long it can take, None where nothing ever meets it.
    """

    obligation: Obligation
    row: str
    why: Why
    days: int | None


def breaks(
    rules: RuleSet,
    obligations: Iterable[Obligation],
    questionnaires: Collection[str] = (),
    answer_days: int = ANSWER_DAYS,
) -> list[Break]:
    """Every row that breaks one of these obligations, obligation by obligation.

    questionnaires: the codes of those the patients are sent. answer_days: how long they have to
    answer.
    """
    chain = _Chain(rules, answer_days)
    return [one for owed in obligations for one in _of(chain, owed, frozenset(questionnaires))]


def named_in(rules: RuleSet) -> set[str]:
    """The obligations that a rule set's own table asks for, of some patients at least."""
    table = rules.table("obligations")
    return {str(row.outputs[0]) for row in table.rows} if table else set()


def _of(chain: "_Chain", owed: Obligation, questionnaires: frozenset[str]) -> list[Break]:
    period = shortest(owed.months).days
    meeting, guarded, found = [0], [], []
    for row in chain.rows:
        wait = chain.wait(row)
        if row.outputs[0] == "look":
            continue
        if _meets(chain, owed, row, questionnaires):
            if wait > period:
                found.append(Break(owed, row.id, "too_late", wait))
            else:
                meeting.append(wait)
            continue
        since = chain.since_met(owed, row)
        if since is None:
            found.append(Break(owed, row.id, "no_way", None))
        else:
            guarded.append((row, since + wait))
    for row, so_long in guarded:
        if so_long + max(meeting) > period:
            found.append(Break(owed, row.id, "too_late_in_all", so_long + max(meeting)))
    places = {row.id: number for number, row in enumerate(chain.rows)}
    return sorted(found, key=lambda one: places[one.row])


def _meets(chain: "_Chain", owed: Obligation, row: Row, questionnaires: frozenset[str]) -> bool:
    """True if what the row orders can meet the obligation when it takes place."""
    action, form = str(row.outputs[0]), str(row.outputs[1])
    kinds = {way.kind for way in owed.ways}
    if "measurement" in kinds and owed.code in chain.always_asked:
        return True
    if action == "contact" and form in FORMS:
        return bool(kinds - {"contact"}) or Way("contact", form) in owed.ways
    sent = {Way("questionnaire", code) for code in questionnaires}
    return action == "questionnaire" and bool(sent & owed.ways)


class _Chain:
    """What the rows of a rule set wait for, and what they cannot decide without."""

    def __init__(self, rules: RuleSet, answer_days: int) -> None:
        contact, activity = rules.table("contact"), rules.table("activity")
        assert contact is not None
        assert activity is not None
        self.net, self.answer_days = rules.latest_weeks * 7, answer_days
        self.contact, self.activity = _Deciding(contact), _Deciding(activity)
        self.rows = [row for row in contact.rows if self.contact.can(row)]
        flags, owed = rules.table("red_flags"), rules.table("obligations")
        self.flags = flags is not None and bool(flags.rows)
        self.always_asked = {
            str(row.outputs[0])
            for row in (owed.rows if owed else ())
            if all(isinstance(cell, AnyValue) for cell in row.cells)
        }

    def wait(self, row: Row) -> int:
        """The most days until what a row orders has happened."""
        latest = row.outputs[4]
        assert isinstance(latest, Decimal)
        days = int(latest) * 7
        if row.outputs[0] == "questionnaire":
            days += self.answer_days
        return min(days, self.net)

    def since_met(self, owed: Obligation, row: Row) -> int | None:
        """The most days since the obligation was met when a row decides; None: no telling."""
        sources = [f"measurement:{way.code}" for way in owed.ways if way.kind == "measurement"]
        if self._any_contact_meets(owed):
            sources.append("months_since_contact")
        bounds = [self._bound(row, source) for source in sources]
        return min((one for one in bounds if one is not None), default=None)

    def _any_contact_meets(self, owed: Obligation) -> bool:
        """True if the last contact, as far as the rules order contacts, can have met it."""
        if not owed.needs_contact:
            return True
        forms = {str(row.outputs[1]) for row in self.rows if row.outputs[0] == "contact"}
        return all(Way("contact", form) in owed.ways for form in forms)

    def _bound(self, row: Row, source: str) -> int | None:
        """The tighter of what the contact row itself asks, and what its colour takes."""
        bounds = [self.contact.oldest(row, source), self._bound_of_colours(row, source)]
        return min((one for one in bounds if one is not None), default=None)

    def _bound_of_colours(self, row: Row, source: str) -> int | None:
        colours = [c for c in COLOURS if self.contact.can(row, {"colour": c})]
        if self.flags and "red" in colours:
            return None
        bounds = [
            self.activity.oldest(one, source)
            for one in self.activity.table.rows
            if one.outputs[0] in colours and self.activity.can(one)
        ]
        known = [one for one in bounds if one is not None]
        return max(known) if known and len(known) == len(bounds) else None


class _Deciding:
    """Which rows of a table can decide, and with which values."""

    def __init__(self, table: Table) -> None:
        self.table, self.columns = table, columns_of(table)

    def can(self, row: Row, only: Mapping[str, object] | None = None) -> bool:
        """True if a row can decide for some patient; `only` holds inputs to one stretch each,
        named by its sample (None: missing). On the safe side where too much would be tried.
        """
        number = self.table.rows.index(row)
        own, alive = 1 << number, {self._others(number)}
        for column in self.columns:
            mine = {
                rows
                for stretch, rows in self._stretches(column, row)
                if rows & own
                and (only is None or only.get(column.input.name, stretch.sample) == stretch.sample)
            }
            alive = {before & rows for before in alive for rows in mine}
            if len(alive) > MOST_SETS:
                return True
        return 0 in alive

    def oldest(self, row: Row, source: str) -> int | None:
        """The most days ago that what an input tells of can have been, when a row decides."""
        column = next((one for one in self.columns if one.input.source == source), None)
        if column is None or self.can(row, {column.input.name: None}):
            return None
        if not column.input.can_be_missing and self._cell_is_any(column, row):
            return None
        if source != "months_since_contact":
            return column.input.greatest_age_days
        months = [
            _most(stretch)
            for stretch in column.stretches
            if self.can(row, {column.input.name: stretch.sample})
        ]
        if not months or None in months:
            return None
        return longest(max(one for one in months if one is not None) + 1).days

    def _others(self, number: int) -> int:
        """The rows that keep this one from deciding where they hold, or may hold."""
        rows, row = self.table.rows, self.table.rows[number]
        if self.table.hit_policy == "PRIORITY":
            return 0
        last = number if self.table.hit_policy == "FIRST" else len(rows)
        return sum(1 << n for n in range(last) if n != number and rows[n].outputs != row.outputs)

    def _stretches(self, column: Column, row: Row) -> list[tuple[Stretch, int]]:
        """A column's stretches and the rows that hold, or may hold, in each. Where the fact is
        missing, rows that ask for a value may hold, unless this row answers for that."""
        found = [(one, one.rows) for one in column.stretches]
        missing = column.missing
        explicit = isinstance(self._cell(column, row), Missing)
        if column.input.can_be_missing and missing.rows >> self.table.rows.index(row) & 1:
            found.append((missing, missing.rows if explicit else missing.rows | column.tested))
        return found

    def _cell_is_any(self, column: Column, row: Row) -> bool:
        return isinstance(self._cell(column, row), AnyValue)

    def _cell(self, column: Column, row: Row) -> object:
        return row.cells[self.columns.index(column)]


def _most(stretch: Stretch) -> int | None:
    """The greatest whole number of months in a stretch; None where it has no end."""
    cell = stretch.cell
    if not isinstance(cell, Interval) or cell.high is None:
        return None
    whole = int(cell.high)
    return whole if cell.high_closed or whole < cell.high else whole - 1

"""What is different between two rule sets, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.platform.i18n import long_day
from triage_rules.authoring import comparing, words
from triage_rules.authoring.comparing import Difference, InputChange, RowChange, TableChange
from triage_rules.authoring.showing import ROW_WORDS, Part, about, second_look
from triage_rules.authoring.words import Names
from triage_rules.tables.model import HitPolicy, Kind, Row, Table
from triage_rules.tables.rule_set import RuleSet

BADGES: dict[str, tuple[LazyString, str]] = {
    "added": (_l("Ny"), "success"),
    "removed": (_l("Fjernet"), "error"),
    "changed": (_l("Ændret"), "warning"),
    "moved": (_l("Flyttet"), "info"),
}
SETTINGS: dict[str, LazyString] = {
    "name": _l("Kode"),
    "label": _l("Navn"),
    "latest_weeks": _l("Ingen venter længere end"),
    "hit_policy": _l("Hvilken række der gælder"),
    "kind": _l("Slags"),
    "unit": _l("Enhed"),
    "low": _l("Mindst"),
    "high": _l("Højst"),
    "step": _l("Trin"),
    "choices": _l("Muligheder"),
    "greatest_age_days": _l("Højst så gammel"),
    "source": _l("Kommer fra"),
    "can_be_missing": _l("Kan mangle"),
}
COLUMN_KINDS: dict[str, LazyString] = {
    "number": _l("et tal"),
    "choice": _l("et valg"),
    "boolean": _l("ja eller nej"),
}
OTHER = _l("Andet")


@dataclass(frozen=True)
class Change:
    """One thing that is different, by its name now; summary: the whole of it, where it is new or
    gone."""

    badge: str  # a key of BADGES
    name: str
    summary: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Changes:
    """What is different under one heading."""

    title: str
    changes: tuple[Change, ...]


def difference(before: RuleSet, after: RuleSet, names: Names) -> list[Changes]:
    """What became different, table by table; empty where nothing did."""
    found = comparing.compare(before, after)
    of_all = list(_of_rule_set(before, after, found))
    sections = [Changes(_("Hele regelsættet"), tuple(of_all))] if of_all else []
    return sections + [
        Changes(words.stage(change.name), tuple(_of_table(change, names)))
        for change in found.tables
    ]


def _of_rule_set(before: RuleSet, after: RuleSet, found: Difference) -> Iterator[Change]:
    for one in found.settings:
        yield Change("changed", _setting(one.name), parts=(_part(one),))
    for look in found.looks_before:
        if look not in found.looks_after:
            yield Change("removed", _("Ekstra blik nær en grænse"), second_look(before, look))
    for look in found.looks_after:
        if look not in found.looks_before:
            yield Change("added", _("Ekstra blik nær en grænse"), second_look(after, look))
    if set(found.looks_before) == set(found.looks_after) and (
        found.looks_before != found.looks_after
    ):
        yield Change("moved", _("Ekstra blik nær en grænse"))


def _of_table(change: TableChange, names: Names) -> Iterator[Change]:
    if change.before is None or change.after is None:
        badge, table = ("added", change.after) if change.after else ("removed", change.before)
        assert table is not None
        yield Change(badge, _("Hele tabellen"))
        for number, row in enumerate(table.rows, 1):
            name = _("Række %(number)s", number=number)
            summary = words.row_summary(table, row, names)
            yield Change(badge, name, summary, tuple(_said(row, new=badge == "added")))
        return
    for one in change.settings:
        yield Change("changed", _setting(one.name), parts=(_part(one),))
    for column in change.inputs:
        yield _of_input(column)
    for row_change in change.rows:
        yield _of_row(change.before, change.after, row_change, names)


def _of_input(change: InputChange) -> Change:
    shown = change.after or change.before
    assert shown is not None
    name = _("Kolonnen %(name)s", name=words.input_name(shown))
    parts = tuple(_part(one) for one in change.settings)
    return Change(change.kind, name, "" if parts else about(shown), parts)


def _of_row(before: Table, after: Table, change: RowChange, names: Names) -> Change:
    table, row = (after, change.after) if change.after else (before, change.before)
    assert row is not None
    name = _("Række %(number)s", number=change.place + 1)
    summary = words.row_summary(table, row, names)
    if change.before is None or change.after is None:
        said = tuple(_said(row, new=change.before is None))
        return Change(change.kind, name, summary, said)
    parts: list[Part] = []
    if change.moved:
        parts.append((_("Plads"), str(words.row_number(before, change.id)), str(change.place + 1)))
    asked = {one.name: one for one in (*before.inputs, *after.inputs)}
    old = {one.name: one for one in before.inputs}
    parts += [
        (
            words.label(asked[cell.input]),
            words.cell(old[cell.input], cell.before, names) if cell.before else "",
            words.cell(asked[cell.input], cell.after, names) if cell.after else "",
        )
        for cell in change.cells
    ]
    outputs = {one.name: one for one in after.outputs}
    for answer in change.outputs:
        output = outputs[answer.output]
        was, now = (words.value(output, one, names) for one in (answer.before, answer.after))
        parts.append((words.output_name(output), was, now))
    for one in change.words:
        parts.append((str(ROW_WORDS[one.name]), _plain(one.before), _plain(one.after)))
    return Change(change.kind, name, summary, tuple(parts))


def _said(row: Row, *, new: bool) -> Iterator[Part]:
    """What a row that is new or gone says besides its cells and answers."""
    for name in comparing.WORDS:
        said = _plain(getattr(row, name))
        if said:
            label = str(ROW_WORDS[name])
            yield (label, "", said) if new else (label, said, "")


def _setting(name: str) -> str:
    return str(SETTINGS.get(name, OTHER))


def _part(setting: comparing.Setting) -> Part:
    values = setting.before, setting.after
    if setting.name == "hit_policy":
        before, after = (str(words.POLICIES[cast(HitPolicy, one)]) for one in values)
        return _setting(setting.name), before, after
    if setting.name == "kind":
        before, after = (str(COLUMN_KINDS[cast(Kind, one)]) for one in values)
        return _setting(setting.name), before, after
    if setting.name == "latest_weeks":
        before, after = (words.weeks(cast(int, one)) for one in values)
        return _setting(setting.name), before, after
    return _setting(setting.name), _plain(setting.before), _plain(setting.after)


def _plain(value: object) -> str:
    """A setting's value, whatever its kind."""
    if isinstance(value, date):
        return long_day(value)
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    return "" if value is None else str(value)

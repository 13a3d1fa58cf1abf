"""Rules, obstacles and examples as the pages show them: in words, nothing left to work out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from triage_rules.authoring import findings, words
from triage_rules.authoring.publishing import Bar, Obstacle
from triage_rules.authoring.words import Names
from triage_rules.tables.examples import Difference as Off
from triage_rules.tables.examples import Example, What, run_all, touched
from triage_rules.tables.model import AnyValue, Input, Row, Table
from triage_rules.tables.reach import SOME_INSTANT
from triage_rules.tables.rule_set import RuleSet, SecondLook

Link = Callable[[Obstacle], str]  # where something is mended; '' for nowhere
Part = tuple[str, str, str]  # what, and two values of it
ROW_WORDS: dict[str, LazyString] = {
    "told": _l("Patienten får at vide"),
    "told_en": _l("Det samme på engelsk"),
    "evidence": _l("Begrundelse"),
    "owner": _l("Ansvarlig"),
    "review_by": _l("Ses på igen senest"),
}
BARS: dict[Bar, LazyString] = {
    "evidence": _l("mangler en begrundelse."),
    "owner": _l("mangler en ansvarlig."),
    "review_by": _l("mangler en dato, den senest skal ses på igen."),
    "review_passed": _l("skulle have været set på igen inden da."),
}
EXPECTED: dict[What, LazyString] = {
    "colour": _l("Farve"),
    "action": _l("Hvad skal ske"),
    "form": _l("Form"),
    "latest_weeks": _l("Senest"),
    "calls": _l("Ring til"),
    "obligations": _l("Forpligtelser"),
    "unknown_fact": _l("Oplysning, som reglerne ikke spørger om"),
}


@dataclass(frozen=True)
class RowShown:
    """One rule: where it stands, whom it is for, what it answers."""

    number: int
    when: tuple[str, ...]
    then: tuple[str, ...]
    row: Row


@dataclass(frozen=True)
class TableShown:
    """A table in words. inputs: what it asks about, each with what is known of it."""

    name: str
    title: str
    about: str
    policy: str
    inputs: tuple[tuple[str, str], ...]
    rows: tuple[RowShown, ...]


@dataclass(frozen=True)
class Tried:
    """An example that was run. off: (what, expected, got) wherever the rules say otherwise."""

    name: str
    patient: str
    expected: str
    off: tuple[Part, ...]


def nowhere(_found: Obstacle) -> str:
    """No address: for whoever cannot mend it."""
    return ""


def tables(rules: RuleSet, names: Names) -> list[TableShown]:
    """Every table of a rule set."""
    return [
        TableShown(
            table.name,
            words.stage(table.name),
            str(words.STAGES_ABOUT.get(table.name, "")),
            str(words.POLICIES[table.hit_policy]),
            tuple((words.input_name(one), about(one)) for one in table.inputs),
            tuple(_row(table, number, row, names) for number, row in enumerate(table.rows, 1)),
        )
        for table in rules.tables
    ]


def about(asked: Input) -> str:
    """'fra 5 til 25; højst 30 dage gammel'."""
    said = []
    if asked.low is not None and asked.high is not None:
        low, high = words.number(asked.low), words.number(asked.high)
        said.append(_("fra %(low)s til %(high)s", low=low, high=high))
    if asked.greatest_age_days is not None:
        said.append(_("højst %(time)s gammel", time=words.days(asked.greatest_age_days)))
    if not asked.can_be_missing:
        said.append(_("altid kendt"))
    return "; ".join(said)


def looks(rules: RuleSet) -> list[str]:
    """'Grøn med ACT højst 1 fra grænsen 20: en kliniker ser på det'."""
    return [second_look(rules, look) for look in rules.second_looks]


def obstacle(rules: RuleSet, found: Obstacle, names: Names) -> str:
    """One thing that bars, in a sentence that says where."""
    if found.bar == "other":
        return str(found.text)
    if found.bar == "example":
        return _("Eksemplet »%(name)s« får ikke det forventede svar.", name=found.example)
    if found.finding is not None:
        said = findings.finding(rules, found.finding, names)
        return f"{words.stage(found.table)}: {said}"
    table = rules.table(found.table)
    assert table is not None
    where = _place(found.table, [words.row_number(table, found.row)])
    return f"{where} {BARS[found.bar]}"


def obstacles(
    rules: RuleSet, found: Sequence[Obstacle], names: Names, link: Link = nowhere
) -> list[tuple[str, str]]:
    """(text, address or '') of each; rows that lack the same are told of together."""
    said: dict[tuple[str, str], None] = {}
    rows: dict[tuple[Bar, str], list[int]] = {}
    for one in found:
        table = rules.table(one.table)
        if one.bar in BARS and table is not None:
            rows.setdefault((one.bar, one.table), []).append(words.row_number(table, one.row))
        else:
            said[obstacle(rules, one, names), one.href or link(one)] = None
    for (bar, stage), numbers in rows.items():
        table = rules.table(stage)
        place = _place(stage, numbers)
        if table is not None and len(numbers) == len(table.rows) > 1:
            place = _("%(table)s, alle rækker", table=words.stage(stage))
        said[f"{place} {BARS[bar]}", link(Obstacle(bar, stage))] = None
    return list(said)


def outcomes(rules: RuleSet, examples: Sequence[Example], names: Names) -> list[Tried]:
    """Every example, run; the rules are sound."""
    asked = {one.name: one for table in rules.tables for one in table.inputs}
    return [
        Tried(
            one.example.name,
            words.patient(
                [(asked[name], v) for name, v in one.example.facts.items() if name in asked], names
            ),
            expects(one.example),
            tuple(
                (str(EXPECTED[off.what]), _expected(off, off.expected), _expected(off, off.got))
                for off in one.differences
            ),
        )
        for one in run_all(rules, examples, SOME_INSTANT)
    ]


def untouched(rules: RuleSet, examples: Sequence[Example]) -> list[str]:
    """'Kontakt: række 2 og 3' for every table with rows that no example makes fire."""
    fired = touched(rules, examples)
    said = []
    for table in rules.tables:
        left = [n for n, row in enumerate(table.rows, 1) if (table.name, row.id) not in fired]
        if left:
            said.append(_place(table.name, left))
    return said


def expects(found: Example) -> str:
    """'rød, kontakt, fremmøde'."""
    said = [str(words.COLOURS[found.colour]), str(words.ACTIONS[found.action])]
    if found.form is not None:
        said.append(str(words.FORMS.get(found.form, found.form)))
    if found.latest_weeks is not None:
        said.append(_("senest om %(time)s", time=words.weeks(found.latest_weeks)))
    return ", ".join(said)


def _place(stage: str, rows: Sequence[int]) -> str:
    """'Kontakt, række 2 og 3'."""
    numbers = words.listed([str(number) for number in rows])
    return _("%(table)s, række %(number)s", table=words.stage(stage), number=numbers)


def _row(table: Table, number: int, row: Row, names: Names) -> RowShown:
    asked = tuple(
        words.condition(one, cell, names)
        for one, cell in zip(table.inputs, row.cells, strict=True)
        if not isinstance(cell, AnyValue)
    )
    answers = tuple(
        f"{words.output_name(output)}: {words.value(output, given, names) or _('intet endnu')}"
        for output, given in zip(table.outputs, row.outputs, strict=True)
    )
    return RowShown(number, asked or (_("alle patienter"),), answers, row)


def second_look(rules: RuleSet, look: SecondLook) -> str:
    every = (one for table in rules.tables for one in table.inputs)
    label = next((words.label(one) for one in every if one.name == look.input), look.input)
    return _(
        "Grøn med %(input)s højst %(within)s fra grænsen %(limit)s: en kliniker ser på det.",
        input=label,
        within=words.number(look.within),
        limit=words.number(look.limit),
    )


def _expected(off: Off, value: object) -> str:
    known: dict[What, dict[str, LazyString]] = {
        "colour": words.COLOURS,
        "action": words.ACTIONS,
        "form": words.FORMS,
    }
    if off.what == "latest_weeks" and isinstance(value, int):
        return words.weeks(value)
    if isinstance(value, str):
        return str(known.get(off.what, {}).get(value, value))
    if isinstance(value, tuple):
        return ", ".join(value) or _("intet")
    return _("intet") if value is None else str(value)

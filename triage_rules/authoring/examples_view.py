"""Example patients as the page shows them: who, what is expected, and what the rules say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from triage_rules.authoring import words
from triage_rules.authoring.drafting import Here
from triage_rules.authoring.findings import Found
from triage_rules.tables import examples as trying
from triage_rules.tables.decide import ANSWERED
from triage_rules.tables.examples import Difference, Example, Suggestion
from triage_rules.tables.model import Input, Table
from triage_rules.tables.rule_set import RuleSet


@dataclass(frozen=True)
class ExampleView:
    """One example: its place from 0, in words, and where the rules say something else."""

    place: int
    name: str
    patient: str
    expected: str
    differences: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class SuggestionView:
    """An example for rows that none touches. written: the example as a form sends it back."""

    rows: str
    patient: str
    expected: str
    why_not: str
    written: str


def runs(found: Sequence[Found]) -> bool:
    """True if the rules can be tried out: a row without its answers cannot."""
    return not any(isinstance(one, tuple) and one[1].flaw == "bad_output" for one in found)


def asked(rules: RuleSet) -> list[Input]:
    """Everything the tables ask of a patient, once each."""
    every = {one.name: one for table in rules.tables for one in table.inputs}
    return [one for name, one in every.items() if name not in ANSWERED]


def examples_shown(here: Here, found: Sequence[Found]) -> dict[str, object]:
    """What the tab of example patients shows."""
    if not runs(found):
        shown = [
            ExampleView(n, one.name, patient(here, one), expected(one), (), ())
            for n, one in enumerate(here.examples)
        ]
        return {"examples": shown, "runs": False, "suggestions": []}
    outcomes = trying.run_all(here.rules, here.examples, here.draft.edited_at)
    shown = [
        ExampleView(
            n,
            one.example.name,
            patient(here, one.example),
            expected(one.example),
            tuple(difference(here, each) for each in one.differences),
            tuple(row_names(here.rules, [(t, row.id) for t, row in one.decision.fired])),
        )
        for n, one in enumerate(outcomes)
    ]
    suggestions = [_suggestion(here, one) for one in trying.suggest(here.rules, here.examples)]
    return {"examples": shown, "runs": True, "suggestions": suggestions}


def patient(here: Here, example: Example) -> str:
    """'En patient med ACT 17 point og FEV1 ukendt', in the order of the tables."""
    known = asked(here.rules)
    facts = [(one, example.facts.get(one.name)) for one in known]
    return words.patient(facts, here.names)


def expected(example: Example) -> str:
    """'rød; kontakt; fremmøde; senest 2 uger'."""
    parts = [str(words.COLOURS[example.colour]), str(words.ACTIONS[example.action])]
    if example.form is not None:
        parts.append(str(words.FORMS.get(example.form, example.form)))
    if example.latest_weeks is not None:
        parts.append(_("senest om %(time)s", time=words.weeks(example.latest_weeks)))
    calls = [words.WHOM_TO_CALL.get(code, code) for code in example.calls or ()]
    parts += [_("ring til %(whom)s", whom=whom) for whom in calls]
    return "; ".join(parts)


def difference(here: Here, found: Difference) -> str:
    """'Farve: reglerne siger gul'."""
    if found.what == "unknown_fact":
        return _("Ingen tabel spørger om »%(name)s«", name=found.got)
    what = {
        "colour": _("Farve"),
        "action": _("Hvad skal ske"),
        "form": _("Form"),
        "latest_weeks": _("Senest"),
        "calls": _("Ring til"),
        "obligations": _("Forpligtelse"),
    }[found.what]
    return _("%(what)s: reglerne siger %(got)s", what=what, got=_said(here, found))


def _said(here: Here, found: Difference) -> str:
    if found.got is None or found.got == ():
        return _("intet")
    if isinstance(found.got, tuple):
        known = words.WHOM_TO_CALL if found.what == "calls" else {}
        said = [
            here.names.get(("obligation", one)) or str(known.get(one, one)) for one in found.got
        ]
        return words.listed(said)
    if found.what == "latest_weeks" and isinstance(found.got, int):
        return _("senest om %(time)s", time=words.weeks(found.got))
    return str(words.CHOICES.get(found.what, {}).get(str(found.got), found.got))


def row_names(rules: RuleSet, places: Iterable[tuple[str, str]]) -> list[str]:
    """'Kontakt, række 2', for each (table, row id)."""
    tables: dict[str, Table] = {table.name: table for table in rules.tables}
    return [
        f"{words.stage(name)}, {words.row_name(tables[name], row_id)}" for name, row_id in places
    ]


def _suggestion(here: Here, found: Suggestion) -> SuggestionView:
    rows = words.listed(row_names(here.rules, found.rows))
    if found.example is None:
        why = (
            _("Ingen patient kan nå rækken gennem de tidligere tabeller.")
            if found.why_not == "unreachable"
            else _("Der blev ikke fundet en patient til rækken. Skriv selv en.")
        )
        return SuggestionView(rows, "", "", why, "")
    first = row_names(here.rules, found.rows[:1])[0]
    named = Example(**{**vars(found.example), "name": first})
    return SuggestionView(rows, patient(here, named), expected(named), "", trying.written([named]))

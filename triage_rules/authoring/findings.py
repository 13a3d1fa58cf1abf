"""What is wrong with a rule set, in words, each with one patient it happens to, and where it is."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from triage_rules.authoring import words
from triage_rules.authoring.words import NO_NAMES, Names
from triage_rules.tables.model import AnyValue, Table, allows
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.soundness import ChainFlaw, Unsound
from triage_rules.tables.verify import Finding, Flaw, Merge

Found = tuple[str, Finding] | Unsound


@dataclass(frozen=True)
class Place:
    """Where something is wrong. rows: their ids, none for the whole table; input: its name."""

    table: str
    rows: tuple[str, ...] = ()
    input: str = ""


def place(found: Found) -> Place:
    """Where a finding belongs in the grid."""
    if isinstance(found, Unsound):
        return Place(found.table, (found.row,) if found.row else (), found.input)
    table, finding = found
    return Place(table, finding.rows)


def finding(rules: RuleSet, found: Found, names: Names = NO_NAMES) -> str:
    """What is wrong, in a sentence or two, with one patient where there is one."""
    if isinstance(found, Unsound):
        table = rules.table(found.table)
        assert table is not None
        return _CHAIN[found.flaw](rules, table, found)
    table = rules.table(found[0])
    assert table is not None
    return _TABLE[found[1].flaw](table, found[1], names)


def merge(table: Table, found: Merge, names: Names = NO_NAMES) -> str:
    """'Række 2 og række 3 svarer det samme og kan blive til én: ACT: mindst 16.'"""
    first, second = (words.row_number(table, one) for one in found.rows)
    said = _(
        "Række %(first)s og %(second)s svarer det samme og kan blive til én med %(cell)s.",
        first=first,
        second=second,
        cell=words.extent(table.inputs[found.column], (found.cell,), names),
    )
    told = {row.id: (row.told, row.told_en) for row in table.rows}
    kept, lost = (told[one] for one in found.rows)
    if lost in (kept, ("", "")):
        return said
    gone = _("Beskeden til patienten i række %(row)s falder bort.", row=second)
    return f"{said} {gone}"


def _patient(table: Table, found: Finding, names: Names) -> str:
    """The patient, by the inputs that matter."""
    return words.patient(
        [
            (asked, value)
            for asked, value, cells in zip(table.inputs, found.patient, found.cells, strict=True)
            if cells != (AnyValue(),)
        ],
        names,
    )


def _extent(table: Table, found: Finding, names: Names) -> str:
    """All whom it happens to; '' where the patient has already said it."""
    parts = [
        words.extent(asked, cells, names)
        for asked, cells in zip(table.inputs, found.cells, strict=True)
        if cells != (AnyValue(),)
    ]
    return "; ".join(parts)


def _gap(table: Table, found: Finding, names: Names) -> str:
    if not table.rows:
        return _("Tabellen har ingen rækker endnu, så ingen patient får et svar.")
    who = _patient(table, found, names)
    where = _extent(table, found, names)
    if not where:
        return _("%(patient)s rammer ingen række.", patient=who)
    return _("%(patient)s rammer ingen række. Hullet: %(where)s.", patient=who, where=where)


def _overlap(table: Table, found: Finding, names: Names) -> str:
    first, second = (words.row_number(table, one) for one in found.rows)
    who = _patient(table, found, names)
    if table.hit_policy == "ANY":
        return _(
            "%(patient)s rammer både række %(first)s og %(second)s, og de svarer forskelligt.",
            patient=who,
            first=first,
            second=second,
        )
    return _(
        "%(patient)s rammer både række %(first)s og %(second)s.",
        patient=who,
        first=first,
        second=second,
    )


def _dead(table: Table, found: Finding, _names: Names) -> str:
    number = words.row_number(table, found.rows[0])
    if table.hit_policy == "PRIORITY":
        return _(
            "Række %(number)s kommer aldrig i brug: vigtigere rækker tager alle dens patienter.",
            number=number,
        )
    return _(
        "Række %(number)s kommer aldrig i brug: rækkerne før den tager alle dens patienter.",
        number=number,
    )


def _empty(table: Table, found: Finding, names: Names) -> str:
    row = next(row for row in table.rows if row.id == found.rows[0])
    return _(
        "Række %(number)s passer på ingen patient: %(conditions)s ligger uden for det, der kan "
        "forekomme.",
        number=words.row_number(table, row.id),
        conditions=words.row_conditions(table, row, names),
    )


def _bad_output(table: Table, found: Finding, _names: Names) -> str:
    row = next(row for row in table.rows if row.id == found.rows[0])
    wrong = [
        words.output_name(output)
        for output, value in zip(table.outputs, row.outputs, strict=True)
        if not allows(output, value)
    ]
    return _(
        "Række %(number)s mangler et svar, eller svaret kan ikke bruges: %(outputs)s.",
        number=words.row_number(table, row.id),
        outputs=words.listed(wrong),
    )


def _duplicate(table: Table, found: Finding, _names: Names) -> str:
    first, second = (words.row_number(table, one) for one in found.rows)
    return _(
        "Række %(first)s og %(second)s stiller de samme betingelser.", first=first, second=second
    )


def _no_otherwise(_table: Table, _found: Finding, _names: Names) -> str:
    return _("Den sidste række skal gælde alle andre: »uanset« i hvert felt.")


def _too_tangled(_table: Table, _found: Finding, _names: Names) -> str:
    return _(
        "Tabellen er for indviklet til at blive kontrolleret helt. Brug færre rækker eller færre "
        "oplysninger."
    )


_TABLE: dict[Flaw, Callable[[Table, Finding, Names], str]] = {
    "gap": _gap,
    "overlap": _overlap,
    "dead": _dead,
    "empty": _empty,
    "no_otherwise": _no_otherwise,
    "bad_output": _bad_output,
    "duplicate": _duplicate,
    "too_tangled": _too_tangled,
}


def _window_order(_rules: RuleSet, table: Table, found: Unsound) -> str:
    return _(
        "Række %(number)s: ugerne skal stå i rækkefølge, tidligst før helst før senest.",
        number=words.row_number(table, found.row),
    )


def _no_form(_rules: RuleSet, table: Table, found: Unsound) -> str:
    return _(
        "Række %(number)s svarer med en kontakt uden form: vælg fremmøde, video eller telefon.",
        number=words.row_number(table, found.row),
    )


def _green_when_missing(_rules: RuleSet, table: Table, found: Unsound) -> str:
    number = words.row_number(table, found.row)
    if table.name == "contact":
        return _(
            "Række %(number)s gælder, når noget mangler, og må ikke nøjes med et spørgeskema.",
            number=number,
        )
    return _(
        "Række %(number)s gælder, når noget mangler, og må derfor ikke svare grøn.", number=number
    )


def _flag_overruled(_rules: RuleSet, table: Table, found: Unsound) -> str:
    return _(
        "En rød patient kan ramme række %(number)s, som nøjes med et spørgeskema.",
        number=words.row_number(table, found.row),
    )


def _label(rules: RuleSet, name: str) -> str:
    every = (asked for table in rules.tables for asked in table.inputs)
    return next((words.label(asked) for asked in every if asked.name == name), name)


def _second_look_of_nothing(rules: RuleSet, _table: Table, found: Unsound) -> str:
    return _(
        "Et ekstra blik nær en grænse ser på »%(input)s«, som sygdomsaktivitet ikke spørger om.",
        input=_label(rules, found.input),
    )


def _two_meanings(rules: RuleSet, _table: Table, found: Unsound) -> str:
    return _(
        "»%(input)s« er beskrevet på to måder i to tabeller. Ret den ene, så de er ens.",
        input=_label(rules, found.input),
    )


def _nothing_said(_rules: RuleSet, table: Table, found: Unsound) -> str:
    return _(
        "Række %(number)s siger ikke, hvad den handler om: skriv %(output)s.",
        number=words.row_number(table, found.row),
        output=words.output_name(table.outputs[0]).lower(),
    )


def _never_stale(rules: RuleSet, _table: Table, found: Unsound) -> str:
    return _(
        "»%(input)s« bliver aldrig for gammel: skriv, hvor mange dage det højst må være.",
        input=_label(rules, found.input),
    )


_CHAIN: dict[ChainFlaw, Callable[[RuleSet, Table, Unsound], str]] = {
    "window_order": _window_order,
    "no_form": _no_form,
    "green_when_missing": _green_when_missing,
    "flag_overruled": _flag_overruled,
    "second_look_of_nothing": _second_look_of_nothing,
    "two_meanings": _two_meanings,
    "nothing_said": _nothing_said,
    "never_stale": _never_stale,
}

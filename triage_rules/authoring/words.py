"""Decision tables in words: cells, answers, columns, rows and patients, in the reader's language.

The author's own texts (an input's label, what a patient is told) stand as they were written. What
is wrong with a table is said in `findings`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from babel.lists import format_list
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.professions import profession_name
from booking.platform.i18n import language_code
from triage_rules.tables.model import (
    AnyValue,
    Cell,
    HitPolicy,
    Input,
    Interval,
    Is,
    Missing,
    OneOf,
    Output,
    Row,
    Table,
    Value,
)

# What a choice's code is called: (input's or output's name, code) -> words.
Names = Mapping[tuple[str, str], str]
NO_NAMES: Names = {}

COLOURS: dict[str, LazyString] = {"red": _l("rød"), "yellow": _l("gul"), "green": _l("grøn")}
ACTIONS: dict[str, LazyString] = {
    "contact": _l("kontakt"),
    "look": _l("en kliniker ser på det"),
    "questionnaire": _l("kun nyt spørgeskema"),
}
FORMS: dict[str, LazyString] = {
    "in_person": _l("fremmøde"),
    "video": _l("video"),
    "phone": _l("telefon"),
    "none": _l("ingen kontakt"),
}
URGENCIES: dict[str, LazyString] = {
    "acute": _l("akut"),
    "soon": _l("snart"),
    "routine": _l("rutine"),
}
WHOM_TO_CALL: dict[str, LazyString] = {
    "112": _l("112 (alarm)"),
    "1813": _l("1813 (vagtlæge)"),
    "clinic": _l("klinikken"),
}
# What the library's rule sets owe a patient beyond the national standards.
OBLIGATIONS: dict[str, LazyString] = {
    "ibd_flare_review_3m": _l("Ses hver 3. måned, så længe sygdommen er i udbrud"),
    "ibd_review_yearly": _l("Ses mindst én gang om året"),
    "ra_yearly_visit": _l("Et besøg mindst én gang om året"),
    "safety_net_review": _l("Ses senest, når regelsættets længste interval er gået"),
    "suicide_risk_assessed": _l("Selvmordsrisikoen vurderes"),
}
CHOICES: dict[str, dict[str, LazyString]] = {
    "colour": COLOURS,
    "action": ACTIONS,
    "form": FORMS,
    "urgency": URGENCIES,
    "call": WHOM_TO_CALL,
}
OUTPUTS: dict[str, LazyString] = {
    "flag": _l("Rødt flag"),
    "call": _l("Ring til"),
    "colour": _l("Farve"),
    "action": _l("Hvad skal ske"),
    "form": _l("Form"),
    "from_weeks": _l("Tidligst"),
    "target_weeks": _l("Helst"),
    "latest_weeks": _l("Senest"),
    "minutes": _l("Længde"),
    "profession": _l("Faggruppe"),
    "urgency": _l("Hast"),
    "obligation": _l("Forpligtelse"),
}
# Inputs that an earlier table answers are ours, and called so in every language.
ANSWERS: dict[str, LazyString] = {"colour": _l("Farve"), "red_flag": _l("Rødt flag")}
# Units that Rettid knows, as columns have them; others stand as they were written.
UNITS: dict[str, LazyString] = {
    "år": _l("år"),
    "måneder": _l("måneder"),
    "uger": _l("uger"),
    "dage": _l("dage"),
    "timer": _l("timer"),
    "minutter": _l("minutter"),
    "point": _l("point"),
    "% af forventet": _l("procent af forventet"),
    "trin": _l("trin"),
    "cigaretter/dag": _l("cigaretter/dag"),
    "antal": _l("antal"),
    "udført": _l("udført"),
}
STAGES: dict[str, LazyString] = {
    "red_flags": _l("Røde flag"),
    "activity": _l("Sygdomsaktivitet"),
    "contact": _l("Kontakt"),
    "obligations": _l("Forpligtelser"),
}
STAGES_ABOUT: dict[str, LazyString] = {
    "red_flags": _l("Det, der altid gør patienten rød, og hvem patienten straks skal ringe til."),
    "activity": _l("Hvor syg patienten er lige nu: rød, gul eller grøn."),
    "contact": _l("Hvad der så skal ske, hvornår, hvordan, og hos hvem."),
    "obligations": _l("Hvad en national standard kræver for patienten."),
}
POLICIES: dict[HitPolicy, LazyString] = {
    "UNIQUE": _l("Præcis én række"),
    "FIRST": _l("Den første række, der passer"),
    "ANY": _l("Flere rækker med samme svar"),
    "PRIORITY": _l("Den vigtigste række, der passer"),
    "RULE ORDER": _l("Alle rækker, der passer"),
    "OUTPUT ORDER": _l("Alle rækker, der passer, de vigtigste først"),
    "COLLECT": _l("Alle rækker, der passer, samlet"),
}
POLICIES_ABOUT: dict[HitPolicy, LazyString] = {
    "UNIQUE": _l("Enhver patient skal passe til én række og kun én."),
    "FIRST": _l("Rækkerne læses oppefra. Den sidste skal gælde alle andre."),
    "ANY": _l("Rækker må dække de samme patienter, hvis de svarer det samme."),
    "PRIORITY": _l("Rød går før gul, og gul før grøn."),
    "RULE ORDER": _l("En patient kan passe til ingen, én eller flere rækker."),
}


def number(value: Decimal) -> str:
    """'7,5' in Danish, '7.5' in English; never rounded."""
    written = format(value.normalize(), "f")
    return written if language_code() == "en" else written.replace(".", ",")


def counted(value: Decimal | int, unit: str) -> str:
    """'1 uge', '6 uger', '7,5 mmol/l'; the number alone where it has no unit."""
    said, forms = number(Decimal(value)), 1 if value == 1 else 2
    match unit:
        case "år":
            return ngettext("%(said)s år", "%(said)s år", forms, said=said)
        case "måneder":
            return ngettext("%(said)s måned", "%(said)s måneder", forms, said=said)
        case "uger":
            return ngettext("%(said)s uge", "%(said)s uger", forms, said=said)
        case "dage":
            return ngettext("%(said)s dag", "%(said)s dage", forms, said=said)
        case "timer":
            return ngettext("%(said)s time", "%(said)s timer", forms, said=said)
        case "minutter":
            return ngettext("%(said)s minut", "%(said)s minutter", forms, said=said)
        case "point":
            return ngettext("%(said)s point", "%(said)s point", forms, said=said)
    return f"{said} {unit_name(unit)}".strip()


def weeks(count: int | Decimal) -> str:
    """'1 uge', '6 uger'."""
    return counted(count, "uger")


def days(count: int) -> str:
    """'1 dag', '30 dage'."""
    return counted(count, "dage")


def listed(parts: Sequence[str], *, either: bool = False) -> str:
    """'a, b og c', or 'a, b eller c'."""
    return format_list(parts, style="or" if either else "standard", locale=language_code())


def choice(asked: Input, code: str, names: Names = NO_NAMES) -> str:
    """What a choice of an input is called; its code where it has no other name."""
    known = COLOURS if asked.name == "colour" else {}
    return str(names.get((asked.name, code)) or known.get(code, code))


def fact(asked: Input, value: Value | None, names: Names = NO_NAMES) -> str:
    """One patient's value: '17 point', 'ja', 'rød', 'ukendt'."""
    if value is None:
        return _("ukendt")
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(value, str):
        return choice(asked, value, names)
    return counted(value, asked.unit)


def cell(asked: Input, found: Cell, names: Names = NO_NAMES) -> str:
    """What a cell asks for: 'mindst 20', 'fra 16 til 19', 'rød eller gul', 'ja', 'mangler'."""
    if isinstance(found, AnyValue):
        return _("uanset")
    if isinstance(found, Missing):
        return _("mangler")
    if isinstance(found, Is):
        return _("ja") if found.value else _("nej")
    if isinstance(found, OneOf):
        chosen = [code for code in asked.choices if code in found.choices]
        chosen += sorted(found.choices.difference(chosen))
        if not chosen:
            return _("intet valgt")
        return listed([choice(asked, code, names) for code in chosen], either=True)
    return _interval(found)


def _interval(found: Interval) -> str:
    if found.low is not None and found.low == found.high:
        return number(found.low)
    if found.low is not None and found.high is not None:
        low, high = number(found.low), number(found.high)
        if found.low_closed and found.high_closed:
            return _("fra %(low)s til %(high)s", low=low, high=high)
        return listed([_low(found), _high(found)])
    if found.low is not None:
        return _low(found)
    if found.high is not None:
        return _high(found)
    return _("ethvert tal")


def _low(found: Interval) -> str:
    assert found.low is not None
    if found.low_closed:
        return _("mindst %(number)s", number=number(found.low))
    return _("over %(number)s", number=number(found.low))


def _high(found: Interval) -> str:
    assert found.high is not None
    if found.high_closed:
        return _("højst %(number)s", number=number(found.high))
    return _("under %(number)s", number=number(found.high))


def condition(asked: Input, found: Cell, names: Names = NO_NAMES) -> str:
    """'ACT: mindst 20'."""
    return f"{label(asked)}: {cell(asked, found, names)}"


def extent(asked: Input, cells: Sequence[Cell], names: Names = NO_NAMES) -> str:
    """Where several cells together hold: 'ACT: fra 16 til 19 eller mangler'.

    Bounds are moved onto the values there are: 'over 15 og under 20' of whole numbers is
    'fra 16 til 19'.
    """
    parts = [cell(asked, _on_grid(asked, one), names) for one in cells]
    return f"{label(asked)}: {listed(parts, either=True)}"


def _on_grid(asked: Input, found: Cell) -> Cell:
    if not isinstance(found, Interval):
        return found
    low, high = found.low, found.high
    if low is not None and not found.low_closed:
        low += asked.step - (low - (asked.low or 0)) % asked.step
    if high is not None and not found.high_closed:
        high -= (high - (asked.low or 0)) % asked.step or asked.step
    if low == asked.low and high is not None and low != high:
        low = None
    if high == asked.high and low is not None and low != high:
        high = None
    return Interval(low, high)


def output_name(output: Output) -> str:
    """What an answer's column is called."""
    return str(OUTPUTS.get(output.name, output.label))


def unit(of: Input | Output) -> str:
    """The unit of an input or an answer; '' for none."""
    return unit_name(of.unit)


def unit_name(unit: str) -> str:
    """A unit as it is read; one Rettid does not know stands as it was written."""
    return str(UNITS.get(unit, unit))


def value(output: Output, given: Value, names: Names = NO_NAMES) -> str:
    """What a row answers: 'rød', 'fremmøde', '6 uger', 'speciallæge'; '' for nothing yet."""
    if isinstance(given, Decimal):
        return counted(given, output.unit)
    if isinstance(given, bool):
        return _("ja") if given else _("nej")
    if output.name == "profession":
        return profession_name(given) if given else _("alle faggrupper")
    known = CHOICES.get(output.name, {})
    return str(names.get((output.name, given)) or known.get(given, given))


def label(asked: Input) -> str:
    """What an input is called."""
    return str(ANSWERS.get(asked.name, asked.label))


def input_name(asked: Input) -> str:
    """A column's heading: 'ACT (point)'."""
    return f"{label(asked)} ({unit(asked)})" if asked.unit else label(asked)


def stage(name: str) -> str:
    """What a table is called by its place in the chain."""
    return str(STAGES.get(name, name))


def row_number(table: Table, row_id: str) -> int:
    """A row's place, counted from 1, which is what people call it by."""
    return next(n for n, row in enumerate(table.rows, 1) if row.id == row_id)


def row_name(table: Table, row_id: str) -> str:
    """'række 2'."""
    return _("række %(number)s", number=row_number(table, row_id))


def row_conditions(table: Table, row: Row, names: Names = NO_NAMES) -> str:
    """What a row asks for: 'ACT: mindst 20; Åndenød i hvile: nej', or 'alle patienter'."""
    asked = [
        condition(one, found, names)
        for one, found in zip(table.inputs, row.cells, strict=True)
        if not isinstance(found, AnyValue)
    ]
    return "; ".join(asked) or _("alle patienter")


def row_answers(table: Table, row: Row, names: Names = NO_NAMES) -> str:
    """What a row answers: 'Farve: rød'."""
    return "; ".join(
        f"{output_name(output)}: {value(output, given, names) or _('intet endnu')}"
        for output, given in zip(table.outputs, row.outputs, strict=True)
    )


def row_summary(table: Table, row: Row, names: Names = NO_NAMES) -> str:
    """A whole row: 'ACT: mindst 20 → Farve: grøn'."""
    return f"{row_conditions(table, row, names)} → {row_answers(table, row, names)}"


def patient(facts: Sequence[tuple[Input, Value | None]], names: Names = NO_NAMES) -> str:
    """'En patient med ACT 17 point og FEV1 ukendt'; 'Enhver patient' where nothing is said."""
    if not facts:
        return _("Enhver patient")
    said = []
    for asked, known in facts:
        joint = " " if known is None or isinstance(known, Decimal) else ": "
        said.append(f"{label(asked)}{joint}{fact(asked, known, names)}")
    return _("En patient med %(facts)s", facts=listed(said))

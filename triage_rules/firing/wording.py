"""What was counted, in the reader's language."""

from flask_babel import LazyString, format_percent
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from triage_rules.authoring import words
from triage_rules.authoring.words import ACTIONS, COLOURS, NO_NAMES, Names
from triage_rules.firing.rates import Alarm, Counted
from triage_rules.firing.watching import WatchedInput, WatchedRow
from triage_rules.tables.model import Row, Table

ALARMS: dict[Alarm, tuple[LazyString, str]] = {
    "silent": (_l("Er blevet tavs"), "error"),
    "rarer": (_l("Bruges sjældnere"), "warning"),
    "oftener": (_l("Bruges oftere"), "warning"),
}
DRIFTS: dict[Alarm, tuple[LazyString, str]] = {
    "silent": (_l("Er efterhånden blevet tavs"), "error"),
    "rarer": (_l("Bruges efterhånden sjældnere"), "warning"),
    "oftener": (_l("Bruges efterhånden oftere"), "warning"),
}
MISSING_MORE = (_l("Mangler oftere end før"), "warning")
MISSING_MORE_SLOWLY = (_l("Mangler efterhånden oftere"), "warning")
TOO_FEW = (_l("For få afgørelser"), "neutral")
NEVER = (_l("Ikke brugt i perioden"), "neutral")
NO_DIFFERENCE = (_l("Ingen sikker forskel"), "success")


def verdict(one: WatchedRow | WatchedInput) -> tuple[LazyString, str]:
    """(words, kind of status) for a row or an input."""
    if one.alarm:
        return ALARMS[one.alarm] if isinstance(one, WatchedRow) else MISSING_MORE
    if one.drift:
        return DRIFTS[one.drift] if isinstance(one, WatchedRow) else MISSING_MORE_SLOWLY
    if not one.counted.enough:
        return TOO_FEW
    if isinstance(one, WatchedRow) and not one.counted.lately + one.counted.before:
        return NEVER
    return NO_DIFFERENCE


def share(happened: int, of: int) -> str:
    """'12 af 60 (20 %)'."""
    if not of:
        return _("ingen afgørelser")
    rate = format_percent(happened / of)
    return _("%(happened)s af %(of)s (%(rate)s)", happened=happened, of=of, rate=rate)


def lately(counted: Counted) -> str:
    """The share of the last weeks."""
    return share(counted.lately, counted.of_lately)


def before(counted: Counted) -> str:
    """The share of the weeks before."""
    return share(counted.before, counted.of_before)


def compared(one: WatchedRow | WatchedInput) -> str:
    """The two shares that make it stand out: of the short comparison, else of the long."""
    if one.alarm:
        return _(
            "%(lately)s, før %(before)s", lately=lately(one.counted), before=before(one.counted)
        )
    return _(
        "De seneste 8 uger %(lately)s, de 26 uger før %(before)s",
        lately=lately(one.slowly),
        before=before(one.slowly),
    )


def rule(table: Table, row: Row, names: Names = NO_NAMES) -> str:
    """'Farve: rød → kontakt, fremmøde': whom it is for, and the first of what it answers."""
    answers = zip(table.outputs[:2], row.outputs[:2], strict=True)
    said = [words.value(output, given, names) for output, given in answers if given != "none"]
    return f"{words.row_conditions(table, row, names)} → {', '.join(said)}"


def place(one: WatchedRow) -> str:
    """'Sygdomsaktivitet, række 2'."""
    return f"{words.stage(one.table.name)}, {words.row_name(one.table, one.row.id)}"


def outcome(colour: str, action: str) -> str:
    """'grøn, kun nyt spørgeskema'."""
    return f"{COLOURS[colour]}, {ACTIONS[action]}"

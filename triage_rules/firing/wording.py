"""What was counted, in the reader's language."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from triage_rules.authoring import words
from triage_rules.authoring.words import ACTIONS, COLOURS
from triage_rules.firing.rates import Alarm, Counted
from triage_rules.firing.watching import WatchedInput, WatchedRow

ALARMS: dict[Alarm, tuple[LazyString, str]] = {
    "silent": (_l("Er blevet tavs"), "error"),
    "rarer": (_l("Bruges sjældnere"), "warning"),
    "oftener": (_l("Bruges oftere"), "warning"),
}
MISSING_MORE = (_l("Mangler oftere end før"), "warning")
TOO_FEW = (_l("For få afgørelser"), "neutral")
NEVER = (_l("Ikke brugt i perioden"), "neutral")
AS_BEFORE = (_l("Som før"), "success")


def verdict(one: WatchedRow | WatchedInput) -> tuple[LazyString, str]:
    """(words, kind of status) for a row or an input."""
    if one.alarm:
        return ALARMS[one.alarm] if isinstance(one, WatchedRow) else MISSING_MORE
    if not one.counted.enough:
        return TOO_FEW
    if isinstance(one, WatchedRow) and not one.counted.lately + one.counted.before:
        return NEVER
    return AS_BEFORE


def share(happened: int, of: int) -> str:
    """'12 af 60 (20 %)'."""
    if not of:
        return _("ingen afgørelser")
    return _(
        "%(happened)s af %(of)s (%(percent)s %%)",
        happened=happened,
        of=of,
        percent=round(100 * happened / of),
    )


def lately(counted: Counted) -> str:
    """The share of the last weeks."""
    return share(counted.lately, counted.of_lately)


def before(counted: Counted) -> str:
    """The share of the weeks before."""
    return share(counted.before, counted.of_before)


def place(one: WatchedRow) -> str:
    """'Sygdomsaktivitet, række 2'."""
    return f"{words.stage(one.table.name)}, {words.row_name(one.table, one.row.id)}"


def outcome(colour: str, action: str) -> str:
    """'grøn, kun nyt spørgeskema'."""
    return f"{COLOURS[colour]}, {ACTIONS[action]}"

"""What the rules said, in words: colours, windows, facts, the rows that fired, near misses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.forms import FORMS
from booking.calendar.professions import profession_name
from booking.platform.database import Session
from triage_rules.authoring import sources, words
from triage_rules.authoring.words import Names
from triage_rules.followup import wording
from triage_rules.followup.models import FollowUpDecision
from triage_rules.tables.decide import ANSWERED, Decision
from triage_rules.tables.evaluate import Answer, Read
from triage_rules.tables.model import AnyValue, Row, Table, Value
from triage_rules.tables.rule_set import RuleSet


@dataclass(frozen=True)
class Mark:
    """A word with a symbol and a colour, as the `status` macro wants them."""

    text: LazyString
    kind: str
    icon: str


COLOURS: dict[str, Mark] = {
    "red": Mark(wording.COLOURS["red"], "error", "error"),
    "yellow": Mark(wording.COLOURS["yellow"], "warning", "warning"),
    "green": Mark(wording.COLOURS["green"], "success", "success"),
}
ACTIONS: dict[str, LazyString] = {
    "contact": _l("Patienten skal have en kontakt"),
    "look": _l("En kliniker skal se på det"),
    "questionnaire": _l("Nyt spørgeskema senere, ingen kontakt nu"),
}
CAUSES: dict[str, LazyString] = {
    "answered": _l("Patienten har svaret"),
    "corrected": _l("Svarene er rettet"),
    "wish": _l("Patienten vil gerne kontaktes"),
    "measured": _l("Der er kommet en måling"),
    "asked": _l("Klinikken har spurgt reglerne"),
}
STATES: dict[str, LazyString] = {
    "absent": _l("Mangler"),
    "stale": _l("For gammel til at bruge"),
    "out_of_range": _l("Uden for det, der kan være rigtigt"),
    "mistyped": _l("Kan ikke læses"),
}
WHYS: dict[str, LazyString] = {
    "alarm": _l("Et svar alarmerer i sig selv, hvad reglerne end siger"),
    "missing": _l("Der mangler noget, som kunne have ændret beslutningen"),
    "no_row": _l("Ingen række i tabellen passer"),
    "conflict": _l("Rækker i tabellen svarer forskelligt"),
    "near_limit": _l("Patienten er grøn, men tæt på en grænse"),
    "asked": _l("Patienten vil gerne kontaktes"),
}


@dataclass(frozen=True)
class Fired:
    """A row that fired. row: 'række 2'; said: what it asks for and answers."""

    table: str
    row: str
    said: str
    evidence: str
    owner: str
    review_by: date | None


@dataclass(frozen=True)
class Used:
    """An input as the rules read it. state: '' where it could be used."""

    name: str
    value: str
    at: datetime | None
    state: str


def fired(decision: Decision, names: Names) -> list[Fired]:
    """The rows that fired, in the chain's order."""
    return [
        Fired(
            words.stage(answer.table.name),
            words.row_name(answer.table, row.id),
            words.row_conditions(answer.table, row, names)
            + f" → {_answers(answer.table, row, names)}",
            row.evidence,
            row.owner,
            row.review_by,
        )
        for answer in decision.answers
        for row in answer.rows
    ]


def used(decision: Decision, names: Names) -> list[Used]:
    """Every input once, but for what an earlier table answered."""
    found: dict[str, Read] = {}
    for answer in decision.answers:
        for read in answer.read:
            if read.input.name not in ANSWERED:
                found.setdefault(read.input.name, read)
    return [
        Used(
            read.input.label,
            words.fact(read.input, read.value, names) if read.value is not None else "",
            read.at,
            str(STATES.get(read.state, "")),
        )
        for read in found.values()
    ]


def different(decision: Decision, names: Names) -> list[str]:
    """What would have made it different: the nearest rows that did not hold, and why not.

    'Sygdomsaktivitet, Farve: rød – hvis ACT var højst 15 (er 17 point)'.
    """
    return [
        _missed(answer, place, names)
        for answer in decision.answers
        for place in range(len(answer.missed))
        if _would_differ(answer, place)
    ]


def reasons(decision: FollowUpDecision) -> list[str]:
    """Why a clinician must look, each with the input or the table concerned."""
    labels = {
        asked.name: asked.label
        for table in decision.rule_version.rules.tables
        for asked in table.inputs
    }
    said = []
    for reason in decision.reasons:
        text = WHYS.get(reason["why"])
        about = labels.get(reason["input"], "")
        if not about and reason["why"] in ("no_row", "conflict"):
            about = words.stage(reason["table"])
        if text is not None:
            said.append(f"{text}: {about}" if about else str(text))
    return list(dict.fromkeys(said))


def why(decision: FollowUpDecision, names: Names) -> list[str]:
    """Why it is so, for a list: an alarm, the red flags and what made the colour, then why a
    clinician."""
    rules = decision.rule_version.rules
    said = [str(WHYS["alarm"])] if any(one["why"] == "alarm" for one in decision.reasons) else []
    for trace in decision.trace:
        table = rules.table(trace.table_name) if trace.kind == "fired" else None
        if table is None or table.name not in ("red_flags", "activity"):
            continue
        row = next(one for one in table.rows if one.id == trace.name)
        asked = words.row_conditions(table, row, names)
        if table.name == "red_flags":
            said.append(f"{row.outputs[0]} ({asked})")
        elif any(not isinstance(cell, AnyValue) for cell in row.cells):
            said.append(asked)
    return list(dict.fromkeys([*said, *reasons(decision)]))


def calls(codes: list[str]) -> list[str]:
    """Whom the patient was told to call."""
    return [str(words.WHOM_TO_CALL.get(code, code)) for code in codes]


def names_for(session: Session, clinic_id: int, rules: Sequence[RuleSet]) -> Names:
    """What the rules' choices and obligations are called at a clinic."""
    found = sources.sources(session, clinic_id)
    names: dict[tuple[str, str], str] = {}
    for one in rules:
        names.update(sources.names_of(session, found, one))
    return names


def obligations(codes: Sequence[str], names: Names) -> list[str]:
    """What is demanded; a clinic's own words as they stand."""
    return [names.get(("obligation", code), code) for code in codes]


def contact(asked: Mapping[str, object], decided_on: date) -> dict[str, str | date]:
    """A contact's form, length, with whom, how soon; and its window as local days."""
    first, target, last = (
        decided_on + timedelta(weeks=int(str(asked.get(f"{name}_weeks", 0))))
        for name in ("from", "target", "latest")
    )
    minutes, profession = int(str(asked.get("minutes", 0))), str(asked.get("profession", ""))
    return {
        "form": str(FORMS.get(str(asked.get("form")), "")),
        "minutes": _("%(minutes)s minutter", minutes=minutes) if minutes else "",
        "profession": profession_name(profession) if profession else "",
        "urgency": str(words.URGENCIES.get(str(asked.get("urgency")), "")),
        "from": first,
        "target": target,
        "latest": last,
    }


def _answers(table: Table, row: Row, names: Names) -> str:
    """What a row answers; of a contact only what it asks for."""
    if table.name != "contact":
        return words.row_answers(table, row, names)
    said = {
        output.name: words.value(output, given)
        for output, given in zip(table.outputs, row.outputs, strict=True)
    }
    action = row.outputs[0]
    if action == "look":
        return said["action"]
    when = _(
        "helst om %(target)s, senest om %(latest)s",
        target=said["target_weeks"],
        latest=said["latest_weeks"],
    )
    if action == "questionnaire":
        return f"{said['action']}, {when}"
    parts = [said[name] for name in ("form", "minutes", "profession")]
    return ", ".join([said["action"], *(one for one in parts if one), when])


def _would_differ(answer: Answer, place: int) -> bool:
    """True unless the row missed would have answered just what was answered, or failed only on
    what an earlier table said: that one tells it."""
    missed = answer.missed[place]
    own = any(answer.read[n].input.name not in ANSWERED for n in missed.columns)
    return own and all(row.outputs != missed.row.outputs for row in answer.rows)


def _missed(answer: Answer, place: int, names: Names) -> str:
    missed = answer.missed[place]
    lacking = [
        _("%(condition)s (er %(value)s)", condition=condition, value=value)
        for condition, value in (
            (
                words.condition(answer.read[n].input, missed.row.cells[n], names),
                _is(answer.read[n], names),
            )
            for n in missed.columns
        )
    ]
    outcome = _answers(answer.table, missed.row, names)
    return _("%(outcome)s, hvis %(conditions)s", outcome=outcome, conditions=words.listed(lacking))


def _is(read: Read, names: Names) -> str:
    known: Value | None = read.value
    if known is not None:
        return words.fact(read.input, known, names)
    return str(STATES.get(read.state, _("ukendt"))).lower()

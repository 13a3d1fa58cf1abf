"""From a patient's facts to a follow-up decision: the whole chain of a rule set, strictly.

A red flag stands whatever the later tables say, and whatever else is missing. Green is given
only where every table is sure; anything unsure is a clinician's. No window reaches beyond the
rule set's own safety net.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from triage_rules.tables.evaluate import Answer, Compiled, Fact
from triage_rules.tables.model import Row
from triage_rules.tables.rule_set import RuleSet, SecondLook

Colour = Literal["red", "yellow", "green"]
Action = Literal["contact", "look", "questionnaire"]
WhyLook = Literal[
    "alarm", "red_flag", "missing", "no_row", "conflict", "near_limit", "asked", "yellow"
]


# Facts that earlier tables make for the later ones.
ANSWERED = frozenset({"colour", "red_flag"})


@dataclass(frozen=True)
class Reason:
    """Why a clinician must look. input: the one concerned; '' where it is none in particular."""

    why: WhyLook
    table: str = ""
    input: str = ""


@dataclass(frozen=True)
class Contact:
    """What the contact table asked for. Windows in weeks from now, from ≤ target ≤ latest."""

    form: str
    from_weeks: int
    target_weeks: int
    latest_weeks: int
    minutes: int
    profession: str
    urgency: str


@dataclass(frozen=True)
class Decision:
    """What the rules say of one patient at one instant.

    action: 'contact' (an invitation), 'look' (a clinician), 'questionnaire' (a new one later).
    contact: the window and form, known unless the contact table was unsure. calls: whom to call
    at once, for a red flag. answers: the trace, a table each. fired: every row that fired.
    """

    colour: Colour
    action: Action
    contact: Contact | None
    calls: tuple[str, ...]
    reasons: tuple[Reason, ...]
    obligations: tuple[str, ...]
    answers: tuple[Answer, ...]

    @property
    def fired(self) -> tuple[tuple[str, Row], ...]:
        """(table, row) of all that fired, in the chain's order."""
        return tuple((answer.table.name, row) for answer in self.answers for row in answer.rows)


class Chain:
    """A rule set made ready: its tables compiled once."""

    def __init__(self, rules: RuleSet) -> None:
        """Compile every table."""
        self.rules = rules
        self.tables = {table.name: Compiled(table) for table in rules.tables}

    def __call__(self, facts: Mapping[str, Fact], now: datetime) -> Decision:
        """Decide for one patient.

        What an earlier table answered is a fact for the later: `colour`, and `red_flag` (true
        or false).
        """
        flags = self.tables["red_flags"](facts, now)
        activity = self.tables["activity"](facts, now)
        reasons = [*_why(flags), *_why(activity)]
        colour = "yellow" if activity.value is None else str(activity.value[0])
        if flags.rows:
            colour = "red"
            reasons.insert(0, Reason("red_flag", "red_flags"))
        known = {**facts, "red_flag": Fact(bool(flags.rows))}
        if flags.rows or activity.value is not None:
            known["colour"] = Fact(colour)
        asked = self.tables["contact"](known, now)
        reasons += _why(asked)
        contact = None if asked.value is None else self._contact(asked)
        if colour == "green":
            reasons += self._second_looks(activity)
        owed = self.tables["obligations"](known, now) if "obligations" in self.tables else None
        reasons += _why(owed) if owed else []
        action = _action(asked, colour)
        if action == "look" and not reasons:
            reasons.append(Reason("yellow", "contact"))
        if reasons:
            colour = "yellow" if colour == "green" else colour
            if not (colour == "red" and action == "contact"):  # a red patient does not wait for it
                action = "look"
        return Decision(
            colour=colour,  # type: ignore[arg-type]
            action=action,
            contact=contact,
            calls=tuple(dict.fromkeys(str(row.outputs[1]) for row in flags.rows)),
            reasons=tuple(reasons),
            obligations=tuple(str(row.outputs[0]) for row in owed.rows) if owed else (),
            answers=tuple(one for one in (flags, activity, asked, owed) if one is not None),
        )

    def _contact(self, asked: Answer) -> Contact:
        """The contact table's answer, held inside the safety net."""
        assert asked.value is not None
        _action, form, first, target, latest, minutes, profession, urgency = asked.value
        net = self.rules.latest_weeks
        last = min(_whole(latest), net)
        return Contact(
            str(form),
            min(_whole(first), last),
            min(_whole(target), last),
            last,
            _whole(minutes),
            str(profession),
            str(urgency),
        )

    def _second_looks(self, activity: Answer) -> list[Reason]:
        """The limits a green patient is near, if the author asked for a second look there."""
        values = {one.input.name: one.value for one in activity.read}
        found = []
        for look in self.rules.second_looks:
            value = values.get(look.input)
            if isinstance(value, Decimal) and near(look, value):
                found.append(Reason("near_limit", "activity", look.input))
        return found


def near(look: SecondLook, value: Decimal) -> bool:
    """True within the author's distance of the limit."""
    return abs(value - look.limit) <= look.within


def wants_contact(decision: Decision) -> Decision:
    """The same decision for a patient who asks to be contacted: that always wins."""
    reasons = (*decision.reasons, Reason("asked"))
    colour: Colour = "yellow" if decision.colour == "green" else decision.colour
    action: Action = "contact" if decision.action == "contact" else "look"
    return replace(decision, colour=colour, action=action, reasons=reasons)


def alarmed(decision: Decision) -> Decision:
    """The same decision for a patient with an answer that alone calls for a person today: red,
    acute, never less than a clinician's look, and told to call."""
    contact = decision.contact
    return replace(
        decision,
        colour="red",
        action="contact" if decision.action == "contact" else "look",
        contact=None if contact is None else replace(contact, urgency="acute"),
        calls=decision.calls or ("clinic",),
        reasons=(Reason("alarm"), *decision.reasons),
    )


def _why(answer: Answer) -> list[Reason]:
    """Why an answer is none to act on; nothing for one that is."""
    name = answer.table.name
    if answer.unsure:
        # What an earlier table could not answer has been told of there.
        return [Reason("missing", name, one) for one in answer.unsure if one not in ANSWERED]
    if answer.conflict:
        return [Reason("conflict", name)]
    return [Reason("no_row", name)] if answer.needs_clinician else []


def _action(asked: Answer, colour: str) -> Action:
    """What the contact table wants done; for red never less than a clinician's look."""
    wanted = "look" if asked.value is None else str(asked.value[0])
    if colour == "red" and wanted == "questionnaire":
        return "look"
    return wanted  # type: ignore[return-value]


def _whole(weeks: object) -> int:
    assert isinstance(weeks, Decimal)
    return int(weeks)

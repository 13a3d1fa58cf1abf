"""What the rules make of a planned check-up: a proposal, never more. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from triage_rules.followup.windows import window
from triage_rules.standards.obligations import FORMS, Standing, Way
from triage_rules.tables.decide import Decision

Kind = Literal["unneeded", "later", "sooner", "other_form", "demanded", "keep", "unsure"]
# What a clinician accepts and something then happens.
ACTED = ("unneeded", "later", "sooner", "other_form")


@dataclass(frozen=True)
class Checkup:
    """A check-up as it is planned. on: its local day, or the last day of its window."""

    on: date
    form: str
    minutes: int


@dataclass(frozen=True)
class Proposal:
    """What is proposed. demands: the obligations that speak against what the rules alone say.

    freed: the minutes a clinician would have back.
    """

    kind: Kind
    demands: tuple[str, ...] = ()
    freed: int = 0


def without_contact(owed: Iterable[Standing], until: date) -> tuple[str, ...]:
    """The obligations to be met by a day that take no contact: worth knowing before one goes."""
    return tuple(
        one.obligation.code
        for one in owed
        if one.state != "deviated" and not one.obligation.needs_contact and one.next_on <= until
    )


def propose(
    checkup: Checkup, decision: Decision, owed: Iterable[Standing], today: date
) -> Proposal:
    """What to do with a check-up, by the rules and by what the standards demand.

    The rules decide: a questionnaire instead (unneeded), another form, sooner, or later than
    planned. A standard stands in the way of all but sooner where only a contact such as the
    check-up can meet it, and it would be overdue before the rules see the patient in that form.
    What the rules are unsure of, and whose answer alarms, a clinician looks at.
    """
    contact = decision.contact
    alarms = any(reason.why == "alarm" for reason in decision.reasons)
    if decision.action == "look" or contact is None or alarms:
        return Proposal("unsure")
    days = window(contact, today)
    if decision.action == "questionnaire":
        demands = _demanding(checkup, owed, None, days.latest_on)
        return (
            Proposal("demanded", demands)
            if demands
            else Proposal("unneeded", freed=checkup.minutes)
        )
    if contact.form not in FORMS:
        return Proposal("unsure")
    if checkup.on > days.latest_on:
        return Proposal("sooner")
    if contact.form != checkup.form:
        demands = _demanding(checkup, owed, contact.form, days.latest_on)
        freed = max(0, checkup.minutes - contact.minutes) if contact.minutes else 0
        return Proposal("demanded", demands) if demands else Proposal("other_form", freed=freed)
    if checkup.on < days.opens_on:
        demands = _demanding(checkup, owed, None, days.opens_on)
        return Proposal("demanded", demands) if demands else Proposal("later")
    return Proposal("keep")


def _demanding(
    checkup: Checkup, owed: Iterable[Standing], form: str | None, until: date
) -> tuple[str, ...]:
    """The obligations that the check-up can meet and nothing else before they are overdue.

    form: the contact that would come instead, if any; until: the last day before which the
    rules do not see the patient.
    """
    return tuple(
        one.obligation.code
        for one in owed
        if one.state != "deviated"
        and one.obligation.needs_contact
        and Way("contact", checkup.form) in one.obligation.ways
        and (form is None or Way("contact", form) not in one.obligation.ways)
        and one.next_on <= max(until, checkup.on)
    )

"""When things are to happen: from a rule's weeks to local days. Pure.

A routine contact is looked for from the week before its target, never before the rule's first
week: nobody who should be seen in three months is called in after one because that is free. One
that is acute or soon is looked for from the first day.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from triage_rules.tables.decide import Contact

# The interval where the rules could not say one, and no clinician has set one.
UNSURE_WEEKS = 4


@dataclass(frozen=True)
class Window:
    """Local days. opens_on to latest_on is what the patient may choose among; a time is looked
    for from aim_on."""

    opens_on: date
    aim_on: date
    latest_on: date


@dataclass(frozen=True)
class NextStep:
    """When the next questionnaire goes out, and by when something must have happened."""

    ask_on: date
    latest_on: date


def window(contact: Contact, today: date) -> Window:
    """The days a contact may lie on."""
    aim = contact.from_weeks
    if contact.urgency == "routine":
        aim = max(contact.from_weeks, contact.target_weeks - 1)
    return Window(
        today + timedelta(weeks=contact.from_weeks),
        today + timedelta(weeks=aim),
        today + timedelta(weeks=contact.latest_weeks),
    )


def bounds(contact: Contact | None, net_weeks: int) -> tuple[int, int]:
    """The shortest and longest interval in weeks a clinician may set.

    net_weeks: the rule set's own latest week, which nobody exceeds.
    """
    if contact is None:
        return 1, net_weeks
    longest = max(1, min(contact.latest_weeks, net_weeks))
    return min(max(1, contact.from_weeks), longest), longest


def interval(contact: Contact | None, wished: int | None, net_weeks: int) -> int:
    """Weeks until the next questionnaire: as a clinician wished within the bounds, else the
    rule's target, else a cautious few."""
    low, high = bounds(contact, net_weeks)
    if wished is None:
        wished = UNSURE_WEEKS if contact is None else contact.target_weeks
    return min(max(wished, low), high)


def next_step(
    contact: Contact | None, wished: int | None, net_weeks: int, answer_days: int, today: date
) -> NextStep:
    """The next questionnaire, and the last day: when it must be answered, or the rule's latest
    week if that is later, and never beyond the safety net."""
    ask_on = today + timedelta(weeks=interval(contact, wished, net_weeks))
    latest = today + timedelta(weeks=0 if contact is None else contact.latest_weeks)
    answered = ask_on + timedelta(days=answer_days)
    return NextStep(ask_on, min(max(latest, answered), today + timedelta(weeks=net_weeks)))

"""What a standard demands of one patient, and how that stands on a day. Pure.

An obligation is met by a measurement, an answered questionnaire or a contact of some form, and
is owed again a number of calendar months later: from 31 January one month reaches 28 February
(29 in a leap year), and from 29 February a year reaches 28 February.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

State = Literal["met", "due", "overdue", "deviated"]
STATES: tuple[State, ...] = ("overdue", "due", "deviated", "met")  # the most urgent first
SOON = timedelta(days=60)
FORMS = ("in_person", "video", "phone")
WAYS = ("measurement", "contact", "questionnaire")


@dataclass(frozen=True)
class Way:
    """One way to meet an obligation. kind: of WAYS. code: a measurement's, a form of contact,
    or a questionnaire's."""

    kind: str
    code: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"


@dataclass(frozen=True)
class Obligation:
    """Something to be done for each patient every so many months, in any of these ways.

    share: the part of the patients, in percent, for whom the standard demands it; None where it
    names none.
    """

    code: str
    title_da: str
    title_en: str
    months: int
    ways: frozenset[Way]
    share: int | None = None

    def title(self, language: str) -> str:
        """What is demanded, in a language."""
        return self.title_en if language == "en" else self.title_da

    @property
    def needs_contact(self) -> bool:
        """True if only a contact can meet it: no measurement or questionnaire does."""
        return all(way.kind == "contact" for way in self.ways)


@dataclass(frozen=True)
class Done:
    """That something which may meet an obligation was done on a local day."""

    way: Way
    on: date


@dataclass(frozen=True)
class Decided:
    """A deviation in force from one day to another, both included."""

    first: date
    until: date


@dataclass(frozen=True)
class Standing:
    """How an obligation stands on a day.

    last: what met it last, if anything did. next_on: the day by which it must be met (again).
    fulfilled: it was met within its period. counts: it is part of the share: a newcomer whose
    first period is not over, and who has not met it yet, is not.
    """

    obligation: Obligation
    state: State
    last: Done | None
    next_on: date
    fulfilled: bool
    counts: bool


def standing(
    obligation: Obligation,
    done: Iterable[Done],
    since: date,
    deviations: Iterable[Decided],
    today: date,
) -> Standing:
    """How an obligation stands today for a patient who has been followed since a local day.

    What lies in the future, or is none of the obligation's ways, does not count. A deviation
    counts only where the obligation is not met with time to spare.
    """
    past = [one for one in done if one.way in obligation.ways and one.on <= today]
    last = max(past, key=lambda one: (one.on, str(one.way)), default=None)
    next_on = after_months(last.on if last else since, obligation.months)
    fulfilled = last is not None and today <= next_on
    state: State
    if today > next_on:
        state = "overdue"
    elif last is None or today >= next_on - SOON:
        state = "due"
    else:
        state = "met"
    if state != "met" and any(one.first <= today <= one.until for one in deviations):
        state = "deviated"
    return Standing(
        obligation, state, last, next_on, fulfilled, last is not None or today > next_on
    )


def after_months(day: date, months: int) -> date:
    """The same day some months on; the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@cache
def shortest(months: int) -> timedelta:
    """The fewest days that so many months can have."""
    return min(_spans(months))


@cache
def longest(months: int) -> timedelta:
    """The most days that so many months can have."""
    return max(_spans(months))


def _spans(months: int) -> list[timedelta]:
    """From every day of four years, one of them a leap year."""
    first = date(2023, 1, 1)
    starts = (first + timedelta(days=n) for n in range(4 * 366))
    return [after_months(start, months) - start for start in starts]

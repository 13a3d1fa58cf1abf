"""What rules would change: each patient's next step as it is today against as a draft has it.

A patient counts with their *next* contact only. What comes after depends on answers nobody has
yet, so no number of contacts a year is promised.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from triage_rules.followup import windows
from triage_rules.tables.decide import Decision

Change = Literal["colour", "action", "when", "form", "profession", "minutes", "other"]
AgeGroup = Literal["0-17", "18-39", "40-64", "65-79", "80+", "unknown"]
AGE_GROUPS: tuple[AgeGroup, ...] = ("0-17", "18-39", "40-64", "65-79", "80+", "unknown")
AGE_FROM: tuple[tuple[int, AgeGroup], ...] = (
    (80, "80+"),
    (65, "65-79"),
    (40, "40-64"),
    (18, "18-39"),
    (0, "0-17"),
)
WEEK = timedelta(weeks=1)
WEEKS_SHOWN = 52


@dataclass(frozen=True)
class Step:
    """A patient's next step.

    colour: '' where no rules said one. action: contact, look (a clinician looks now),
    questionnaire, or none (nothing is planned). on, latest_on: the local days of the contact or
    the questionnaire; for a look, the day the rules were run. form, profession, minutes: a
    contact's; '' for any profession.
    """

    action: str
    colour: str = ""
    on: date | None = None
    latest_on: date | None = None
    form: str = ""
    profession: str = ""
    minutes: int = 0

    @property
    def seen_on(self) -> date | None:
        """The day a person sees the patient or their answers; None where nobody is to."""
        return self.on if self.action in ("contact", "look") else None


NOTHING = Step("none")


@dataclass(frozen=True)
class Line:
    """One patient, today and as the draft has it. age: whole years, None where unknown.

    changes: what differs. lacking: the inputs whose absence decided something.
    """

    patient_id: int
    age: int | None
    exempt: bool
    today: Step
    draft: Step
    changes: tuple[Change, ...]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Later:
    """One who would be seen later. weeks: how many whole weeks; None where no contact is planned
    any more."""

    line: Line
    weeks: int | None


@dataclass(frozen=True)
class Pair:
    """A number today and as the draft has it."""

    today: int = 0
    draft: int = 0


@dataclass(frozen=True)
class Week:
    """One ISO week: its Monday, and the contacts and minutes that fall in it."""

    monday: date
    contacts: Pair
    minutes: Pair


@dataclass(frozen=True)
class Share:
    """How many of a group would be seen later."""

    later: int
    of: int


@dataclass(frozen=True)
class Summary:
    """Everything the page shows.

    undecided: those a clinician must look at while something is missing; they are not counted
    as seen sooner. moves: ((colour,
    action) today, (colour, action) in the draft) -> patients. weeks: every week from the first
    to the last with a contact, at most WEEKS_SHOWN; beyond: contacts after those. lacking:
    input -> patients it is missing for. groups: (age group, exempt) -> how many would be seen
    later.
    """

    patients: int
    changed: int
    sooner: int
    asked_later: int
    undecided: int
    moves: Mapping[tuple[tuple[str, str], tuple[str, str]], int]
    changes: Mapping[Change, int]
    actions: Mapping[str, Pair]
    weeks: Sequence[Week]
    beyond: Pair
    forms: Mapping[str, Pair]
    professions: Mapping[str, Pair]
    minutes: Pair
    lacking: Mapping[str, int]
    later: Sequence[Later]
    groups: Mapping[tuple[AgeGroup, bool], Share]


def step(decision: Decision, on: date, net_weeks: int, wished: int | None = None) -> Step:
    """A decision as the next step, on the local day it is made.

    A contact the rules are unsure of is none yet: a clinician looks first. net_weeks: the rule
    set's own latest week. wished: the interval in weeks between questionnaires that a clinician
    has set, kept within the rules' bounds.
    """
    said = decision.contact
    if decision.action == "look" or said is None:
        return Step("look", decision.colour, on, on)
    latest = on + said.latest_weeks * WEEK
    if decision.action == "questionnaire":
        weeks = windows.interval(said, wished, net_weeks)
        return Step("questionnaire", decision.colour, on + weeks * WEEK, latest)
    target = on + said.target_weeks * WEEK
    return Step(
        "contact", decision.colour, target, latest, said.form, said.profession, said.minutes
    )


def changes(today: Step, draft: Step) -> tuple[Change, ...]:
    """What differs between two steps. A colour counts only where both have one, a day only by
    whole weeks."""
    found: list[Change] = []
    if today.colour and draft.colour and today.colour != draft.colour:
        found.append("colour")
    if today.action != draft.action:
        found.append("action")
    elif today.on and draft.on and weeks_between(today.on, draft.on):
        found.append("when")
    if today.action == draft.action == "contact":
        if today.form != draft.form:
            found.append("form")
        if draft.profession and today.profession != draft.profession:
            found.append("profession")
        if today.minutes != draft.minutes:
            found.append("minutes")
    return tuple(found)


def otherwise(today: Decision, draft: Decision) -> bool:
    """True if two decisions that are one and the same step still differ: in urgency, the window,
    whom to call or what is owed."""
    return (today.contact, set(today.calls), set(today.obligations)) != (
        draft.contact,
        set(draft.calls),
        set(draft.obligations),
    )


def weeks_between(first: date, second: date) -> int:
    """Whole weeks from one day to another; negative if it is earlier, 0 within a week."""
    days = (second - first).days
    return days // 7 if days >= 0 else -(-days // 7)


def age_group(age: int | None) -> AgeGroup:
    """Which group an age belongs to."""
    if age is None:
        return "unknown"
    return next((group for least, group in AGE_FROM if age >= least), "unknown")


def age_on(born: date | None, day: date) -> int | None:
    """Whole years on a day; None where the birth date is unknown."""
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def delay(line: Line) -> Later | None:
    """How much later a patient would be seen; None for one who would not be."""
    before, after = line.today.seen_on, line.draft.seen_on
    if before is None:
        return None
    if after is None:
        return Later(line, None)
    weeks = weeks_between(before, after)
    return Later(line, weeks) if weeks > 0 else None


def summary(lines: Sequence[Line], on: date) -> Summary:
    """What the draft means for all of them together. on: the local day the rules were run."""
    both = [(one.today, one.draft) for one in lines]
    delays = [found for found in map(delay, lines) if found is not None]
    weeks, beyond = _weeks(both, on)
    return Summary(
        patients=len(lines),
        changed=sum(bool(one.changes) for one in lines),
        sooner=sum(_sooner(one) for one in lines),
        asked_later=sum(_asked_later(one) for one in lines),
        undecided=sum(_undecided(one) for one in lines),
        moves=Counter(((a.colour, a.action), (b.colour, b.action)) for a, b in both),
        changes=Counter(change for one in lines for change in one.changes),
        actions=_pairs((a.action for a, _ in both), (b.action for _, b in both)),
        weeks=weeks,
        beyond=beyond,
        forms=_pairs(*_of_contacts(both, "form")),
        professions=_pairs(*_of_contacts(both, "profession")),
        minutes=Pair(sum(a.minutes for a, _ in both), sum(b.minutes for _, b in both)),
        lacking=Counter(name for one in lines for name in one.lacking),
        later=sorted(delays, key=_worst_first),
        groups=_groups(lines, delays),
    )


def _undecided(line: Line) -> bool:
    return bool(line.lacking) and line.draft.action == "look"


def _sooner(line: Line) -> bool:
    """True for one who would be seen sooner, and not for want of something to decide by."""
    before, after = line.today.seen_on, line.draft.seen_on
    if after is None or _undecided(line):
        return False
    return before is None or weeks_between(before, after) < 0


def _asked_later(line: Line) -> bool:
    """True for one who is only asked, both ways, and would be asked later."""
    before, after = line.today, line.draft
    if before.action != "questionnaire" or after.action != "questionnaire":
        return False
    return bool(before.on and after.on and weeks_between(before.on, after.on) > 0)


def _worst_first(later: Later) -> tuple[bool, int, int]:
    """Those without a contact any more, then the longest delays."""
    return later.weeks is not None, -(later.weeks or 0), later.line.patient_id


def _pairs(today: Iterable[str], draft: Iterable[str]) -> dict[str, Pair]:
    """Both counts by code, the commonest first."""
    before, after = Counter(today), Counter(draft)
    keys = sorted(before.keys() | after.keys(), key=lambda key: (-before[key] - after[key], key))
    return {key: Pair(before[key], after[key]) for key in keys}


def _of_contacts(both: Sequence[tuple[Step, Step]], name: str) -> tuple[list[str], list[str]]:
    return (
        [getattr(a, name) for a, _ in both if a.action == "contact"],
        [getattr(b, name) for _, b in both if b.action == "contact"],
    )


def _weeks(both: Sequence[tuple[Step, Step]], on: date) -> tuple[list[Week], Pair]:
    """The contacts week by week, without holes, and how many lie beyond what is shown."""
    counts: list[Counter[date]] = [Counter(), Counter()]
    minutes: list[Counter[date]] = [Counter(), Counter()]
    for pair in both:
        for side, one in enumerate(pair):
            if one.action == "contact" and one.on is not None:
                counts[side][_monday(one.on)] += 1
                minutes[side][_monday(one.on)] += one.minutes
    mondays = counts[0].keys() | counts[1].keys()
    end = _monday(on) + WEEKS_SHOWN * WEEK
    shown = [monday for monday in mondays if monday < end]
    first, last = min(shown, default=end), max(shown, default=end - WEEK)
    first = min(first, _monday(on)) if shown else first
    beyond = [sum(n for monday, n in side.items() if monday >= end) for side in counts]
    weeks = [
        Week(
            monday,
            Pair(counts[0][monday], counts[1][monday]),
            Pair(minutes[0][monday], minutes[1][monday]),
        )
        for monday in (first + n * WEEK for n in range((last - first) // WEEK + 1))
    ]
    return weeks, Pair(*beyond)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _groups(lines: Sequence[Line], delays: Sequence[Later]) -> dict[tuple[AgeGroup, bool], Share]:
    """Each group that has patients, the youngest first."""
    of = Counter((age_group(one.age), one.exempt) for one in lines)
    later = Counter((age_group(one.line.age), one.line.exempt) for one in delays)
    return {
        (group, exempt): Share(later[group, exempt], of[group, exempt])
        for group in AGE_GROUPS
        for exempt in (False, True)
        if of[group, exempt]
    }

"""What is wrong, or perhaps not meant, in a policy before it is published. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import combinations
from re import fullmatch

from reminders.policies.bounds import POSTAL_DAYS, open_minutes, quiet_at
from reminders.policies.steps import Conditions, Policy, Step

HOURS_BEFORE = range(1, 24 * 14 + 1)
DAYS_BEFORE = range(91)
LEAST_OPEN_MINUTES = 4 * 60
KEY = r"[a-z0-9_]{1,40}"


@dataclass(frozen=True)
class Flaw:
    """One thing found. code: what. steps: the keys of the steps it is about, none = the policy.

    blocks: the policy cannot be published with it; else it is worth a look.
    """

    code: str
    steps: tuple[str, ...] = ()
    blocks: bool = True


def check(
    policy: Policy, wordings: Collection[str], timed: Collection[str] = frozenset()
) -> list[Flaw]:
    """Everything found in a policy: what blocks first. wordings: the codes the clinic has; timed:
    those of them whose text names the day or the hour.

    Codes that block: no_step, key_twice, key_form, amount_range, clock_missing, no_channel,
    channel_twice, wording_missing, time_named (by a questionnaire's text: it has none),
    lead_days_crossed, letter_never, quiet_too_long. Others:
    letter_late (it falls away, other channels remain), in_quiet (it waits or goes earlier),
    never_in_time (booked later than it is due), same_time (the same people get two at once),
    visit_only (a condition on the visit, for a questionnaire), offered_as_booked (those on
    'booked' tell of provisional times too), silent_<occasion> (no step tells of it at all).
    """
    found = [*_of_the_whole(policy)]
    for step in policy.steps:
        found += [Flaw(code, (step.key,)) for code, holds in _BLOCKING.items() if holds(step)]
        if step.wording not in wordings:
            found.append(Flaw("wording_missing", (step.key,)))
        if step.when.on == "questionnaire" and step.wording in timed:
            found.append(Flaw("time_named", (step.key,)))
        if step.when.at is not None and quiet_at(policy, step.when.at):
            found.append(Flaw("in_quiet", (step.key,), blocks=False))
        found += [
            Flaw(code, (step.key,), False) for code, holds in _DOUBTFUL.items() if holds(step)
        ]
    for one, other in combinations(policy.steps, 2):
        if one.when == other.when and _meet(one.conditions, other.conditions):
            found.append(Flaw("same_time", (one.key, other.key), blocks=False))
    return sorted(found, key=lambda flaw: not flaw.blocks)


def _of_the_whole(policy: Policy) -> Iterator[Flaw]:
    """What is wrong with the policy as a whole."""
    if not policy.steps:
        yield Flaw("no_step")
        return
    keys = Counter(step.key for step in policy.steps)
    yield from (Flaw("key_twice", (key,)) for key, times in keys.items() if times > 1)
    if open_minutes(policy) < LEAST_OPEN_MINUTES:
        yield Flaw("quiet_too_long")
    told = {step.when.on for step in policy.steps}
    for occasion in ("booked", "moved", "cancelled"):
        if occasion not in told:
            yield Flaw(f"silent_{occasion}", blocks=False)
    if "offered" not in told:
        code = "offered_as_booked" if "booked" in told else "silent_offered"
        yield Flaw(code, blocks=False)


def _amount_range(step: Step) -> bool:
    if step.when.on == "hours_before":
        return step.when.amount not in HOURS_BEFORE
    return step.when.on == "days_before" and step.when.amount not in DAYS_BEFORE


def _letter_never(step: Step) -> bool:
    """A reminder by letter alone, so late before the start that it never arrives."""
    return _letter_late(step) and set(step.channels) == {"letter"}


def _letter_late(step: Step) -> bool:
    """A reminder with so little time before the start that a letter never arrives."""
    if step.kind != "reminder" or "letter" not in step.channels:
        return False
    if step.when.on == "hours_before":
        return step.when.amount <= 24 * POSTAL_DAYS
    return step.when.amount < POSTAL_DAYS


def _lead_days_crossed(step: Step) -> bool:
    first, last = step.conditions.lead_days_from, step.conditions.lead_days_to
    return first is not None and last is not None and first > last


def _never_in_time(step: Step) -> bool:
    """A reminder for those alone who book when it is already too late for it."""
    last = step.conditions.lead_days_to
    if last is None or step.kind != "reminder":
        return False
    # Booked early on one day for late on another, there is most of a day more than whole days.
    if step.when.on == "hours_before":
        return step.when.amount > 24 * (last + 1)
    return step.when.amount > last


def _visit_only(step: Step) -> bool:
    asked = step.conditions
    visit = asked.forms or asked.lead_days_from is not None or asked.lead_days_to is not None
    return step.when.on == "questionnaire" and bool(visit)


_BLOCKING: dict[str, Callable[[Step], bool]] = {
    "key_form": lambda step: not fullmatch(KEY, step.key),
    "amount_range": _amount_range,
    "clock_missing": lambda step: step.when.on == "days_before" and step.when.at is None,
    "no_channel": lambda step: not step.channels,
    "channel_twice": lambda step: len(set(step.channels)) < len(step.channels),
    "lead_days_crossed": _lead_days_crossed,
    "letter_never": _letter_never,
}

_DOUBTFUL: dict[str, Callable[[Step], bool]] = {
    "letter_late": lambda step: _letter_late(step) and not _letter_never(step),
    "never_in_time": _never_in_time,
    "visit_only": _visit_only,
}


def _meet(one: Conditions, other: Conditions) -> bool:
    """Whether somebody may fulfil both."""
    return (
        (not one.forms or not other.forms or bool(one.forms & other.forms))
        and _starts(one) <= _ends(other)
        and _starts(other) <= _ends(one)
        and not _opposed(one.interpreter, other.interpreter)
        and not _opposed(one.extra_help, other.extra_help)
        and not (one.answered and other.answered and one.answered != other.answered)
    )


def _opposed(one: bool | None, other: bool | None) -> bool:
    return one is not None and other is not None and one != other


def _starts(asked: Conditions) -> float:
    return float("-inf") if asked.lead_days_from is None else asked.lead_days_from


def _ends(asked: Conditions) -> float:
    return float("inf") if asked.lead_days_to is None else asked.lead_days_to

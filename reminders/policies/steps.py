"""A reminder policy as data: steps, each with when, to whom, by which channels and in which words.

Pure. A policy is kept as JSON (`as_json`, `from_json`) in a version that never changes.
"""

from dataclasses import dataclass, field
from datetime import time
from typing import Any, Literal, get_args

Channel = Literal["sms", "voice", "email", "letter", "digital_post"]
Occasion = Literal["booked", "offered", "moved", "cancelled", "questionnaire", "offer"]
On = Literal[Occasion, "hours_before", "days_before"]
Answered = Literal["", "no", "yes"]

CHANNELS: tuple[Channel, ...] = get_args(Channel)
OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)


@dataclass(frozen=True)
class When:
    """When a step is due.

    An occasion is due at once. 'hours_before': `amount` hours of elapsed time before the start.
    'days_before': `amount` calendar days before the start's local day, at the local time `at`.
    The two differ where the clocks change.
    """

    on: On
    amount: int = 0
    at: time | None = None


@dataclass(frozen=True)
class Conditions:
    """Whom a step is for; everyone where nothing is said.

    forms: forms of contact, none = all. lead_days_from, lead_days_to: whole local days from
    booking to start, both included. interpreter, extra_help: True = only those who need it or
    get it, False = only those who do not. answered: 'no' = only while the patient has not said
    yes to the time, 'yes' = only once they have; asked again when the message is due.
    """

    forms: frozenset[str] = frozenset()
    lead_days_from: int | None = None
    lead_days_to: int | None = None
    interpreter: bool | None = None
    extra_help: bool | None = None
    answered: Answered = ""


@dataclass(frozen=True)
class Step:
    """One message of a policy. key: its name within the policy, kept for good. wording: a code.

    channels: in order; the next is tried where one cannot reach the patient.
    """

    key: str
    when: When
    channels: tuple[Channel, ...]
    wording: str
    conditions: Conditions = field(default_factory=Conditions)

    @property
    def kind(self) -> str:
        """What the message is: an occasion, or 'reminder'."""
        return self.when.on if self.when.on in OCCASIONS else "reminder"


@dataclass(frozen=True)
class Policy:
    """The steps, and the local hours in which nothing is sent; quiet_from may be after quiet_to."""

    steps: tuple[Step, ...]
    quiet_from: time = time(20)
    quiet_to: time = time(8)


def as_json(policy: Policy) -> dict[str, Any]:
    """A policy as plain JSON; what says nothing is left out."""
    return {
        "quiet": [f"{policy.quiet_from:%H:%M}", f"{policy.quiet_to:%H:%M}"],
        "steps": [_step_json(step) for step in policy.steps],
    }


def from_json(body: dict[str, Any]) -> Policy:
    """A policy read back from `as_json`."""
    quiet_from, quiet_to = (time.fromisoformat(text) for text in body["quiet"])
    return Policy(tuple(_step(step) for step in body["steps"]), quiet_from, quiet_to)


def _step_json(step: Step) -> dict[str, Any]:
    when, asked = step.when, step.conditions
    conditions = {
        "forms": sorted(asked.forms) or None,
        "lead_days_from": asked.lead_days_from,
        "lead_days_to": asked.lead_days_to,
        "interpreter": asked.interpreter,
        "extra_help": asked.extra_help,
        "answered": asked.answered or None,
    }
    return {
        "key": step.key,
        "on": when.on,
        "amount": when.amount,
        "at": f"{when.at:%H:%M}" if when.at else None,
        "channels": list(step.channels),
        "wording": step.wording,
        "conditions": {name: value for name, value in conditions.items() if value is not None},
    }


def _step(body: dict[str, Any]) -> Step:
    asked = dict(body["conditions"])
    forms = frozenset(asked.pop("forms", ()))
    return Step(
        body["key"],
        When(body["on"], body["amount"], time.fromisoformat(body["at"]) if body["at"] else None),
        tuple(body["channels"]),
        body["wording"],
        Conditions(forms=forms, **asked),
    )

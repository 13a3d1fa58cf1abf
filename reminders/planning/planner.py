"""From an appointment, a policy and now to the messages to send. Pure.

What a step comes to:

- A step on an occasion is due at once, and only where that occasion is what made us plan.
  A cancellation, a questionnaire and the offer of a freed time bring nothing but their own steps.
- A provisional time is told of by the steps on 'offered'. Where a policy has none at all, those on
  'booked' are used instead: nobody comes to a time they have not heard of. The message stays of
  the kind 'offered', in the other step's words.
- A step before the start is left out where its time is past. Where a message about the time goes
  out in the same plan, or has just gone (`told_at`), it is left out for the next TOO_SOON as well.
- Of two reminders that come out at the same time by the same channel, as when both wait for quiet
  hours to end, the one that stands first in the policy is sent.
- Quiet hours count for every channel. What falls in them waits until they end. Where that is too
  late to be of use, a reminder goes LAST_CALL (quiet.py) before they begin instead, or is left out
  if that is past; a message on an occasion goes at once, as it cannot wait.
- What has no time left in which it would be of use is left out. What has, but no channel that can
  bring it, is planned with no channels: it is for the staff to see to, never lost in silence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from booking.platform.localtime import local_date
from reminders.planning.quiet import at_clock, before_quiet, next_decent
from reminders.policies.bounds import POSTAL_DAYS
from reminders.policies.steps import CHANNELS, Channel, Conditions, Occasion, Policy, Step

# A reminder later than this before the start finds the patient on the way.
REMINDER_MARGIN = timedelta(minutes=30)

# How long after being told of a time one need not be reminded of it.
TOO_SOON = timedelta(hours=6)

# Occasions about a time that stands, after which the reminders of it are planned too.
_STANDING: tuple[Occasion, ...] = ("booked", "offered", "moved")

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class About:
    """What messages are about: an appointment, or a questionnaire to be answered.

    Instants are aware UTC. starts_at: of the appointment, the old one where it was cancelled; None
    for a questionnaire. booked_at: when this time was booked. form: of contact. answered: the
    patient has said yes. last_useful: the end of a questionnaire's last day, or the end of an
    offer's time limit; it bounds what is sent. Raises ValueError where nothing bounds it.
    """

    kind: Literal["appointment", "questionnaire"]
    starts_at: datetime | None
    booked_at: datetime
    zone: ZoneInfo
    form: str = ""
    interpreter: bool = False
    extra_help: bool = False
    answered: bool = False
    last_useful: datetime | None = None

    def __post_init__(self) -> None:
        """An appointment has a start; a questionnaire has none, and a last day."""
        if (self.kind == "appointment") != (self.starts_at is not None):
            raise ValueError("an appointment has a start, and a questionnaire none")
        if self.starts_at is None and self.last_useful is None:
            raise ValueError("a questionnaire has a last day")

    @property
    def lead_days(self) -> int | None:
        """Local days from booking to start; None for a questionnaire."""
        if self.starts_at is None:
            return None
        return (local_date(self.starts_at, self.zone) - local_date(self.booked_at, self.zone)).days


@dataclass(frozen=True)
class Planned:
    """A message to be sent. channels: in order, empty where none can bring it in time.

    step: the step's key. wording: its code. due_at: not before. not_after: of no use later.
    """

    step: str
    kind: str
    wording: str
    channels: tuple[Channel, ...]
    due_at: datetime
    not_after: datetime


def plan(
    about: About,
    policy: Policy,
    now: datetime,
    happened: Occasion | None,
    *,
    preferred: Channel | None = None,
    usable: frozenset[Channel] = frozenset(CHANNELS),
    told_at: datetime | None = None,
) -> tuple[Planned, ...]:
    """The messages to send from now on, by when they are due and then as the policy has them.

    happened: what made us plan; None when planning again or importing, which brings only what lies
    ahead. preferred, usable: the channel a patient has asked for, and those that can reach them.
    told_at: when the last message on an occasion about this very time is due or was sent. Raises
    ValueError where what happened does not happen to what the messages are about.
    """
    if happened and (happened == "questionnaire") != (about.kind == "questionnaire"):
        raise ValueError(f"{happened} does not happen to: {about.kind}")
    occasion = _occasion_steps(about, policy, now, happened, preferred, usable)
    if happened is not None and happened not in _STANDING:
        return tuple(occasion)
    told = [told_at] if told_at else []
    told += [one.due_at for one in occasion if one.channels and one.channels[0] != "letter"]
    ahead = _reminders(about, policy, now, preferred, usable)
    kept = [one for one in ahead if all(one.due_at >= at + TOO_SOON for at in told)]
    return tuple(sorted(occasion + kept, key=lambda one: one.due_at))


def applies(conditions: Conditions, about: About) -> bool:
    """Whether a step should be planned for this patient and visit.

    One for those who have said yes is, as they may yet; one for those who have not is no longer
    once they have, as a yes counts until the time is moved. Conditions on the form of contact and
    the lead time count only for appointments.
    """
    return _is_for(conditions, about) and not (conditions.answered == "no" and about.answered)


def still_applies(conditions: Conditions, about: About) -> bool:
    """Whether a message that was planned should be sent now that it is due."""
    return applies(conditions, about) and not (conditions.answered == "yes" and not about.answered)


def _is_for(asked: Conditions, about: About) -> bool:
    """Whether all conditions hold but that on the answer."""
    lead = about.lead_days
    if lead is not None and (
        (asked.forms and about.form not in asked.forms)
        or (asked.lead_days_from is not None and lead < asked.lead_days_from)
        or (asked.lead_days_to is not None and lead > asked.lead_days_to)
    ):
        return False
    return asked.interpreter in (None, about.interpreter) and asked.extra_help in (
        None,
        about.extra_help,
    )


def order(
    step_channels: Sequence[Channel], preferred: Channel | None, usable: frozenset[Channel]
) -> tuple[Channel, ...]:
    """The channels to try. What a patient asked for comes first, even where the step has it not."""
    wanted = [preferred] if preferred else []
    return tuple(one for one in dict.fromkeys([*wanted, *step_channels]) if one in usable)


def in_time(channel: Channel, at: datetime, not_after: datetime) -> bool:
    """Whether something handed over at `at` arrives while it is of use; a letter takes days."""
    return at + (POSTAL_DAYS * _DAY if channel == "letter" else timedelta()) <= not_after


def send_from(
    kind: str, at: datetime, not_after: datetime, policy: Policy, zone: ZoneInfo
) -> datetime | None:
    """When a message due at `at` may go, at the soonest; None where that would be of no use.

    Not before quiet hours end, unless it is on an occasion and cannot wait. The same rule serves a
    message that is late, with now for `at`.
    """
    if at > not_after:
        return None
    later = next_decent(at, policy, zone)
    if later <= not_after:
        return later
    return None if kind == "reminder" else at


def _occasion_steps(
    about: About,
    policy: Policy,
    now: datetime,
    happened: Occasion | None,
    preferred: Channel | None,
    usable: frozenset[Channel],
) -> list[Planned]:
    """What goes out because of what has happened."""
    if happened is None:
        return []
    on = {step.when.on for step in policy.steps}
    instead = happened == "offered" and "offered" not in on
    steps = [step for step in policy.steps if step.when.on == ("booked" if instead else happened)]
    not_after = _useful_until(about, happened)
    due = send_from(happened, now, not_after, policy, about.zone)
    if due is None:
        return []
    return [
        _planned(step, happened, due, not_after, order(step.channels, preferred, usable))
        for step in steps
        if applies(step.conditions, about)
    ]


def _reminders(
    about: About,
    policy: Policy,
    now: datetime,
    preferred: Channel | None,
    usable: frozenset[Channel],
) -> list[Planned]:
    """What lies ahead of a start, in the policy's order."""
    if about.starts_at is None:
        return []
    not_after = _useful_until(about, "reminder")
    planned: list[tuple[Step, Planned]] = []
    for step in policy.steps:
        if step.kind != "reminder" or not applies(step.conditions, about):
            continue
        due = _reminder_due(step, about.starts_at, about.zone, policy, not_after)
        if due is not None and due >= now:
            channels = order(step.channels, preferred, usable)
            one = _planned(step, "reminder", due, not_after, channels)
            if not any(_says_the_same(earlier, step, had, one) for earlier, had in planned):
                planned.append((step, one))
    return [one for _, one in planned]


def _says_the_same(earlier: Step, step: Step, had: Planned, one: Planned) -> bool:
    """Whether all who would get a reminder get an earlier step's at the same time and place."""
    return (
        had.due_at == one.due_at
        and had.channels[:1] == one.channels[:1]
        and earlier.conditions.answered in ("", step.conditions.answered)
    )


def _reminder_due(
    step: Step, starts_at: datetime, zone: ZoneInfo, policy: Policy, not_after: datetime
) -> datetime | None:
    """When a reminder goes; None where it cannot go while it is of use.

    It does not depend on now, so planning again later brings nothing new.
    """
    if step.when.on == "hours_before":
        wanted = starts_at - step.when.amount * _HOUR
    else:
        day = local_date(starts_at, zone) - step.when.amount * _DAY
        wanted = at_clock(day, step.when.at or time(), zone)
    due = send_from("reminder", wanted, not_after, policy, zone)
    if due is None and wanted <= not_after:
        return before_quiet(wanted, policy, zone)
    return due


def _useful_until(about: About, kind: str) -> datetime:
    """The last moment at which a message of a kind is of use."""
    ends = [about.last_useful] if about.last_useful else []
    if about.starts_at is not None:
        margin = REMINDER_MARGIN if kind == "reminder" else timedelta()
        ends.append(about.starts_at - margin)
    return min(ends)


def _planned(
    step: Step, kind: str, due: datetime, not_after: datetime, channels: Iterable[Channel]
) -> Planned:
    """A step's message, by the channels that can bring it in time."""
    reaching = tuple(one for one in channels if in_time(one, due, not_after))
    return Planned(step.key, kind, step.wording, reaching, due, not_after)

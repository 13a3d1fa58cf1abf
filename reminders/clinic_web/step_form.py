"""The form of one step of a policy, and of its quiet hours; to and from steps."""

from collections.abc import Collection
from typing import Any, cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.forms import FORMS
from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Choices, Form, Number, Text, WallClock
from reminders.policies.checking import DAYS_BEFORE, HOURS_BEFORE
from reminders.policies.steps import (
    CHANNELS,
    OCCASIONS,
    Answered,
    Channel,
    Conditions,
    On,
    Step,
    When,
)

ON: tuple[On, ...] = (*OCCASIONS, "hours_before", "days_before")
CHANNEL_FIELDS = ("channel1", "channel2", "channel3", "channel4")
ASKED = {"": None, "yes": True, "no": False}
LEAD_DAYS = range(1001)


class VersionForm(Form):
    """Which version of the policy a button was pressed on."""

    version = Number(1, required=True)


class StepForm(VersionForm):
    """One step as it is typed. wording: a code, which the clinic may have or not."""

    on = Choice(ON, required=True)
    hours = Number(HOURS_BEFORE[0], HOURS_BEFORE[-1], load_default=None)
    days = Number(DAYS_BEFORE[0], DAYS_BEFORE[-1], load_default=None)
    at = WallClock(load_default=None)
    channel1 = Choice(
        CHANNELS,
        required=True,
        error_messages={"required": cast(str, _l("Vælg den kanal, der prøves først."))},
    )
    channel2 = Choice(CHANNELS, load_default="")
    channel3 = Choice(CHANNELS, load_default="")
    channel4 = Choice(CHANNELS, load_default="")
    wording = Text(longest=40, load_default="")
    forms = Choices(FORMS)
    lead_days_from = Number(LEAD_DAYS[0], LEAD_DAYS[-1], load_default=None)
    lead_days_to = Number(LEAD_DAYS[0], LEAD_DAYS[-1], load_default=None)
    interpreter = Choice(ASKED, load_default="")
    extra_help = Choice(ASKED, load_default="")
    answered = Choice(("", "no", "yes"), load_default="")


class QuietForm(VersionForm):
    """The hours in which nothing is sent; the same twice is none at all."""

    quiet_from = WallClock(required=True)
    quiet_to = WallClock(required=True)


def step_of(key: str, typed: dict[str, Any], wordings: Collection[str]) -> Step:
    """The step that was typed; raises InvalidInput with a message a field. wordings: the clinic's
    codes.
    """
    wrong = {}
    on: On = typed["on"]
    if on == "hours_before" and typed["hours"] is None:
        wrong["hours"] = _("Skriv, hvor mange timer før.")
    if on == "days_before":
        if typed["days"] is None:
            wrong["days"] = _("Skriv, hvor mange dage før.")
        if typed["at"] is None:
            wrong["at"] = _("Skriv klokkeslættet.")
    channels: list[Channel] = []
    for name in CHANNEL_FIELDS:
        if typed[name] and typed[name] in channels:
            wrong[name] = _("Kanalen er valgt to gange.")
        elif typed[name]:
            channels.append(typed[name])
    if typed["wording"] not in wordings:
        wrong["wording"] = _("Vælg en tekst.")
    first, last = typed["lead_days_from"], typed["lead_days_to"]
    if first is not None and last is not None and first > last:
        wrong["lead_days_to"] = _("Det højeste antal dage er under det mindste.")
    if wrong:
        raise InvalidInput(wrong)
    answered: Answered = typed["answered"]
    asked = Conditions(
        frozenset(typed["forms"]) if len(typed["forms"]) < len(FORMS) else frozenset(),
        first,
        last,
        ASKED[typed["interpreter"]],
        ASKED[typed["extra_help"]],
        answered,
    )
    return Step(key, _when(typed), tuple(channels), typed["wording"], asked)


def values_of(step: Step) -> dict[str, Any]:
    """A step as the form's values."""
    when, asked = step.when, step.conditions
    channels = dict(zip(CHANNEL_FIELDS, step.channels, strict=False))
    return {
        "on": when.on,
        "hours": when.amount if when.on == "hours_before" else "",
        "days": when.amount if when.on == "days_before" else "",
        "at": f"{when.at:%H:%M}" if when.at else "",
        **channels,
        "wording": step.wording,
        "forms": sorted(asked.forms),
        "lead_days_from": asked.lead_days_from,
        "lead_days_to": asked.lead_days_to,
        "interpreter": _asked(asked.interpreter),
        "extra_help": _asked(asked.extra_help),
        "answered": asked.answered,
    }


def _when(typed: dict[str, Any]) -> When:
    on: On = typed["on"]
    if on == "hours_before":
        return When(on, typed["hours"])
    if on == "days_before":
        return When(on, typed["days"], typed["at"])
    return When(on)


def _asked(value: bool | None) -> str:
    return {None: "", True: "yes", False: "no"}[value]

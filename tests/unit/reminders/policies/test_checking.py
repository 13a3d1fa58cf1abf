"""What is found in a policy before it is published."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.policies.checking import Flaw, check
from reminders.policies.standard import STANDARD
from reminders.policies.steps import Channel, Conditions, Policy, Step, When

WORDINGS = {step.wording for step in STANDARD.steps}


def with_step(
    when: When,
    channels: tuple[Channel, ...] = ("sms",),
    *,
    key: str = "mine",
    wording: str = "reminder",
    conditions: Conditions | None = None,
) -> Policy:
    """The standard policy and one step more."""
    step = Step(key, when, channels, wording, conditions or Conditions())
    return replace(STANDARD, steps=(*STANDARD.steps, step))


AT_NINE = When("days_before", 5, time(9))


@pytest.mark.parametrize(
    ("policy", "flaw"),
    [
        (Policy(()), Flaw("no_step")),
        (with_step(AT_NINE, key="booked"), Flaw("key_twice", ("booked",))),
        (with_step(AT_NINE, key="min:nøgle"), Flaw("key_form", ("min:nøgle",))),
        (with_step(AT_NINE, key=""), Flaw("key_form", ("",))),
        (with_step(When("hours_before", 0)), Flaw("amount_range", ("mine",))),
        (with_step(When("hours_before", 337)), Flaw("amount_range", ("mine",))),
        (with_step(When("days_before", 91, time(9))), Flaw("amount_range", ("mine",))),
        (with_step(When("days_before", -1, time(9))), Flaw("amount_range", ("mine",))),
        (with_step(When("days_before", 4)), Flaw("clock_missing", ("mine",))),
        (with_step(AT_NINE, ()), Flaw("no_channel", ("mine",))),
        (with_step(AT_NINE, ("sms", "voice", "sms")), Flaw("channel_twice", ("mine",))),
        (with_step(AT_NINE, wording="gone"), Flaw("wording_missing", ("mine",))),
        (
            with_step(AT_NINE, conditions=Conditions(lead_days_from=8, lead_days_to=7)),
            Flaw("lead_days_crossed", ("mine",)),
        ),
        (with_step(When("hours_before", 120), ("letter",)), Flaw("letter_never", ("mine",))),
        (
            with_step(When("days_before", 4, time(9)), ("letter",)),
            Flaw("letter_never", ("mine",)),
        ),
        (
            replace(STANDARD, quiet_from=time(12), quiet_to=time(8, 1)),
            Flaw("quiet_too_long"),
        ),
    ],
)
def test_what_bars_publishing(policy: Policy, flaw: Flaw) -> None:
    found = check(policy, WORDINGS)
    assert flaw.blocks
    assert found[0] == flaw
    assert [one for one in found if one.blocks] == [flaw]


def test_a_text_about_a_questionnaire_names_no_time() -> None:
    policy = with_step(When("questionnaire"))
    flaw = Flaw("time_named", ("mine",))
    assert flaw.blocks
    assert flaw in check(policy, WORDINGS, timed={"reminder"})
    assert flaw not in check(policy, WORDINGS, timed={"booked"})


def without(*keys: str) -> Policy:
    return replace(STANDARD, steps=tuple(one for one in STANDARD.steps if one.key not in keys))


@pytest.mark.parametrize(
    ("policy", "flaws"),
    [
        (with_step(When("days_before", 4, time(9)), ("sms", "letter")), [("letter_late", "mine")]),
        (with_step(AT_NINE, ("sms", "letter")), []),
        (with_step(When("hours_before", 121), ("letter",)), []),
        (with_step(When("days_before", 2, time(20)), ("voice",)), [("in_quiet", "mine")]),
        (with_step(When("days_before", 2, time(19, 59)), ("voice",)), []),
        (with_step(AT_NINE, conditions=Conditions(lead_days_to=4)), [("never_in_time", "mine")]),
        (with_step(AT_NINE, conditions=Conditions(lead_days_to=5)), []),
        (
            with_step(When("hours_before", 49), conditions=Conditions(lead_days_to=1)),
            [("never_in_time", "mine")],
        ),
        (with_step(When("hours_before", 48), conditions=Conditions(lead_days_to=1)), []),
        (with_step(When("hours_before", 24)), [("same_time", "last_day", "mine")]),
        (with_step(When("booked")), [("same_time", "booked", "mine")]),
        (without("moved"), [("silent_moved",)]),
        (without("cancelled"), [("silent_cancelled",)]),
        (without("booked"), [("silent_booked",)]),
        (without("offered"), [("offered_as_booked",)]),
        (without("booked", "offered"), [("silent_booked",), ("silent_offered",)]),
        (replace(STANDARD, quiet_from=time(12)), [("in_quiet", "help_call")]),
        (replace(STANDARD, quiet_from=time(8)), []),
    ],
)
def test_what_is_worth_a_look(policy: Policy, flaws: list[tuple[str, ...]]) -> None:
    found = check(policy, WORDINGS)
    assert [(flaw.code, *flaw.steps) for flaw in found] == flaws
    assert not any(flaw.blocks for flaw in found)


def test_a_condition_on_the_visit_says_nothing_of_a_questionnaire() -> None:
    policy = with_step(When("questionnaire"), conditions=Conditions(lead_days_from=3))
    assert Flaw("visit_only", ("mine",), blocks=False) in check(policy, WORDINGS)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Conditions(), Conditions(), True),
        (Conditions(extra_help=True), Conditions(), True),
        (Conditions(extra_help=True), Conditions(extra_help=False), False),
        (Conditions(interpreter=True), Conditions(interpreter=False), False),
        (Conditions(interpreter=True), Conditions(extra_help=False), True),
        (Conditions(answered="yes"), Conditions(answered="no"), False),
        (Conditions(answered="yes"), Conditions(answered="yes"), True),
        (Conditions(lead_days_to=6), Conditions(lead_days_from=7), False),
        (Conditions(lead_days_to=7), Conditions(lead_days_from=7), True),
        (Conditions(forms=frozenset({"video"})), Conditions(forms=frozenset({"phone"})), False),
        (Conditions(forms=frozenset({"video"})), Conditions(), True),
    ],
)
def test_two_steps_at_one_time_are_for_different_people_or_found(
    one: Conditions, other: Conditions, *, meet: bool
) -> None:
    when = When("hours_before", 30)
    for first, second in ((one, other), (other, one)):
        policy = with_step(when, key="first", conditions=first)
        policy = replace(
            policy, steps=(*policy.steps, Step("second", when, ("sms",), "reminder", second))
        )
        codes = {flaw.code for flaw in check(policy, WORDINGS)}
        assert codes == ({"same_time"} if meet else set())


@given(st.permutations(STANDARD.steps))
def test_the_order_of_the_steps_is_nothing_to_remark_on(steps: list[Step]) -> None:
    assert check(replace(STANDARD, steps=tuple(steps)), WORDINGS) == []

"""A policy as it is kept."""

import json
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from reminders.policies.steps import (
    CHANNELS,
    OCCASIONS,
    Answered,
    Conditions,
    On,
    Policy,
    Step,
    When,
    as_json,
    from_json,
)

ONS: tuple[On, ...] = (*OCCASIONS, "hours_before", "days_before")
ANSWERED: tuple[Answered, ...] = ("", "no", "yes")

clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
either = st.sampled_from([None, True, False])
conditions = st.builds(
    Conditions,
    st.frozensets(st.sampled_from(["in_person", "video", "phone"])),
    st.none() | st.integers(0, 400),
    st.none() | st.integers(0, 400),
    either,
    either,
    st.sampled_from(ANSWERED),
)
steps = st.builds(
    Step,
    st.text(min_size=1),
    st.builds(When, st.sampled_from(ONS), st.integers(0, 400), st.none() | clocks),
    st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple),
    st.text(min_size=1),
    conditions,
)
policies = st.builds(Policy, st.lists(steps, max_size=5).map(tuple), clocks, clocks)


@given(policies)
def test_a_policy_is_the_same_when_read_back(policy: Policy) -> None:
    assert from_json(json.loads(json.dumps(as_json(policy)))) == policy


def test_what_says_nothing_is_left_out() -> None:
    step = Step("soon", When("hours_before", 24), ("sms", "voice"), "reminder")
    assert as_json(Policy((step,))) == {
        "quiet": ["20:00", "08:00"],
        "steps": [
            {
                "key": "soon",
                "on": "hours_before",
                "amount": 24,
                "at": None,
                "channels": ["sms", "voice"],
                "wording": "reminder",
                "conditions": {},
            }
        ],
    }


def test_a_no_is_not_the_same_as_nothing_said() -> None:
    asked = Conditions(lead_days_from=0, interpreter=False)
    step = Step("soon", When("days_before", 0, time(0)), ("sms",), "reminder", asked)
    (body,) = as_json(Policy((step,)))["steps"]
    assert body["conditions"] == {"lead_days_from": 0, "interpreter": False}
    assert body["at"] == "00:00"

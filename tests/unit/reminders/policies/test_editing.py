"""One thing changed in a policy, and nothing else."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from reminders.policies.editing import keys, moved, new_key, with_step, without
from reminders.policies.steps import Policy, Step, When

STEPS = tuple(
    Step(key, When("hours_before", hours), ("sms",), "reminder")
    for hours, key in enumerate(("a", "b", "c", "d"), 1)
)
POLICY = Policy(STEPS, time(21), time(7))


def test_a_step_takes_its_own_place_or_the_last() -> None:
    changed = Step("b", When("booked"), ("letter",), "booked")
    assert with_step(POLICY, changed).steps == (STEPS[0], changed, *STEPS[2:])
    new = Step("e", When("booked"), ("letter",), "booked")
    assert with_step(POLICY, new).steps == (*STEPS, new)


def test_without_a_step_the_others_stay() -> None:
    assert keys(without(POLICY, "b")) == ["a", "c", "d"]
    assert without(POLICY, "e") == POLICY


@given(st.sampled_from("abcd"), st.integers(-5, 5))
def test_moving_keeps_every_step_and_the_others_order(key: str, places: int) -> None:
    after = moved(POLICY, key, places)
    others = [one for one in "abcd" if one != key]
    assert [one for one in keys(after) if one != key] == others
    assert keys(after).index(key) == min(max("abcd".index(key) + places, 0), 3)
    assert (after.quiet_from, after.quiet_to) == (time(21), time(7))


def test_a_new_key_was_never_used() -> None:
    assert new_key([]) == "step_1"
    assert new_key({"step_1", "step_3", "booked"}) == "step_2"

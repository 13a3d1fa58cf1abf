"""A policy with one thing changed. Pure."""

from collections.abc import Collection
from dataclasses import replace

from reminders.policies.steps import Policy, Step


def with_step(policy: Policy, step: Step) -> Policy:
    """With a step in place of the one of its key, or as the last."""
    if step.key not in keys(policy):
        return replace(policy, steps=(*policy.steps, step))
    steps = tuple(step if one.key == step.key else one for one in policy.steps)
    return replace(policy, steps=steps)


def without(policy: Policy, key: str) -> Policy:
    """Without a step."""
    return replace(policy, steps=tuple(one for one in policy.steps if one.key != key))


def moved(policy: Policy, key: str, places: int) -> Policy:
    """With a step some places later, or earlier where negative; never past an end."""
    steps = list(policy.steps)
    at = [one.key for one in steps].index(key)
    step = steps.pop(at)
    steps.insert(min(max(at + places, 0), len(steps)), step)
    return replace(policy, steps=tuple(steps))


def keys(policy: Policy) -> list[str]:
    """The steps' keys, in order."""
    return [step.key for step in policy.steps]


def new_key(taken: Collection[str]) -> str:
    """A key for a new step. taken: every key that was ever used where it may be met again, as a
    message is planned once for a key.
    """
    number = 1
    while f"step_{number}" in taken:
        number += 1
    return f"step_{number}"

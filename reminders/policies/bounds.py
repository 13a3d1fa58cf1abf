"""What bounds when a message may go: quiet hours by the wall clock, and the days of post. Pure."""

from datetime import time

from reminders.policies.steps import Policy

# Calendar days from printing to the letter box. 99.6 % of dao's letters came within five days in
# December 2025 (Trafikstyrelsen's quality measurement, transportnyhederne.dk 9 February 2026).
POSTAL_DAYS = 5

_DAY = 24 * 60


def quiet_at(policy: Policy, clock: time) -> bool:
    """Whether a wall clock that shows `clock` shows quiet hours: [quiet_from, quiet_to)."""
    if policy.quiet_from <= policy.quiet_to:
        return policy.quiet_from <= clock < policy.quiet_to
    return clock >= policy.quiet_from or clock < policy.quiet_to


def open_minutes(policy: Policy) -> int:
    """How many minutes of a day are not quiet hours; all where the two ends are equal."""
    return (_minutes(policy.quiet_from) - _minutes(policy.quiet_to)) % _DAY or _DAY


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

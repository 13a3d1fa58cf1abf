"""What happens to policies, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyPublished:
    """A policy has a version that counts from now: what lies ahead is planned again."""

    policy_id: int


@dataclass(frozen=True)
class SendingStopped:
    """A clinic sends no more messages."""

    clinic_id: int

"""What messages cost, in øre. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from reminders.policies.steps import Channel


@dataclass(frozen=True)
class Prices:
    """Øre for one part of an SMS, and for one of each other message.

    The figures here are only a beginning, of the right order of size in 2026: each clinic has its
    own agreements, and the pages ask for them.
    """

    sms: int = 40
    voice: int = 150
    email: int = 0
    letter: int = 2500
    digital_post: int = 0

    def of(self, sent: Mapping[Channel, tuple[int, int]]) -> int:
        """Øre for what was sent: (messages, their SMS parts) by channel."""
        each = {field.name: int(getattr(self, field.name)) for field in fields(self)}
        return sum(
            each[channel] * (parts if channel == "sms" else messages)
            for channel, (messages, parts) in sent.items()
        )

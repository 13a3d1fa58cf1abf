"""Letters: what is sent lies in the print queue until staff have printed and posted it."""

from collections.abc import Sequence
from datetime import datetime

from reminders.channels.port import Found, Outgoing, Receipt
from reminders.policies.steps import Channel as ChannelCode


class LetterChannel:
    """The print queue. Handing over cannot fail: the attempt itself is the place in the queue."""

    code: ChannelCode = "letter"
    provider = "print"

    def send(self, outgoing: Outgoing) -> Receipt:
        """It waits to be printed from now on."""
        return Receipt(f"print:{outgoing.attempt}")

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """A process that died between claim and record left it out of the queue: not found."""
        return None

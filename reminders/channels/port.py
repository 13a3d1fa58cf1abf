"""The one interface behind which every channel lies. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from reminders.policies.steps import Channel as ChannelCode

Sent = Literal["sent", "delivered"]


@dataclass(frozen=True)
class Outgoing:
    """What is to be delivered. Nothing in it is sensitive but the address.

    attempt: the attempt's key, which a provider's callback brings back. to: an E.164 number, an
    e-mail address, or a postal address in several lines, by channel. language: ISO 639-1.
    valid_until: after it, arriving is of no use. recipient: the name on a letter, else ''.
    """

    attempt: str
    channel: ChannelCode
    to: str
    sender: str
    body: str
    language: str
    valid_until: datetime
    subject: str = ""
    recipient: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """The provider has it. provider_id: its own name for it, '' where it gives none."""

    provider_id: str
    state: Sent = "sent"


class NotAccepted(Exception):
    """The provider said no, for certain: nothing was sent. `code` as the provider gives it."""

    def __init__(self, code: str) -> None:
        """Keep the raw code; `delivery.error_classes` says what it means."""
        super().__init__(code)
        self.code = code


class OutcomeUnknown(Exception):
    """No certain answer (a timeout, a server error): it may or may not have been sent."""

    def __init__(self, code: str) -> None:
        """`code`: what was seen, for the log ('timeout', 'http 503')."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Found:
    """What a provider knows of a send that was asked about."""

    provider_id: str
    state: str
    error_code: str = ""


class Channel(Protocol):
    """A way to deliver. `provider` names whose breaker and token bucket count."""

    code: ChannelCode
    provider: str

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand it over once, with a finite timeout and no retry of its own.

        Raises NotAccepted where it certainly was not sent, OutcomeUnknown where nobody knows.
        """
        ...

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """Look for an earlier send of this at the provider, from `since`; None if there is none.

        known: provider ids that belong to other attempts. Raises OutcomeUnknown where the
        provider does not answer.
        """
        ...

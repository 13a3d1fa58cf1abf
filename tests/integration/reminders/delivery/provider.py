"""A provider as it looks from outside: what it accepted is the truth, whatever it answers.

It stands behind the same interface as the real channels, and goes wrong where it is told to.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from booking.platform.clock import SystemClock
from booking.platform.database import Database
from reminders.channels.port import Found, NotAccepted, OutcomeUnknown, Outgoing, Receipt
from reminders.policies.steps import Channel as ChannelCode

NOW = SystemClock()
AFTER = ("timeout after", "killed after", "not recorded", "record in the way")


class Killed(BaseException):
    """The process dies here."""


class NoDatabase(Exception):
    """The database does not answer."""


@dataclass
class Accepted:
    """A message the provider has. state: 'sent', 'delivered' or 'failed', as is true."""

    sid: str
    outgoing: Outgoing
    at: datetime
    state: str = "sent"
    error_code: str = ""


@dataclass
class Provider:
    """One provider of several channels.

        troubles: what goes wrong with the next sends, one each: 'timeout before' or 'after' it was
    accepted, 'killed before', 'killed after', 'not recorded' (accepted, and the database fails when
    the answer is to be written), 'record in the way' (it is, of another's), or a code with which it
    refuses. lag: how long its list does not show what it accepted. silent: it shows no list at all.
    meanwhile: done once, in the middle of the next call.
    """

    database: Database
    name: str = "model"
    lag: timedelta = timedelta(0)
    silent: bool = False
    accepted: list[Accepted] = field(default_factory=list)
    asked: list[Outgoing] = field(default_factory=list)
    troubles: deque[str] = field(default_factory=deque)
    meanwhile: deque[Callable[[], object]] = field(default_factory=deque)
    _names: "count[int]" = field(default_factory=lambda: count(1))

    def channel(self, code: ChannelCode) -> "ProviderChannel":
        """One of its channels."""
        return ProviderChannel(self, code)

    def sent(self, code: str = "sms") -> list[Accepted]:
        """What it accepted on a channel."""
        return [one for one in self.accepted if one.outgoing.channel == code]

    def send(self, outgoing: Outgoing) -> Receipt:
        """Accept it or not, and answer or not."""
        self.asked.append(outgoing)
        trouble = self.troubles.popleft() if self.troubles else ""
        if self.meanwhile:
            self.meanwhile.popleft()()
        if trouble == "killed before":
            raise Killed
        if trouble == "timeout before":
            raise OutcomeUnknown("timeout")
        if trouble and trouble not in AFTER:
            raise NotAccepted(trouble)
        sid = f"{self.name}-{next(self._names)}"
        self.accepted.append(Accepted(sid, outgoing, NOW.now()))
        if trouble == "timeout after":
            raise OutcomeUnknown("timeout")
        if trouble == "killed after":
            raise Killed
        if trouble == "not recorded":
            self._fail_next(NoDatabase())
        if trouble == "record in the way":
            self._fail_next(OperationalError("", {}, Exception("database is locked")))
        return Receipt(sid)

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """What its list shows: the first to that address with that text."""
        if self.silent:
            raise OutcomeUnknown("timeout")
        for one in self.accepted:
            if (
                one.at >= since
                and one.at + self.lag <= NOW.now()
                and one.sid not in known
                and _alike(one.outgoing, outgoing)
            ):
                return Found(one.sid, one.state, one.error_code)
        return None

    def _fail_next(self, error: Exception) -> None:
        def fail(*_: object) -> None:
            event.remove(self.database.engine.pool, "checkout", fail)
            raise error

        event.listen(self.database.engine.pool, "checkout", fail)


def _alike(one: Outgoing, other: Outgoing) -> bool:
    return (one.channel, one.to, one.body) == (other.channel, other.to, other.body)


@dataclass
class ProviderChannel:
    """One of a provider's channels."""

    of: Provider
    code: ChannelCode

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.of.name

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand it over."""
        return self.of.send(outgoing)

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """Look for it."""
        return self.of.find(outgoing, since, known)
